import type { AuthorizationRequestStatus } from '../tokens/authorization-requests.js';

/** Why the authorization page cannot be shown. */
export type PageError =
  | Exclude<AuthorizationRequestStatus, 'pending'>
  | 'unknown'
  | 'method'
  | 'no-consent-page'
  | 'unavailable';

const START_AGAIN = 'Go back to the application and start again from there.';

const TEXTS: Record<PageError, { title: string; advice: string }> = {
  unknown: {
    title: 'This link is not valid',
    advice: `No request for access belongs to it. ${START_AGAIN}`,
  },
  expired: { title: 'This request has expired', advice: START_AGAIN },
  used: {
    title: 'This request has been used',
    advice: 'The application has been given access already. You can close this page.',
  },
  allowed: {
    title: 'You have decided already',
    advice: 'Access was allowed. Go back to the application.',
  },
  denied: {
    title: 'You have decided already',
    advice: `Access was denied. If you changed your mind: ${START_AGAIN.toLowerCase()}`,
  },
  method: { title: 'This page cannot be called that way', advice: START_AGAIN },
  'no-consent-page': {
    title: 'Access cannot be granted here yet',
    advice: 'The operator of this service has not set up a consent page (CONSENT_URL).',
  },
  unavailable: {
    title: 'The service is not available',
    advice: 'Nothing was lost. Try again in a moment.',
  },
};

/** A page that says what happened and what to do. It repeats nothing of the request. */
export function errorPage(error: PageError): string {
  const { title, advice } = TEXTS[error];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title}</title>
<style>
:root { color-scheme: light dark; font: 1.125rem/1.5 system-ui, sans-serif }
main { max-width: 32rem; margin: 15vh auto; padding: 0 1.5rem }
h1 { font-size: 1.5rem; line-height: 1.25 }
</style>
</head>
<body><main><h1>${title}</h1><p>${advice}</p></main></body>
</html>
`;
}
