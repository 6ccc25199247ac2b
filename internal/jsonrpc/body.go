package jsonrpc

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"os"
	"strings"

	"github.com/getbindu/bindu-go/internal/refusal"
)

// BodyFault is why a body cannot be taken, as its sender is told.
type BodyFault struct {
	// Answer is what the sender is told.
	Answer refusal.Answer
	// Broken reports that the body did not come to its end.
	Broken bool
	// Cause is for our log only; it may be nil.
	Cause error
}

// ReadFault says what an error of reading a body means: it was larger than an
// [http.MaxBytesReader] allows, slower than the deadline, or broke off.
func ReadFault(err error) *BodyFault {
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		return &BodyFault{told(refusal.PayloadTooLarge), false, err}
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return &BodyFault{told(refusal.BodyTimeout), true, err}
	}
	return &BodyFault{told(refusal.BodyIncomplete), true, err}
}

func told(w refusal.Word) refusal.Answer { return w.At(refusal.Documents) }

// ReadJSON reads a body of at most limit bytes that says it is JSON in UTF-8,
// where no gate has read it.
func ReadJSON(w http.ResponseWriter, r *http.Request, limit int64) ([]byte, *BodyFault) {
	return ReadBody(w, r, limit, IsJSON)
}

// ReadBody reads a body of at most limit bytes with a content type that is taken.
func ReadBody(w http.ResponseWriter, r *http.Request, limit int64, takes func(contentType string) bool) ([]byte, *BodyFault) {
	if e := r.Header.Get("Content-Encoding"); e != "" && !strings.EqualFold(e, "identity") {
		return nil, &BodyFault{Answer: told(refusal.ContentEncoding)}
	}
	if !takes(r.Header.Get("Content-Type")) {
		return nil, &BodyFault{Answer: told(refusal.ContentType)}
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	if err != nil {
		return nil, ReadFault(err)
	}
	return body, nil
}

// IsJSON reports whether a content type is that of JSON in UTF-8.
func IsJSON(contentType string) bool {
	media, params, err := mime.ParseMediaType(contentType)
	charset, given := params["charset"]
	return err == nil && media == "application/json" && (!given || strings.EqualFold(charset, "utf-8"))
}

// EndsConnection reports whether the connection must end with the answer to r:
// in HTTP/1 nobody knows where the next request would begin. In HTTP/2 a body
// that breaks off is one stream's, and the others go on.
func (f *BodyFault) EndsConnection(r *http.Request) bool { return f.Broken && r.ProtoMajor < 2 }

// Write answers the request r with the fault. gate names the check that found it.
func (f *BodyFault) Write(w http.ResponseWriter, r *http.Request, gate string) {
	if f.EndsConnection(r) {
		w.Header().Set("Connection", "close")
	}
	OutcomeOf(r.Context()).Cause = f.Cause
	Refuse(w, r, nil, f.Answer, gate)
}
