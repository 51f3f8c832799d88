#!/usr/bin/env bash
# Caddy 2.6.2: forward_auth hands the upstream the name of a placeholder where the verifier sent no such header.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

echo "program:  Caddy, Debian $(dpkg-query -W -f '${Version}' caddy)"

# Ports that are free now, on loopback.
read -r gateway verifier api < <(/usr/bin/python3 -c '
import socket
held = [socket.create_server(("127.0.0.1", 0)) for _ in range(3)]
print(*(one.getsockname()[1] for one in held))')

# Three sites on loopback: a gateway, a verifier that says yes and nothing more, and an API that tells what it got.
cat > Caddyfile <<CADDY
{
	admin off
	auto_https off
}
http://127.0.0.1:$gateway {
	bind 127.0.0.1
	forward_auth 127.0.0.1:$verifier {
		uri /
		copy_headers X-Subject
	}
	reverse_proxy 127.0.0.1:$api
}
http://127.0.0.1:$verifier {
	bind 127.0.0.1
	respond 200
}
http://127.0.0.1:$api {
	bind 127.0.0.1
	respond "X-Subject=[{http.request.header.X-Subject}]"
}
CADDY
HOME=$folder timeout 30 caddy run --config Caddyfile --adapter caddyfile 2> caddy.log &
caddy=$!
trap 'kill "$caddy" 2> /dev/null || true; wait "$caddy" || true; rm -rf "$folder"' EXIT

seen=$(curl --silent --noproxy '*' --max-time 10 --retry 20 --retry-delay 1 --retry-max-time 20 \
  --retry-connrefused "http://127.0.0.1:$gateway/")
echo "given:    copy_headers X-Subject; the verifier answers 200 without X-Subject"
echo "expected: X-Subject=[]"
echo "seen:     $seen"
[ "$seen" = 'X-Subject=[{http.reverse_proxy.header.X-Subject}]' ] || { echo 'Not as recorded.' >&2; exit 1; }
