/** A page that only says something: what happened, and what to do. */
export const messageTemplate = `<h1><%= it.title %></h1>
<p><%= it.advice %></p>
<% if (it.link) { %><p><a href="<%= it.link.href %>"><%= it.link.text %></a></p><% } %>
`;
