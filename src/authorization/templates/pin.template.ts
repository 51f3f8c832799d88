/** The verifier for manual entry (RFC 5849 section 2.2), large, in two halves, easy to copy. */
export const pinTemplate = `<h1><%= it.texts.pin.title %></h1>
<p id="instruction"><%= it.texts.pin.instruction(it.consumerName) %></p>
<p class="pin" aria-describedby="instruction"><%= it.shown %></p>
<p><button type="button" class="copy" hidden value="<%= it.verifier %>" data-copied="<%= it.texts.pin.copied %>"><%= it.texts.pin.copy %></button> <span role="status"></span></p>
<p><%= it.texts.pin.once %> <%= it.texts.pin.goodFor(it.goodForSeconds) %></p>
`;
