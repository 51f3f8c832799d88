vcl 4.1;

import std;

backend oauth10 { .host = "127.0.0.1"; .port = "3001"; } # the admin listener
backend api { .host = "127.0.0.1"; .port = "8080"; }

# Each request makes two rounds: the first asks the verifier, the second goes to the API.
sub vcl_recv {
    if (req.restarts == 0) {
        # Who signed is the verifier's to say; nothing of this kind comes from the client.
        # Some upstreams take _ for -, in any place.
        unset req.http.X-OAuth-Consumer-Key;
        unset req.http.X-OAuth-Consumer_Key;
        unset req.http.X-OAuth_Consumer-Key;
        unset req.http.X-OAuth_Consumer_Key;
        unset req.http.X_OAuth-Consumer-Key;
        unset req.http.X_OAuth-Consumer_Key;
        unset req.http.X_OAuth_Consumer-Key;
        unset req.http.X_OAuth_Consumer_Key;
        unset req.http.X-OAuth-Token;
        unset req.http.X-OAuth_Token;
        unset req.http.X_OAuth-Token;
        unset req.http.X_OAuth_Token;
        unset req.http.X-OAuth-Subject;
        unset req.http.X-OAuth_Subject;
        unset req.http.X_OAuth-Subject;
        unset req.http.X_OAuth_Subject;
        unset req.http.X-OAuth-Scope;
        unset req.http.X-OAuth_Scope;
        unset req.http.X_OAuth-Scope;
        unset req.http.X_OAuth_Scope;
        unset req.http.X-OAuth-Body-Verified;
        unset req.http.X-OAuth-Body_Verified;
        unset req.http.X-OAuth_Body-Verified;
        unset req.http.X-OAuth_Body_Verified;
        unset req.http.X_OAuth-Body-Verified;
        unset req.http.X_OAuth-Body_Verified;
        unset req.http.X_OAuth_Body-Verified;
        unset req.http.X_OAuth_Body_Verified;
        unset req.http.X-OAuth-Assertion;
        unset req.http.X-OAuth_Assertion;
        unset req.http.X_OAuth-Assertion;
        unset req.http.X_OAuth_Assertion;
        unset req.http.X-Forwarded-Port;

        # The body goes to both; a larger one is not taken.
        if (!std.cache_req_body(64KB)) {
            return (synth(413));
        }

        set req.http.X-Forwarded-Method = req.method;
        set req.http.X-Forwarded-Proto = "http"; # in production behind TLS: "https"
        set req.http.X-Forwarded-Host = req.http.Host;
        set req.http.X-Forwarded-Uri = req.url;
        # One line, readable by Varnish alone.
        set req.http.X-Gateway-Key = regsub(std.fileread("/etc/varnish/oauth10-gateway-key"), "\s+$", "");
        set req.method = "POST";
        set req.url = "/authz/forward-auth";
        set req.backend_hint = oauth10;
    } else {
        set req.method = req.http.X-Forwarded-Method;
        set req.url = req.http.X-Forwarded-Uri;
        unset req.http.X-Gateway-Key;
        set req.backend_hint = api;
    }
    return (pass);
}

sub vcl_deliver {
    if (req.restarts == 0 && resp.status == 200) {
        set req.http.X-OAuth-Consumer-Key = resp.http.X-OAuth-Consumer-Key;
        set req.http.X-OAuth-Token = resp.http.X-OAuth-Token;
        set req.http.X-OAuth-Subject = resp.http.X-OAuth-Subject;
        set req.http.X-OAuth-Scope = resp.http.X-OAuth-Scope;
        set req.http.X-OAuth-Body-Verified = resp.http.X-OAuth-Body-Verified;
        # The assertion becomes the API's bearer token; what the client sent has done its work.
        unset req.http.Authorization;
        if (resp.http.X-OAuth-Assertion ~ "^ey") {
            set req.http.Authorization = "Bearer " + resp.http.X-OAuth-Assertion;
        }
        return (restart);
    }
}
