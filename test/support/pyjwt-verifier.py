"""A resource server's verifier by PyJWT: a JWT a line in, its subject or the error a line out.

    pyjwt-verifier.py JWKS_URL ISSUER AUDIENCE LIFESPAN_SECONDS
"""

import sys

import jwt

url, issuer, audience, lifespan = sys.argv[1:]


class CachingClient(jwt.PyJWKClient):
    """Asks for the keys when its memory has ended and at no other time: an unknown kid is a refusal."""

    def get_jwk_set(self, refresh=False):
        return super().get_jwk_set(False)


keys = CachingClient(url, lifespan=int(lifespan))
for line in sys.stdin:
    token = line.strip()
    try:
        if jwt.get_unverified_header(token).get("typ") != "at+jwt":
            raise jwt.InvalidTokenError("typ")
        claims = jwt.decode(
            token,
            keys.get_signing_key_from_jwt(token).key,
            algorithms=["ES256"],
            issuer=issuer,
            audience=audience,
            options={"require": ["iss", "aud", "sub", "exp", "iat", "client_id", "jti"]},
        )
        print("ok", claims["sub"], flush=True)
    except (jwt.InvalidTokenError, jwt.PyJWKClientError) as error:
        print("refused", type(error).__name__, str(error).replace("\n", " "), flush=True)
