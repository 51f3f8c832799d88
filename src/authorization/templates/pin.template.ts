/** The verifier for manual entry (RFC 5849 section 2.2), large and easy to select. */
export const pinTemplate = `<h1><%= it.texts.pin.title %></h1>
<p id="instruction"><%= it.texts.pin.instruction(it.consumerName) %></p>
<p class="pin" aria-describedby="instruction"><%= it.verifier %></p>
<p><%= it.texts.pin.once %> <%= it.texts.pin.goodFor(it.goodForSeconds) %></p>
`;
