/**
 * The one stylesheet, inside every page: a page is complete in one reply. Colours are system pairs
 * but for the brand's, on which the text is black or white, whichever reads better.
 */
export const stylesheet = (brandColor: string): string => `
:root{color-scheme:light dark;--brand:${brandColor};--on-brand:${textOn(brandColor)};
--text:#1b1f24;--soft:#545c66;--line:#8a929c;--page:#eef0f3;--card:#fff;--note:#fff4d6;--link:#0b4fb3}
@media (prefers-color-scheme:dark){:root{--text:#e8eaed;--soft:#aab2bd;--line:#7a828d;--page:#14171b;
--card:#1f2429;--note:#463a12;--link:#8ab8ff}}
*{box-sizing:border-box}
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
a{color:var(--link)}
label{cursor:pointer}
.field{display:block;font-weight:600;margin-top:1rem}
input[type=text]{display:block;width:100%;font:inherit;padding:.6rem .75rem;margin:.25rem 0 1.25rem;
border:1px solid var(--line);border-radius:.5rem;background:var(--card);color:var(--text)}
input[type=checkbox]{width:1.25rem;height:1.25rem;margin:.15rem 0 0;accent-color:var(--brand);flex:none}
button{font:inherit;font-weight:600;min-height:2.75rem;padding:.5rem 1.25rem;border-radius:.5rem;
border:2px solid var(--line);background:var(--card);color:var(--text);cursor:pointer}
button.main{background:var(--brand);border-color:var(--brand);color:var(--on-brand)}
button.plain{border:0;background:none;min-height:0;padding:.25rem;font-weight:400;
margin-left:-.25rem;text-decoration:underline;color:var(--link)}
:focus-visible{outline:3px solid var(--link);outline-offset:2px}
.decide{display:flex;gap:.75rem;margin-top:1.5rem}
.decide button{flex:1}
.note{background:var(--note);border-radius:.5rem;padding:.75rem 1rem;margin:0 0 1rem}
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

/** Black or white, by WCAG's relative luminance: one of them always has a contrast above 4.5. */
function textOn(color: string): string {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((start) => {
    const share = Number.parseInt(color.slice(start, start + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  const luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  return luminance > 0.179 ? '#000' : '#fff';
}
