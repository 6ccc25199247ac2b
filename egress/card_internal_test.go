package egress

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/a2a/card"
)

const here = "http://127.0.0.1:3775/peer/critic"

// Cards have addresses that lead here, and nothing of what the peer asks of us.
func TestACardLeadsHere(t *testing.T) {
	for name, tt := range map[string]struct{ raw, want string }{
		"1.0 and 0.3": {
			`{"name":"critic","supportedInterfaces":[{"url":"https://critic.example/a2a","protocolBinding":"JSONRPC","protocolVersion":"1.0"},
			{"url":"https://critic.example/","protocolBinding":"JSONRPC","protocolVersion":"0.3"},{"url":"https://critic.example/rest/","protocolBinding":"HTTP+JSON","protocolVersion":"1.0","tenant":"t"},
			{"url":"critic.example:443","protocolBinding":"GRPC","protocolVersion":"1.0"}],"url":"https://evil.example/","preferredTransport":"GRPC",
			"capabilities":{"streaming":true,"extensions":[{"uri":"did:x:y"},{"uri":"` + card.SignatureExtension + `"}]},
			"securitySchemes":{"m":{}},"securityRequirements":[{}],"security":[{}],"signatures":[{"signature":"x"}]}`,
			`{"capabilities":{"extensions":[{"uri":"did:x:y"}],"streaming":true},"name":"critic","preferredTransport":"JSONRPC","protocolVersion":"0.3.0","supportedInterfaces":[` +
				`{"protocolBinding":"JSONRPC","protocolVersion":"1.0","url":"` + here + `/a2a"},{"protocolBinding":"JSONRPC","protocolVersion":"0.3","url":"` + here + `/"},` +
				`{"protocolBinding":"HTTP+JSON","protocolVersion":"1.0","tenant":"t","url":"` + here + `/rest"}],"url":"` + here + `/"}`,
		},
		"1.0 alone": {
			`{"name":"critic","supportedInterfaces":[{"url":"https://critic.example/","protocolBinding":"JSONRPC","protocolVersion":"1.0"}],"url":"https://evil.example/"}`,
			`{"capabilities":{"extensions":[]},"name":"critic","supportedInterfaces":[{"protocolBinding":"JSONRPC","protocolVersion":"1.0","url":"` + here + `/"}]}`,
		},
		"0.3 alone": {
			`{"name":"critic","url":"https://critic.example/x","protocolVersion":"0.3.0","capabilities":null,"additionalInterfaces":[{"url":"https://critic.example/y","transport":"JSONRPC"},{"url":"z","transport":"GRPC"}]}`,
			`{"additionalInterfaces":[{"transport":"JSONRPC","url":"` + here + `/y"}],"capabilities":{"extensions":[]},"name":"critic","protocolVersion":"0.3.0","url":"` + here + `/x"}`,
		},
	} {
		got, err := localCard([]byte(tt.raw), here)
		if err != nil || string(got) != tt.want {
			t.Errorf("%s: %v\n%s, want\n%s", name, err, got, tt.want)
		}
	}
}

// FuzzLocalCard: of a card that a peer may show no address is left that leads elsewhere.
func FuzzLocalCard(f *testing.F) {
	f.Add(`{"name":"c","supportedInterfaces":[{"url":"https://evil.example/","protocolBinding":"JSONRPC","protocolVersion":"1.0"}]}`)
	f.Add(`{"name":"c","url":"//evil.example/","protocolVersion":"0.3.0","additionalInterfaces":[{"url":"https:evil","transport":"JSONRPC"}]}`)
	f.Add(`{"name":"c","supportedInterfaces":[{"url":1,"protocolBinding":"JSONRPC"}],"signatures":[1]}`)
	f.Fuzz(func(t *testing.T, raw string) {
		if _, err := card.Parse([]byte(raw)); err != nil {
			return // nobody hands that out
		}
		got, err := localCard([]byte(raw), here)
		if err != nil {
			return
		}
		var c struct {
			URL                 *string
			Signatures          json.RawMessage
			SupportedInterfaces []struct{ URL string }
		}
		if err := json.Unmarshal(got, &c); err != nil {
			return // names that differ in case, which Go's decoder takes for one
		}
		for _, i := range c.SupportedInterfaces {
			if !strings.HasPrefix(i.URL, here) && strings.Contains(string(got), `"url":"`+i.URL) {
				t.Fatalf("an address leads to %q: %s", i.URL, got)
			}
		}
	})
}
