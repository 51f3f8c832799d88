"""requests-oauthlib; the argument says where the OAuth parameters travel."""
import sys
from textwrap import wrap
from urllib.parse import parse_qsl

import requests
from requests_oauthlib import OAuth1


def pem_of(secret):
    """What an RSA consumer's secret is here, as PEM."""
    return "-----BEGIN PRIVATE KEY-----\n" + "\n".join(wrap(secret, 64)) + "\n-----END PRIVATE KEY-----\n"


place = sys.argv[1]
for line in sys.stdin:
    operation, key, secret, token, token_secret, method, signature_method, url, kind, payload = (
        line.rstrip("\n").split("\t")
    )
    auth = OAuth1(
        key,
        secret,
        token or None,
        token_secret or None,
        callback_uri=payload if kind == "callback" else None,
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
    try:
        reply = requests.request(method, url, data=data, headers=headers, auth=auth, timeout=10)
    except ValueError as refusal:
        print("unable", refusal, sep="\t", flush=True)
    else:
        print(reply.status_code, reply.text, sep="\t", flush=True)
