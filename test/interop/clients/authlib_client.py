"""Authlib's session for requests; the argument says where the OAuth parameters travel."""
import sys
from urllib.parse import parse_qsl

from authlib.integrations.requests_client import OAuth1Session

place = sys.argv[1]
for line in sys.stdin:
    operation, key, secret, token, token_secret, method, url, kind, payload = line.rstrip("\n").split("\t")
    session = OAuth1Session(
        key,
        secret,
        token=token or None,
        token_secret=token_secret or None,
        redirect_uri=payload if kind == "callback" else None,
        verifier=payload if kind == "verifier" else None,
        signature_type=place,
    )
    data, headers = None, {}
    if kind == "form":
        data = parse_qsl(payload, keep_blank_values=True)
    if kind == "json":
        data, headers = payload.encode(), {"Content-Type": "application/json"}
    reply = session.request(method, url, data=data, headers=headers, timeout=10)
    print(reply.status_code, reply.text, sep="\t", flush=True)
