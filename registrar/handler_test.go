package registrar_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/registrar"
	"github.com/getbindu/bindu-go/registrar/registrartest"
)

// sent is a request of an agent, before and after it is signed.
type sent struct {
	agent  registrartest.Agent
	body   []byte
	sign   signature.Request
	scheme signature.Scheme
	after  func(*http.Request)
}

// signed is the request with its headers.
func (s sent) signed(t testing.TB) *http.Request {
	t.Helper()
	h, err := signature.SignHeader(s.agent.Key, s.scheme, s.sign, nil)
	if err != nil {
		t.Fatal(err)
	}
	target := s.sign.Target
	if target == "" {
		target = "/"
	}
	r := httptest.NewRequestWithContext(t.Context(), s.sign.Method, target, bytes.NewReader(s.body))
	r.Header = h
	r.Header.Set("Content-Type", s.sign.ContentType)
	if s.after != nil {
		s.after(r)
	}
	return r
}

func header(name, value string) func(*sent) {
	return func(s *sent) { s.after = func(r *http.Request) { r.Header.Set(name, value) } }
}

func target(t string) func(*sent) { return func(s *sent) { s.sign.Target = registrar.PathClients + t } }

func bodyOf(b []byte) func(*sent) { return func(s *sent) { s.body, s.sign.Body = b, b } }

func member(name, value string) func(*sent) {
	return func(s *sent) { bodyOf(s.agent.Body(registrartest.SecretOf("2")).With(name, value).JSON())(s) }
}

