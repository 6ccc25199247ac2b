package jsonrpc_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/internal/jsonrpc"
)

// FuzzParse checks the strict parser against encoding/json, which is more
// lenient: what Parse accepts, the standard library must read alike, and every
// answer must be JSON.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		`{"jsonrpc":"2.0","id":1,"method":"GetTask","params":{"id":"x"}}`,
		`{"jsonrpc":"2.0","id":"\u0041","method":"m","Method":"n"}`,
		`{"jſonrpc":"2.0","id":9007199254740993,"method":"m"}`,
		`{"a":1,"a":2}`, `[{}]`, `{}{}`, "\ufeff{}", `{"id":"\ud800"}`, `"`, `{"\u006dethod":"m"}`,
		strings.Repeat("[", 70), strings.Repeat(`{"":`, 70),
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		env, err := jsonrpc.Parse(body, jsonrpc.MaxDepth)
		if err != nil {
			a := jsonrpc.Refusal(err)
			if a.Status() != http.StatusOK {
				t.Fatalf("error %v is not a refusal", err)
			}
			rec := httptest.NewRecorder()
			jsonrpc.Refuse(rec, httptest.NewRequest(http.MethodPost, "/", nil), env.ID, a, "")
			if !json.Valid(rec.Body.Bytes()) {
				t.Fatalf("answer is not JSON: %s", rec.Body)
			}
			return
		}
		var members map[string]json.RawMessage
		if err := json.Unmarshal(body, &members); err != nil {
			t.Fatalf("accepted what encoding/json refuses: %v", err)
		}
		var method string
		if err := json.Unmarshal(members["method"], &method); err != nil || method != env.Method {
			t.Fatalf("method %q, encoding/json reads %q (%v)", env.Method, method, err)
		}
		if string(members["id"]) != string(env.ID) {
			t.Fatalf("id %s, encoding/json reads %s", env.ID, members["id"])
		}
	})
}

// BenchmarkParse compares the pass that takes a request with the passes that judge one,
// and measures one that both make because its fault is at its end.
func BenchmarkParse(b *testing.B) {
	const head = `{"jsonrpc":"2.0","id":"01890a5d-ac96-774b-bcce-b302099a8057","method":"SendMessage","params":{"message":{"messageId":"m","role":"ROLE_USER","parts":[`
	for _, in := range []struct {
		name, parts string
		parse       func([]byte, int) (jsonrpc.Envelope, error)
	}{
		{"text", `{"text":"` + strings.Repeat("hello world ", 75) + `"}`, jsonrpc.Parse},
		{"text, judged", `{"text":"` + strings.Repeat("hello world ", 75) + `"}`, jsonrpc.Judge},
		{"data", strings.Repeat(`{"id":12,"name":"lorem ipsum","done":true},`, 21) + "1", jsonrpc.Parse},
		{"data, judged", strings.Repeat(`{"id":12,"name":"lorem ipsum","done":true},`, 21) + "1", jsonrpc.Judge},
		{"data, a fault at its end", strings.Repeat(`{"id":12,"name":"lorem ipsum","done":true},`, 21) + `{"a":1,"a":1}`, jsonrpc.Parse},
	} {
		b.Run(in.name, func(b *testing.B) {
			body := []byte(head + in.parts + `]}}}`)
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			for b.Loop() {
				_, _ = in.parse(body, jsonrpc.MaxDepth)
			}
		})
	}
}
