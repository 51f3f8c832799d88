# LWP::Authen::OAuth, a user agent that signs what it sends: the parameters of the dance in its form, or its query.
use strict;
use warnings;
use LWP::Authen::OAuth;
use HTTP::Request;
use URI;
use URI::Escape qw(uri_escape);

$| = 1;

sub answer {
    my ($operation, $key, $secret, $token, $token_secret, $method, $signature_method, $url, $kind, $payload) = @_;
    my %token = $token eq '' ? () : (oauth_token => $token, oauth_token_secret => $token_secret);
    my $agent = LWP::Authen::OAuth->new(
        oauth_consumer_key => $key, oauth_consumer_secret => $secret, timeout => 10, %token,
    );
    my $request = HTTP::Request->new($method => $url);
    if ($kind eq 'json') {
        $request->content_type('application/json');
        $request->content($payload);
    }
    my $fields = $kind eq 'form' ? $payload : '';
    $fields = 'oauth_callback=' . uri_escape($payload) if $operation eq 'initiate';
    $fields = 'oauth_verifier=' . uri_escape($payload) if $operation eq 'exchange';
    if ($fields ne '' && $method eq 'GET') {
        $request->uri("$url?$fields");
    } elsif ($fields ne '') {
        $request->content_type('application/x-www-form-urlencoded');
        $request->content($fields);
    }
    $request->content_length(length $request->content) if $method eq 'POST';
    my $reply = $agent->request($request);
    return ($reply->code, $reply->content);
}

while (my $line = <STDIN>) {
    chomp $line;
    print join("\t", answer(split /\t/, $line, -1)), "\n";
}
