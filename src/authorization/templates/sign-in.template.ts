/** The development sign-in. The texts of its controls are part of the HTTP contract. */
export const signInTemplate = `<h1><%= it.texts.signIn.title %></h1>
<% if (it.consumerName) { %><p><%= it.texts.signIn.purpose(it.consumerName) %></p><% } %>
<p class="note"><%= it.texts.signIn.development %></p>
<form method="post" action="/oauth/auz/sign-in">
<input type="hidden" name="form_token" value="<%= it.formToken %>">
<% if (it.oauthToken) { %><input type="hidden" name="oauth_token" value="<%= it.oauthToken %>"><% } %>
<label class="field" for="user-name"><%= it.texts.signIn.userName %></label>
<input type="text" id="user-name" name="user_name" maxlength="255" required autocomplete="username" autocapitalize="none" spellcheck="false" autofocus<% if (it.invalid) { %> aria-invalid="true" aria-describedby="user-name-fault"<% } %>>
<% if (it.invalid) { %><p id="user-name-fault" class="note"><%= it.texts.signIn.invalid %></p><% } %>
<button class="main" type="submit"><%= it.texts.signIn.button %></button>
</form>
`;
