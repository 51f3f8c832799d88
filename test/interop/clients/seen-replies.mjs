// For libraries that keep the reply to themselves, or make something else of it: what came back.
import { subscribe } from 'node:diagnostics_channel';

let last;

subscribe('http.client.response.finish', ({ response }) => {
  const pieces = [];
  // Not the event `data`: a listener makes the body flow before the library asks for it.
  const push = response.push.bind(response);
  last = new Promise((resolve) => {
    response.push = (piece, ...rest) => {
      if (piece === null) resolve([response.statusCode, Buffer.concat(pieces).toString()]);
      else pieces.push(Buffer.from(piece));
      return push(piece, ...rest);
    };
  });
});

/** The reply to the last request of `call`, [status, body], whatever the library says of it. */
export async function replySeen(call) {
  last = undefined;
  let failure;
  try {
    await call();
  } catch (error) {
    failure = error;
  }
  // Nothing came back: then the failure is the library's own.
  if (last === undefined) throw failure ?? new Error('no request was made');
  return last;
}
