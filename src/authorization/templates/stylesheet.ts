import { baseStyle } from '../../pages/base-style.js';

/** The only stylesheet, inline in every page, so that a page needs only one response. */
export const stylesheet = (brandColor: string): string => `${baseStyle(brandColor)}
body{margin:0;background:var(--page);color:var(--text);font:1.0625rem/1.5 system-ui,sans-serif;
overflow-wrap:anywhere}
header,main,footer{max-width:34rem;margin:0 auto;padding:1rem 1.5rem}
header{display:flex;align-items:center;justify-content:space-between;gap:1rem;flex-wrap:wrap;
min-height:4rem}
header img{height:2.5rem;max-width:12rem;display:block;object-fit:contain}
.product{font-weight:600;display:flex;align-items:center;gap:.75rem}
main{background:var(--card);border-radius:.75rem;padding:1.5rem;box-shadow:0 1px 3px #0003}
main>:last-child{margin-bottom:0}
@media (max-width:36rem){main{border-radius:0}}
footer,.soft{color:var(--soft);font-size:.9375rem}
h1{font-size:1.5rem;line-height:1.25;margin:0 0 1rem}
h2{font-size:1.125rem;margin:0}
.decide{display:flex;gap:.75rem;margin-top:1.5rem}
.decide button{flex:1}
dl{margin:1rem 0;display:grid;grid-template-columns:max-content 1fr;gap:.25rem 1rem}
dt{color:var(--soft)}
dd{margin:0;grid-column:2}
@media (max-width:26rem){dl{grid-template-columns:1fr}dd{grid-column:1;margin-bottom:.5rem}}
fieldset{border:1px solid var(--line);border-radius:.5rem;margin:1rem 0 0;padding:.5rem 1rem 1rem}
legend{font-weight:600;padding:0 .35rem}
.scope{display:flex;gap:.75rem;margin-top:.75rem}
.lines{white-space:pre-line}
.pin{font:700 2rem/1.2 ui-monospace,monospace;letter-spacing:.1em;text-align:center;padding:1rem;
border:1px dashed var(--line);border-radius:.5rem;user-select:all}
.connections{list-style:none;margin:0;padding:0}
.connections li{border-top:1px solid var(--line);padding:1rem 0}
`;
