/**
 * The one script of the pages: a button that copies what it stands beside, and says so in the status next to it
 * or, where there is none, by its own text. The page is whole without it, and so is the reader where a browser
 * keeps the clipboard from pages (over http).
 */
export const copyScript = `
if(navigator.clipboard)document.querySelectorAll('.copy').forEach((button)=>{button.hidden=false;
button.addEventListener('click',async()=>{await navigator.clipboard.writeText(button.value);
(button.parentElement.querySelector('[role=status]')??button).textContent=button.dataset.copied})})
`;
