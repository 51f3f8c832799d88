// Owns an embedded server until it is told to stop, or is killed.
// Arguments: the folder of the built modules, and the options of startEmbeddedServer as JSON.
// Prints the result on stdout as one line of JSON.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [, , modules, options] = process.argv;
const { startEmbeddedServer } = await import(
  pathToFileURL(join(modules, 'database/embedded-server/embedded-server.js')).href
);
try {
  const server = await startEmbeddedServer(JSON.parse(options));
  console.log(JSON.stringify({ url: server.url, folder: server.folder }));
  process.stdin.once('data', async () => {
    await server.stop();
    process.exit(0);
  });
} catch (error) {
  console.log(JSON.stringify({ error: `${error.name}: ${error.message}` }));
  process.exitCode = 1;
}
