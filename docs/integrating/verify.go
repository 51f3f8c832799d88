// Package api asks the service who signed a request. docs/integrating/go.md explains it.
package api

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"time"
)

// OAuth10 is what asks; Origin is how clients reach this API, since that is what they sign.
type OAuth10 struct{ VerifyURL, Key, Origin string }

// Caller says who signed.
type Caller struct {
	Active, BodyVerified          bool
	Status                        int
	Problem, Subject, ConsumerKey string
	Scopes                        []string
}

type callerKey struct{}

// CallerOf is who signed the request that a handler was given.
func CallerOf(r *http.Request) Caller { return r.Context().Value(callerKey{}).(Caller) }

var client = http.Client{Timeout: 5 * time.Second}

// Wrap lets through what is signed.
func (o OAuth10) Wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 65536))
		if err != nil {
			w.WriteHeader(http.StatusRequestEntityTooLarge)
			return
		}
		headers := map[string]string{}
		for _, name := range []string{"Authorization", "Content-Type"} {
			if values := r.Header.Values(name); len(values) > 1 {
				w.WriteHeader(http.StatusBadRequest)
				return
			} else if len(values) == 1 {
				headers[name] = values[0]
			}
		}
		address, _, _ := net.SplitHostPort(r.RemoteAddr)
		report, _ := json.Marshal(map[string]any{"method": r.Method, "url": o.Origin + r.RequestURI,
			"headers": headers, "bodyBase64": base64.StdEncoding.EncodeToString(body), "clientAddress": address})
		question, _ := http.NewRequestWithContext(r.Context(), http.MethodPost, o.VerifyURL, bytes.NewReader(report))
		question.Header.Set("X-Gateway-Key", o.Key)
		question.Header.Set("Content-Type", "application/json")
		w.Header().Set("Retry-After", "1")
		reply, err := client.Do(question)
		if err != nil {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		defer reply.Body.Close()
		var caller Caller
		if reply.StatusCode != 200 || json.NewDecoder(reply.Body).Decode(&caller) != nil { // 401, 403: our own key
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		w.Header().Del("Retry-After")
		if !caller.Active {
			w.Header().Set("WWW-Authenticate", `OAuth realm="api", oauth_problem="`+caller.Problem+`"`)
			w.WriteHeader(caller.Status)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), callerKey{}, caller)))
	})
}
