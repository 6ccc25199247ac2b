package jsonrpc_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/getbindu/bindu-go/internal/jsonrpc"
	"github.com/getbindu/bindu-go/internal/refusal"
)

func TestWriteError(t *testing.T) {
	t.Parallel()
	full := jsonrpc.Error{Code: -31407, Message: "invalid DID signature", Data: jsonrpc.Data{
		Reason: "crypto_mismatch", Gate: "signature", RequestID: "r-1", Hint: "sign the exact body",
	}}
	tests := map[string]struct {
		id   string
		err  jsonrpc.Error
		want string
	}{
		"everything": {`"\u0041"`, full, `{"jsonrpc":"2.0","id":"\u0041","error":{"code":-31407,"message":"invalid DID signature","data":{"reason":"crypto_mismatch","gate":"signature","requestId":"r-1","hint":"sign the exact body"}}}`},
		"no id":      {"", jsonrpc.Error{Code: -32700, Message: "m", Data: jsonrpc.Data{Reason: "json_malformed"}}, `{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"m","data":{"reason":"json_malformed"}}}`},
		"broken id":  {`{"`, jsonrpc.Error{Code: -1, Message: "m", Data: jsonrpc.Data{Reason: "r"}}, `{"jsonrpc":"2.0","id":null,"error":{"code":-1,"message":"m","data":{"reason":"r"}}}`},
		"not UTF-8":  {"1", jsonrpc.Error{Code: -1, Message: "\xff", Data: jsonrpc.Data{Reason: "r"}}, `{"jsonrpc":"2.0","id":1,"error":{"code":-1,"message":"` + "\ufffd" + `","data":{"reason":"r"}}}`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var id jsontext.Value
			if tt.id != "" {
				id = jsontext.Value(tt.id)
			}
			rec := httptest.NewRecorder()
			jsonrpc.WriteError(rec, httptest.NewRequest(http.MethodPost, "/", nil), http.StatusForbidden, id, tt.err)
			if rec.Code != http.StatusForbidden || rec.Body.String() != tt.want {
				t.Errorf("answer %d %s\nwant %s", rec.Code, rec.Body, tt.want)
			}
			for header, want := range map[string]string{"Content-Type": "application/json", "Cache-Control": "no-store"} {
				if got := rec.Header().Get(header); got != want {
					t.Errorf("%s: %q, want %q", header, got, want)
				}
			}
		})
	}
}

// Callers of A2A 1.0 read a list.
func TestWriteErrorToCallersOf1(t *testing.T) {
	t.Parallel()
	for target, want := range map[string]string{
		"/?A2A-Version=1.0":                 `[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","domain":"getbindu.com","metadata":{"reason":"too_much","gate":"limit"},"reason":"TOO_MUCH"}]`,
		"/?A2A-Version=0.3":                 `{"reason":"too_much","gate":"limit"}`,
		"/?A2A-Version=1.0&A2A-Version=1.0": `{"reason":"too_much","gate":"limit"}`,
	} {
		rec := httptest.NewRecorder()
		e := jsonrpc.Error{Code: refusal.CodeLimit, Message: "m", Data: jsonrpc.Data{Reason: "too_much", Gate: "limit"}}
		jsonrpc.WriteError(rec, httptest.NewRequest(http.MethodPost, target, nil), http.StatusTooManyRequests, nil, e)
		if got, all := rec.Body.String(), `{"jsonrpc":"2.0","id":null,"error":{"code":-31410,"message":"m","data":`+want+`}}`; got != all {
			t.Errorf("%s: %s\nwant %s", target, got, all)
		}
	}
}

func TestRefusal(t *testing.T) {
	t.Parallel()
	a := jsonrpc.Refusal(jsonrpc.ErrBatch)
	if a.Status() != http.StatusOK || a.Code() != refusal.CodeInvalidRequest || a.Word() != "batch_unsupported" {
		t.Errorf("Refusal(ErrBatch) = %+v", a)
	}
	a = jsonrpc.Refusal(errors.New("dial tcp: secret host"))
	if a.Status() != http.StatusInternalServerError || a.Code() != refusal.CodeInternalError || a.Message() != "internal error" || a.Hint() != "" {
		t.Errorf("Refusal of a foreign error = %+v", a)
	}
}

func TestRefuseWritesWhatTheCatalogueHas(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		answer refusal.Answer
		status int
		want   string
	}{
		"a word":               {refusal.WrongRecipient.Answer().WithHint("This agent is did:x:y."), 403, `{"code":-31407,"message":"The request was signed for another agent","data":{"reason":"wrong_recipient","gate":"here","hint":"This agent is did:x:y."}}`},
		"a word of nobody's":   {refusal.Word("made_up").Answer(), 500, `{"code":-32603,"message":"Internal error","data":{"reason":"internal","gate":"here","hint":"The operator finds the cause in the log under the request id."}}`},
		"an answer of no word": {refusal.Answer{}, 500, `{"code":-32603,"message":"Internal error","data":{"reason":"internal","gate":"here","hint":"The operator finds the cause in the log under the request id."}}`},
	} {
		rec := httptest.NewRecorder()
		jsonrpc.Refuse(rec, httptest.NewRequest(http.MethodPost, "/", nil), nil, tt.answer, "here")
		if all := `{"jsonrpc":"2.0","id":null,"error":` + tt.want + `}`; rec.Code != tt.status || rec.Body.String() != all {
			t.Errorf("%s: %d %s\nwant %s", name, rec.Code, rec.Body, all)
		}
	}
}

func TestContextCarriesTheEnvelope(t *testing.T) {
	t.Parallel()
	if _, ok := jsonrpc.FromContext(t.Context()); ok {
		t.Error("an empty context has an envelope")
	}
	env, err := jsonrpc.Parse([]byte(`{"jsonrpc":"2.0","id":1,"method":"m"}`), jsonrpc.MaxDepth)
	if err != nil {
		t.Fatal(err)
	}
	if got, ok := jsonrpc.FromContext(jsonrpc.NewContext(t.Context(), env)); !ok || got.Method != "m" {
		t.Errorf("FromContext = %+v, %v", got, ok)
	}
}
