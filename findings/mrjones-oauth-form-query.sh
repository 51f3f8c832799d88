#!/usr/bin/env bash
# mrjones/oauth for Go: when a form is posted to a URL that has a query, the query is sent, but not signed.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo "program:  mrjones/oauth, Debian $(dpkg-query -W -f '${Version}' golang-github-mrjones-oauth-dev)"

cat > sign.go <<'GO'
package main

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"sort"
	"strings"

	"github.com/mrjones/oauth"
)

// What the server got, kept to be judged.
var target, header string

func signature(base string, own []string, pairs map[string]string) string {
	all := append([]string{}, own...)
	for name, value := range pairs {
		if name != "oauth_signature" {
			all = append(all, name+"="+value)
		}
	}
	sort.Strings(all)
	text := "POST&" + url.QueryEscape(base) + "&" + url.QueryEscape(strings.Join(all, "&"))
	mac := hmac.New(sha1.New, []byte("s&ts"))
	mac.Write([]byte(text))
	return url.QueryEscape(base64.StdEncoding.EncodeToString(mac.Sum(nil)))
}

func main() {
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, request *http.Request) {
		target, header = request.RequestURI, request.Header.Get("Authorization")
	}))
	consumer := oauth.NewConsumer("k", "s", oauth.ServiceProvider{})
	client, err := consumer.MakeHttpClient(&oauth.AccessToken{Token: "t", Secret: "ts"})
	if err == nil {
		_, err = client.PostForm(server.URL+"/r?a=1", url.Values{"b": {"2"}})
	}
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	pairs := map[string]string{}
	for _, found := range regexp.MustCompile(`(oauth_\w+)="([^"]*)"`).FindAllStringSubmatch(header, -1) {
		pairs[found[1]] = found[2]
	}
	sent := pairs["oauth_signature"]
	right := sent == signature(server.URL+"/r", []string{"a=1", "b=2"}, pairs)
	formOnly := sent == signature(server.URL+"/r", []string{"b=2"}, pairs)
	fmt.Println("given:    PostForm to /r?a=1, the form b=2")
	fmt.Println("expected: a=1 and b=2 signed (RFC 5849 3.4.1.3.1)")
	fmt.Printf("seen:     %s sent; a=1 and b=2 signed: %t; b=2 alone signed: %t\n", target, right, formOnly)
	if target != "/r?a=1" || right || !formOnly {
		os.Exit(1)
	}
}
GO
GOPATH=/usr/share/gocode GO111MODULE=off GOFLAGS='' GOCACHE=$folder/cache timeout 240 go run sign.go || {
  echo 'Not as recorded.' >&2
  exit 1
}
