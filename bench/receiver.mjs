// A receiver of events in its own process. It answers each event at once, or with `hangs` never.
//
//   node bench/receiver.mjs PORT takes|hangs
import { createServer } from 'node:http';

const [port, how] = process.argv.slice(2);

createServer((request, response) => {
  request.resume();
  if (how === 'takes') request.on('end', () => response.writeHead(204).end());
}).listen(Number(port), '127.0.0.1');
