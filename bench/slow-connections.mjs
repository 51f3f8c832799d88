// Deliberately slow connections in a separate process: the requested number, a quarter of each kind. Each is opened
// again when the service closes it. Reports the number of open connections every second.
import net from 'node:net';

const DRIP_MS = 1_000;
const OPENED_EACH_MS = 1;
const REOPENED_AFTER_MS = 20;
const PARTIAL_BODY =
  'POST /oauth/oauth10/initiate HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 60000\r\n\r\n';
const WHOLE = 'GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n';
const KINDS = [
  { name: 'says nothing' },
  {
    name: 'a header, an octet a second',
    first: 'GET /oauth/oauth10/token HTTP/1.1\r\nX-Slow: ',
    drip: 'x',
  },
  { name: 'a body, an octet a second', first: PARTIAL_BODY, drip: 'a' },
  { name: 'idle after a request', first: WHOLE },
];

process.once('message', ({ base, count }) => {
  const { hostname, port } = new URL(base);
  const open = new Set();
  const cut = Object.fromEntries(KINDS.map(({ name }) => [name, 0]));

  function connect(kind) {
    const socket = net.connect({ host: hostname, port: Number(port) });
    socket.once('connect', () => {
      open.add(socket);
      if (kind.first) socket.write(kind.first);
    });
    const drip = setInterval(
      () => kind.drip && socket.writable && socket.write(kind.drip),
      DRIP_MS,
    );
    socket.resume();
    socket.on('error', () => undefined);
    socket.once('close', () => {
      clearInterval(drip);
      if (open.delete(socket)) cut[kind.name] += 1;
      if (process.connected) setTimeout(connect, REOPENED_AFTER_MS, kind);
    });
  }
  for (let n = 0; n < count; n += 1)
    setTimeout(connect, n * OPENED_EACH_MS, KINDS[n % KINDS.length]);
  const tell = setInterval(() => process.send({ open: open.size, cut }), DRIP_MS);
  process.once('disconnect', () => {
    clearInterval(tell);
    process.exit(0);
  });
});