var refusedRequests = map[string]struct {
	change func(*sent)
	status int
	reason string
	gate   string
}{
	"another method":              {func(s *sent) { s.sign.Method = "POST" }, 405, "method_not_allowed", "route"},
	"a method of no client":       {func(s *sent) { s.sign.Method = "DELETE" }, 405, "method_not_allowed", "route"},
	"another path":                {func(s *sent) { s.sign.Target = "/v1/client/" + s.agent.DID.String() }, 404, "not_found", "route"},
	"no DID":                      {target(""), 404, "not_found", "route"},
	"no DID in the path":          {target("alice"), 404, "not_found", "route"},
	"a path behind the DID":       {target("did:a:b/x"), 404, "not_found", "route"},
	"a query":                     {target("did:a:b?x=1"), 404, "not_found", "route"},
	"encoded colons":              {target("did%3Aa%3Ab"), 404, "not_found", "route"},
	"an encoded DID":              {target("did:a:b%3Ac"), 403, "did_unsupported", "route"},
	"a DID in upper case":         {target("did:a:B"), 403, "did_unsupported", "route"},
	"a DID that some cut":         {target("did:a:" + strings.Repeat("b", 250)), 403, "did_unsupported", "route"},
	"the registrar's DID":         {target(registrarDID), 403, "did_unsupported", "route"},
	"a DID too long":              {target("did:a:" + strings.Repeat("b", 600)), 404, "not_found", "route"},
	"a target too long":           {target("did:a:" + strings.Repeat("b", 60_000)), 404, "not_found", "route"},
	"two signatures":              {func(s *sent) { s.after = func(r *http.Request) { r.Header.Add("X-Did", "did:a:b") } }, 400, "duplicate_header", "shape"},
	"a header with an underscore": {header("X_did", "did:a:b"), 400, "duplicate_header", "shape"},
	"two content types":           {func(s *sent) { s.after = func(r *http.Request) { r.Header.Add("Content-Type", "text/plain") } }, 400, "duplicate_header", "shape"},
	"announced too long":          {bodyOf(make([]byte, registrar.MaxBody+1)), 413, "payload_too_large", "shape"},
	"no signature":                {func(s *sent) { s.after = func(r *http.Request) { r.Header.Del("X-Did-Signature") } }, 403, "missing_signature_headers", "signature"},
	"no nonce":                    {func(s *sent) { s.after = func(r *http.Request) { r.Header.Del("X-Did-Nonce") } }, 403, "missing_signature_headers", "signature"},
	"a nonce too short":           {header("X-Did-Nonce", "short"), 403, "malformed_input", "signature"},
	"another nonce":               {header("X-Did-Nonce", strings.Repeat("a", 22)), 403, "crypto_mismatch", "signature"},
	"an unknown scheme":           {header("X-Did-Scheme", "rot13"), 403, "scheme_refused", "signature"},
	"the scheme jcs-1":            {func(s *sent) { s.scheme = signature.JCS1 }, 403, "scheme_refused", "signature"},
	"the reference's scheme":      {func(s *sent) { s.scheme = signature.Reference }, 403, "scheme_refused", "signature"},
	"a malformed signer":          {header("X-Did", "alice"), 403, "did_malformed", "signature"},
	"another signer":              {header("X-Did", "did:a:b"), 403, "path_mismatch", "signature"},
	"the path of another":         {target("did:a:b"), 403, "path_mismatch", "signature"},
	"for somebody else, and so":   {func(s *sent) { s.sign.Audience = s.agent.DID }, 403, "wrong_recipient", "signature"},
	"for somebody else": {func(s *sent) {
		s.sign.Audience = s.agent.DID
		s.after = func(r *http.Request) { r.Header.Del("X-Did-Audience") }
	}, 403, "crypto_mismatch", "signature"},
	"no number as timestamp": {header("X-Did-Timestamp", "+1"), 403, "timestamp_malformed", "timestamp"},
	"too early":              {func(s *sent) { s.sign.Timestamp -= 301 }, 403, "timestamp_out_of_window", "timestamp"},
	"too late":               {func(s *sent) { s.sign.Timestamp += 301 }, 403, "timestamp_out_of_window", "timestamp"},
	"another time": {func(s *sent) {
		s.sign.Timestamp -= 1
		s.after = func(r *http.Request) { r.Header.Set("X-Did-Timestamp", fmt.Sprint(s.sign.Timestamp+1)) }
	}, 403, "crypto_mismatch", "signature"},
	"sent too long": {func(s *sent) {
		bodyOf(make([]byte, registrar.MaxBody+1))(s)
		s.after = func(r *http.Request) { r.ContentLength = -1 }
	}, 413, "payload_too_large", "body"},
	"a form":                    {func(s *sent) { s.sign.ContentType = "application/x-www-form-urlencoded" }, 415, "content_type", "body"},
	"no content type":           {func(s *sent) { s.sign.ContentType = "" }, 415, "content_type", "body"},
	"a content type not signed": {header("Content-Type", "application/json; charset=utf-8"), 403, "crypto_mismatch", "signature"},
	"compressed":                {header("Content-Encoding", "gzip"), 415, "content_encoding", "body"},
	"no body":                   {bodyOf(nil), 400, "json_malformed", "body"},
	"no JSON":                   {bodyOf([]byte("alice")), 400, "json_malformed", "body"},
	"no UTF-8":                  {bodyOf([]byte("{\"name\":\"\xff\"}")), 400, "body_not_utf8", "body"},
	"a list":                    {bodyOf([]byte(`[]`)), 400, "json_malformed", "body"},
	"null":                      {bodyOf([]byte(`null`)), 400, "json_malformed", "body"},
	"two objects":               {bodyOf([]byte(`{}{}`)), 400, "json_malformed", "body"},
	"nested too deeply":         {bodyOf([]byte(strings.Repeat("[", 65) + strings.Repeat("]", 65))), 400, "json_too_deep", "body"},
	"a member twice":            {bodyOf([]byte(`{"name":"a","name":"b"}`)), 400, "json_duplicate_key", "body"},
	"an empty object":           {bodyOf([]byte(`{}`)), 400, "registration_invalid", "body"},
	"an unknown member":         {member("scopes", "agent:admin"), 400, "registration_invalid", "body"},
	"a member spelt otherwise":  {member("Name", "alice"), 400, "registration_invalid", "body"},
	"a member that is null":     {bodyOf([]byte(`{"name":null}`)), 400, "registration_invalid", "body"},
	"a member that is a number": {bodyOf([]byte(`{"name":1}`)), 400, "registration_invalid", "body"},
	"no key":                    {bodyOf([]byte(`{"clientSecret":"` + registrartest.SecretOf("2") + `"}`)), 400, "registration_invalid", "body"},
	"no secret": {func(s *sent) {
		bodyOf([]byte(`{"publicKey":"` + did.EncodePublicKey(s.agent.Key.PublicKey()) + `"}`))(s)
	}, 400, "registration_invalid", "body"},
	"a key that is none":           {member("publicKey", strings.Repeat("z", 44)), 400, "registration_invalid", "body"},
	"a weak key":                   {member("publicKey", strings.Repeat("1", 32)), 403, "key_weak", "body"},
	"a short secret":               {member("clientSecret", registrartest.SecretOf("2")[:42]), 400, "secret_weak", "body"},
	"a long secret":                {member("clientSecret", strings.Repeat(registrartest.SecretOf("2"), 2)), 400, "secret_weak", "body"},
	"a secret of another alphabet": {member("clientSecret", "+"+registrartest.SecretOf("2")[1:]), 400, "secret_weak", "body"},
	"a secret that is not random":  {member("clientSecret", strings.Repeat("abcd", 11)), 400, "secret_weak", "body"},
	"a name too long":              {member("name", strings.Repeat("a", 129)), 400, "registration_invalid", "body"},
	"a name of two lines":          {member("name", "a\nb"), 400, "registration_invalid", "body"},
	"a name with a C1 control":     {member("name", "a\u009bb"), 400, "registration_invalid", "body"},
	"a name that runs backwards":   {member("name", "a\u202eb"), 400, "registration_invalid", "body"},
	"an address that runs back":    {member("url", "https://a.example/\u202eb"), 400, "registration_invalid", "body"},
	"a URL of files":               {member("url", "file:///etc/passwd"), 400, "registration_invalid", "body"},
	"a URL with a password":        {member("url", "https://a:b@c"), 400, "registration_invalid", "body"},
	"a URL too long":               {member("url", "https://a/"+strings.Repeat("b", 512)), 400, "registration_invalid", "body"},
	"another body":                 {func(s *sent) { s.body = s.agent.Body(registrartest.SecretOf("3")).JSON() }, 403, "crypto_mismatch", "signature"},
	"another key":                  {func(s *sent) { s.agent.Key = registrartest.NewKey(nil2, "thief") }, 403, "crypto_mismatch", "signature"},
	"no base58":                    {header("X-Did-Signature", "0OIl"), 403, "malformed_input", "signature"},
}

