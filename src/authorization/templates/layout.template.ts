/**
 * The layout around the content of every page. `it.content` is already escaped. The page's own form comes before the
 * sign-out form, so that keyboards and programs reach it first.
 */
export const layoutTemplate = `<!doctype html>
<html lang="<%= it.texts.lang %>">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title><%= it.title %> · <%= it.brand.name %></title>
<style><%~ it.style %></style>
</head>
<body>
<header>
<div class="product"><% if (it.brand.logo) { %><img src="/oauth/auz/logo" alt=""><% } %>
<span><%= it.brand.name %></span></div>
<% if (it.session) { %><div class="soft"><%= it.texts.session.signedInAs(it.session.subject) %></div><% } %>
</header>
<main>
<%~ it.content %>
</main>
<footer><% if (it.session) { %><form method="post" action="/oauth/auz/sign-out">
<button class="plain" type="submit" name="form_token" value="<%= it.session.signOutToken %>"><%= it.texts.session.signOut %></button>
</form><% } %><% if (it.brand.legalText) { %><p><%= it.brand.legalText %></p><% } %></footer>
<% if (it.script) { %><script><%~ it.script %></script>
<% } %></body>
</html>
`;
