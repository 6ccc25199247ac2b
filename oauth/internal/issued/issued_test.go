package issued_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/oauth"
	"github.com/getbindu/bindu-go/oauth/internal/issued"
)

func TestAnswersThatIssuersGive(t *testing.T) {
	for name, c := range map[string]struct {
		body string
		want time.Duration
	}{
		"as RFC 6749 says":             {`{"access_token":"a.b-c","token_type":"Bearer","expires_in":3600}`, time.Hour},
		"Entra v1: numbers as text":    {`{"token_type":"Bearer","expires_in":"3599","ext_expires_in":"3599","expires_on":"1796000000","access_token":"a.b-c"}`, 3599 * time.Second},
		"lower case":                   {`{"access_token":"a.b-c","token_type":"bearer","expires_in":60}`, time.Minute},
		"upper case":                   {`{"access_token":"a.b-c","token_type":"BEARER","expires_in":60}`, time.Minute},
		"a fraction of a second":       {`{"access_token":"a.b-c","token_type":"bearer","expires_in":1.5}`, 1500 * time.Millisecond},
		"a fraction as text":           {`{"access_token":"a.b-c","token_type":"bearer","expires_in":"1.5"}`, 1500 * time.Millisecond},
		"no lifetime":                  {`{"access_token":"a.b-c","token_type":"bearer"}`, 0},
		"a lifetime of null":           {`{"access_token":"a.b-c","token_type":"bearer","expires_in":null}`, 0},
		"members that nobody knows":    {`{"access_token":"a.b-c","token_type":"bearer","expires_in":1,"resource":{"a":[1]}}`, time.Second},
		"a number with a power of ten": {`{"access_token":"a.b-c","token_type":"bearer","expires_in":"36e2"}`, time.Hour},
	} {
		got, err := issued.Parse([]byte(c.body), 64)
		if err != nil || got.Value != "a.b-c" || got.Lifetime != c.want {
			t.Errorf("%s: %v for %s, %v; want %s", name, got.Value, got.Lifetime, err, c.want)
		}
	}
}

func TestTheMemberThatCannotBeUsedIsNamed(t *testing.T) {
	const secret = "hunter2"
	for body, says := range map[string]string{
		`{"token_type":"Bearer"}`:                                                           "access_token of the token answer is missing",
		`{"access_token":7,"token_type":"Bearer"}`:                                          "access_token",
		`{"access_token":"` + secret + ` x","token_type":"Bearer"}`:                         "access_token",
		`{"access_token":"a\r\nX: ` + secret + `","token_type":"Bearer"}`:                   "access_token",
		`{"access_token":"` + strings.Repeat("a", 65) + `","token_type":"Bearer"}`:          "access_token",
		`{"access_token":"a"}`:                                                              "token_type of the token answer is missing",
		`{"access_token":"a","token_type":"` + secret + `"}`:                                "token_type",
		`{"access_token":"a","token_type":["Bearer"]}`:                                      "token_type",
		`{"access_token":"a","token_type":"Bearer","expires_in":"` + secret + `"}`:          "expires_in",
		`{"access_token":"a","token_type":"Bearer","expires_in":-1}`:                        "expires_in",
		`{"access_token":"a","token_type":"Bearer","expires_in":"-1"}`:                      "expires_in",
		`{"access_token":"a","token_type":"Bearer","expires_in":""}`:                        "expires_in",
		`{"access_token":"a","token_type":"Bearer","expires_in":" 60"}`:                     "expires_in",
		`{"access_token":"a","token_type":"Bearer","expires_in":"0x10"}`:                    "expires_in",
		`{"access_token":"a","token_type":"Bearer","expires_in":"NaN"}`:                     "expires_in",
		`{"access_token":"a","token_type":"Bearer","expires_in":"+60"}`:                     "expires_in",
		`{"access_token":"a","token_type":"Bearer","expires_in":"1_000"}`:                   "expires_in",
		`{"access_token":"a","token_type":"Bearer","expires_in":1e300}`:                     "expires_in",
		`{"access_token":"a","token_type":"Bearer","expires_in":"1e300"}`:                   "expires_in",
		`{"access_token":"a","token_type":"Bearer","expires_in":true}`:                      "expires_in",
		`{"access_token":"a","token_type":"Bearer","expires_in":{"s":1}}`:                   "expires_in",
		`{"access_token":"a","token_type":"Bearer","expires_in":` + strings.Repeat("1", 33): "strict JSON",
		`{"access_token":"a","access_token":"b","token_type":"Bearer"}`:                     "strict JSON",
		`{"access_token":"a","token_type":"Bearer"} x`:                                      "strict JSON",
		`[]`: "strict JSON", `null`: "strict JSON", ``: "strict JSON",
	} {
		got, err := issued.Parse([]byte(body), 64)
		if !errors.Is(err, oauth.ErrInvalidResponse) || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), secret) {
			t.Errorf("%s: %v, want %q and nothing of the answer", body, err, says)
		}
		if got != (issued.Token{}) {
			t.Errorf("%s: a token came back beside the error", body)
		}
	}
}

func TestStatusesThatCarryAToken(t *testing.T) {
	for status, want := range map[int]bool{200: true, 201: true, 202: false, 204: false, 206: false, 302: false, 400: false, 500: false} {
		if issued.Success(status) != want {
			t.Errorf("status %d: %v", status, !want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		`{"access_token":"a.b","token_type":"Bearer","expires_in":"3599"}`,
		`{"access_token":"a.b","token_type":"bearer","expires_in":3600.5}`,
		`{"expires_in":"1e9"}`, `{"access_token":"\u0061"}`, `[`, ``,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		got, err := issued.Parse(body, 128)
		if err != nil {
			if got != (issued.Token{}) || !errors.Is(err, oauth.ErrInvalidResponse) {
				t.Fatalf("%v beside %v", got, err)
			}
			return
		}
		if got.Value == "" || len(got.Value) > 128 || strings.ContainsAny(got.Value, " \t\r\n\x00\"") ||
			got.Lifetime < 0 || got.Lifetime > issued.MaxLifetime {
			t.Fatalf("accepted %q for %s", got.Value, got.Lifetime)
		}
	})
}
