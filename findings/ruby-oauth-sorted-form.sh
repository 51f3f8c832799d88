#!/usr/bin/env bash
# ruby-oauth 0.5.4: the values of one name of a form are sent sorted as text, in whatever order they were given.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo "program:  ruby-oauth, Debian $(dpkg-query -W -f '${Version}' ruby-oauth)"

cat > sign.rb <<'RUBY'
require 'oauth'
require 'socket'

listener = TCPServer.new('127.0.0.1', 0)
received = Thread.new do
  connection = listener.accept
  length = 0
  while (line = connection.gets) && line != "\r\n"
    length = line[/\d+/].to_i if line.match?(/\Acontent-length:/i)
  end
  body = connection.read(length)
  connection.write("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
  connection.close
  body
end
consumer = OAuth::Consumer.new('k', 's', site: "http://127.0.0.1:#{listener.addr[1]}")
OAuth::AccessToken.new(consumer, 't', 'ts').post('/r', { 'step' => %w[2 10 1] })

puts 'given:    step: 2, 10, 1'
puts 'expected: step=2&step=10&step=1'
puts "seen:     #{received.value}"
exit(received.value == 'step=1&step=10&step=2')
RUBY
timeout 60 /usr/bin/ruby sign.rb || { echo 'Not as recorded.' >&2; exit 1; }
