// github.com/mrjones/oauth: its own calls for the dance, its http.Client for everything else.
package main

import (
	"bufio"
	"crypto"
	"crypto/rsa"
	_ "crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"

	"github.com/mrjones/oauth"
)

func main() {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		status, body := answer(strings.Split(lines.Text(), "\t"))
		fmt.Printf("%s\t%s\n", status, body)
	}
}

func answer(f []string) (string, string) {
	operation, method, target, kind, payload := f[0], f[5], f[7], f[8], f[9]
	provider := oauth.ServiceProvider{RequestTokenUrl: target, AccessTokenUrl: target, HttpMethod: method}
	consumer := consumerFor(f[6], f[1], f[2], provider)
	switch operation {
	case "initiate":
		got, _, err := consumer.GetRequestTokenAndUrl(payload)
		if err != nil {
			return "0", err.Error()
		}
		return issued(got.Token, got.Secret)
	case "exchange":
		got, err := consumer.AuthorizeToken(&oauth.RequestToken{Token: f[3], Secret: f[4]}, payload)
		if err != nil {
			return "0", err.Error()
		}
		return issued(got.Token, got.Secret)
	}
	client, err := consumer.MakeHttpClient(&oauth.AccessToken{Token: f[3], Secret: f[4]})
	if err != nil {
		return "0", err.Error()
	}
	body := ""
	if kind != "none" {
		body = payload
	}
	request, err := http.NewRequest(method, target, strings.NewReader(body))
	if err != nil {
		return "0", err.Error()
	}
	if kind == "form" {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if kind == "json" {
		request.Header.Set("Content-Type", "application/json")
	}
	reply, err := client.Do(request)
	if err != nil {
		if strings.Contains(err.Error(), "exactly one value") {
			return "unable", "its parameters are a map: a name can stand in it once"
		}
		return "0", err.Error()
	}
	defer reply.Body.Close()
	text, _ := io.ReadAll(reply.Body)
	return fmt.Sprint(reply.StatusCode), string(text)
}

func consumerFor(signatureMethod, key, secret string, provider oauth.ServiceProvider) *oauth.Consumer {
	hash := crypto.SHA1
	if strings.HasSuffix(signatureMethod, "SHA256") {
		hash = crypto.SHA256
	}
	if strings.HasPrefix(signatureMethod, "HMAC") {
		return oauth.NewCustomConsumer(key, secret, hash, provider, nil)
	}
	der, _ := base64.StdEncoding.DecodeString(secret)
	private, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		panic(err)
	}
	return oauth.NewCustomRSAConsumer(key, private.(*rsa.PrivateKey), hash, provider, nil)
}

func issued(token, secret string) (string, string) {
	return "200", url.Values{"oauth_token": {token}, "oauth_token_secret": {secret}}.Encode()
}
