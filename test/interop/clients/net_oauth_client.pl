# Net::OAuth with HTTP::Tiny, as its documentation has it: parameters in extra_params, OAuth's in the header.
use strict;
use warnings;
use Crypt::OpenSSL::RSA;
use Encode qw(decode_utf8 encode_utf8);
use HTTP::Tiny;
use Net::OAuth;
use URI::Escape qw(uri_unescape);

$Net::OAuth::PROTOCOL_VERSION = Net::OAuth::PROTOCOL_VERSION_1_0A;
$| = 1;

sub pairs {
    return map { my ($name, $value) = split /=/, $_, 2; [decoded($name), decoded($value // '')] } split /&/, shift;
}

sub decoded {
    my $text = shift;
    $text =~ tr/+/ /;
    return decode_utf8(uri_unescape($text));
}

sub private_key {
    (my $lines = shift) =~ s/(.{1,64})/$1\n/g;
    my $key = Crypt::OpenSSL::RSA->new_private_key("-----BEGIN PRIVATE KEY-----\n$lines-----END PRIVATE KEY-----\n");
    $key->use_sha1_hash;
    return $key;
}

sub answer {
    my ($operation, $key, $secret, $token, $token_secret, $method, $signature_method, $url, $kind, $payload) = @_;
    my ($address, $query) = split /\?/, $url, 2;
    my %extra;
    for my $pair (pairs($query // ''), $kind eq 'form' ? pairs($payload) : ()) {
        return ('unable', 'its parameters are a hash: a name can stand in it once') if exists $extra{$pair->[0]};
        $extra{$pair->[0]} = $pair->[1];
    }
    my %message = (
        consumer_key => $key, consumer_secret => $secret, request_url => $address, request_method => $method,
        signature_method => $signature_method, timestamp => time,
        nonce => join('', map { ('a' .. 'z')[rand 26] } 1 .. 20), extra_params => \%extra,
    );
    my $type = $token eq '' ? 'consumer' : 'protected resource';
    if ($operation eq 'initiate') { $type = 'request token'; $message{callback} = $payload }
    elsif ($token ne '') { @message{qw(token token_secret)} = ($token, $token_secret) }
    if ($operation eq 'exchange') { $type = 'access token'; $message{verifier} = $payload }
    $message{signature_key} = private_key($secret) if $signature_method eq 'RSA-SHA1';
    my $request = Net::OAuth->request($type)->new(%message);
    $request->sign;
    my %options = (headers => { Authorization => $request->to_authorization_header });
    if ($kind eq 'form') {
        $options{content} = $payload;
        $options{headers}{'Content-Type'} = 'application/x-www-form-urlencoded';
    }
    if ($kind eq 'json') {
        $options{content} = $payload;
        $options{headers}{'Content-Type'} = 'application/json';
    }
    my $reply = HTTP::Tiny->new(timeout => 10)->request($method, $url, \%options);
    return ($reply->{status}, $reply->{content});
}

while (my $line = <STDIN>) {
    chomp $line;
    print join("\t", answer(split /\t/, $line, -1)), "\n";
}
