/** A message without a form: what happened, what to do, and links. */
export const messageTemplate = `<h1><%= it.title %></h1>
<p><%= it.advice %></p>
<% if (it.links) { %><% it.links.forEach((link) => { %><p><a href="<%= link.href %>"<% if (link.isForeign) { %> rel="noreferrer"<% } %>><%= link.text %></a></p>
<% }) %><% } %><% if (it.requestId) { %><p class="soft"><%= it.texts.requestId(it.requestId) %></p><% } %>
`;
