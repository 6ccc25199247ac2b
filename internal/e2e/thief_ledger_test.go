package e2e

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"testing"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/authoritytest"
	"github.com/getbindu/bindu-go/registrar/operator"
)

// ledger tells what a thief has got, from where everything is seen: Hydra's admin API,
// the registrar's operator, and the secrets of those who are not the thief.
type ledger struct {
	t        *testing.T
	auth     *authoritytest.Authority
	operator *operator.Client // nil without a registrar
	thief    did.DID
	secrets  map[did.DID]string
	known    []string // tokens that the thief has rightly
}

// scene is what a thief must not change.
type scene struct {
	clients map[string]map[string]any // documents at Hydra
	agents  map[string]string         // what the operator is shown
	others  string                    // whose assertions Hydra takes, its keys, enrolment tokens
}

func (l *ledger) look() scene {
	l.t.Helper()
	w := scene{clients: make(map[string]map[string]any), agents: make(map[string]string)}
	for _, id := range (&stack{t: l.t, auth: l.auth}).clients() {
		var document map[string]any
		l.read("/admin/clients/"+url.PathEscape(id), &document)
		w.clients[id] = document
	}
	for _, path := range []string{"/admin/trust/grants/jwt-bearer/issuers", "/admin/keys/hydra.openid.id-token", "/admin/keys/hydra.jwt.access-token"} {
		var all any
		l.read(path, &all)
		w.others += fmt.Sprintln(all)
	}
	if l.operator == nil {
		return w
	}
	if err := l.operator.Clients(l.t.Context(), func(a operator.Agent) error {
		whole, err := l.operator.Show(l.t.Context(), a.DID)
		w.agents[a.DID] = fmt.Sprintf("%+v", whole)
		return err
	}); err != nil {
		l.t.Fatal(err)
	}
	tokens, err := l.operator.Tokens(l.t.Context())
	if err != nil {
		l.t.Fatal(err)
	}
	w.others += fmt.Sprintln(tokens)
	return w
}

func (l *ledger) read(path string, into any) {
	l.t.Helper()
	l.readFrom(l.auth.HydraAdmin+path, into)
}

func (l *ledger) readFrom(address string, into any) {
	l.t.Helper()
	resp, err := http.Get(address)
	if err != nil {
		l.t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err == nil {
		err = json.Unmarshal(data, into)
	}
	if err != nil {
		l.t.Fatalf("%s: %s %v", address, resp.Status, err)
	}
}

// verdict is what Hydra says of a token.
type verdict struct {
	Active   bool
	Client   string `json:"client_id"`
	Scope    string
	Audience []string `json:"aud"`
}

func (l *ledger) introspect(token string) (said verdict) {
	l.t.Helper()
	l.form(l.auth.HydraAdmin+"/admin/oauth2/introspect", url.Values{"token": {token}}, &said)
	return said
}

// mint returns a token, "" if there is none.
func (l *ledger) mint(d did.DID, secret string) string {
	l.t.Helper()
	var answer struct {
		Token string `json:"access_token"`
	}
	l.form(l.auth.HydraPublic+"/oauth2/token", url.Values{
		"grant_type": {"client_credentials"}, "client_id": {d.String()}, "client_secret": {secret}, "scope": {"agent:read agent:write"},
	}, &answer)
	return answer.Token
}

func (l *ledger) form(address string, form url.Values, into any) {
	l.t.Helper()
	resp, err := http.PostForm(address, form)
	if err != nil {
		l.t.Fatal(err)
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(into); err != nil {
		l.t.Fatalf("%s: %s %v", address, resp.Status, err)
	}
}
