/** The consumer, the requested scopes, and the two buttons. */
export const consentTemplate = `<h1><%= it.texts.consent.title(it.consumer.name) %></h1>
<% if (it.nothingTicked) { %><p class="note" role="alert"><%= it.texts.consent.nothingTicked(it.consumer.name) %></p>
<% } %><% if (it.consumer.description) { %><p class="lines"><%= it.consumer.description %></p><% } %>
<dl>
<% if (it.consumer.websiteUrl) { %><dt><%= it.texts.consent.website %></dt>
<dd><a href="<%= it.consumer.websiteUrl %>" rel="noreferrer"><%= it.consumer.websiteUrl %></a></dd>
<% } %><dt><%= it.texts.consent.callback %></dt>
<dd><%= it.leadsTo %></dd>
<dt><%= it.texts.consent.lasts %></dt>
<dd><%= it.lasts %></dd>
</dl>
<p class="soft"><%= it.texts.consent.registered %></p>
<form method="post" action="/oauth/auz/decision">
<input type="hidden" name="oauth_token" value="<%= it.oauthToken %>">
<input type="hidden" name="form_token" value="<%= it.formToken %>">
<% if (it.nothingTicked) { %><input type="hidden" name="nothing" value="1">
<% } %><% if (it.scopes.length > 0) { %><fieldset>
<legend><%= it.texts.consent.scopes %></legend>
<% it.scopes.forEach((scope, index) => { %><div class="scope">
<input type="checkbox" id="scope-<%= index %>" name="scope" value="<%= scope.name %>" <% if (!it.nothingTicked) { %> checked<% } %><% if (scope.description) { %> aria-describedby="scope-<%= index %>-more"<% } %>>
<div><label for="scope-<%= index %>"><%= scope.title %></label>
<% if (scope.description) { %><div id="scope-<%= index %>-more" class="soft"><%= scope.description %></div><% } %></div>
</div>
<% }) %></fieldset>
<p class="soft"><%= it.texts.consent.untick %></p>
<% } else { %><p><%= it.texts.consent.noScopes %></p>
<% } %><% if (it.consumer.legalNotice) { %><p class="soft lines"><%= it.consumer.legalNotice %></p>
<% } %><div class="decide">
<button type="submit" name="decision" value="deny"><%= it.texts.consent.deny %></button>
<button class="main" type="submit" name="decision" value="allow"><%= it.texts.consent.allow %></button>
</div>
</form>
<% if (it.stuckAt) { %><p class="soft"><%= it.texts.consent.stuck %> <a href="<%= it.stuckAt %>"><%= it.texts.consent.goOn %></a></p>
<% } %><p class="soft"><%= it.texts.consent.revocable %> <a href="/oauth/auz/grants"><%= it.texts.connections.title %></a></p>
`;
