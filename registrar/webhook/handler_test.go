package webhook_test

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/stepcatest"
	"github.com/getbindu/bindu-go/registrar/webhook"
)

// TestMain checks for leaked goroutines. One is started by the mere import of
// smallstep's client, which the test CA needs.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreTopFunction("github.com/golang/glog.(*fileSink).flushDaemon"))
}

// TestWhoGetsACertificate: what the registry knows decides.
func TestWhoGetsACertificate(t *testing.T) {
	key, other := newKey(t), newKey(t)
	announce := func(d did.DID, k []byte) func(*registry) {
		return func(r *registry) { r.announced[d] = sha256.Sum256(k) }
	}
	register := func(d did.DID) func(*registry) { return func(r *registry) { r.registered[d] = true } }
	revoke := func(d did.DID) func(*registry) { return func(r *registry) { r.revoked[d] = true } }
	ended := func(d did.DID) func(*registry) { return func(r *registry) { r.ended[d] = true } }
	halfAway := func(r *registry) { r.halfAway = true }
	for name, tt := range map[string]struct {
		who    did.DID
		knows  []func(*registry)
		status int
		want   webhook.Reason
	}{
		"registered and announced":          {alice, []func(*registry){register(alice), announce(alice, key)}, 200, webhook.Announced},
		"not announced":                     {alice, []func(*registry){register(alice)}, 200, webhook.NotAnnounced},
		"another key announced":             {alice, []func(*registry){register(alice), announce(alice, other)}, 200, webhook.NotAnnounced},
		"announced by another":              {alice, []func(*registry){register(alice), register(bob), announce(bob, key)}, 200, webhook.NotAnnounced},
		"announced and not registered":      {alice, []func(*registry){announce(alice, key)}, 200, webhook.NotRegistered},
		"revoked":                           {alice, []func(*registry){register(alice), announce(alice, key), revoke(alice)}, 200, webhook.Revoked},
		"listed":                            {carol, nil, 200, webhook.Listed},
		"listed and revoked":                {carol, []func(*registry){revoke(carol)}, 200, webhook.Revoked},
		"listed, its tokens ended":          {carol, []func(*registry){ended(carol)}, 200, webhook.TokensEnded},
		"listed, registered, tokens ended":  {carol, []func(*registry){register(carol), announce(carol, key), ended(carol)}, 200, webhook.TokensEnded},
		"listed, another's tokens ended":    {carol, []func(*registry){ended(alice)}, 200, webhook.Listed},
		"listed, and nobody knows":          {carol, []func(*registry){halfAway}, 503, webhook.Unavailable},
		"announced, its tokens ended":       {alice, []func(*registry){register(alice), announce(alice, key), ended(alice)}, 200, webhook.Announced},
		"the registrar":                     {itself, []func(*registry){announce(itself, key)}, 200, webhook.Self},
		"the registrar, not announced":      {itself, nil, 200, webhook.NotAnnounced},
		"the registrar, with another key":   {itself, []func(*registry){announce(itself, other)}, 200, webhook.NotAnnounced},
		"the registrar, revoked":            {itself, []func(*registry){announce(itself, key), revoke(itself)}, 200, webhook.Revoked},
		"the database is away":              {alice, []func(*registry){func(r *registry) { r.away = true }}, 503, webhook.Unavailable},
		"the database is away for a moment": {alice, []func(*registry){register(alice), halfAway}, 503, webhook.Unavailable},
	} {
		t.Run(name, func(t *testing.T) {
			k := newKit(t)
			for _, f := range tt.knows {
				f(k.registry)
			}
			w, decision := k.ask(k.request(question(issuer, tt.who, key)))
			if decision.Reason != tt.want || w.Code != tt.status || decision.DID != tt.who {
				t.Errorf("%d %+v, want %d %s for %s", w.Code, decision, tt.status, tt.want, tt.who)
			}
			sum := sha256.Sum256(key)
			if decision.TLSKey != hex.EncodeToString(sum[:]) {
				t.Errorf("the decision is about the key %s", decision.TLSKey)
			}
			checkAnswer(t, w.Body.String(), decision)
			if w.Header().Get("Cache-Control") != "no-store" {
				t.Errorf("header %v", w.Header())
			}
		})
	}
}

