package signature_test

import (
	"strings"
	"testing"

	"github.com/mr-tron/base58"

	"github.com/getbindu/bindu-go/identity/signature"
)

// Payloads as canonicalisers of other languages make them, written out.
func TestExplainWrongFormsOfJCS(t *testing.T) {
	k := keyPair(t, zeroSeed)
	r := baseRequest(t)
	r.Body = []byte("{\"n\":[1.0,100000000000000000000.0,1e-7,2,1.5e300,true],\"\uff21\":1,\"😀\":\"é</\",\"b\":{}}")
	right := payload(t, signature.JCS1, r)
	body := `{"b":{},"n":[1,100000000000000000000,1e-7,2,1.5e+300,true],"😀":"é</","` + "\uff21" + `":1}`
	if !strings.Contains(right, body) {
		t.Fatalf("the payload is %s", right)
	}
	swap := func(old, new string) string {
		if !strings.Contains(right, old) {
			t.Fatalf("%q is not in %s", old, right)
		}
		return strings.ReplaceAll(right, old, new)
	}
	numbers := `1,100000000000000000000,1e-7,2,1.5e+300,true`
	for name, c := range map[string]struct {
		signed string
		forms  []string
	}{
		"numbers of json.dumps":     {swap(numbers, `1.0,1e+20,1e-07,2,1.5e+300,true`), []string{"Python prints"}},
		"numbers of Java":           {swap(numbers, `1.0,1.0E20,1.0E-7,2,1.5E300,true`), []string{"Java"}},
		"numbers as sent":           {swap(numbers, `1.0,100000000000000000000.0,1e-7,2,1.5e300,true`), []string{"as they were sent"}},
		"sorted by code points":     {swap(body, `{"b":{},"n":[`+numbers+`],"`+"\uff21"+`":1,"😀":"é</"}`), []string{"code points"}},
		"not sorted":                {swap(body, `{"n":[`+numbers+`],"`+"\uff21"+`":1,"😀":"é</","b":{}}`), []string{"not sorted"}},
		"ensure_ascii":              {strings.NewReplacer("é", `\u00e9`, "😀", `\ud83d\ude00`, "\uff21", `\uff21`).Replace(right), []string{"ensure_ascii"}},
		"HTML escaped":              {swap("<", `\u003c`), []string{"HTML"}},
		"slashes escaped":           {swap("/", `\/`), []string{"PHP"}},
		"json.dumps with sort_keys": {pythonDumps(right, body), []string{"code points", "Python prints", "spaces", "ensure_ascii"}},
		"no aud":                    {swap(`"aud":"`+r.Audience.String()+`",`, ""), []string{`"aud" missing`}},
		"no nonce":                  {swap(`"nonce":"`+r.Nonce+`",`, ""), []string{`"nonce" missing`}},
		"body as text":              {swap(body, `"`+strings.ReplaceAll(string(r.Body), `"`, `\"`)+`"`), []string{"body as text"}},
		"method in lower case":      {swap(`"POST"`, `"post"`), []string{"lower case"}},
	} {
		t.Run(name, func(t *testing.T) {
			m, ok := signature.Explain(k.PublicKey(), signature.JCS1, r, base58.Encode(rawSign(t, zeroSeed, c.signed)))
			if !ok || strings.Count(m.Form, ", ") != len(c.forms) {
				t.Fatalf("Explain = %+v, %v", m, ok)
			}
			for _, form := range c.forms {
				if !strings.Contains(m.Form, form) {
					t.Errorf("form %q lacks %q", m.Form, form)
				}
			}
		})
	}
}

// pythonDumps is json.dumps(payload, sort_keys=True) of the payload.
func pythonDumps(right, body string) string {
	head, tail, _ := strings.Cut(right, body)
	spaced := strings.NewReplacer(`":`, `": `, `,"`, `, "`)
	return spaced.Replace(head) + `{"b": {}, "n": [1.0, 1e+20, 1e-07, 2, 1.5e+300, true], "\uff21": 1, "\ud83d\ude00": "\u00e9</"}` + spaced.Replace(tail)
}
