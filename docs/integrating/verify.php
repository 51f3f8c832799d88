<?php
// Put before every script of an API (auto_prepend_file): it asks the service about the request, and ends it when
// it is refused. Afterwards $oauth10 says who signed. docs/integrating/php.md explains it.
(function (): void {
    [$verifyUrl, $key, $origin] = array_map('getenv', ['VERIFY_URL', 'GATEWAY_KEY', 'ORIGIN']);
    $refuse = function (int $status, array $headers = [], string $body = ''): never {
        http_response_code($status);
        foreach ($headers as $header) header($header);
        exit($body);
    };
    $headers = [];
    foreach (['HTTP_AUTHORIZATION' => 'authorization', 'CONTENT_TYPE' => 'content-type'] as $variable => $name) {
        if (!empty($_SERVER[$variable])) $headers[$name] = $_SERVER[$variable];
    }
    $body = file_get_contents('php://input', false, null, 0, 65537);
    if (strlen($body) > 65536) $refuse(413);
    $question = json_encode([
        'method' => $_SERVER['REQUEST_METHOD'],
        // Raw: nothing decoded, nothing tidied up.
        'url' => $origin . $_SERVER['REQUEST_URI'],
        'headers' => (object) $headers,
        'bodyBase64' => base64_encode($body),
        'clientAddress' => $_SERVER['REMOTE_ADDR'],
    ], JSON_THROW_ON_ERROR | JSON_INVALID_UTF8_SUBSTITUTE);
    $context = stream_context_create(['http' => [
        'method' => 'POST',
        'header' => "X-Gateway-Key: $key\r\nContent-Type: application/json\r\nConnection: close\r\n",
        'content' => $question,
        'timeout' => 5,
        'follow_location' => 0,
        'ignore_errors' => true,
    ]]);
    $reply = @file_get_contents($verifyUrl, false, $context);
    if ($reply === false) $refuse(503, ['Retry-After: 1']);
    // $http_response_header is set in this scope by file_get_contents.
    if (!preg_match('#^HTTP/[\d.]+ 200 #', $http_response_header[0])) {
        // 401 and 403 are about this API's own key, and nothing that the client could mend.
        $after = array_values(preg_grep('/^Retry-After: \d+$/i', $http_response_header));
        $refuse(503, [$after[0] ?? 'Retry-After: 1']);
    }
    $verdict = json_decode($reply, true, 16, JSON_THROW_ON_ERROR);
    if ($verdict['active'] !== true) {
        $problem = $verdict['problem'];
        $refuse(
            $verdict['status'],
            ["WWW-Authenticate: OAuth realm=\"api\", oauth_problem=\"$problem\"",
                'Content-Type: application/x-www-form-urlencoded'],
            http_build_query(['oauth_problem' => $problem, 'oauth_problem_advice' => $verdict['advice']]),
        );
    }
    $GLOBALS['oauth10'] = $verdict;
})();
