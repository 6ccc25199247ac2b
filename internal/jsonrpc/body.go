package jsonrpc

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"os"
	"strings"
)

// BodyFault is why a body cannot be taken, as its sender is told.
type BodyFault struct {
	// Status is that of the answer.
	Status int
	// Reason is the stable word.
	Reason string
	// Hint says what the sender can do.
	Hint string
	// Broken reports that nobody knows where the next request would begin: the
	// connection ends with the answer.
	Broken bool
	// Cause is for our log only; it may be nil.
	Cause error
}

// ReadFault says what an error of reading a body means: it was larger than an
// [http.MaxBytesReader] allows, slower than the deadline, or broke off.
func ReadFault(err error) *BodyFault {
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		return &BodyFault{http.StatusRequestEntityTooLarge, "payload_too_large", "Send a smaller body.", false, err}
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return &BodyFault{http.StatusRequestTimeout, "body_timeout", "Send the body without pauses.", true, err}
	}
	return &BodyFault{http.StatusBadRequest, "body_incomplete", "Send as many bytes as announced.", true, err}
}

// ReadJSON reads a body of at most limit bytes that says it is JSON in UTF-8,
// where no gate has read it.
func ReadJSON(w http.ResponseWriter, r *http.Request, limit int64) ([]byte, *BodyFault) {
	if e := r.Header.Get("Content-Encoding"); e != "" && !strings.EqualFold(e, "identity") {
		return nil, &BodyFault{Status: http.StatusUnsupportedMediaType, Reason: "content_encoding", Hint: "Send the body without Content-Encoding."}
	}
	if !isJSON(r.Header.Get("Content-Type")) {
		return nil, &BodyFault{Status: http.StatusUnsupportedMediaType, Reason: "content_type", Hint: "Send Content-Type: application/json in UTF-8."}
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	if err != nil {
		return nil, ReadFault(err)
	}
	return body, nil
}

func isJSON(contentType string) bool {
	media, params, err := mime.ParseMediaType(contentType)
	charset, given := params["charset"]
	return err == nil && media == "application/json" && (!given || strings.EqualFold(charset, "utf-8"))
}

// Write answers the request r with the fault. gate names the check that found it.
func (f *BodyFault) Write(w http.ResponseWriter, r *http.Request, gate string) {
	if f.Broken {
		w.Header().Set("Connection", "close")
	}
	OutcomeOf(r.Context()).Cause = f.Cause
	WriteError(w, r, f.Status, nil, Error{
		Code: CodeRequest, Message: http.StatusText(f.Status), Data: Data{Reason: f.Reason, Gate: gate, Hint: f.Hint},
	})
}
