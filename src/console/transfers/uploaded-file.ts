import busboy, { type Busboy } from 'busboy';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { allowLongBody } from '../../http/body-time.js';
import { MAX_BODY_OCTETS } from '../../http/request-body.js';
import { PageRefusal } from '../../pages/page-refusal.js';
import { forgedForm } from '../staff-request.js';

/** What a form with a file brought. */
export interface Upload {
  /** The fields before the file, by name. */
  readonly fields: ReadonlyMap<string, string>;
  /**
   * The file as it comes; undefined where none was chosen. Ends when the form has ended.
   * @throws PageRefusal malformed for what is cut short, or has anything behind the file
   */
  readonly chunks: AsyncIterable<Buffer> | undefined;
}

const TOKEN_FIELD = 'form_token';
const FILE_FIELD = 'file';
/** The token, a tick and the file, and one that is too many. */
const LIMITS = { fieldSize: 1024, parts: 4 };

/**
 * Reads a form of multipart/form-data (RFC 7578) with one file, in the memory of a few pieces. The form's token has to
 * be its first part: before it nothing is taken, and no more is read than of any other form. Fields have to come before
 * the file, since it is used as it comes.
 *
 * @param take uses the file; what it leaves of the form is passed over
 * @throws PageRefusal forged without the token, malformed; what `take` throws
 */
export async function takeUpload<Result>(
  request: IncomingMessage,
  response: ServerResponse,
  isFormToken: (sent: string) => boolean,
  take: (upload: Upload) => Promise<Result>,
): Promise<Result> {
  const form = multipartForm(request);
  const upload = readParts(request, form, (sent) => {
    if (!isFormToken(sent)) return false;
    allowLongBody(request, response);
    return true;
  });
  // Also of a body that has come as a whole: Node gives us none of what it still holds when the client goes.
  const onCut = (): void => {
    if (!request.readableEnded) form.destroy(new Error('the body ended early'));
  };
  request.once('close', onCut);
  // The client may have gone while something else was waited for.
  if (request.readable) request.pipe(form);
  else onCut();
  try {
    return await take(await upload);
  } finally {
    // Nobody needs the rest, which may be of any length.
    if (!request.complete) response.setHeader('Connection', 'close');
    request.unpipe(form);
    form.destroy();
    // The listener says how much that may be (http/body-pieces.ts).
    request.resume();
  }
}

function multipartForm({ headers }: IncomingMessage): Busboy {
  const type = headers['content-type'] ?? '';
  // The library takes other forms, too.
  if (!/^multipart\/form-data[ \t]*;/i.test(type)) throw forgedForm();
  try {
    return busboy({ headers: { 'content-type': type }, limits: LIMITS });
  } catch {
    throw forgedForm();
  }
}

/** Resolves at the beginning of the file, or at the end of a form that has none. */
function readParts(
  request: IncomingMessage,
  form: Busboy,
  acceptToken: (sent: string) => boolean,
): Promise<Upload> {
  const fields = new Map<string, string>();
  let isGenuine = false;
  let hasFile = false;
  const refuse = (): void => void form.destroy(refusal());
  const refusal = (): PageRefusal => (isGenuine ? new PageRefusal('malformed') : forgedForm());
  // What the form throws at its end is put in its own words.
  const ended = finished(form).catch(() => {
    throw refusal();
  });

  let octets = 0;
  request.on('data', ({ length }: Buffer) => {
    octets += length;
    if (!isGenuine && octets > MAX_BODY_OCTETS) refuse();
  });
  // The library tells a fault and goes on, as if there were more to come.
  form.once('error', (error: Error) => form.destroy(error));
  form.on('partsLimit', refuse);
  form.on('field', (name, value) => {
    if (form.destroyed) return;
    if (isGenuine && !hasFile) return void fields.set(name, value);
    if (isGenuine || name !== TOKEN_FIELD || !acceptToken(value)) return refuse();
    isGenuine = true;
  });
  return new Promise((resolve, reject) => {
    form.on('file', (name, file, { filename }) => {
      // It breaks off with the form, perhaps before anybody reads it.
      file.on('error', () => undefined);
      if (form.destroyed) return;
      if (!isGenuine || hasFile || name !== FILE_FIELD) return refuse();
      hasFile = true;
      // Browsers send a part without a name where no file was chosen.
      if (filename === undefined) file.resume();
      else resolve({ fields, chunks: wholeFile(file, ended) });
    });
    ended.then(
      () => (isGenuine ? resolve({ fields, chunks: undefined }) : reject(refusal())),
      reject,
    );
  });
}

async function* wholeFile(file: Readable, formEnded: Promise<void>): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of file) yield chunk as Buffer;
  } catch {
    // It broke off with the form, which says why.
  }
  await formEnded;
}
