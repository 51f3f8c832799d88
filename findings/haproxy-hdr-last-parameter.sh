#!/usr/bin/env bash
# HAProxy: req.hdr(authorization) is the whole header of a Bearer token, and of an OAuth 1.0a one its last parameter.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo "program:  HAProxy, Debian $(dpkg-query -W -f '${Version}' haproxy)"

port=$(/usr/bin/python3 -c 'import socket; print(socket.create_server(("127.0.0.1", 0)).getsockname()[1])')
# Tells what a verifier behind it would be handed.
cat > haproxy.cfg <<CFG
defaults
  mode http
  timeout client 5s
  timeout server 5s
  timeout connect 5s
frontend gateway
  bind 127.0.0.1:$port
  http-request return status 200 content-type text/plain lf-string "%[req.hdr(authorization)]"
CFG
timeout 30 haproxy -db -f haproxy.cfg 2> haproxy.log &
haproxy=$!
trap 'kill "$haproxy" 2> /dev/null || true; wait "$haproxy" || true; rm -rf "$folder"' EXIT

handed() {
  curl --silent --noproxy '*' --max-time 10 --retry 20 --retry-delay 1 --retry-max-time 20 --retry-connrefused \
    --header "Authorization: $1" "http://127.0.0.1:$port/"
}
bearer='Bearer abc'
oauth='OAuth oauth_consumer_key="k", oauth_token="t", oauth_signature="s"'
seen_bearer=$(handed "$bearer")
seen_oauth=$(handed "$oauth")
echo "given:    Authorization: $bearer"
echo "          Authorization: $oauth"
echo 'expected: req.hdr(authorization) is the value, both times'
echo "seen:     $seen_bearer"
echo "          $seen_oauth"
[ "$seen_bearer" = "$bearer" ] && [ "$seen_oauth" = 'oauth_signature="s"' ] || { echo 'Not as recorded.' >&2; exit 1; }
