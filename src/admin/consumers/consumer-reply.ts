import { consumerFieldsAsJson } from '../../consumers/consumer-fields.js';
import type { Consumer } from '../../consumers/consumer.js';

/** The properties of a consumer that staff see: what staff decided, and when. */
export const consumerReply = (consumer: Consumer) => ({
  consumerKey: consumer.consumerKey,
  ...consumerFieldsAsJson(consumer),
  createdAt: consumer.createdAt.toISOString(),
  updatedAt: consumer.updatedAt.toISOString(),
});

export type ConsumerReply = ReturnType<typeof consumerReply>;
