# ruby-oauth: a consumer for the dance, an access token for the rest.
require 'oauth'

$stdout.sync = true
$stdin.each_line(chomp: true) do |line|
  operation, key, secret, token, token_secret, method, signature_method, url, kind, payload = line.split("\t", -1)
  uri = URI(url)
  secret = OpenSSL::PKey::RSA.new(Base64.decode64(secret)).to_pem if signature_method == 'RSA-SHA1'
  consumer = OAuth::Consumer.new(key, secret,
                                 signature_method: signature_method, http_method: method.downcase.to_sym,
                                 site: "#{uri.scheme}://#{uri.host}:#{uri.port}",
                                 request_token_path: uri.path, access_token_path: uri.path)
  reply = begin
    case operation
    when 'initiate'
      got = consumer.get_request_token(oauth_callback: payload)
    when 'exchange'
      got = OAuth::RequestToken.new(consumer, token, token_secret).get_access_token(oauth_verifier: payload)
    else
      access = token == '' ? consumer : OAuth::AccessToken.new(consumer, token, token_secret)
      path = uri.request_uri
      response =
        case kind
        when 'form'
          pairs = URI.decode_www_form(payload).group_by(&:first)
          access.post(path, pairs.transform_values { |of_name| of_name.size > 1 ? of_name.map(&:last) : of_name[0][1] })
        when 'json' then access.post(path, payload, 'Content-Type' => 'application/json')
        else access.request(method.downcase.to_sym, path)
        end
      [response.code, response.body]
    end
    got ? [200, URI.encode_www_form(oauth_token: got.token, oauth_token_secret: got.secret)] : [response.code, response.body]
  rescue OAuth::Problem => e
    [e.request.code, e.request.body]
  end
  puts reply.join("\t")
end
