package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/internal/authoritytest"
	"github.com/getbindu/bindu-go/internal/loadscale"
)

// TestEndToEndColdStart is scenario 17: many agents that nobody knows yet start
// at once against one Hydra and one step-ca. All come up, none asks an
// authority more than three times for the same thing, and none registers twice.
func TestEndToEndColdStart(t *testing.T) {
	s := newDirectStack(t, authoritytest.Options{})
	agents := make([]*running, loadscale.Size(t, 20, 1000))
	began := time.Now()
	for i := range agents {
		agents[i] = s.launch(fmt.Sprintf("agent-%d", i), nil)
	}
	tries := make(map[int]int)     // agents by the tries they needed
	causes := make(map[string]int) // of the tries that failed
	names := make(map[string]bool)
	for _, a := range agents {
		a.awaitFor(10*time.Minute - time.Since(began))
		names[a.DID().String()] = true
		n := a.tries(causes)
		tries[n]++
		if n > 3 {
			t.Errorf("%s tried %d times\n%s", a.set.Agent.Name, n, a.log)
		}
	}
	took := time.Since(began)
	t.Logf("%d agents ready after %s; agents by tries: %v; causes: %v", len(agents), took.Round(time.Millisecond), tries, causes)
	if took > 2*time.Minute {
		t.Errorf("took %s", took)
	}
	for _, a := range agents {
		if ready, why := a.readyz(); !ready {
			t.Errorf("%s is not ready: %v", a.set.Agent.Name, why)
		}
	}
	clients := s.clients()
	if len(clients) != len(agents) || len(names) != len(agents) {
		t.Errorf("%d agents have %d names and %d clients", len(agents), len(names), len(clients))
	}
	for _, id := range clients {
		if !names[id] {
			t.Errorf("%s is no agent's", id)
		}
	}
	talks(t, agents[0], agents[len(agents)-1])
}

// waited is what the log says of a try that failed.
var waited = regexp.MustCompile(`msg=waiting for=(\w+) reason=\w+ error="([^"]*)"`)

// tries returns how often the agent asked the authority that it asked most
// often, and counts why it had to ask again.
func (r *running) tries(causes map[string]int) int {
	failed := map[string]int{}
	most := 0
	for _, match := range waited.FindAllStringSubmatch(r.log.String(), -1) {
		causes[cause(match[2])]++
		failed[match[1]]++
		most = max(most, failed[match[1]])
	}
	return most + 1
}

// clients returns the ids of all clients at Hydra.
func (s *stack) clients() (ids []string) {
	s.t.Helper()
	for page := "/admin/clients?page_size=500"; page != ""; {
		resp, err := http.Get(s.auth.HydraAdmin + page)
		if err != nil {
			s.t.Fatal(err)
		}
		var clients []struct {
			ID string `json:"client_id"`
		}
		err = json.NewDecoder(resp.Body).Decode(&clients)
		resp.Body.Close()
		if err != nil || resp.StatusCode != http.StatusOK {
			s.t.Fatalf("%s: %s %v", page, resp.Status, err)
		}
		for _, c := range clients {
			ids = append(ids, c.ID)
		}
		page = nextPage(resp.Header)
	}
	return ids
}

// nextPage returns path and query of the link that is called next.
func nextPage(h http.Header) string {
	for link := range strings.SplitSeq(strings.Join(h.Values("Link"), ","), ",") {
		target, rel, _ := strings.Cut(link, ";")
		if !strings.Contains(rel, `rel="next"`) {
			continue
		}
		if u, err := url.Parse(strings.Trim(strings.TrimSpace(target), "<>")); err == nil {
			return u.RequestURI()
		}
	}
	return ""
}

// cause leaves out of an error which agent met it.
func cause(text string) string {
	return text[strings.LastIndex(text[:max(0, strings.LastIndex(text, ": "))], ": ")+1:]
}
