# simple_oauth, which makes the header alone, with Net::HTTP.
require 'net/http'
require 'openssl'
require 'simple_oauth'

$stdout.sync = true
$stdin.each_line(chomp: true) do |line|
  operation, key, secret, token, token_secret, method, signature_method, url, kind, payload = line.split("\t", -1)
  uri = URI(url)
  secret = OpenSSL::PKey::RSA.new(secret.unpack1('m')).to_pem if signature_method == 'RSA-SHA1'
  oauth = { consumer_key: key, consumer_secret: secret, signature_method: signature_method }
  oauth.update(token: token, token_secret: token_secret) unless token == ''
  oauth[:callback] = payload if operation == 'initiate'
  oauth[:verifier] = payload if operation == 'exchange'
  # Its parameters are a Hash, or anything else that is a list of pairs.
  params = kind == 'form' ? URI.decode_www_form(payload) : []
  header = SimpleOAuth::Header.new(method, url, params, oauth)
  request = Net::HTTP.const_get(method.capitalize).new(uri)
  request['Authorization'] = header.to_s
  request['Content-Type'] = { 'form' => 'application/x-www-form-urlencoded', 'json' => 'application/json' }[kind]
  request.body = %w[form json].include?(kind) ? payload : ('' if method == 'POST')
  reply = Net::HTTP.start(uri.host, uri.port) { |http| http.request(request) }
  puts [reply.code, reply.body].join("\t")
end
