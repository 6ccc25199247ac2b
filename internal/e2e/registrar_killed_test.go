package e2e

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/internal/authoritytest"
	"github.com/getbindu/bindu-go/internal/loadscale"
	"github.com/getbindu/bindu-go/internal/postgrestest"
	"github.com/getbindu/bindu-go/registrar/operator"
	"github.com/getbindu/bindu-go/registrar/registrartest"
)

// carnage is two registrars on one database, of which one is killed again and again while
// agents register at both.
type carnage struct {
	*stack
	replicas []*replica
	busy     []atomic.Int64 // requests under way, by replica
	client   *http.Client
	self     did.DID
	token    operator.Token
	stopping context.Context

	mu      sync.Mutex
	secrets map[did.DID]string // that the registrar has answered for
	made    int                // registrations that were answered 201
	again   int                // and 200
	refused map[string]int     // and not answered so, by why
}

// TestEndToEndRegistrarKilledAtAnyMoment: one of two registrars on one PostgreSQL is
// killed at random moments of registrations. Afterwards Hydra has of each agent what the
// database says, nobody is half-written, and each secret that was answered for works.
func TestEndToEndRegistrarKilledAtAnyMoment(t *testing.T) {
	server := postgrestest.Shared(t)
	c := &carnage{stack: newDirectStack(t, authoritytest.Options{}), busy: make([]atomic.Int64, 2), secrets: make(map[did.DID]string), refused: make(map[string]int)}
	c.begin(map[string]string{
		"REGISTRAR__DATABASE_URL": server.Address(server.Database(t), nil), "REGISTRAR__CHANGE_TIMEOUT": "3s", "REGISTRAR__SETTLE_INTERVAL": "200ms",
		"LIMITS__STRANGER_PER_MINUTE": "1000000", "LIMITS__STRANGERS_PER_MINUTE": "1000000", "LIMITS__KNOWN_PER_MINUTE": "100000", "REGISTRAR__MAX_DIDS_PER_ADDRESS": "1000000",
	})
	kills := loadscale.Size(t, 6, 200)
	ctx, stop := context.WithCancel(t.Context())
	c.stopping = ctx
	var workers sync.WaitGroup
	defer workers.Wait()
	defer stop()
	for i := range 8 {
		workers.Go(func() { c.work(i) })
	}
	hit := 0
	for i := range kills {
		hit += c.killOne(i % len(c.replicas))
	}
	stop()
	workers.Wait()
	t.Logf("%d kills, %d of them with registrations under way; %d agents registered, %d registrations again; not answered at first: %v",
		kills, hit, c.made, c.again, c.refused)
	if hit == 0 || c.made < kills {
		t.Error("little was tried")
	}
	c.check()
}

func (c *carnage) begin(env map[string]string) {
	c.t.Helper()
	program := buildRegistrar(c.t)
	first, second := c.replica(program, "first", env), c.replica(program, "second", env)
	first.start()
	c.self = first.await().did()
	second.join(first)
	second.start()
	second.await()
	c.replicas = []*replica{first, second}
	var err error
	c.token, err = first.operator().CreateToken(c.t.Context(), operator.NewToken{Author: "*", Name: "*", Uses: 1_000_000, Lifetime: time.Hour})
	if err != nil {
		c.t.Fatal(err)
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}} // whom agents believe is shown elsewhere
	c.t.Cleanup(transport.CloseIdleConnections)
	c.client = &http.Client{Transport: transport, Timeout: patience}
}

// killOne kills a replica at a random moment at which it is asked, and starts it again. It
// returns 1 where registrations were under way.
func (c *carnage) killOne(i int) int {
	c.t.Helper()
	timer := time.NewTimer(rand.N(150 * time.Millisecond))
	<-timer.C
	eventually(c.t, patience, "somebody registers", func() bool { return c.busy[i].Load() > 0 })
	<-time.After(rand.N(20 * time.Millisecond))
	under := c.busy[i].Load()
	c.replicas[i].kill()
	c.replicas[i].start()
	c.replicas[i].await()
	return int(min(under, 1))
}

// work lets agents register, and register anew with another secret, each until it is
// answered, as agents do.
func (c *carnage) work(worker int) {
	for n := 0; c.stopping.Err() == nil; n++ {
		a := registrartest.NewAgent(c.t, fmt.Sprintf("agent-%d-%d", worker, n))
		for turn := range 1 + rand.N(3) {
			c.register(a, registrartest.SecretOf(fmt.Sprint(worker, n, turn)))
		}
	}
}

