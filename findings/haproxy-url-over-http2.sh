#!/usr/bin/env bash
# HAProxy: the sample `url` is path and query of a request by HTTP/1.1, and a whole URL of the same one by HTTP/2.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo "program:  HAProxy, Debian $(dpkg-query -W -f '${Version}' haproxy)"

read -r http1 http2 < <(/usr/bin/python3 -c '
import socket
held = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
print(*(one.getsockname()[1] for one in held))')
# One frontend, by either protocol, that tells what a verifier would be handed.
cat > haproxy.cfg <<CFG
defaults
  mode http
  timeout client 5s
  timeout server 5s
  timeout connect 5s
frontend gateway
  bind 127.0.0.1:$http1
  bind 127.0.0.1:$http2 proto h2
  http-request return status 200 content-type text/plain lf-string "%[url]"
CFG
timeout 30 haproxy -db -f haproxy.cfg 2> haproxy.log &
haproxy=$!
trap 'kill "$haproxy" 2> /dev/null || true; wait "$haproxy" || true; rm -rf "$folder"' EXIT

ask() {
  curl --silent --noproxy '*' --max-time 10 --retry 20 --retry-delay 1 --retry-max-time 20 --retry-connrefused \
    --header 'Host: api.example.com' "$@"
}
seen1=$(ask "http://127.0.0.1:$http1/photos?size=1")
seen2=$(ask --http2-prior-knowledge "http://127.0.0.1:$http2/photos?size=1")
echo 'given:    GET /photos?size=1 of api.example.com, by HTTP/1.1 and by HTTP/2'
echo 'expected: %[url] is /photos?size=1, both times'
echo "seen:     HTTP/1.1: $seen1"
echo "          HTTP/2:   $seen2"
[ "$seen1" = '/photos?size=1' ] && [ "$seen2" = 'http://api.example.com/photos?size=1' ] ||
  { echo 'Not as recorded.' >&2; exit 1; }
