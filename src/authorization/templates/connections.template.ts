/** The owner's connections, each with a button that revokes it. */
export const connectionsTemplate = `<h1><%= it.texts.connections.title %></h1>
<% if (it.revoked) { %><p class="note" role="status"><%= it.texts.connections.revoked %></p>
<% } %><% if (it.connections.length === 0) { %><p><%= it.texts.connections.none %></p>
<% } else { %><p><%= it.texts.connections.intro %></p>
<ul class="connections">
<% it.connections.forEach((connection) => { %><li>
<h2><bdi><%= connection.consumer.name %></bdi></h2>
<dl>
<dt><%= it.texts.connections.scopes %></dt>
<% connection.scopes.forEach((scope) => { %><dd><%= scope %></dd>
<% }) %><dt><%= it.texts.connections.since %></dt>
<dd><%= connection.since %></dd>
<dt><%= it.texts.connections.until %></dt>
<dd><%= connection.until %></dd>
<dt><%= it.texts.connections.lastUsed %></dt>
<dd><%= connection.lastUsed %></dd>
</dl>
<form method="post" action="/oauth/auz/grants/revoke">
<input type="hidden" name="reference" value="<%= connection.reference %>">
<input type="hidden" name="form_token" value="<%= it.formToken %>">
<button type="submit" aria-label="<%= it.texts.connections.revokeFrom(connection.consumer.name) %>"><%= it.texts.connections.revoke %></button>
</form>
</li>
<% }) %></ul>
<% if (it.older) { %><p><a href="<%= it.older %>"><%= it.texts.connections.older %></a></p>
<% } %><% } %>`;
