#!/usr/bin/env bash
# npm oauth-1.0a 2.2.6: a query value is signed only up to its first `=`.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
timeout 240 npm install --prefix . --ignore-scripts --no-audit --no-fund --silent oauth-1.0a@2.2.6 >&2

cat > sign.cjs <<'JS'
const OAuth = require('oauth-1.0a');
const { version } = require('oauth-1.0a/package.json');

const url = 'http://example.com/r?cursor=YWJjZA==';
let signedText = '';
const signer = new OAuth({
  consumer: { key: 'k', secret: 's' },
  signature_method: 'HMAC-SHA1',
  hash_function(text) {
    signedText = text;
    return 'not looked at';
  },
});
signer.authorize({ url, method: 'GET' });
// Base string: method & URL & parameters, each encoded; a value is encoded twice.
const seen = decodeURIComponent(signedText.split('&')[2]).split('&')[0];

console.log(`program:  npm oauth-1.0a ${version}`);
console.log(`given:    ${url}`);
console.log(`expected: cursor=YWJjZA%3D%3D in the normalized parameters`);
console.log(`seen:     ${seen}`);
process.exitCode = seen === 'cursor=YWJjZA' ? 0 : 1;
JS
timeout 60 node sign.cjs || { echo 'Not as recorded.' >&2; exit 1; }