// nil2 is for keys made outside of a test, whose making cannot fail.
var nil2 testing.TB = &testing.B{}

var registrarDID = registrartest.NewAgent(nil2, "registrar").DID.String()

func TestWhatIsRefusedAndWhy(t *testing.T) {
	t.Parallel()
	f := newFixture(t, inMode(registrar.ModeOpen))
	agent := registrartest.NewAgent(t, "alice")
	f.accept(agent, agent.Body(registrartest.SecretOf("1")))
	row, document := f.Row(agent.DID), f.Clients.Document(agent.DID)
	for name, tt := range refusedRequests {
		t.Run(name, func(t *testing.T) {
			body := agent.Body(registrartest.SecretOf("2")).JSON()
			s := sent{agent: agent, body: body, sign: agent.Signing(f.Config.Self, body, f.Clock.Now()), scheme: signature.Octets1}
			tt.change(&s)
			got := registrartest.Ask(f, s.signed(t))
			want(t, got, tt.status, tt.reason)
			if got.Gate != tt.gate || got.Hint == "" {
				t.Errorf("gate %q, want %q: %s", got.Gate, tt.gate, got)
			}
			if got.Header.Get("Cache-Control") != "no-store" || !strings.Contains(got.Body, `"jsonrpc":"2.0","id":null`) {
				t.Errorf("not the one shape of refusals: %v %s", got.Header, got)
			}
		})
	}
	if now := f.Row(agent.DID); !reflect.DeepEqual(now, row) || !reflect.DeepEqual(f.Clients.Document(agent.DID), document) {
		t.Errorf("a refused request changed something: %+v, was %+v", now, row)
	}
	if got := f.Clients.Secret(agent.DID); got != registrartest.SecretOf("1") {
		t.Error("a refused request changed the secret")
	}
	f.accept(agent, agent.Body(registrartest.SecretOf("2")))
}

