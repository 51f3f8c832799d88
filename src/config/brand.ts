import { readFileSync } from 'node:fs';
import { extname } from 'node:path';

/** What makes the resource owner's pages look like the platform's own. */
export interface Brand {
  readonly name: string | undefined;
  readonly logo: Logo | undefined;
  /** `#rrggbb`, in lower case. */
  readonly color: string;
  readonly legalText: string | undefined;
}

/** A picture, held in memory. */
export interface Logo {
  readonly mediaType: string;
  readonly octets: Buffer;
}

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
};

/** Far above any logo, far below what would hurt to send with every first visit. */
const MAX_LOGO_OCTETS = 256 * 1024;

/** Reads the picture once. */
export function logoFile(path: string): Logo {
  const mediaType = MEDIA_TYPES[extname(path).toLowerCase()];
  if (mediaType === undefined) throw new Error('must name an SVG, PNG, WebP or JPEG file');
  let octets: Buffer;
  try {
    octets = readFileSync(path);
  } catch (error) {
    throw new Error(`must name a readable file (${(error as NodeJS.ErrnoException).code})`);
  }
  if (octets.length === 0 || octets.length > MAX_LOGO_OCTETS) {
    throw new Error(`must name a picture of at most ${MAX_LOGO_OCTETS / 1024} KiB`);
  }
  return { mediaType, octets };
}

/** A colour that is safe in a stylesheet. */
export function brandColor(text: string): string {
  if (!/^#[0-9a-f]{6}$/i.test(text)) throw new Error('must be a colour as #rrggbb');
  return text.toLowerCase();
}

export function brandName(text: string): string {
  if (/\p{Cc}/u.test(text) || text.trim() === '' || text.length > 80) {
    throw new Error('must be one line of at most 80 characters');
  }
  return text;
}
