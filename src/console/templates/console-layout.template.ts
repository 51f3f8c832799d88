/** The layout around the blocks of every console page. `it.content` is already escaped. */
export const consoleLayoutTemplate = `<!doctype html>
<html lang="<%= it.texts.lang %>">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title><%= it.title %> · <%= it.brand %></title>
<style><%~ it.style %></style>
</head>
<body<% if (it.isNarrow) { %> class="narrow"<% } %>>
<% if (it.nav.length > 0) { %><a class="skip" href="#content"><%= it.texts.skip %></a>
<% } %><header>
<div class="product"><%= it.brand %> <span class="soft"><%= it.texts.console %></span></div>
<% if (it.caller) { %><form class="out" method="post" action="/console/sign-out">
<span class="soft"><bdi><%= it.caller %></bdi></span>
<button class="plain" type="submit" name="form_token" value="<%= it.formToken %>"><%= it.texts.signOut %></button>
</form><% } %>
</header>
<div class="frame">
<% if (it.nav.length > 0) { %><nav aria-label="<%= it.texts.nav.label %>"><ul>
<% it.nav.forEach((one) => { %><li><a href="<%= one.href %>"<% if (one.isHere) { %> aria-current="page"<% } %>><%= one.text %></a></li>
<% }) %></ul></nav>
<% } %><main id="content">
<% if (it.trail.length > 0) { %><p class="trail"><% it.trail.forEach((one) => { %><a href="<%= one.href %>"><%= one.text %></a> <span aria-hidden="true">›</span> <% }) %></p>
<% } %><h1><bdi><%= it.title %></bdi></h1>
<% if (it.tabs.length > 0) { %><nav class="tabs" aria-label="<%= it.title %>"><ul><% it.tabs.forEach((one) => { %><li><a href="<%= one.href %>"<% if (one.isHere) { %> aria-current="page"<% } %>><%= one.text %></a></li><% }) %></ul></nav>
<% } %><%~ it.content %>
</main>
</div>
<% if (it.script) { %><script><%~ it.script %></script>
<% } %></body>
</html>
`;