func (c *carnage) register(a registrartest.Agent, secret string) {
	end := time.Now().Add(2 * patience)
	for {
		i := rand.N(len(c.replicas))
		c.busy[i].Add(1)
		status, why := c.put(c.replicas[i].address, a, secret)
		c.busy[i].Add(-1)
		c.mu.Lock()
		switch {
		case status == http.StatusCreated:
			c.made++
		case status == http.StatusOK:
			c.again++
		default:
			c.refused[why]++
		}
		if status/100 == 2 {
			c.secrets[a.DID] = secret
		}
		c.mu.Unlock()
		if status/100 == 2 {
			return
		}
		if status != 0 && status != http.StatusServiceUnavailable || time.Now().After(end) {
			c.t.Errorf("%s cannot register: %d %s", a.DID, status, why)
			return
		}
		<-time.After(rand.N(100 * time.Millisecond))
	}
}

// put makes one request; status is 0 where there was no answer.
func (c *carnage) put(address string, a registrartest.Agent, secret string) (status int, why string) {
	r := a.Signing(c.self, a.Body(secret).With("enrolmentToken", c.token.Text).JSON(), time.Now())
	header, err := signature.SignHeader(a.Key, signature.Octets1, r, nil)
	if err != nil {
		return 599, err.Error()
	}
	req, err := http.NewRequest(r.Method, "https://"+address+r.Target, bytes.NewReader(r.Body))
	if err != nil {
		return 599, err.Error()
	}
	req.Header = header
	req.Header.Set("Content-Type", r.ContentType)
	resp, err := c.client.Do(req)
	if err != nil {
		return 0, "no answer"
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, "half an answer"
	}
	return resp.StatusCode, reasonOf(answer{body: string(body)})
}

// check looks at everything once it is quiet.
func (c *carnage) check() {
	c.t.Helper()
	op := c.replicas[0].operator()
	var all []operator.Agent
	eventually(c.t, patience, "all changes are settled", func() bool {
		all = nil
		err := op.Clients(c.t.Context(), func(a operator.Agent) error {
			whole, err := op.Show(c.t.Context(), a.DID)
			all = append(all, whole)
			return err
		})
		return err == nil && !slices.ContainsFunc(all, func(a operator.Agent) bool { return a.Changing })
	})
	l := &ledger{t: c.t, auth: c.auth}
	clients := l.look().clients
	delete(clients, c.self.String())
	if len(all) != len(clients) || len(all) != len(c.secrets) {
		c.t.Errorf("%d agents were answered, %d are in the database and %d at Hydra", len(c.secrets), len(all), len(clients))
	}
	for _, a := range all {
		c.wantWhole(l, a, clients[a.DID])
	}
	tokens, err := op.Tokens(c.t.Context())
	if err != nil || len(tokens) != 1 || tokens[0].Uses != len(all) {
		c.t.Errorf("the enrolment token was not used once for each of %d agents: %+v, %v", len(all), tokens, err)
	}
}

// wantWhole: Hydra has of an agent what the database says, and its secret works.
func (c *carnage) wantWhole(l *ledger, a operator.Agent, has map[string]any) {
	c.t.Helper()
	d, err := did.Parse(a.DID)
	if err != nil || a.State != operator.StateRegistered || len(a.Keys) != 1 || c.secrets[d] == "" {
		c.t.Errorf("half an agent: %+v, %v", a, err)
		return
	}
	var kept map[string]any
	if err := json.Unmarshal(a.Document, &kept); err != nil {
		c.t.Error(err)
	}
	for name, value := range kept {
		if fmt.Sprint(has[name]) != fmt.Sprint(value) && !(none(has[name]) && none(value)) {
			c.t.Errorf("%s: Hydra has %s = %v, the database %v", d, name, has[name], value)
		}
	}
	if l.mint(d, c.secrets[d]) == "" {
		c.t.Errorf("%s gets no token with the secret that was answered for", d)
	}
}

// none reports whether a member has nothing in it: Hydra leaves some empty lists out.
func none(value any) bool {
	list, ok := value.([]any)
	return value == nil || ok && len(list) == 0
}
