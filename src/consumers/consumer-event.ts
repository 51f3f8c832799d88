import type { NewEvent } from '../events/event.js';
import type { Consumer } from './consumer.js';

type Verb = 'registered' | 'changed' | 'disabled' | 'deleted';

/**
 * The event about a consumer. It contains the names of changed fields but not their values: the receiver reads
 * the consumer, and so gets its current state.
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

/** The event of a change: `disabled` if the consumer is no longer served, otherwise `changed`. */
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
