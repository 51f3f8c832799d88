"""WSGI middleware for Flask, Django and whatever else speaks WSGI. docs/integrating/python.md explains it.

It takes the JWT that a gateway puts into Authorization, and asks the service about what is signed by OAuth 1.0a.
"""
import base64, io, json, os, urllib.error, urllib.request

import jwt

ISSUER, AUDIENCE = os.environ["ISSUER"], os.environ["AUDIENCE"]
VERIFY_URL, GATEWAY_KEY, ORIGIN = (os.environ[name] for name in ("VERIFY_URL", "GATEWAY_KEY", "ORIGIN"))
KEYS = jwt.PyJWKClient(os.environ["JWKS_URL"])  # remembered for 300 seconds
REQUIRED = ["iss", "aud", "sub", "exp", "iat", "client_id"]
ALGORITHMS = ["ES256", "EdDSA", "RS256"]


class OAuth10:
    def __init__(self, app):
        self.app = app

    def __call__(self, environ, start):
        scheme, _, token = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
        status, headers = self.bearer(environ, token) if scheme == "Bearer" else self.ask(environ)
        if status is None:
            return self.app(environ, start)
        start(status, headers + [("Content-Length", "0")])
        return [b""]

    def bearer(self, environ, token):
        try:
            if jwt.get_unverified_header(token).get("typ") != "at+jwt":
                raise jwt.InvalidTokenError("typ")
            key = KEYS.get_signing_key_from_jwt(token).key
            claims = jwt.decode(token, key, algorithms=ALGORITHMS, issuer=ISSUER, audience=AUDIENCE,
                                options={"require": REQUIRED})
        except jwt.InvalidTokenError:
            return "401 Unauthorized", [("WWW-Authenticate", 'Bearer error="invalid_token"')]
        except jwt.PyJWKClientError as error:  # an unknown kid, or keys out of reach
            if "Unable to find" in str(error):
                return "401 Unauthorized", [("WWW-Authenticate", 'Bearer error="invalid_token"')]
            return unavailable()
        environ["oauth10.caller"] = {"subject": claims["sub"], "scopes": claims.get("scope", "").split()}
        return None, []

    def ask(self, environ):
        length = environ.get("CONTENT_LENGTH") or "0"
        if not length.isdigit() or int(length) > 65536 or "HTTP_TRANSFER_ENCODING" in environ:
            return "413 Content Too Large", []
        body = environ["wsgi.input"].read(int(length))
        environ["wsgi.input"] = io.BytesIO(body)
        # PATH_INFO is decoded; the target that was signed is only in REQUEST_URI (gunicorn: RAW_URI).
        target = environ.get("REQUEST_URI") or environ["RAW_URI"]
        headers = {"authorization": environ.get("HTTP_AUTHORIZATION"), "content-type": environ.get("CONTENT_TYPE")}
        report = {"method": environ["REQUEST_METHOD"], "url": ORIGIN + target, "clientAddress": environ["REMOTE_ADDR"],
                  "headers": {name: value for name, value in headers.items() if value},
                  "bodyBase64": base64.b64encode(body).decode()}
        question = urllib.request.Request(VERIFY_URL, json.dumps(report).encode(), {
            "X-Gateway-Key": GATEWAY_KEY, "Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(question, timeout=5) as reply:
                verdict = json.load(reply)
        except urllib.error.HTTPError as error:  # 401 and 403 are about this API's own key
            return unavailable(error.headers.get("Retry-After"))
        except OSError:
            return unavailable()
        if verdict["active"] is not True:
            challenge = 'OAuth realm="api", oauth_problem="%s"' % verdict["problem"]
            return "%d Refused" % verdict["status"], [("WWW-Authenticate", challenge)]
        environ["oauth10.caller"] = {"subject": verdict["subject"], "scopes": verdict["scopes"]}
        return None, []


def unavailable(seconds=None):
    return "503 Service Unavailable", [("Retry-After", seconds or "1")]
