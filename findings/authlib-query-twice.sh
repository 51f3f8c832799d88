#!/usr/bin/env bash
# Authlib 1.2.0: with signature_type QUERY all OAuth parameters but the signature stand in the URL twice.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo "program:  Authlib, Debian $(dpkg-query -W -f '${Version}' python3-authlib)"

cat > sign.py <<'PYTHON'
import sys
from urllib.parse import parse_qsl, urlsplit

import requests
from authlib.integrations.requests_client import OAuth1Session
from requests.adapters import BaseAdapter


class Kept(BaseAdapter):
    """In the place of the network: keeps the URL that would have been asked for."""

    def send(self, request, **options):
        self.url = request.url
        reply = requests.Response()
        reply.status_code = 200
        reply.request = request
        return reply

    def close(self):
        pass


kept = Kept()
session = OAuth1Session("k", "s", token="t", token_secret="ts", signature_type="QUERY")
session.mount("https://", kept)
session.get("https://example.com/r?a=1")

names = [name for name, _ in parse_qsl(urlsplit(kept.url).query)]
times = {name: names.count(name) for name in sorted(set(names))}
print("given:    GET https://example.com/r?a=1, signature_type QUERY")
print("expected: every name once")
print("seen:     " + ", ".join(f"{name} {count}" for name, count in times.items()))
twice = {name for name, count in times.items() if count == 2}
protocol = {name for name in times if name.startswith("oauth_") and name != "oauth_signature"}
sys.exit(0 if len(protocol) > 4 and twice == protocol else 1)
PYTHON
timeout 60 /usr/bin/python3 sign.py || { echo 'Not as recorded.' >&2; exit 1; }
