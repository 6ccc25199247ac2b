package did_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/costtest"
)

func BenchmarkCanonicalJSONWorst(b *testing.B) {
	costtest.Bench(b, costtest.All(1<<20, did.MaxDepth), func(body []byte) { _, _ = did.CanonicalJSON(body) })
}

func BenchmarkResolveWorst(b *testing.B) {
	costtest.Bench(b, asked(3900), resolver(b))
}

// resolver returns what a question for a DID costs.
func resolver(t testing.TB) func(body []byte) {
	h := did.NewHandler(describe(t, time.Unix(0, 0), ""))
	return func(body []byte) {
		r := httptest.NewRequest(http.MethodPost, did.PathResolve, strings.NewReader(string(body)))
		r.Header.Set("Content-Type", "application/json")
		h.ServeHTTP(httptest.NewRecorder(), r)
	}
}

// How often an ordinary input's processor time a worst one may take. Today it
// is five times at most; what attackers found took 700 times.
const worst = 25

// Nothing that a stranger sends under jcs-1 costs more than a constant times an
// ordinary body of that length, or allocates more than four times its length
// when the buffers are there.
func TestHostile163CanonicalFormCostsWhatItsLengthDoes(t *testing.T) {
	const size = 256 << 10
	limit := costtest.Limit{Times: worst, Bytes: 4*size + 64<<10}
	costtest.Bounded(t, costtest.All(size, did.MaxDepth), limit, func(body []byte) { _, _ = did.CanonicalJSON(body) })
}

func TestHostile165ResolveCostsWhatItsLengthDoes(t *testing.T) {
	const size = 3900
	limit := costtest.Limit{Times: worst, Floor: time.Millisecond, Bytes: 96 << 10}
	costtest.Bounded(t, asked(size), limit, resolver(t))
}

// asked are questions for a DID that hold the worst JSON, before and in the place
// of the DID.
func asked(size int) []costtest.Input {
	var all []costtest.Input
	for _, in := range costtest.All(size, did.MaxDepth-1) {
		all = append(all,
			costtest.Input{Name: in.Name + " beside a DID", JSON: `{"did":"` + caller + `","x":` + in.JSON + `}`},
			costtest.Input{Name: in.Name + " as a DID", JSON: `{"did":` + in.JSON + `}`})
	}
	return all
}

// Only what no encoder writes may not become its canonical form.
func TestCanonicalFormIsAtMostFourTimesTheBody(t *testing.T) {
	t.Parallel()
	const size = 1 << 20
	for name, want := range map[string]error{"that grow": nil, "that grow too much": did.ErrNumber} {
		body := []byte(costtest.Named(name, size, did.MaxDepth).JSON)
		got, err := did.CanonicalJSON(body)
		if !errors.Is(err, want) || len(got) > 4*len(body) {
			t.Errorf("%s: %d bytes of %d, %v, want %v", name, len(got), len(body), err, want)
		}
	}
	if got, err := did.CanonicalJSON([]byte("[1e20,-1e20]")); err != nil || string(got) != "[100000000000000000000,-100000000000000000000]" {
		t.Errorf("%s, %v", got, err)
	}
}
