import type { ConsoleFrame } from '../console-renderer.js';
import { pageOf } from '../lists.js';
import type { Texts } from '../texts/english.js';

/** The frame that all pages of one consumer share. */
export function consumerFrame(consumerKey: string, name: string, texts: Texts): ConsoleFrame {
  const query = new URLSearchParams({ consumerKey });
  const onRecord = new URLSearchParams({ target: `consumer:${consumerKey}` });
  return {
    title: name,
    trail: [{ href: '/console/consumers', text: texts.consumers.title }],
    tabs: [
      { href: pageOf('consumers', consumerKey), text: texts.consumers.settings },
      { href: `/console/tokens?${query.toString()}`, text: texts.nav.tokens },
      { href: pageOf('consumers', consumerKey, 'refusals'), text: texts.consumers.usage },
      { href: `/console/audit-events?${onRecord.toString()}`, text: texts.nav.record },
    ],
  };
}
