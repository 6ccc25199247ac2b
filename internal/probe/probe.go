package probe

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/signature"
)

// Proofs are what a request shall carry; each may come from somebody else.
type Proofs struct {
	Token    string
	Signer   did.DID
	Key      *did.KeyPair
	Scheme   signature.Scheme
	Audience did.DID // where the scheme binds it
	Time     time.Time
}

// Request is a request with all its headers. It may be sent more than once.
type Request struct {
	URL    string
	Header http.Header
	Body   []byte
}

// Message returns a message/send of A2A v0.3 whose ids are unique and that
// waits for the answer.
func Message(text string) []byte {
	id := uuid.NewString()
	return fmt.Appendf(nil, `{"jsonrpc":"2.0","id":%q,"method":"message/send","params":{"configuration":{"blocking":true,"acceptedOutputModes":["text/plain"]},`+
		`"message":{"kind":"message","messageId":%q,"role":"user","parts":[{"kind":"text","text":%s}]}}}`, id, id, quote(text))
}

func quote(text string) []byte {
	b, err := json.Marshal(text)
	if err != nil { // a string always marshals
		return []byte(`""`)
	}
	return b
}

// Sign returns the request to the agent at url.
func (p Proofs) Sign(url string, body []byte) (Request, error) {
	const contentType = "application/json"
	h, err := signature.SignHeader(p.Key, p.Scheme, signature.Request{
		DID: p.Signer, Timestamp: p.Time.Unix(), Body: body, Audience: p.Audience,
		Method: http.MethodPost, Target: "/", ContentType: contentType,
	}, nil)
	if err != nil {
		return Request{}, err
	}
	h.Set("Content-Type", contentType)
	if p.Token != "" {
		h.Set("Authorization", "Bearer "+p.Token)
	}
	return Request{URL: url + "/", Header: h, Body: body}, nil
}

// Answer is what came back.
type Answer struct {
	Status int
	// Reason is the word of a refusal, or the number of another JSON-RPC error;
	// "" for a result.
	Reason string
	Body   string
	// RetryAfter is the header of that name, "" where it is not sent.
	RetryAfter string
}

// String shows the answer in one line.
func (a Answer) String() string {
	if a.Reason == "" {
		return strconv.Itoa(a.Status)
	}
	return fmt.Sprintf("%d %s", a.Status, a.Reason)
}

// Send sends the request on a new connection.
func Send(ctx context.Context, r Request, config *tls.Config) (Answer, error) {
	transport := &http.Transport{TLSClientConfig: config}
	defer transport.CloseIdleConnections()
	return SendOn(ctx, &http.Client{Transport: transport}, r)
}

// SendOn sends the request on a connection of client.
func SendOn(ctx context.Context, client *http.Client, r Request) (Answer, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, r.URL, bytes.NewReader(r.Body))
	if err != nil {
		return Answer{}, err
	}
	req.Header = r.Header.Clone()
	resp, err := client.Do(req)
	if err != nil {
		return Answer{}, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return Answer{}, err
	}
	return Answer{Status: resp.StatusCode, Reason: reason(body), Body: string(body), RetryAfter: resp.Header.Get("Retry-After")}, nil
}

func reason(body []byte) string {
	var parsed struct {
		Error struct {
			Code int
			Data json.RawMessage
		}
	}
	if json.Unmarshal(body, &parsed) != nil || parsed.Error.Code == 0 {
		return ""
	}
	var data struct{ Reason string }
	if json.Unmarshal(parsed.Error.Data, &data) == nil && data.Reason != "" {
		return data.Reason
	}
	return strconv.Itoa(parsed.Error.Code)
}

// WithoutCertificate returns a copy of config that presents none.
func WithoutCertificate(config *tls.Config) *tls.Config {
	config = config.Clone()
	config.Certificates = nil
	config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
		return &tls.Certificate{}, nil
	}
	return config
}

// Refusal connects and returns the error with which the server ends the
// handshake; nil when it does not. In TLS 1.3 a client learns of it only when
// it reads.
func Refusal(ctx context.Context, address string, config *tls.Config) error {
	dialer := tls.Dialer{Config: config}
	conn, err := dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := conn.SetReadDeadline(time.Now().Add(time.Second)); err != nil {
		return err
	}
	_, err = conn.Read(make([]byte, 1))
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return nil // it waits for our request
	}
	return err
}

// Alert returns the TLS alert that the other side sent, "" if err is none.
func Alert(err error) string {
	var remote *net.OpError
	if errors.As(err, &remote) && remote.Op == "remote error" {
		return strings.TrimPrefix(remote.Err.Error(), "tls: ")
	}
	return ""
}