// checkAnswer: yes is said by one text alone, and no with its reason.
func checkAnswer(t *testing.T, body string, d webhook.Decision) {
	t.Helper()
	if yes := body == `{"allow":true}`; yes != d.Allowed() {
		t.Errorf("%s is answered with %s", d.Reason, body)
	}
	if !d.Allowed() && (strings.Contains(body, "true") || !strings.Contains(body, `"code":"`+string(d.Reason)+`"`)) {
		t.Errorf("%s is answered with %s", d.Reason, body)
	}
}

// TestOnlyTheCAIsAnswered: everybody else is refused before a byte of the body counts.
func TestOnlyTheCAIsAnswered(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(*kit, *http.Request)
		status int
		want   webhook.Reason
	}{
		"without TLS":         {func(_ *kit, r *http.Request) { r.TLS = nil }, 403, webhook.NotCA},
		"without certificate": {func(_ *kit, r *http.Request) { r.TLS.PeerCertificates = nil }, 403, webhook.NotCA},
		"not verified":        {func(_ *kit, r *http.Request) { r.TLS.VerifiedChains = nil }, 403, webhook.NotCA},
		"an agent": {func(k *kit, r *http.Request) {
			r.TLS = verified(k.ca.Issue(issuer, alice.String()))
		}, 403, webhook.NotCA},
		"an agent with the CA's host name": {func(k *kit, r *http.Request) {
			r.TLS = verified(k.ca.Issue(issuer, alice.String(), stepcatest.DNSNames(caHost)))
		}, 403, webhook.NotCA},
		"issued by a provisioner": {func(k *kit, r *http.Request) {
			r.TLS = verified(k.ca.Issue("", "", stepcatest.NoNames(), stepcatest.DNSNames(caHost), stepcatest.Provisioned()))
		}, 403, webhook.NotCA},
		"another host": {func(k *kit, r *http.Request) {
			r.TLS = verified(k.ca.Issue("", "", stepcatest.NoNames(), stepcatest.DNSNames("webhook.test")))
		}, 403, webhook.NotCA},
		"the host as common name": {func(k *kit, r *http.Request) {
			r.TLS = verified(k.ca.Issue("", "", stepcatest.NoNames(), stepcatest.CommonName(caHost)))
		}, 403, webhook.NotCA},
		"for servers alone": {func(k *kit, r *http.Request) {
			r.TLS = verified(k.ca.Issue("", "", stepcatest.NoNames(), stepcatest.DNSNames(caHost), stepcatest.ServerOnly()))
		}, 403, webhook.NotCA},
		"an intermediate": {func(k *kit, r *http.Request) {
			r.TLS = verified(k.ca.Issue("", "", stepcatest.NoNames(), stepcatest.DNSNames(caHost), stepcatest.AsCA()))
		}, 403, webhook.NotCA},
		"on a connection that outlived its certificate": {func(k *kit, _ *http.Request) { k.now = k.now.Add(25 * time.Hour) }, 503, webhook.StaleCaller},
		"before its certificate is valid":               {func(k *kit, _ *http.Request) { k.now = k.now.Add(-time.Hour) }, 503, webhook.StaleCaller},
		"another method":                                {func(_ *kit, r *http.Request) { r.Method = http.MethodPut }, 404, webhook.NotFound},
		"another path":                                  {func(_ *kit, r *http.Request) { r.RequestURI = "/" }, 404, webhook.NotFound},
		"the path in another spelling":                  {func(_ *kit, r *http.Request) { r.RequestURI = "//step-ca/authorize" }, 404, webhook.NotFound},
		"the path with a query":                         {func(_ *kit, r *http.Request) { r.RequestURI += "?a" }, 404, webhook.NotFound},
	} {
		t.Run(name, func(t *testing.T) {
			k := newKit(t)
			key := newKey(t)
			k.registry.registered[alice], k.registry.announced[alice] = true, sha256.Sum256(key)
			r := k.request(question(issuer, alice, key))
			tt.change(k, r)
			w, decision := k.ask(r)
			if decision.Reason != tt.want || w.Code != tt.status {
				t.Errorf("%d %+v, want %d %s", w.Code, decision, tt.status, tt.want)
			}
			if closes := w.Header().Get("Connection") == "close"; closes != (tt.want != webhook.NotFound) {
				t.Errorf("closes the connection: %t", closes)
			}
			checkAnswer(t, w.Body.String(), decision)
		})
	}
}

