// An unauthenticated client in its own process. It sends as much as it can to a service on loopback, over the given
// number of connections, reopens closed ones, and ends by itself.
import net from 'node:net';

const REOPENED_AFTER_MS = 20;
const OPENED_EACH_MS = 0.5;
const LONGEST_SECONDS = 120;
const UNKNOWN = (signature) =>
  `OAuth oauth_consumer_key="nobody", oauth_signature_method="HMAC-SHA256", oauth_timestamp="${Math.floor(Date.now() / 1000)}", ` +
  `oauth_nonce="${Math.random().toString(36).slice(2)}", oauth_signature="${signature}"`;
const SIGNATURE = encodeURIComponent(Buffer.alloc(32, 7).toString('base64'));
const head = (line, ...fields) =>
  `${[`${line} HTTP/1.1`, 'Host: x', ...fields].join('\r\n')}\r\n\r\n`;
const echo = () => head('GET /oauth/oauth10/echo', `Authorization: ${UNKNOWN(SIGNATURE)}`);
// 64 KiB, with each octet escaped in the base string.
const BODY = `a=${'+'.repeat(64 * 1024 - 2)}`;
const costly = () =>
  head(
    'POST /oauth/oauth10/initiate',
    `Authorization: ${UNKNOWN(SIGNATURE)}`,
    'Content-Type: application/x-www-form-urlencoded',
    `Content-Length: ${BODY.length}`,
  ) + BODY;

/**
 * For each kind: what a connection sends first, what it sends after each response, and its share of the connections.
 */
const KINDS = {
  pipelining: { share: 0.02, first: () => echo().repeat(200) },
  costly: { share: 0.02, first: costly, next: costly },
  readiness: {
    share: 0.1,
    first: () => head('GET /health/ready'),
    next: () => head('GET /health/ready'),
  },
  'takes no answer': { share: 0.02, first: echo, next: echo, takesNothing: true },
  'half a body': { share: 0.1, first: () => costly().slice(0, 1_000) },
  crowd: { share: 0.74, first: echo, next: echo },
};

process.once('message', ({ port, connections, seconds, kinds = Object.keys(KINDS) }) => {
  const counts = { opened: 0, answered: 0, cut: 0 };
  const open = (kind) => {
    const socket = net.connect({ host: '127.0.0.1', port });
    let timer;
    socket.once('connect', () => {
      counts.opened += 1;
      socket.write(kind.first());
      if (!kind.takesNothing) return;
      socket.pause();
      timer = setInterval(() => socket.writable && socket.write(kind.next()), 50);
    });
    socket.on('data', () => {
      counts.answered += 1;
      if (kind.next && socket.writable) socket.write(kind.next());
    });
    socket.on('error', () => undefined);
    socket.once('close', () => {
      clearInterval(timer);
      counts.cut += 1;
      setTimeout(open, REOPENED_AFTER_MS, kind);
    });
  };
  const chosen = kinds.map((name) => KINDS[name]);
  const whole = chosen.reduce((sum, { share }) => sum + share, 0);
  let at = 0;
  for (const kind of chosen) {
    const count = Math.max(1, Math.round((connections * kind.share) / whole));
    for (let n = 0; n < count; n += 1) setTimeout(open, (at += OPENED_EACH_MS), kind);
  }
  const end = () => {
    if (process.connected) process.send(counts, () => process.exit(0));
    else process.exit(0);
  };
  setTimeout(end, Math.min(seconds, LONGEST_SECONDS) * 1000);
  process.once('disconnect', () => process.exit(0));
});
