// The kinds of load: the requests, the connection that sends them, and which response is correct.
import { DancingConnection } from './dancing-connection.mjs';
import {
  acceptance,
  forwarded,
  initiation,
  plain,
  reported,
  signedGet,
  staffPost,
} from './request-bytes.mjs';

const hasCredentials = ({ status, body }) =>
  status === 200 && /(^|&)oauth_token=[^&]+/.test(body) && body.includes('oauth_token_secret=');
const inTurn = ({ credentials }, index) => credentials[index % credentials.length];

/**
 * For each kind of load: how to make a request, whether a response is correct, and the connection, if it is not a
 * plain one.
 */
export const KINDS = {
  plain: { make: (job) => plain(job), isRight: ({ status }) => status === 200 },
  initiate: {
    make: (job, index) => initiation(job, inTurn(job, index)),
    isRight: hasCredentials,
  },
  accept: {
    make: (job, index) => acceptance(job, job.credentials[index]),
    isRight: ({ status, body }) => status === 200 && body.includes('"oauthVerifier":"'),
  },
  mint: {
    make: (job, index) => {
      const { consumer } = inTurn(job, index);
      return staffPost(job, `${job.path}/${consumer.key}/tokens`, { subject: 'jane' });
    },
    isRight: ({ status, body }) => status === 201 && body.includes('"tokenSecret":"'),
  },
  exchange: {
    make: (job, index) => signedGet(job, job.credentials[index]),
    isRight: hasCredentials,
  },
  resource: {
    make: (job, index) => signedGet(job, inTurn(job, index)),
    isRight: ({ status }) => status === 200,
  },
  verify: {
    make: (job, index) => reported(job, inTurn(job, index)),
    isRight: ({ status, body }) => status === 200 && body.includes('"active":true'),
  },
  authz: {
    make: (job, index) => forwarded(job, inTurn(job, index)),
    isRight: ({ status }) => status === 200,
  },
  // These requests are signed during the run, because each step needs the result of the previous one.
  dance: {
    make: (job, index) => inTurn(job, index),
    connect: (job, address) => new DancingConnection(job, address),
    isRight: hasCredentials,
  },
};
