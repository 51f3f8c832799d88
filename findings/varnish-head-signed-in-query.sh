#!/usr/bin/env bash
# Varnish 7.1: a HEAD reaches the backend as HEAD when it carries Authorization, and as GET when it does not.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
chmod 755 "$folder" # Varnish, started by root, goes on as a user of its own.

echo "program:  Varnish, Debian $(dpkg-query -W -f '${Version}' varnish)"

# Ports that are free now, on loopback.
read -r front back < <(/usr/bin/python3 -c '
import socket
held = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
print(*(one.getsockname()[1] for one in held))')

cat > default.vcl <<VCL
vcl 4.1;
backend default { .host = "127.0.0.1"; .port = "$back"; }
VCL
cat > backend.py <<'PYTHON'
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer


class Backend(BaseHTTPRequestHandler):
    def do_GET(self):
        with open("seen", "a") as seen:
            seen.write(f"{self.command} {self.path}\n")
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_HEAD = do_GET

    def log_message(self, *arguments):
        pass


HTTPServer(("127.0.0.1", int(sys.argv[1])), Backend).serve_forever()
PYTHON
timeout 60 /usr/bin/python3 backend.py "$back" &
backend=$!
# The settings are Varnish's own: nothing but the backend's address is given.
timeout 60 varnishd -F -n "$folder/work" -a "127.0.0.1:$front" -f "$folder/default.vcl" 2> varnish.log >&2 &
varnish=$!
trap 'kill "$backend" "$varnish" 2> /dev/null || true; wait || true; rm -rf "$folder"' EXIT

ask() {
  curl --silent --noproxy '*' --head --output /dev/null --max-time 10 --retry 25 --retry-delay 1 \
    --retry-max-time 30 --retry-connrefused "$@"
}
# Ready when a request comes through the cache; that one is not looked at.
ask --fail --retry-all-errors "http://127.0.0.1:$front/ready"
: > seen
ask --header 'Authorization: OAuth oauth_consumer_key="k", oauth_signature="s"' "http://127.0.0.1:$front/by-header"
ask "http://127.0.0.1:$front/by-query?oauth_consumer_key=k&oauth_signature=s"

echo "given:    one HEAD signed in the header, one HEAD signed in the query"
echo "expected: HEAD and HEAD, since the method is signed"
echo "seen:     $(tr '\n' ';' < seen)"
printf '%s\n' 'HEAD /by-header' 'GET /by-query?oauth_consumer_key=k&oauth_signature=s' | cmp --quiet - seen || {
  echo 'Not as recorded.' >&2
  exit 1
}
