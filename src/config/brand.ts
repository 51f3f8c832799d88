import { readFileSync } from 'node:fs';
import { extname } from 'node:path';

/** The settings that give the resource owner's pages the platform's look. */
export interface Brand {
  readonly name: string | undefined;
  readonly logo: Logo | undefined;
  /** `#rrggbb`, in lower case. */
  readonly color: string;
  readonly legalText: string | undefined;
}

/** An image in memory. */
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

/** Larger than any logo, and small enough to send with every first visit. */
const MAX_LOGO_OCTETS = 256 * 1024;

/** Reads the image at startup. */
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

/** A colour that cannot break the stylesheet. */
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