// TestWhatStepCADoesNotSendIsRefused: one thing differs from a question that is
// answered with yes.
func TestWhatStepCADoesNotSendIsRefused(t *testing.T) {
	key := newKey(t)
	good := question(issuer, alice, key)
	san := `"sans":[{"type":"uri","value":"` + issuer + "#" + alice.String() + `"}]`
	uri := issuer + "#" + alice.String()
	for name, tt := range map[string]struct {
		old, new string
		want     webhook.Reason
	}{
		"as it is":                  {"", "", webhook.Announced},
		"with the name as uris":     {`"uris":null,` + san, `"uris":["` + uri + `"],"sans":null`, webhook.Announced},
		"with a provisioner's name": {`"x509Certificate"`, `"provisionerName":"hydra","x509Certificate"`, webhook.Announced},
		"an RSA usage":              {`["digitalSignature"]`, `["keyEncipherment","digitalSignature"]`, webhook.Announced},
		"nothing":                   {good, "", webhook.Malformed},
		"null":                      {good, "null", webhook.Malformed},
		"two values":                {good, good + good, webhook.Malformed},
		"an empty object":           {good, "{}", webhook.Malformed},
		"no certificate":            {`"x509Certificate":{`, `"x509Certificate":null,"x":{`, webhook.Malformed},
		"an SSH certificate":        {`"x509Certificate"`, `"sshCertificate":{},"x509Certificate"`, webhook.Malformed},
		"an attestation":            {`"x509Certificate"`, `"attestationData":{},"x509Certificate"`, webhook.Malformed},
		"a member in another case":  {`"sans"`, `"SANs"`, webhook.Malformed},
		"a member twice":            {`"uris":null`, `"uris":null,"uris":null`, webhook.Malformed},
		"the certificate twice":     {`"x509Certificate"`, `"x509Certificate":null,"x509Certificate"`, webhook.Malformed},
		"an unknown member":         {`"uris":null`, `"uris":null,"otherNames":[]`, webhook.Malformed},
		"no UTF-8":                  {`"rawSubject":null`, "\"rawSubject\":\"\xff\"", webhook.Malformed},
		"no name":                   {san, `"sans":null`, webhook.BadNames},
		"two names":                 {`"uris":null`, `"uris":["` + uri + `"]`, webhook.BadNames},
		"the name of another, too":  {san, `"sans":[{"type":"uri","value":"` + uri + `"},{"type":"uri","value":"` + issuer + "#" + bob.String() + `"}]`, webhook.BadNames},
		"a host name, too":          {`"dnsNames":null`, `"dnsNames":["ca.test"]`, webhook.BadNames},
		"an address, too":           {`"ipAddresses":null`, `"ipAddresses":["127.0.0.1"]`, webhook.BadNames},
		"an e-mail address, too":    {`"emailAddresses":null`, `"emailAddresses":["a@b.test"]`, webhook.BadNames},
		"a host name in the list":   {`"type":"uri"`, `"type":"dns"`, webhook.BadNames},
		"a type to be guessed":      {`"type":"uri"`, `"type":""`, webhook.BadNames},
		"a type in another case":    {`"type":"uri"`, `"type":"URI"`, webhook.BadNames},
		"a name in ASN.1":           {`{"type":"uri",`, `{"type":"uri","asn1Value":{},`, webhook.BadNames},
		"another issuer":            {`"value":"` + issuer, `"value":"https://elsewhere.test`, webhook.BadNames},
		"our issuer with a path":    {`"value":"` + issuer, `"value":"` + issuer + `/`, webhook.BadNames},
		"no DID":                    {`"value":"` + uri, `"value":"` + issuer + `#alice`, webhook.BadNames},
		"a DID with a query":        {`"value":"` + uri, `"value":"` + uri + `?x`, webhook.BadNames},
		"a name that is spelt anew": {`"value":"` + uri, `"value":"` + strings.Replace(uri, "https", "HTTPS", 1), webhook.BadNames},
		"another common name":       {`"commonName":"` + alice.String(), `"commonName":"` + bob.String(), webhook.BadNames},
		"a subject in DER":          {`"rawSubject":null`, `"rawSubject":"MAA="`, webhook.BadNames},
		"an extension":              {`"extensions":null`, `"extensions":[{"id":"2.5.29.17","value":"MAA="}]`, webhook.BadKind},
		"a list of no extension":    {`"extensions":null`, `"extensions":[]`, webhook.BadKind},
		"a CA":                      {`"basicConstraints":null`, `"basicConstraints":{"isCA":true}`, webhook.BadKind},
		"name constraints":          {`"nameConstraints":null`, `"nameConstraints":{}`, webhook.BadKind},
		"a usage that is not known": {`"unknownExtKeyUsage":null`, `"unknownExtKeyUsage":["1.2.3"]`, webhook.BadKind},
		"signing of certificates":   {`["digitalSignature"]`, `["digitalSignature","certSign"]`, webhook.BadKind},
		"any extended usage":        {`"clientAuth"]`, `"clientAuth","any"]`, webhook.BadKind},
		"a key that is none":        {`"publicKey":"M`, `"publicKey":"A`, webhook.BadKey},
		"no key":                    {`"publicKey":"`, `"publicKey":"","x":"`, webhook.Malformed},
		"an empty key":              {`"publicKey":"` + good[strings.Index(good, `"publicKey":"`)+13:strings.Index(good, `","publicKeyAlgorithm`)], `"publicKey":"`, webhook.BadKey},
	} {
		t.Run(name, func(t *testing.T) {
			k := newKit(t)
			k.registry.registered[alice], k.registry.announced[alice] = true, sha256.Sum256(key)
			if tt.old != "" && strings.Count(good, tt.old) != 1 {
				t.Fatalf("%q stands %d times in the question", tt.old, strings.Count(good, tt.old))
			}
			w, decision := k.ask(k.request(strings.Replace(good, tt.old, tt.new, 1)))
			if decision.Reason != tt.want || w.Code != http.StatusOK {
				t.Errorf("%d %+v, want %s", w.Code, decision, tt.want)
			}
			checkAnswer(t, w.Body.String(), decision)
		})
	}
}

