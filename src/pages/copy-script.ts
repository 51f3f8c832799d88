/**
 * The only script of the pages: a button that copies the text beside it. It confirms in the status element beside it,
 * or else in its own text. The button appears only where the browser offers the clipboard API (not over http); the
 * page works without the script.
 */
export const copyScript = `
if(navigator.clipboard)document.querySelectorAll('.copy').forEach((button)=>{button.hidden=false;
button.addEventListener('click',async()=>{await navigator.clipboard.writeText(button.value);
(button.parentElement.querySelector('[role=status]')??button).textContent=button.dataset.copied})})
`;
