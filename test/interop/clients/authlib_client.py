"""Authlib's session for requests; the argument says where the OAuth parameters travel."""
import sys
from textwrap import wrap
from urllib.parse import parse_qsl

from authlib.integrations.requests_client import OAuth1Session


def pem_of(secret):
    """What an RSA consumer's secret is here, as PEM."""
    return "-----BEGIN PRIVATE KEY-----\n" + "\n".join(wrap(secret, 64)) + "\n-----END PRIVATE KEY-----\n"


place = sys.argv[1]
for line in sys.stdin:
    operation, key, secret, token, token_secret, method, signature_method, url, kind, payload = (
        line.rstrip("\n").split("\t")
    )
    session = OAuth1Session(
        key,
        secret,
        token=token or None,
        token_secret=token_secret or None,
        redirect_uri=payload if kind == "callback" else None,
        verifier=payload if kind == "verifier" else None,
        signature_type=place,
        signature_method=signature_method,
        rsa_key=pem_of(secret) if signature_method.startswith("RSA") else None,
    )
    data, headers = None, {}
    if kind == "form":
        data = parse_qsl(payload, keep_blank_values=True)
    if kind == "json":
        data, headers = payload.encode(), {"Content-Type": "application/json"}
    reply = session.request(method, url, data=data, headers=headers, timeout=10)
    print(reply.status_code, reply.text, sep="\t", flush=True)
