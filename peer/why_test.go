package peer

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// A reason is shown in whatever shape the peer gives it.
func TestParseRefusalReadsEveryShape(t *testing.T) {
	const info = `{"@type":"type.googleapis.com/google.rpc.ErrorInfo","domain":"d","reason":"TOKEN_EXPIRED","metadata":{"reason":"token_expired","gate":"token","requestId":"r","hint":"h"}}`
	rpc := func(data string) string {
		return `{"jsonrpc":"2.0","id":null,"error":{"code":-31404,"message":"m","data":` + data + `}}`
	}
	full := Refusal{Code: -31404, Message: "m", Reason: "token_expired", Gate: "token", RequestID: "r", Hint: "h"}
	for name, tt := range map[string]struct {
		body string
		want Refusal
	}{
		"object":                       {rpc(`{"reason":"token_expired","gate":"token","requestId":"r","hint":"h"}`), full},
		"list":                         {rpc(`[` + info + `]`), full},
		"list with other details":      {rpc(`["x",null,{"@type":"x"},` + info + `]`), full},
		"list of A2A's own":            {rpc(`[{"@type":"t","domain":"a2a-protocol.org","reason":"TASK_NOT_FOUND"}]`), Refusal{Code: -31404, Message: "m", Reason: "TASK_NOT_FOUND"}},
		"word":                         {rpc(`"token_expired"`), Refusal{Code: -31404, Message: "m", Reason: "token_expired"}},
		"sentence":                     {rpc(`"Token validation failed: bad audience"`), Refusal{Code: -31404, Message: "m", Reason: "Token validation failed: bad audience"}},
		"no data":                      {`{"error":{"code":-32009,"message":"Authentication required"}}`, Refusal{Code: -32009, Message: "Authentication required"}},
		"null":                         {rpc(`null`), Refusal{Code: -31404, Message: "m"}},
		"a member of another kind":     {rpc(`{"reason":"token_expired","gate":7,"hint":["h"]}`), Refusal{Code: -31404, Message: "m", Reason: "token_expired"}},
		"a code of another kind":       {`{"error":{"code":"E1","message":"m","data":{"reason":"r"}}}`, Refusal{Message: "m", Reason: "r"}},
		"details of the reference":     {`{"error":"DID signature verification failed","details":{"reason":"crypto_mismatch","did":"x"}}`, Refusal{Message: "DID signature verification failed", Reason: "crypto_mismatch"}},
		"details without a reason":     {`{"error":"Forbidden here","details":{}}`, Refusal{Message: "Forbidden here"}},
		"details in words":             {`{"error":"Forbidden","details":"no scope"}`, Refusal{Message: "Forbidden", Reason: "no scope"}},
		"OAuth":                        {`{"error":"invalid_token","error_description":"The token has expired"}`, Refusal{Message: "The token has expired", Reason: "invalid_token"}},
		"a framework's detail":         {`{"detail":"Not Found"}`, Refusal{Message: "Not Found"}},
		"what a terminal would obey":   {rpc(`"\u001b[2J"`), Refusal{Code: -31404, Message: "m", Reason: "\ufffd[2J"}},
		"a text too long for a reason": {rpc(`"` + strings.Repeat("a b ", 50) + `"`), Refusal{Code: -31404, Message: "m", Reason: strings.Repeat("a b ", 25) + "…", Hint: strings.Repeat("a b ", 50)}},
		"lists within lists":           {rpc(`[[[[` + info + `]]]]`), Refusal{Code: -31404, Message: "m"}},
		"a late entry":                 {rpc(`[` + strings.Repeat("0,", maxDetails) + info + `]`), Refusal{Code: -31404, Message: "m"}},
		"a late entry beside words":    {`{"error":"Forbidden here","details":[` + strings.Repeat("0,", maxDetails) + info + `]}`, Refusal{Message: "Forbidden here"}},
	} {
		t.Run(name, func(t *testing.T) {
			tt.want.Status = 403
			if got := parseRefusal(answer{status: 403, header: http.Header{}, body: []byte(tt.body)}, time.Time{}); *got != tt.want {
				t.Errorf("%+v\nwant %+v", *got, tt.want)
			}
		})
	}
}
