// The kinds of load: what is sent, by what, and which answer is the right one.
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
 * For each kind of load: its requests, whether an answer is the right one, and what sends them where that is
 * no plain connection.
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
  // Signed as it goes, since each step needs what the one before brought.
  dance: {
    make: (job, index) => inTurn(job, index),
    connect: (job, address) => new DancingConnection(job, address),
    isRight: hasCredentials,
  },
};
