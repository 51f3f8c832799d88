const CELL = `<% const cell = (one) => { const words = typeof one === 'string' ? { text: one } : one; %><% if (words.folded) { %><details><summary><%= words.folded %></summary><code><%= words.text %></code></details><% } else if (words.mark) { %><span class="mark <%= words.mark %>"><%= words.text %></span><% } else if (words.href) { %><a href="<%= words.href %>"><% if (words.isCode) { %><code><%= words.text %></code><% } else { %><bdi><%= words.text %></bdi><% } %></a><% } else if (words.isCode) { %><code><%= words.text %></code><% } else { %><bdi><%= words.text %></bdi><% } %><% }; %>`;

const HINTS = `<% const hints = (field, id) => { %><% if (field.fault || field.help) { %> aria-describedby="<%= (field.fault ? id + '-fault ' : '') + (field.help ? id + '-help' : '') %>"<% } %><% if (field.fault) { %> aria-invalid="true"<% } %><% if (field.isRequired) { %> required<% } %><% if (field.isFirst) { %> autofocus<% } %><% }; %>`;

const FIELD = `<% const control = (field) => { const id = 'f-' + at + '-' + field.name; %><div class="control">
<% if (field.kind === 'ticks') { %><fieldset<% if (field.fault) { %> aria-describedby="<%= id %>-fault"<% } %>><legend><%= field.label %></legend>
<% field.options.forEach(([value, words]) => { %><label class="tick"><input type="checkbox" name="<%= field.name %>" value="<%= value %>"<% if (field.chosen.includes(value)) { %> checked<% } %>> <%= words %></label>
<% }) %></fieldset>
<% } else if (field.kind === 'tick') { %><label class="tick" for="<%= id %>"><input type="checkbox" id="<%= id %>" name="<%= field.name %>" value="true"<% if (field.chosen.length > 0) { %> checked<% } %><% hints(field, id) %>> <%= field.label %></label>
<% } else { %><label class="field" for="<%= id %>"><%= field.label %></label>
<% if (field.kind === 'area') { %><textarea id="<%= id %>" name="<%= field.name %>" rows="<%= field.rows || 4 %>" spellcheck="false"<% hints(field, id) %>>
<%= field.value || '' %></textarea>
<% } else if (field.kind === 'choice') { %><select id="<%= id %>" name="<%= field.name %>"<% hints(field, id) %>>
<% field.options.forEach(([value, words]) => { %><option value="<%= value %>"<% if (field.chosen.includes(value)) { %> selected<% } %>><%= words %></option>
<% }) %></select>
<% } else if (field.kind === 'file') { %><input type="file" id="<%= id %>" name="<%= field.name %>"<% hints(field, id) %>>
<% } else { %><input type="<%= field.kind %>" id="<%= id %>" name="<%= field.name %>" value="<%= field.value || '' %>" autocomplete="off" spellcheck="false"<% hints(field, id) %>>
<% } %><% } %><% if (field.fault) { %><p class="fault" id="<%= id %>-fault"><%= field.fault %></p>
<% } %><% if (field.help) { %><p class="help soft" id="<%= id %>-help"><%= field.help %></p>
<% } %></div>
<% }; %>`;

const TABLE = `<% const table = (caption, { columns, rows }) => { %><div class="wide" role="region" tabindex="0" aria-label="<%= caption %>"><table>
<caption class="hidden"><%= caption %></caption>
<thead><tr><% columns.forEach((one) => { %><% if (one === '') { %><td></td><% } else if (one.sort) { %><th scope="col" aria-sort="<%= one.sort %>"><a href="<%= one.href %>"><%= one.text %></a></th><% } else { %><th scope="col"><%= one %></th><% } %><% }) %></tr></thead>
<tbody>
<% rows.forEach((row) => { %><tr><% row.forEach((one) => { %><td><% cell(one) %></td><% }) %></tr>
<% }) %></tbody></table></div>
<% }; %>`;

