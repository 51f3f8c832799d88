import type { NewEvent } from '../events/event.js';
import type { Consumer } from './consumer.js';

type Verb = 'registered' | 'changed' | 'disabled' | 'deleted';

/**
 * What the platform is told of a consumer. Which fields have changed is told and not to what: whoever has
 * to know reads the consumer, and gets it as it is by then.
 *
 * @param changed names of fields of the admin API
 */
export const consumerEvent = (
  verb: Verb,
  {
    consumerKey,
    ...rest
  }: Pick<Consumer, 'consumerKey'> & Partial<Pick<Consumer, 'name' | 'status'>>,
  changed?: readonly string[],
): NewEvent => ({
  type: `oauth10.consumer.${verb}`,
  consumerKey,
  subject: `consumer:${consumerKey}`,
  data: {
    consumerKey,
    ...(rest.name !== undefined && { name: rest.name }),
    ...(rest.status !== undefined && { status: rest.status }),
    ...(changed && { changed }),
  },
});

/** What a change is told as: that a consumer is served no more is more than a change. */
export const changeEvent = (
  before: Consumer,
  after: Consumer,
  changed: readonly string[],
): NewEvent =>
  consumerEvent(
    before.status === 'active' && after.status === 'disabled' ? 'disabled' : 'changed',
    after,
    changed,
  );
