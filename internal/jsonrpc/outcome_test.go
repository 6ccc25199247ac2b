package jsonrpc_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/getbindu/bindu-go/internal/jsonrpc"
)

// What refuses names its gate or has the general name, and the request's id is
// the one under which it is logged.
func TestRefusalsAreCompletedAndNoted(t *testing.T) {
	for gate, want := range map[string]string{"task": "task", "": "handler"} {
		o := jsonrpc.Outcome{RequestID: "R1"}
		r := httptest.NewRequest(http.MethodPost, "/", nil)
		w := httptest.NewRecorder()
		jsonrpc.WriteError(w, r.WithContext(jsonrpc.WithOutcome(r.Context(), &o)), 429, nil, jsonrpc.Error{Data: jsonrpc.Data{Reason: "quota_exceeded", Gate: gate}})
		if o != (jsonrpc.Outcome{RequestID: "R1", Gate: want, Reason: "quota_exceeded"}) || !strings.Contains(w.Body.String(), `"data":{"reason":"quota_exceeded","gate":"`+want+`","requestId":"R1"}`) {
			t.Errorf("%q: %+v, %s", gate, o, w.Body)
		}
	}
	w := httptest.NewRecorder()
	jsonrpc.WriteError(w, httptest.NewRequest(http.MethodPost, "/", nil), 429, nil, jsonrpc.Error{Data: jsonrpc.Data{Reason: "x"}})
	if !strings.Contains(w.Body.String(), `"data":{"reason":"x"}`) {
		t.Errorf("where nobody records: %s", w.Body)
	}
}

func TestReadJSONSaysWhatIsWrong(t *testing.T) {
	read := func(body io.Reader, headers ...string) (*jsonrpc.BodyFault, *httptest.ResponseRecorder) {
		r := httptest.NewRequest(http.MethodPost, "/", body)
		r.Header.Set("Content-Type", "application/json; charset=UTF-8")
		for i := 0; i < len(headers); i += 2 {
			r.Header.Set(headers[i], headers[i+1])
		}
		w := httptest.NewRecorder()
		_, fault := jsonrpc.ReadJSON(w, r, 8)
		if fault != nil {
			fault.Write(w, r, "somewhere")
		}
		return fault, w
	}
	late := fmt.Errorf("read: %w", os.ErrDeadlineExceeded)
	for reason, tt := range map[string]struct {
		body    io.Reader
		headers []string
		status  int
		close   string
	}{
		"":                  {strings.NewReader("12345678"), []string{"Content-Encoding", "identity"}, 200, ""},
		"payload_too_large": {strings.NewReader("123456789"), nil, 413, ""},
		"body_timeout":      {iotest.ErrReader(late), nil, 408, "close"},
		"body_incomplete":   {iotest.ErrReader(io.ErrUnexpectedEOF), nil, 400, "close"},
		"content_encoding":  {strings.NewReader("{}"), []string{"Content-Encoding", "gzip"}, 415, ""},
		"content_type":      {strings.NewReader("{}"), []string{"Content-Type", "application/json; charset=utf-16"}, 415, ""},
	} {
		fault, w := read(tt.body, tt.headers...)
		if fault == nil {
			if reason != "" {
				t.Errorf("%s: taken", reason)
			}
			continue
		}
		if string(fault.Answer.Word()) != reason || w.Code != tt.status || w.Header().Get("Connection") != tt.close || !strings.Contains(w.Body.String(), `"code":-31400`) || !strings.Contains(w.Body.String(), `"gate":"somewhere"`) {
			t.Errorf("%s: %+v, %d %v %s", reason, fault, w.Code, w.Header(), w.Body)
		}
	}
	if f := jsonrpc.ReadFault(late); !errors.Is(f.Cause, os.ErrDeadlineExceeded) || !f.Broken {
		t.Errorf("%+v", f)
	}
}
