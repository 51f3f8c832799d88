import { createHash } from 'node:crypto';

/** What a page holds beside its words, all of it its own. */
export interface PageContent {
  readonly style: string;
  /** The page's script, where it has one. */
  readonly script?: string | undefined;
  /** Where the page's forms may lead in the end, beside this service itself; null: anywhere. */
  readonly formAction?: readonly string[] | null | undefined;
  readonly hasImages: boolean;
}

/** The Content-Security-Policy of a page: no script but its own, no frame, nothing from elsewhere. */
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
