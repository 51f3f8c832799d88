import { PROBLEMS, type ProblemCode } from '../http/problem-details.js';

/** What to do about each problem: the page at its `type`. */
const REMEDIES: Record<ProblemCode, string> = {
  validation_failed: 'Mend the places that `errors` names, and send the request again.',
  malformed_json: 'Send one JSON object in UTF-8, without repeated names.',
  malformed_request: 'Send each header once, and the path percent-encoded.',
  unauthorized: 'Send a key, or a token of the platform, as "Authorization: Bearer …".',
  forbidden: 'Ask an administrator for a key whose role allows the operation.',
  not_found: 'Look the name up in a list; keys and tokens are compared octet by octet.',
  method_not_allowed: 'Use a method that the header Allow names.',
  consumer_key_taken: 'Register under another consumerKey, or change the consumer that has it.',
  token_taken: 'Bring the token along under another name, or look at the one that has it.',
  import_conflict:
    'Leave out the lines that `errors` names, or remove what they meet; nothing was taken over.',
  request_in_flight:
    'Wait a second, and send the same request with the same key again, for ten seconds at most.',
  secret_overlap_running:
    'Wait until the overlap is over; or send "force": true, which ends the previous secret at once.',
  already_decided: 'Nothing is to be done: a decision is made once and stays.',
  callback_not_registered:
    'Register the callback again, or let the consumer begin again with one that is registered.',
  consumer_disabled: 'Activate the consumer, or extend its expiresAt, and begin again.',
  expired: 'Let the consumer begin again with new temporary credentials.',
  precondition_failed: 'Read the resource again, and send the change with its new ETag.',
  payload_too_large: 'Send a body of 64 KiB at most.',
  unsupported_media_type: 'Send application/json, neither compressed nor in another charset.',
  idempotency_key_reused: 'Choose a new Idempotency-Key for each new request.',
  internal_error: 'Report the requestId to the operator, whose log tells more under it.',
  issuer_unavailable: "Try again soon: the platform's issuer of tokens could not be asked.",
  store_unavailable: 'Try again after as many seconds as Retry-After says.',
};

/** The page behind a problem's type; undefined for a code that there is not. */
export function problemPage(code: string): string | undefined {
  if (!Object.hasOwn(PROBLEMS, code)) return undefined;
  const [status, title] = PROBLEMS[code as ProblemCode];
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${title}</title></head>
<body><h1>${title}</h1>
<p>Code <code>${code}</code>, HTTP status ${status}.</p>
<p>${REMEDIES[code as ProblemCode]}</p>
<p><a href="/docs">All operations</a></p></body>
</html>
`;
}