func TestBodiesAreBounded(t *testing.T) {
	k := newKit(t)
	key := newKey(t)
	k.registry.registered[alice], k.registry.announced[alice] = true, sha256.Sum256(key)
	padded := func(n int) string {
		q := question(issuer, alice, key)
		return q + strings.Repeat(" ", n-len(q))
	}
	for n, want := range map[int]webhook.Reason{webhook.MaxBody: webhook.Announced, webhook.MaxBody + 1: webhook.Malformed} {
		r := k.request(padded(n))
		r.ContentLength = -1
		if _, decision := k.ask(r); decision.Reason != want {
			t.Errorf("%d bytes: %+v, want %s", n, decision, want)
		}
	}
	r := k.request(question(issuer, alice, key))
	r.Header.Set("Content-Encoding", "gzip")
	if _, decision := k.ask(r); decision.Reason != webhook.Malformed {
		t.Errorf("compressed: %+v", decision)
	}
	r = k.request("")
	r.Body = io.NopCloser(io.MultiReader(strings.NewReader(question(issuer, alice, key)), broken{}))
	if _, decision := k.ask(r); decision.Reason != webhook.Malformed {
		t.Errorf("cut off: %+v", decision)
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestNewDemandsWhatItNeeds(t *testing.T) {
	good := webhook.Config{Registry: newRegistry(), Issuer: issuer, CAHost: caHost, Self: itself, Listed: []did.DID{carol}}
	for name, change := range map[string]func(*webhook.Config){
		"no registry":             func(c *webhook.Config) { c.Registry = nil },
		"no issuer":               func(c *webhook.Config) { c.Issuer = "" },
		"no host":                 func(c *webhook.Config) { c.CAHost = "" },
		"no DID of its own":       func(c *webhook.Config) { c.Self = did.DID{} },
		"an empty DID listed":     func(c *webhook.Config) { c.Listed = []did.DID{{}} },
		"the registrar is listed": func(c *webhook.Config) { c.Listed = []did.DID{itself} },
	} {
		cfg := good
		change(&cfg)
		if _, err := webhook.New(cfg); err == nil {
			t.Errorf("%s: it was made", name)
		}
	}
	if _, err := webhook.New(good); err != nil {
		t.Error(err)
	}
}
