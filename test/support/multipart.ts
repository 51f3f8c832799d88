/** A part of a form (RFC 7578): a field, or a file with its name. The name is empty if no file was chosen. */
export type Part =
  | readonly [field: string, value: string]
  | readonly [field: string, content: string, filename: string];

const BOUNDARY = '----oauth10TestBoundary';

/** Encodes the parts as multipart/form-data, in this order. */
export function multipart(parts: readonly Part[]): { type: string; body: string } {
  const written = parts.map(([field, content, filename]) => {
    const file =
      filename === undefined
        ? ''
        : `; filename="${filename}"\r\nContent-Type: application/octet-stream`;
    return `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${field}"${file}\r\n\r\n${content}\r\n`;
  });
  return {
    type: `multipart/form-data; boundary=${BOUNDARY}`,
    body: `${written.join('')}--${BOUNDARY}--\r\n`,
  };
}
