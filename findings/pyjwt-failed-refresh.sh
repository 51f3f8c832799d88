#!/usr/bin/env bash
# PyJWT 2.6.0: a PyJWKClient whose refresh fails throws away the keys that it had, long before their lifespan ends.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo "program:  PyJWT, Debian $(dpkg-query -W -f '${Version}' python3-jwt)"

cat > refresh.py <<'PYTHON'
import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

old, new = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
is_up = True


class Issuer(BaseHTTPRequestHandler):
    """Publishes the old key, or is restarting."""

    def do_GET(self):
        key = {"kid": "old", "use": "sig", **jwk_of(old)}
        body = json.dumps({"keys": [key]}).encode() if is_up else b""
        self.send_response(200 if is_up else 503)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def jwk_of(key):
    numbers = key.public_key().public_numbers()
    octets = [number.to_bytes(32, "big") for number in (numbers.x, numbers.y)]
    x, y = [jwt.utils.base64url_encode(each).decode() for each in octets]
    return {"kty": "EC", "crv": "P-256", "x": x, "y": y}


def verdict(kid, key):
    token = jwt.encode({"sub": "jane"}, key, algorithm="ES256", headers={"kid": kid})
    try:
        signing_key = client.get_signing_key_from_jwt(token).key
        return jwt.decode(token, signing_key, algorithms=["ES256"])["sub"]
    except jwt.PyJWKClientError:
        return "refused"


issuer = HTTPServer(("127.0.0.1", 0), Issuer)
threading.Thread(target=issuer.serve_forever, daemon=True).start()
client = jwt.PyJWKClient(f"http://127.0.0.1:{issuer.server_port}/jwks.json", lifespan=300)

before = verdict("old", old)
is_up = False
still = verdict("old", old)
rotated = verdict("new", new)
after = verdict("old", old)

print("given:    lifespan=300; the issuer's endpoint restarts just when the first token of its new key arrives")
print("expected: old key: jane, jane; new key: refused; old key: jane")
print(f"seen:     old key: {before}, {still}; new key: {rotated}; old key: {after}")
sys.exit(0 if [before, still, rotated, after] == ["jane", "jane", "refused", "refused"] else 1)
PYTHON
timeout 60 /usr/bin/python3 refresh.py || { echo 'Not as recorded.' >&2; exit 1; }
