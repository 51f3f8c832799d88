import { baseStyle } from '../../pages/base-style.js';

/**
 * The console's only stylesheet, inline in every page: one column on a phone, navigation at the side on wide screens.
 */
export const consoleStyle = (brandColor: string): string => `${baseStyle(brandColor)}
:root{--line-0:#0b4fb3;--line-1:#a8071a;--line-2:#7a4f00;--line-3:#146c2e;--good:#146c2e;--bad:#a8071a;--off:#545c66;--mark:#ffe58f;--on-mark:#1b1f24}
@media (prefers-color-scheme:dark){:root{--line-0:#8ab8ff;--line-1:#ff9c9c;--line-2:#f0c36d;--line-3:#7bd88f;--good:#7bd88f;--bad:#ff9c9c;--off:#aab2bd;--mark:#7a5b00;--on-mark:#fff}}
body{margin:0;background:var(--page);color:var(--text);font:1rem/1.5 system-ui,sans-serif}
header{display:flex;justify-content:space-between;align-items:center;gap:.5rem 1rem;flex-wrap:wrap;
padding:.5rem 1rem;background:var(--card);border-bottom:1px solid var(--line)}
.product{font-weight:600}
.product .soft{font-weight:400}
.out{display:flex;gap:.75rem;align-items:center;margin:0;overflow-wrap:anywhere}
.soft{color:var(--soft);font-size:.9375rem}
.skip{position:absolute;left:-99rem}
.skip:focus{left:1rem;top:.5rem;background:var(--card);padding:.5rem}
nav ul{list-style:none;margin:0;padding:.5rem;display:flex;flex-wrap:wrap;gap:.25rem}
nav a{display:block;padding:.5rem .75rem;border-radius:.5rem;text-decoration:none}
nav a:hover{text-decoration:underline}
nav a[aria-current]{background:var(--card);color:var(--text);font-weight:600;box-shadow:inset 0 -3px var(--brand)}
main{background:var(--card);padding:1rem;min-width:0;overflow-wrap:anywhere}
.tabs ul{padding:0;margin:0 0 1.5rem;border-bottom:1px solid var(--line)}
.trail{margin:0 0 .5rem;font-size:.9375rem}
h1{font-size:1.5rem;line-height:1.25;margin:0 0 1rem}
h2{font-size:1.125rem;margin:2rem 0 .75rem;padding-top:1rem;border-top:1px solid var(--line)}
h2:first-child,h1+h2,.tabs+h2{border:0;padding:0;margin-top:0}
@media (min-width:56rem){.frame{display:grid;grid-template-columns:13rem minmax(0,1fr);gap:1rem;padding:1rem;max-width:96rem}
.frame>nav ul{flex-direction:column;padding:0}.frame>nav a[aria-current]{box-shadow:inset 3px 0 var(--brand)}
main{border-radius:.75rem;padding:1.5rem 2rem;box-shadow:0 1px 3px #0003}
dl{grid-template-columns:14rem minmax(0,1fr)}
.narrow .frame{display:block;max-width:34rem;margin:2rem auto}}
.wide{overflow-x:auto;margin:0 0 1rem}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:.5rem .75rem;border-bottom:1px solid var(--line)}
th{color:var(--soft);font-weight:600;white-space:nowrap}
[aria-sort] a::after{content:' ▲';content:' ▲'/''}[aria-sort=descending] a::after{content:' ▼';content:' ▼'/''}
tbody tr:hover{background:var(--page)}
.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
code{font:.9375em ui-monospace,monospace;overflow-wrap:anywhere}
td{overflow-wrap:normal}
td code{display:inline-block;min-width:9rem;max-width:26rem}
a code{text-decoration:underline}
td summary{padding:0;white-space:nowrap}
.compare td code{white-space:pre;max-width:none}
mark{background:var(--mark);color:var(--on-mark)}
.mark{font-weight:600}.good{color:var(--good)}.bad,.fault{color:var(--bad)}.off{color:var(--off)}
dl{display:grid;gap:.5rem 1rem;margin:0 0 1rem}
dt{color:var(--soft)}
dd{margin:0;white-space:pre-line}
.word{display:inline}.word summary{display:inline-block;list-style:none;cursor:pointer;width:1.5rem;height:1.5rem;
text-align:center;border:1px solid var(--line);border-radius:50%;line-height:1.35rem;font-size:.875rem;padding:0}
.word summary::-webkit-details-marker{display:none}
.word span{display:block;color:var(--text);padding:.25rem 0}
.column{max-width:44rem}
.row{display:flex;flex-wrap:wrap;gap:.75rem;align-items:flex-end;margin-bottom:1rem}
.row .control{flex:1 1 12rem}
.row input,.row select{margin-bottom:0!important}
input[type=text],input[type=password],input[type=file],select,textarea{display:block;width:100%;font:inherit;padding:.5rem .75rem;
margin:.25rem 0 .5rem;border:1px solid var(--line);border-radius:.5rem;background:var(--card);color:var(--text);min-height:2.75rem}
textarea{font:.9375rem/1.4 ui-monospace,monospace}
[aria-invalid]{border-color:var(--bad)!important;border-width:2px!important}
.fault,.help{margin:0 0 .5rem}
.tick{display:flex;gap:.5rem;align-items:center;padding:.25rem 0}
fieldset{border:1px solid var(--line);border-radius:.5rem;margin:1rem 0;padding:.25rem 1rem .75rem}
legend{font-weight:600;padding:0 .35rem}
fieldset[aria-describedby]{border-color:var(--bad)}
form .main,form .danger{margin-top:.75rem}
.row .main{margin-top:0}
button.danger{border-color:var(--bad);color:var(--bad)}
.button{display:inline-block;background:var(--brand);color:var(--on-brand);font-weight:600;padding:.6rem 1.25rem;border-radius:.5rem;text-decoration:none}
.links{display:flex;flex-wrap:wrap;gap:.75rem 1.25rem;align-items:center}
summary{cursor:pointer;padding:.5rem 0}
.lines{white-space:pre-line}
.secret{border:1px dashed var(--line);border-radius:.5rem;padding:.75rem 1rem;margin:0 0 1rem;display:grid;gap:.25rem;justify-items:start}
.secret code{font-size:1.125rem;user-select:all}
.chart{margin:0 0 1.5rem}
.chart figcaption{font-weight:600}
.chart>svg{display:block;width:100%;height:11rem}
.grid{stroke:var(--line);opacity:.5}
.line{fill:none;stroke-width:2;stroke-linecap:round}
.grid,.line{vector-effect:non-scaling-stroke}
.line-0{stroke:var(--line-0)}.line-1{stroke:var(--line-1);stroke-dasharray:6 4}
.line-2{stroke:var(--line-2);stroke-dasharray:1 5}.line-3{stroke:var(--line-3);stroke-dasharray:12 4 1 4}
.axis{display:flex;justify-content:space-between}
.legend{list-style:none;margin:.25rem 0;padding:0;display:flex;flex-wrap:wrap;gap:.25rem 1.25rem}
.legend li{display:flex;align-items:center;gap:.5rem}
.legend svg{width:2.5rem;height:.5rem}
`;
