package jsonrpc_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/internal/jsonrpc"
	"github.com/getbindu/bindu-go/internal/refusal"
)

func TestParametersAreOneObjectOrNothing(t *testing.T) {
	t.Parallel()
	deep := func(n int) string { return strings.Repeat(`{"a":`, n) + "1" + strings.Repeat("}", n) }
	for name, tt := range map[string]struct {
		body, want string
		err        error
	}{
		"nothing":              {"", "", nil},
		"an empty object":      {"{}", "{}", nil},
		"space around it":      {" \n{\"a\" : 1}\t ", `{"a" : 1}`, nil},
		"64 levels":            {deep(64), deep(64), nil},
		"65 levels":            {deep(65), "", jsonrpc.ErrTooDeep},
		"space alone":          {" ", "", jsonrpc.ErrSyntax},
		"an end too early":     {`{"a":1`, "", jsonrpc.ErrSyntax},
		"a byte order mark":    {"\ufeff{}", "", jsonrpc.ErrSyntax},
		"an array":             {"[]", "", jsonrpc.ErrNotObject},
		"null":                 {"null", "", jsonrpc.ErrNotObject},
		"a text":               {`"a"`, "", jsonrpc.ErrNotObject},
		"data after it":        {"{} {}", "", jsonrpc.ErrTrailing},
		"garbage after it":     {"{}x", "", jsonrpc.ErrTrailing},
		"one name twice":       {`{"a":1,"\u0061":2}`, "", jsonrpc.ErrDuplicateKey},
		"one name twice in it": {`{"a":[{"b":1,"b":1}]}`, "", jsonrpc.ErrDuplicateKey},
		"no UTF-8":             {"{\"a\":\"\xff\"}", "", jsonrpc.ErrNotUTF8},
	} {
		got, err := jsonrpc.ParseParams([]byte(tt.body), 64)
		if string(got) != tt.want || !errors.Is(err, tt.err) || (got == nil) != (tt.want == "") {
			t.Errorf("%s: %q, %v; want %q, %v", name, got, err, tt.want, tt.err)
		}
		if err != nil {
			if a := jsonrpc.ParamsRefusal(err); a.Status() != http.StatusBadRequest || a.Word() != jsonrpc.Refusal(err).Word() {
				t.Errorf("%s: %+v", name, a)
			}
		}
	}
}

// What is taken is what the strict reading of an envelope takes as params, and the
// other way round.
func FuzzParseParams(f *testing.F) {
	for _, seed := range []string{"", "{}", ` {"a":[1,{"b":"\u0061"}]} `, `{"a":1,"a":2}`, `{"a":1}{}`, "[]", "{", "\ufeff{}", strings.Repeat(`{"":`, 70)} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		got, err := jsonrpc.ParseParams(body, 63)
		env, enveloped := jsonrpc.Parse([]byte(`{"jsonrpc":"2.0","id":1,"method":"m","params":`+string(body)+`}`), 64)
		if err == nil && body != nil && len(body) > 0 && (enveloped != nil || string(env.Params) != string(got)) {
			t.Errorf("%q is taken, and in an envelope %q, %v", got, env.Params, enveloped)
		}
		if err != nil && enveloped == nil && json.Valid(body) && env.Params.Kind() == '{' {
			t.Errorf("%q is not taken: %v", body, err)
		}
	})
}

func TestARefusalInTheFormOfHTTPJSON(t *testing.T) {
	t.Parallel()
	for contentType, media := range map[string]string{"application/json": "application/json", "application/a2a+json; charset=utf-8": "application/a2a+json", "": "application/json"} {
		r := httptest.NewRequest(http.MethodPost, "/", http.NoBody)
		r.Header.Set("Content-Type", contentType)
		outcome := jsonrpc.Outcome{RequestID: "r-1"}
		r = r.WithContext(jsonrpc.WithForm(jsonrpc.WithOutcome(r.Context(), &outcome), jsonrpc.Bare))
		rec := httptest.NewRecorder()
		jsonrpc.Refuse(rec, r, nil, refusal.Replayed.Answer().WithHint("\xff"), "replay")
		want := `{"error":{"code":409,"status":"ALREADY_EXISTS","message":"The request was already accepted once","details":[` +
			`{"@type":"type.googleapis.com/google.rpc.ErrorInfo","domain":"getbindu.com","metadata":{"reason":"replayed","gate":"replay","requestId":"r-1","hint":"` + "\ufffd" + `"},"reason":"REPLAYED"}]}}`
		if rec.Code != http.StatusConflict || rec.Body.String() != want || rec.Header().Get("Content-Type") != media || outcome.Reason != "replayed" {
			t.Errorf("%d %s %s\nwant %s", rec.Code, rec.Header(), rec.Body, want)
		}
	}
}

// Every refusal has a status of HTTP that says so, and a code of google.rpc.Code.
func TestEveryRefusalHasAStatusInHTTPJSON(t *testing.T) {
	t.Parallel()
	r := httptest.NewRequest(http.MethodPost, "/", http.NoBody)
	r = r.WithContext(jsonrpc.WithForm(r.Context(), jsonrpc.Bare))
	var ofParams []refusal.Word
	for _, err := range []error{jsonrpc.ErrNotUTF8, jsonrpc.ErrSyntax, jsonrpc.ErrDuplicateKey, jsonrpc.ErrTooDeep, jsonrpc.ErrTrailing, jsonrpc.ErrNotObject} {
		ofParams = append(ofParams, jsonrpc.ParamsRefusal(err).Word())
	}
	for _, w := range ofParams {
		if s := w.At(refusal.Parameters).Status(); s != http.StatusBadRequest {
			t.Errorf("%s: %d", w, s)
		}
	}
	for _, w := range refusal.Words() {
		var got struct{ Error struct{ Status string } }
		if err := json.Unmarshal(jsonrpc.RefusalBody(r, nil, w.Answer(), ""), &got); err != nil || got.Error.Status == "" {
			t.Errorf("%s: %v", w, err)
		}
	}
}
