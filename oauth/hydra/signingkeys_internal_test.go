package hydra

import (
	"slices"
	"testing"
)

// The key of RFC 7638 section 3.1, with its thumbprint.
const (
	rfc7638Key = `{"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMst` +
		`n64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyr` +
		`dkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw","e":"AQAB","alg":"RS256","kid":"2011-04-29"}`
	rfc7638Print = "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
)

func TestThumbprints(t *testing.T) {
	const rest = `{"kty":"oct","k":"AAAA"},{"kty":"RSA","n":"x"},{"kty":7},7,{"kid":"none"}`
	for set, want := range map[string][]string{
		`{"keys":[` + rfc7638Key + `]}`:                                 {rfc7638Print},
		`{"keys":[` + rfc7638Key + `,` + rest + `,` + rfc7638Key + `]}`: {rfc7638Print},
		`{"keys":[{"kty":"EC","crv":"P-256","x":"a","y":"b"},{"kty":"EC","crv":"P-256","x":"a","y":"c","kid":"same"},{"kty":"OKP","crv":"Ed25519","x":"a"}]}`: {"", "", ""},
		`{"keys":[` + rest + `]}`: nil, `{"keys":[]}`: nil, `{"keys":{}}`: nil, `{"keys":null}`: nil, `{}`: nil, `[]`: nil, ``: nil,
		`{"keys":[],"keys":[` + rfc7638Key + `]}`: nil,
	} {
		got, err := thumbprints([]byte(set))
		if (err == nil) != (want != nil) || len(got) != len(want) {
			t.Errorf("%s: %q %v", set, got, err)
		}
		if len(want) == 1 && !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", set, got, want)
		}
	}
}

func FuzzThumbprints(f *testing.F) {
	f.Add([]byte(`{"keys":[` + rfc7638Key + `]}`))
	f.Add([]byte(`{"keys":[{"kty":"EC","crv":"P-256","x":"a","y":"b"}]}`))
	f.Fuzz(func(t *testing.T, set []byte) {
		keys, err := thumbprints(set)
		if (err == nil) != (len(keys) > 0) || !slices.IsSorted(keys) {
			t.Errorf("%q %v", keys, err)
		}
	})
}
