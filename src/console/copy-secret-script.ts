/** A button beside each secret that copies it. The page is whole without it. */
export const copySecretScript = `
if(navigator.clipboard)document.querySelectorAll('.copy').forEach((button)=>{button.hidden=false;
button.addEventListener('click',async()=>{await navigator.clipboard.writeText(button.value);
button.textContent=button.dataset.copied})})
`;