func TestARequestCountsOnce(t *testing.T) {
	t.Parallel()
	f := newFixture(t, inMode(registrar.ModeOpen))
	agent := registrartest.NewAgent(t, "alice")
	first := agent.Signing(f.Config.Self, agent.Body(registrartest.SecretOf("1")).JSON(), f.Clock.Now())
	first.Nonce = strings.Repeat("n", 22)
	if got := registrartest.Ask(f, agent.Sign(t, first)); got.Status != 201 {
		t.Fatal(got)
	}
	want(t, registrartest.Ask(f, agent.Sign(t, first)), 409, "replayed")
	want(t, registrartest.Ask(f.Replica(f.Config), agent.Sign(t, first)), 409, "replayed")
	f.accept(agent, agent.Body(registrartest.SecretOf("2")))
	want(t, registrartest.Ask(f, agent.Sign(t, first)), 409, "replayed") // the first secret does not come back
	f.Clock.Advance(f.Config.Window)
	want(t, registrartest.Ask(f, agent.Sign(t, first)), 409, "replayed")
	f.Clock.Advance(time.Second)
	want(t, registrartest.Ask(f, agent.Sign(t, first)), 403, "timestamp_out_of_window")
	// Another agent may use the same nonce.
	bob := registrartest.NewAgent(t, "bob")
	second := bob.Signing(f.Config.Self, bob.Body(registrartest.SecretOf("3")).JSON(), f.Clock.Now())
	second.Nonce = first.Nonce
	if got := registrartest.Ask(f, bob.Sign(t, second)); got.Status != 201 {
		t.Error(got)
	}
}

// Who signs in an agent's name, with a nonce that the agent is about to use, keeps it
// from nothing.
func TestANonceBelongsToItsKey(t *testing.T) {
	t.Parallel()
	f := newFixture(t, inMode(registrar.ModeOpen))
	agent := registrartest.NewAgent(t, "alice")
	mask := registrartest.Agent{DID: agent.DID, Key: registrartest.NewKey(t, "thief")}
	for _, a := range []registrartest.Agent{mask, agent} {
		r := a.Signing(f.Config.Self, a.Body(registrartest.SecretOf("1")).JSON(), f.Clock.Now())
		r.Nonce = strings.Repeat("n", 22)
		if got := registrartest.Ask(f, a.Sign(t, r)); got.Status != map[bool]int{true: 201, false: 403}[a == agent] {
			t.Error(got)
		}
	}
}

// What was refused once is not carried out when it is sent again: by then there
// may be a reason to.
func TestARefusedRequestCountsOnceToo(t *testing.T) {
	t.Parallel()
	f := newFixture(t, inMode(registrar.ModeApprove))
	agent := registrartest.NewAgent(t, "alice")
	first := agent.Signing(f.Config.Self, agent.Body(registrartest.SecretOf("1")).JSON(), f.Clock.Now())
	first.Nonce = strings.Repeat("n", 22)
	if _, err := f.Revoke(t.Context(), agent.DID, ""); err != nil {
		t.Fatal(err)
	}
	want(t, registrartest.Ask(f, agent.Sign(t, first)), 403, "revoked")
	if _, err := f.Restore(t.Context(), agent.DID, ""); err != nil {
		t.Fatal(err)
	}
	want(t, registrartest.Ask(f, agent.Sign(t, first)), 409, "replayed")
	if got := f.put(agent, agent.Body(registrartest.SecretOf("1"))); got.State != "pending" {
		t.Error(got)
	}
}
