// github.com/gomodule/oauth1: its own calls for the dance, its header on a request of net/http.
package main

import (
	"bufio"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
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
	operation, method, target, kind, payload := f[0], f[5], f[7], f[8], f[9]
	client := oauth.Client{
		Credentials:                   oauth.Credentials{Token: f[1], Secret: f[2]},
		TemporaryCredentialRequestURI: target,
		TokenRequestURI:               target,
		TemporaryCredentialsMethod:    method,
		TokenCredentailsMethod:        method,
	}
	if f[6] == "RSA-SHA1" {
		client.SignatureMethod = oauth.RSASHA1
		client.PrivateKey = privateKey(f[2])
	}
	var credentials *oauth.Credentials
	if f[3] != "" {
		credentials = &oauth.Credentials{Token: f[3], Secret: f[4]}
	}
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

func privateKey(encoded string) *rsa.PrivateKey {
	der, _ := base64.StdEncoding.DecodeString(encoded)
	key, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		panic(err)
	}
	return key.(*rsa.PrivateKey)
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
