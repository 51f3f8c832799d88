"""oauthlib as an oracle. Each line read is a JSON list of requests, each line written the list of answers.

A request: [uri, method, headers, body, consumer key, consumer secret, token or null, token secret]. An
answer: [verdict, signature base string or null, detail]. The one argument is the file with the public
key, PEM.
"""
import json
import logging
import sys

from oauthlib.oauth1 import RequestValidator, SignatureOnlyEndpoint
from oauthlib.oauth1.rfc5849 import signature

logging.disable(logging.CRITICAL)


class OneConsumer(RequestValidator):
    """Knows one consumer and one token at a time, and restricts nothing that RFC 5849 leaves open."""

    enforce_ssl = False
    # No clock here: whatever the timestamp, its time has not passed.
    timestamp_lifetime = 10**18

    def __init__(self, rsa_key):
        super().__init__()
        self.rsa_key = rsa_key

    def check_client_key(self, client_key):
        return True

    def check_nonce(self, nonce):
        return True

    def get_client_secret(self, client_key, request):
        return self.consumer_secret

    def get_access_token_secret(self, client_key, token, request):
        return self.token_secret

    def get_rsa_key(self, client_key, request):
        return self.rsa_key


def judge(endpoint, uri, method, headers, body, key, secret, token, token_secret):
    validator = endpoint.request_validator
    validator.consumer_secret, validator.token_secret = secret, token_secret
    try:
        request = endpoint._create_request(uri, method, body, headers)
        endpoint._check_mandatory_parameters(request)
        base_string = signature.signature_base_string(
            request.http_method,
            signature.base_string_uri(request.uri),
            signature.normalize_parameters(request.params),
        )
        holds = endpoint._check_signature(request)
    except Exception as refusal:  # Whatever it cannot work with: a server would answer 400, or 500.
        return ["malformed", None, type(refusal).__name__ + ": " + str(refusal)]
    known = request.client_key == key and request.resource_owner_key in (token, "", None)
    return [
        "genuine" if known and holds else "not genuine",
        base_string,
        "" if known else "unknown consumer or token",
    ]


with open(sys.argv[1], encoding="ascii") as pem:
    endpoint = SignatureOnlyEndpoint(OneConsumer(pem.read()))
for line in sys.stdin:
    print(json.dumps([judge(endpoint, *request) for request in json.loads(line)]), flush=True)
