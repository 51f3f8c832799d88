import busboy, { type Busboy } from 'busboy';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { allowLongBody, isLongBodyAllowed } from '../../http/body-time.js';
import { MAX_BODY_OCTETS } from '../../http/request-body.js';
import { PageRefusal } from '../../pages/page-refusal.js';
import { forgedForm } from '../staff-request.js';

/** The content of a form with a file. */
export interface Upload {
  /** The fields before the file, by name. */
  readonly fields: ReadonlyMap<string, string>;
  /**
   * The stream of the file; undefined if no file was chosen. Ends when the form has ended.
   * @throws PageRefusal malformed if the form is cut short or has parts after the file
   */
  readonly chunks: AsyncIterable<Buffer> | undefined;
}

const TOKEN_FIELD = 'form_token';
const FILE_FIELD = 'file';
/** The token, a checkbox, the file, and one part too many, which the service refuses. */
const LIMITS = { fieldSize: 1024, parts: 4 };

/**
 * Reads a multipart/form-data form (RFC 7578) with one file, as a stream. The form token must be the first part.
 * Until the token is verified, the service accepts nothing else and reads no more than of any other form. Fields must
 * come before the file, because the file is used while it arrives.
 *
 * @param take uses the file; the unread rest of the form is discarded
 * @throws PageRefusal forged without the token, malformed; all errors of `take`
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
  // Needed even if the whole body has arrived: Node discards its buffer when the client disconnects.
  const onCut = (): void => {
    if (!request.readableEnded) form.destroy(new Error('the body ended early'));
  };
  request.once('close', onCut);
  // The client may have disconnected before this function ran.
  if (request.readable) request.pipe(form);
  else onCut();
  try {
    return await take(await upload);
  } finally {
    request.unpipe(form);
    form.destroy();
    // The listener limits how much is read (http/body-pieces.ts), but not of a form whose token was accepted.
    request.resume();
    const mayBeLong = isLongBodyAllowed(request) && !request.complete;
    if (mayBeLong && !response.headersSent) response.setHeader('Connection', 'close');
  }
}

function multipartForm({ headers }: IncomingMessage): Busboy {
  const type = headers['content-type'] ?? '';
  // Busboy also accepts other content types.
  if (!/^multipart\/form-data[ \t]*;/i.test(type)) throw forgedForm();
  try {
    return busboy({ headers: { 'content-type': type }, limits: LIMITS });
  } catch {
    throw forgedForm();
  }
}

/** Resolves at the start of the file, or at the end of a form without a file. */
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
  // Replaces the errors of busboy with a PageRefusal.
  const ended = finished(form).catch(() => {
    throw refusal();
  });

  let octets = 0;
  request.on('data', ({ length }: Buffer) => {
    octets += length;
    if (!isGenuine && octets > MAX_BODY_OCTETS) refuse();
  });
  // Busboy reports an error but does not stop.
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
      // The file stream fails together with the form, possibly before it has a reader.
      file.on('error', () => undefined);
      if (form.destroyed) return;
      if (!isGenuine || hasFile || name !== FILE_FIELD) return refuse();
      hasFile = true;
      // If no file was chosen, browsers send the part with an empty file name.
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
    // The form failed too, and its error is thrown below.
  }
  await formEnded;
}
