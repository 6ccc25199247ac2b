package jsonrpc_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/internal/grpcframe"
	"github.com/getbindu/bindu-go/internal/jsonrpc"
	"github.com/getbindu/bindu-go/internal/refusal"
)

// Every refusal is a status alone, with the word in its details.
func TestEveryRefusalHasAStatusInGRPC(t *testing.T) {
	t.Parallel()
	for _, word := range refusal.Words() {
		for _, place := range []refusal.Place{refusal.Gates, refusal.Envelope, refusal.Tasks, refusal.Parameters} {
			outcome := jsonrpc.Outcome{RequestID: "r-1"}
			r := httptest.NewRequest(http.MethodPost, "/", http.NoBody)
			r = r.WithContext(jsonrpc.WithForm(jsonrpc.WithOutcome(r.Context(), &outcome), jsonrpc.GRPC))
			rec := httptest.NewRecorder()
			a := word.At(place)
			jsonrpc.Refuse(rec, r, nil, a, "token")
			s, err := grpcframe.ReadStatus(rec.Header())
			if err != nil || rec.Code != http.StatusOK || rec.Body.Len() != 0 || rec.Header().Get("Content-Type") != "application/grpc" || s.Code == grpcframe.OK || len(s.Details) != 1 || s.Message != a.Message() {
				t.Fatalf("%s: %d %v %q: %+v, %v", word, rec.Code, rec.Header(), rec.Body, s, err)
			}
			d := s.Details[0]
			if d.Domain != "getbindu.com" || d.Reason != strings.ToUpper(string(word)) || d.Metadata["reason"] != string(word) || d.Metadata["gate"] != "token" || d.Metadata["requestId"] != "r-1" ||
				d.Metadata["hint"] != a.Hint() || outcome.Reason != string(word) {
				t.Errorf("%s: %+v, %+v", word, d, outcome)
			}
			if want := codeOf(word, a.Status()); s.Code.String() != want {
				t.Errorf("%s in place %d with status %d is %s, want %s", word, place, a.Status(), s.Code, want)
			}
		}
	}
}

// codeOf is what gRPC has for a refusal.
func codeOf(word refusal.Word, status int) string {
	switch {
	case word == refusal.MethodUnknown, status == 404, status == 405, status == 415, status == 505:
		return "UNIMPLEMENTED"
	case word == refusal.RequestEnded, status == 408, status == 504:
		return "DEADLINE_EXCEEDED"
	case status == 401, status == 407:
		return "UNAUTHENTICATED"
	case status == 403, status == 421:
		return "PERMISSION_DENIED"
	case status == 409:
		return "ALREADY_EXISTS"
	case status == 413, status == 429:
		return "RESOURCE_EXHAUSTED"
	case status == 500:
		return "INTERNAL"
	case status == 502, status == 503:
		return "UNAVAILABLE"
	}
	return "INVALID_ARGUMENT"
}

func TestAWordThatNobodyGaveIsAnInternalErrorInGRPC(t *testing.T) {
	t.Parallel()
	r := httptest.NewRequest(http.MethodPost, "/", http.NoBody)
	if s := jsonrpc.RefusalStatus(r, refusal.Answer{}, ""); s.Code.String() != "INTERNAL" {
		t.Errorf("%+v", s)
	}
}
