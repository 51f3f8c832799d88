import { consumerFieldsAsJson } from '../../consumers/consumer-fields.js';
import type { Consumer } from '../../consumers/consumer.js';

/** What staff may see of a consumer: what staff decided on, and when. */
export const consumerReply = (consumer: Consumer) => ({
  consumerKey: consumer.consumerKey,
  ...consumerFieldsAsJson(consumer),
  createdAt: consumer.createdAt.toISOString(),
  updatedAt: consumer.updatedAt.toISOString(),
});

export type ConsumerReply = ReturnType<typeof consumerReply>;
