import { createHash } from 'node:crypto';

/** The parts of a page that its policy has to allow. */
export interface PageContent {
  readonly style: string;
  /** The page's script, if it has one. */
  readonly script?: string | undefined;
  /** The targets of the page's forms and their redirects, besides this service; null: any target. */
  readonly formAction?: readonly string[] | null | undefined;
  readonly hasImages: boolean;
}

/** The Content-Security-Policy of a page: only its own style and script, no frames, nothing from other origins. */
export const pagePolicy = ({ style, script, formAction = [], hasImages }: PageContent): string =>
  [
    "default-src 'none'",
    `style-src ${hashSource(style)}`,
    ...(script === undefined ? [] : [`script-src ${hashSource(script)}`]),
    ...(hasImages ? ["img-src 'self'"] : []),
    ...(formAction === null ? [] : [`form-action ${["'self'", ...formAction].join(' ')}`]),
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; ');

const hashSource = (inline: string): string =>
  `'sha256-${createHash('sha256').update(inline).digest('base64')}'`;