// The SVG contains no text, because scaling would distort it. The labels are HTML around it.
const CHART = `<% const chart = (block) => { const { width, height } = block; %><figure class="chart"><figcaption><%= block.caption %></figcaption>
<div class="soft"><%= block.top %></div>
<svg viewBox="0 -3 <%= width %> <%= height + 6 %>" preserveAspectRatio="none" role="img" aria-label="<%= block.label %>"><path class="grid" d="M0 0H<%= width %>M0 <%= height / 2 %>H<%= width %>M0 <%= height %>H<%= width %>"/>
<% block.lines.forEach(({ path }, n) => { %><path class="line line-<%= n %>" d="<%= path %>"/>
<% }) %></svg>
<div class="soft axis"><span><%= block.from %></span><span><%= block.to %></span></div>
<ul class="legend"><% block.lines.forEach(({ name }, n) => { %><li><svg viewBox="0 -3 40 6" aria-hidden="true"><path class="line line-<%= n %>" d="M2 0H38"/></svg><%= name %></li><% }) %></ul>
<details><summary><%= block.table.summary %></summary>
<% table(block.caption, block.table); %></details></figure>
<% }; %>`;

/** The blocks of a page. Every value is escaped. */
export const blocksTemplate = `<% let at = 0; %>${CELL}${TABLE}${CHART}${HINTS}${FIELD}<% it.blocks.forEach((block) => { at += 1; %><% if (block.is === 'heading') { %><h2><%= block.text %></h2>
<% } else if (block.is === 'text') { %><p class="lines<% if (block.soft) { %> soft<% } %>"><%= block.text %></p>
<% } else if (block.is === 'note') { %><p class="note"<% if (block.role) { %> role="<%= block.role %>"<% } %>><%= block.text %></p>
<% } else if (block.is === 'links') { %><% if (block.links.length > 0) { %><p class="links"><% block.links.forEach((one) => { %><a href="<%= one.href %>"<% if (one.isMain) { %> class="button"<% } %>><%= one.text %></a> <% }) %></p>
<% } %><% } else if (block.is === 'facts') { %><dl>
<% block.rows.forEach((row) => { %><dt<% if (row.id) { %> id="<%= row.id %>"<% } %>><%= row.term %><% if (row.help) { %> <details class="word"><summary aria-label="<%= it.texts.whatIs(row.term) %>">?</summary><span><%= row.help %></span></details><% } %></dt>
<dd><% row.cells.forEach((one) => { %><div><% cell(one) %></div><% }) %></dd>
<% }) %></dl>
<% } else if (block.is === 'table') { %><% if (block.rows.length === 0) { %><p><%= block.none %></p>
<% } else { table(block.caption, block); } %><% if (block.next) { %><p><a rel="next" href="<%= block.next %>"><%= it.texts.more %></a></p>
<% } %><% } else if (block.is === 'chart') { chart(block); %><% } else if (block.is === 'secret') { %><div class="secret"><span class="soft"><%= block.label %></span>
<code><%= block.value %></code>
<button type="button" class="copy" hidden value="<%= block.value %>" data-copied="<%= it.texts.copied %>"><%= it.texts.copy %></button></div>
<% } else if (block.is === 'lines') { %><div class="wide" role="region" tabindex="0" aria-label="<%= block.label %>"><table class="compare"><caption class="hidden"><%= block.label %></caption><tbody>
<% block.lines.forEach((line) => { %><tr><th scope="row"><%= line.term %></th><td><code><% line.parts.forEach((part) => { %><% if (part.isMarked) { %><mark><%= part.text %></mark><% } else { %><%= part.text %><% } %><% }) %></code></td></tr>
<% }) %></tbody></table></div>
<% } else if (block.is === 'form') { %><form class="<% if (block.isRow) { %>row<% } else { %>column<% } %>" method="<%= block.token === null ? 'get' : 'post' %>"<% if (block.fields.some(({ kind }) => kind === 'file')) { %> enctype="multipart/form-data"<% } %> action="<%= block.action %>">
<% if (block.token !== null) { %><input type="hidden" name="form_token" value="<%= block.token || it.formToken %>">
<% } %><% (block.hidden || []).forEach(([name, value]) => { %><input type="hidden" name="<%= name %>" value="<%= value %>">
<% }) %><% block.fields.forEach((field) => control(field)) %><% if (block.more) { %><details<% if (block.more.isOpen) { %> open<% } %>><summary><%= block.more.summary %></summary>
<% block.more.fields.forEach((field) => control(field)) %></details>
<% } %><button class="<%= block.isDangerous ? 'danger' : 'main' %>" type="submit"<% if (block.about) { %> aria-description="<%= block.about %>"<% } %>><%= block.submit %></button>
</form>
<% } %><% }) %>`;
