// github.com/gomodule/oauth1: its own calls for the dance, its header on a request of net/http.
package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"

	"github.com/gomodule/oauth1/oauth"
)

func main() {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		status, body := answer(strings.Split(lines.Text(), "\t"))
		fmt.Printf("%d\t%s\n", status, body)
	}
}

func answer(f []string) (int, string) {
	operation, method, target, kind, payload := f[0], f[5], f[6], f[7], f[8]
	client := oauth.Client{
		Credentials:                   oauth.Credentials{Token: f[1], Secret: f[2]},
		TemporaryCredentialRequestURI: target,
		TokenRequestURI:               target,
	}
	credentials := &oauth.Credentials{Token: f[3], Secret: f[4]}
	var got *oauth.Credentials
	var err error
	switch operation {
	case "initiate":
		got, err = client.RequestTemporaryCredentials(http.DefaultClient, payload, nil)
	case "exchange":
		got, _, err = client.RequestToken(http.DefaultClient, credentials, payload)
	default:
		return send(&client, credentials, method, target, kind, payload)
	}
	var refusal oauth.RequestCredentialsError
	if errors.As(err, &refusal) {
		return refusal.StatusCode, string(refusal.Body)
	}
	if err != nil {
		return 0, err.Error()
	}
	return 200, url.Values{"oauth_token": {got.Token}, "oauth_token_secret": {got.Secret}}.Encode()
}

func send(c *oauth.Client, credentials *oauth.Credentials, method, target, kind, payload string) (int, string) {
	request, err := http.NewRequest(method, target, nil)
	if err != nil {
		return 0, err.Error()
	}
	var form url.Values
	body := ""
	if kind == "form" {
		form, _ = url.ParseQuery(payload)
		body = form.Encode()
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if kind == "json" {
		body = payload
		request.Header.Set("Content-Type", "application/json")
	}
	if body != "" {
		request.Body = io.NopCloser(strings.NewReader(body))
		request.ContentLength = int64(len(body))
	}
	if err := c.SetAuthorizationHeader(request.Header, credentials, method, request.URL, form); err != nil {
		return 0, err.Error()
	}
	reply, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, err.Error()
	}
	defer reply.Body.Close()
	text, _ := io.ReadAll(reply.Body)
	return reply.StatusCode, string(text)
}
