// Sends one request, prints it with its response, and checks the response.
import { STATUS_CODES } from 'node:http';
import { tellFault, tellOk, tellReply, tellRequest } from './teller.mjs';

/** Thrown if a response differs from the RFC. */
export class Difference extends Error {}

/**
 * Sends `{ method, url, headers, body? }`, prints it, and checks the status.
 *
 * @returns {Promise<{ status: number, headers: Headers, text: string, form: URLSearchParams }>}
 * @throws Difference if the status is another one
 */
export async function exchange(request, expectedStatus) {
  tellRequest(request);
  const { method, url, headers, body } = request;
  const response = await fetch(url, { method, headers, body, redirect: 'manual' });
  const text = await response.text();
  const { status } = response;
  tellReply({ status, statusText: STATUS_CODES[status] ?? '', headers: response.headers, text });
  expectThat(status === expectedStatus, `the status is ${expectedStatus}`, `it is ${status}`);
  return { status, headers: response.headers, text, form: new URLSearchParams(text) };
}

/**
 * Prints an expectation and whether it holds.
 *
 * @throws Difference if it does not hold
 */
export function expectThat(holds, expectation, found = '') {
  if (holds) {
    tellOk(expectation);
    return;
  }
  const sentence = `expected that ${expectation}${found === '' ? '' : `; ${found}`}`;
  tellFault(sentence);
  throw new Difference(sentence);
}
