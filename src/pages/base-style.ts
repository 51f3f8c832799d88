/**
 * The style that all pages share: colours, links, fields, buttons. Colours come in pairs for light and dark mode. The
 * brand colour is one value for both; text on it is black or white, whichever has more contrast.
 */
export const baseStyle = (brandColor: string): string => `
:root{color-scheme:light dark;--brand:${brandColor};--on-brand:${textOn(brandColor)};
--text:#1b1f24;--soft:#545c66;--line:#8a929c;--page:#eef0f3;--card:#fff;--note:#fff4d6;--link:#0b4fb3}
@media (prefers-color-scheme:dark){:root{--text:#e8eaed;--soft:#aab2bd;--line:#7a828d;--page:#14171b;
--card:#1f2429;--note:#463a12;--link:#8ab8ff}}
*{box-sizing:border-box}
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
.note{background:var(--note);border-radius:.5rem;padding:.75rem 1rem;margin:0 0 1rem}
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
