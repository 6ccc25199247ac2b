package hydra

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/costtest"
)

// documents answers each request with a document.
type documents struct{ body string }

func (d documents) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Request: r,
		Body: io.NopCloser(strings.NewReader(d.body))}, nil
}

// TestReadingAClientCostsWhatItsLengthDoes: whoever may edit a client decides what
// every agent that asks for its key has to read.
func TestReadingAClientCostsWhatItsLengthDoes(t *testing.T) {
	const size = 128 << 10
	d, err := did.Parse(fuzzDID)
	if err != nil {
		t.Fatal(err)
	}
	var inputs []costtest.Input
	for _, in := range costtest.All(size, 50) {
		inputs = append(inputs, costtest.Input{Name: in.Name, JSON: `{"client_id":"` + fuzzDID + `","metadata":{"x":` + in.JSON + `}}`})
	}
	limit := costtest.Limit{Times: 25, Floor: 50 * time.Millisecond, Bytes: 96 * size}
	costtest.Bounded(t, inputs, limit, func(body []byte) {
		cfg, _ := Config{AdminURL: "http://hydra.test", HTTPClient: &http.Client{Transport: documents{string(body)}}}.withDefaults()
		if _, found, err := newAdmin(cfg).get(t.Context(), d); err == nil && !found {
			t.Error("not read")
		}
	})
}
