const MAX_LENGTH = 2048;

/** Resource owners see it as a link, so a browser must open exactly the address that it shows. */
export function websiteUrlFault(text: string): string | undefined {
  const url =
    text.length <= MAX_LENGTH &&
    /^https?:\/\/[\x21-\x7e]+$/i.test(text) &&
    URL.canParse(text) &&
    new URL(text);
  if (!url || url.username !== '' || url.password !== '' || /["<>\\]/.test(text)) {
    return `must be an absolute http or https URL without user name, at most ${MAX_LENGTH} characters`;
  }
  return undefined;
}
