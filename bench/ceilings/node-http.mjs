// The rate of node:http with a constant response.
import { createServer } from 'node:http';

createServer((_, response) => {
  response.writeHead(200, { 'Content-Type': 'text/plain', 'Content-Length': 5 }).end('hello');
}).listen(Number(process.env.PORT), '127.0.0.1');
