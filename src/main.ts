// The service's entry from before there was one command: `node dist/main.js` is `oauth10 serve`.
process.argv.splice(2, 0, 'serve');
await import('./programs/oauth10.js');
