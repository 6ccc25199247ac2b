package keystatement_test

import (
	"encoding/base64"
	"encoding/json"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/identity/keystatement"
)

// payloadOf is what docs/registrar.md says is signed.
func payloadOf(members map[string]string) []byte {
	signed := make(map[string]string)
	for name, value := range members {
		if name != "signature" {
			signed[name] = value
		}
	}
	object, _ := json.Marshal(signed) // sorted by name, and no value needs an escape
	return append([]byte("\xffkey-statement-1"), object...)
}

func encode(raw []byte) string { return base64.RawURLEncoding.EncodeToString(raw) }

func decode(t testing.TB, text string) []byte {
	t.Helper()
	raw, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// FuzzVerify reads anything that a cache or a mirror could give. What is taken is what the
// registrar signed, whatever the bytes around it.
func FuzzVerify(f *testing.F) {
	k, s := world(f)
	good := sign(f, k, s)
	f.Add(good)
	for _, seed := range []string{"", "{}", "null", `{"did":"did:a:b"}`, `{"did":"` + s.DID.String() + `","registrar":"` + s.Registrar.String() + `","registrarKey":"1"}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, at := range []time.Time{noon, noon.Add(time.Hour)} {
			got, err := keystatement.Verify(data, s.Registrar, s.DID, at)
			if err == nil && (at != noon || got.DID != s.DID || !got.Key.Equal(s.Key) || !got.ExpiresAt.Equal(s.ExpiresAt) || !got.Since.Equal(s.Since)) {
				t.Errorf("%q counts: %+v", data, got)
			}
			if err != nil && got.Key != nil {
				t.Errorf("%q: a key comes with the error %v", data, err)
			}
		}
	})
}
