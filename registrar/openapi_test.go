package registrar_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"sync"
	"testing"

	"github.com/getbindu/bindu-go/internal/openapi"
	"github.com/getbindu/bindu-go/registrar"
)

// page is the document that developers of other agents read.
var page = sync.OnceValues(func() (*openapi.Document, error) {
	text, err := os.ReadFile("../docs/registrar-openapi.yaml")
	if err != nil {
		return nil, err
	}
	return openapi.Parse(text)
})

func document(t testing.TB) *openapi.Document {
	t.Helper()
	d, err := page()
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// ServeHTTP answers, and fails the test unless the answer is as the document says. What
// is carried out must have been asked as it says, too.
func (f fixture) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.Helper()
	var body bytes.Buffer
	r.Body = tee{io.TeeReader(r.Body, &body), r.Body}
	f.Registrar.ServeHTTP(w, r)
	got, recorded := w.(*httptest.ResponseRecorder)
	if !recorded {
		return
	}
	if err := conforms(document(f), r, body.Bytes(), got); err != nil {
		f.Errorf("%s %.200s: %d %s\n%v", r.Method, r.RequestURI, got.Code, got.Body, err)
	}
}

type tee struct {
	io.Reader
	io.Closer
}

func conforms(d *openapi.Document, r *http.Request, body []byte, got *httptest.ResponseRecorder) error {
	op := d.Match(r.Method, r.RequestURI)
	switch {
	case op == nil && !slices.Contains([]int{http.StatusForbidden, http.StatusNotFound, http.StatusMethodNotAllowed}, got.Code):
		return errors.New("the document has no such operation")
	case op == nil:
		return nil
	case got.Code < http.StatusMultipleChoices:
		if err := d.Request(op, r.Header, body); err != nil {
			return fmt.Errorf("what was asked: %w", err)
		}
	}
	return d.Answer(op, got.Code, got.Header(), got.Body.Bytes())
}

// Every operation is in the document, and none besides.
func TestTheDocumentHasEveryOperation(t *testing.T) {
	t.Parallel()
	var got []string
	for _, op := range document(t).Operations() {
		got = append(got, op.Method+" "+op.Path+" "+op.ID)
	}
	want := registrar.Described()
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("the document has %q, the registrar %q", got, want)
	}
}
