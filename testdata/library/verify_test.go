package library_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/getbindu/bindu-go/gate"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/signature"

	"example.com/library/memory"
)

// verifier proves who sent a request to a server of any kind.
type verifier struct {
	self   did.DID
	keys   map[did.DID]ed25519.PublicKey
	replay gate.ReplayStore
	window time.Duration // how far a timestamp may be from now
}

// verify returns who signed the request, and the body that was signed: run that.
func (v verifier) verify(r *http.Request) (did.DID, []byte, error) {
	claim, err := signature.Read(r.Header, signature.Recipient{
		DID: v.self, Method: r.Method, Target: r.RequestURI, ContentType: r.Header.Get("Content-Type"),
	})
	if err != nil {
		return did.DID{}, nil, err
	}
	at, err := claim.Timestamp()
	if err != nil {
		return did.DID{}, nil, err
	}
	signed := time.Unix(at, 0)
	key, known := v.keys[claim.Signer]
	switch {
	case !claim.Scheme.Binds():
		return did.DID{}, nil, errors.New("the signature does not say for whom it is")
	case time.Since(signed).Abs() > v.window:
		return did.DID{}, nil, errors.New("the signature is of another time")
	case !known:
		return did.DID{}, nil, errors.New("the signer is not known")
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err != nil {
		return did.DID{}, nil, err
	}
	body, err = claim.Verify(key, body)
	if err == nil {
		err = v.replay.Use(r.Context(), claim.Signer, claim.ReplayKey(), signed.Add(v.window+time.Second))
	}
	return claim.Signer, body, err
}

// A server that is no agent verifies who signed a request, when and for whom.
func Example_verify() {
	self, err := did.Parse("did:example:bank")
	check(err)
	caller, key := newCaller()
	v := verifier{
		self: self, keys: map[did.DID]ed25519.PublicKey{caller: key.PublicKey()},
		replay: memory.NewReplay(10_000, time.Now), window: 5 * time.Minute,
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		signer, body, err := v.verify(r)
		if err != nil {
			http.Error(w, err.Error(), http.StatusUnauthorized)
			return
		}
		fmt.Fprintf(w, "%s, from the caller: %t", body, signer == caller)
	}))
	defer server.Close()

	body := []byte(`{"amount": 5}`)
	headers, err := signature.SignHeader(key, signature.Octets1, signature.Request{
		DID: caller, Audience: self, Timestamp: time.Now().Unix(),
		Method: http.MethodPost, Target: "/pay", ContentType: "application/json", Body: body,
	}, nil)
	check(err)
	headers.Set("Content-Type", "application/json")
	for _, sent := range [][]byte{[]byte(`{"amount": 500}`), body, body} {
		fmt.Println(post(server.Client(), server.URL+"/pay", headers, sent))
	}
	// Output:
	// 401 signature does not verify
	// 200 {"amount": 5}, from the caller: true
	// 401 already used
}

func post(client *http.Client, url string, headers http.Header, body []byte) (int, string) {
	request, err := http.NewRequestWithContext(context.Background(), http.MethodPost, url, bytes.NewReader(body))
	check(err)
	request.Header = headers
	response, err := client.Do(request)
	check(err)
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	check(err)
	return response.StatusCode, string(bytes.TrimSpace(answer))
}
