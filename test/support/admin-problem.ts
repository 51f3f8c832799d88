import type { HttpReply } from './http.js';

/** Expects RFC 9457 problem details, as in every refusal of the admin API. */
export function expectProblem(reply: HttpReply, status: number, code: string): void {
  expect([reply.status, reply.headers['content-type']]).toEqual([
    status,
    'application/problem+json',
  ]);
  const { requestId, ...problem } = reply.json();
  expect(problem).toMatchObject({
    type: `/docs/problems/${code}`,
    title: expect.stringMatching(/^\S.*\S$/),
    status,
    detail: expect.stringMatching(/^\S.*\S$/),
    code,
  });
  expect(reply.headers['x-request-id']).toBe(requestId);
  expect(reply.headers['cache-control']).toBe('no-store');
  expect(reply.headers['access-control-allow-origin']).toBeUndefined();
}

/** Expects a validation refusal, and returns the places of the faults that it names. */
export function faultPlaces(reply: HttpReply): string[] {
  expectProblem(reply, 400, 'validation_failed');
  const errors = reply.json().errors as { pointer: string; detail: string }[];
  for (const { detail } of errors) expect(detail).toMatch(/^\S.*\S$/);
  return errors.map(({ pointer }) => pointer);
}
