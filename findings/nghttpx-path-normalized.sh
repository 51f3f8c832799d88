#!/usr/bin/env bash
# nghttpx: the path that its manual normalizes "when doing a match" is what the backend gets; and `//` becomes `/`.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo "program:  nghttpx, Debian $(dpkg-query -W -f '${Version}' nghttp2-proxy)"

# Ports that are free now, on loopback.
read -r front back < <(/usr/bin/python3 -c '
import socket
held = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
print(*(one.getsockname()[1] for one in held))')

cat > backend.py <<'PYTHON'
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Backend(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        # As it came: `self.path` is no longer that.
        target = self.requestline.split(" ")[1].encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(target)))
        self.end_headers()
        self.wfile.write(target)

    def log_message(self, *arguments):
        pass


ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Backend).serve_forever()
PYTHON
timeout 60 /usr/bin/python3 backend.py "$back" &
backend=$!
# One backend for everything: there is nothing to match, and nothing to rewrite.
timeout 60 nghttpx --conf=/dev/null --workers=1 --frontend="127.0.0.1,$front;no-tls" --backend="127.0.0.1,$back" 2> nghttpx.log >&2 &
nghttpx=$!
trap 'kill "$backend" "$nghttpx" 2> /dev/null || true; wait || true; rm -rf "$folder"' EXIT

ask() {
  curl --silent --noproxy '*' --path-as-is --max-time 10 --retry 20 --retry-delay 1 --retry-max-time 20 --retry-connrefused \
    --header 'Authorization: OAuth oauth_consumer_key="k", oauth_signature="s"' "$@"
}
# Ready when a request comes through; that one is not looked at.
ask --fail --retry-all-errors --output /dev/null "http://127.0.0.1:$front/ready"
echo 'given:    GET of four paths, by HTTP/1.1 and by HTTP/2'
echo 'expected: the path that was sent, since it is signed'
for protocol in --http1.1 --http2-prior-knowledge; do
  for path in /%7Ejane/photos /v1//photos /caf%c3%a9 /a%2Fb; do
    echo "$path -> $(ask "$protocol" "http://127.0.0.1:$front$path")"
  done > "seen$protocol"
done
echo "seen:     $(head -n 1 seen--http1.1)"
sed '1d; s/^/          /' seen--http1.1
cmp --quiet seen--http1.1 seen--http2-prior-knowledge && echo '          the same by HTTP/2'
printf '%s\n' '/%7Ejane/photos -> /~jane/photos' '/v1//photos -> /v1/photos' '/caf%c3%a9 -> /caf%C3%A9' '/a%2Fb -> /a%2Fb' |
  cmp --quiet - seen--http1.1 && cmp --quiet seen--http1.1 seen--http2-prior-knowledge ||
  { echo 'Not as recorded.' >&2; exit 1; }
