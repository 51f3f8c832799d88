/**
 * The one script of these pages: a button that copies the verifier. The page is whole without it, and
 * so is the owner where a browser keeps the clipboard from pages (over http).
 */
export const copyScript = `
const button=document.getElementById('copy');
if(navigator.clipboard){button.hidden=false;button.addEventListener('click',async()=>{
await navigator.clipboard.writeText(button.value);
document.getElementById('copied').textContent=button.dataset.copied})}
`;
