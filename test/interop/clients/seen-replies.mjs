// For libraries that hide or change the reply: records the reply itself.
import { subscribe } from 'node:diagnostics_channel';

let last;

subscribe('http.client.response.finish', ({ response }) => {
  const pieces = [];
  // A `data` listener would start the body's flow before the library reads it.
  const push = response.push.bind(response);
  last = new Promise((resolve) => {
    response.push = (piece, ...rest) => {
      if (piece === null) resolve([response.statusCode, Buffer.concat(pieces).toString()]);
      else pieces.push(Buffer.from(piece));
      return push(piece, ...rest);
    };
  });
});

/** The reply to the last request of `call`, [status, body], whatever the library returns. */
export async function replySeen(call) {
  last = undefined;
  let failure;
  try {
    await call();
  } catch (error) {
    failure = error;
  }
  // Without a reply the error comes from the library itself.
  if (last === undefined) throw failure ?? new Error('no request was made');
  return last;
}
