<?php
// The oauth extension (PECL): one object does the dance and fetches.
while (($line = fgets(STDIN)) !== false) {
    [$operation, $key, $secret, $token, $tokenSecret, $method, $signatureMethod, $url, $kind, $payload] =
        explode("\t", rtrim($line, "\n"));
    $client = new OAuth($key, $secret, $signatureMethod, OAUTH_AUTH_TYPE_AUTHORIZATION);
    if ($signatureMethod === OAUTH_SIG_METHOD_RSASHA1) {
        $client->setRSACertificate("-----BEGIN PRIVATE KEY-----\n" . chunk_split($secret, 64, "\n") . "-----END PRIVATE KEY-----\n");
    }
    if ($token !== '') {
        $client->setToken($token, $tokenSecret);
    }
    try {
        if ($operation === 'initiate') {
            $got = $client->getRequestToken($url, $payload, $method);
        } elseif ($operation === 'exchange') {
            $got = $client->getAccessToken($url, null, $payload, $method);
        } else {
            $got = null;
            $parameters = null;
            $headers = [];
            if ($kind === 'form') {
                $parameters = [];
                foreach (explode('&', $payload) as $pair) {
                    [$name, $value] = array_map('urldecode', explode('=', $pair, 2));
                    if (array_key_exists($name, $parameters)) {
                        echo "unable\tits form is an array: a name can stand in it once\n";
                        continue 2;
                    }
                    $parameters[$name] = $value;
                }
            }
            if ($kind === 'json') {
                $parameters = $payload;
                $headers['Content-Type'] = 'application/json';
            }
            $client->fetch($url, $parameters, $method, $headers);
        }
        if ($got) {
            echo "200\t", http_build_query($got), "\n";
        } else {
            echo $client->getLastResponseInfo()['http_code'], "\t", $client->getLastResponse(), "\n";
        }
    } catch (OAuthException $e) {
        echo $e->getCode(), "\t", (string) ($e->lastResponse ?? ''), "\n";
    }
}
