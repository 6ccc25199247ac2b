package e2e

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// Words for what a thief got.
const (
	gotSecret      = "secret"      // the secret of another does not work any more, or is known
	gotKey         = "key"         // another client has another key
	gotClient      = "client"      // anything else of a client, or of the database, is another
	gotToken       = "token"       // a token that is good in another's name
	gotCertificate = "certificate" // a certificate with a name that is not its own
	gotScope       = "scope"       // more than it was registered for
	gotYes         = "yes"         // the webhook's word for a certificate
	lostToken      = "lost token"  // a token of another is not good any more
)

// spoils says what the thief has got since before.
func (l *ledger) spoils(before scene, f *thief) map[string]string {
	l.t.Helper()
	got := make(map[string]string)
	l.compare(got, before, l.look())
	for d, secret := range l.secrets {
		if token := l.mint(d, secret); token == "" {
			got[gotSecret] = "that of " + d.String() + " does not work"
		}
		if f.bag.holds(secret) {
			got[gotSecret] = "that of " + d.String() + " stood in an answer"
		}
	}
	l.compareTokens(got, f)
	l.compareCertificates(got, f)
	if f.bag.allowed > 0 {
		got[gotYes] = "the webhook allows a certificate"
	}
	if end, _ := claimsOf(f.received)["exp"].(float64); float64(time.Now().Unix()) < end && !l.introspect(f.received).Active {
		got[lostToken] = "that with which the victim called"
	}
	return got
}

// its are members of the thief's own document that it may change, and what follows.
var its = []string{"client_name", "client_secret_expires_at", "updated_at", "metadata"}

func (l *ledger) compare(got map[string]string, before, after scene) {
	if before.others != after.others {
		got[gotClient] = "issuers, keys or enrolment tokens"
	}
	for id := range union(before.clients, after.clients) {
		was, is := before.clients[id], after.clients[id]
		switch {
		case id == l.thief.String() && is != nil:
			for name := range union(was, is) {
				if !slices.Contains(its, name) && !reflect.DeepEqual(was[name], is[name]) {
					got[gotScope] = fmt.Sprintf("%s was %v and is %v", name, was[name], is[name])
				}
			}
		case publicKey(was) != publicKey(is):
			got[gotKey] = id
		case !reflect.DeepEqual(was, is):
			got[gotClient] = fmt.Sprintf("%s was %v and is %v", id, was, is)
		}
	}
	for id := range union(before.agents, after.agents) {
		if id != l.thief.String() && before.agents[id] != after.agents[id] {
			got[gotClient] = fmt.Sprintf("the registrar knew %s and knows %s", before.agents[id], after.agents[id])
		}
	}
}

func union[V any](a, b map[string]V) map[string]V {
	all := maps.Clone(a)
	if all == nil {
		all = make(map[string]V)
	}
	maps.Copy(all, b)
	return all
}

func publicKey(document map[string]any) any {
	metadata, _ := document["metadata"].(map[string]any)
	return metadata["public_key"]
}

// compareTokens looks at what is a token, or looks like one.
func (l *ledger) compareTokens(got map[string]string, f *thief) {
	for token, from := range f.bag.tokens {
		if slices.Contains(l.known, token) {
			continue
		}
		said := l.introspect(token)
		claims := claimsOf(token)
		switch owner := fmt.Sprint(claims["sub"]); {
		case said.Active && said.Client != l.thief.String():
			got[gotToken] = "one of " + said.Client + ", active, by " + from
		case claims["sub"] != nil && owner != l.thief.String() && l.issued(token):
			got[gotToken] = "one of " + owner + ", by " + from
		case said.Active:
			l.within(got, said)
		}
	}
}

// issued reports whether Hydra signed a token, whatever has become of it since: one that
// the thief made up, or changed, and that some answer repeats, is none.
func (l *ledger) issued(token string) bool {
	l.t.Helper()
	signed, err := jose.ParseSigned(token, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		return false
	}
	var keys jose.JSONWebKeySet
	l.readFrom(l.auth.HydraPublic+"/.well-known/jwks.json", &keys)
	if len(keys.Keys) == 0 {
		l.t.Error("Hydra names no key: no token can be told from one that is made up")
	}
	for _, key := range keys.Keys {
		if _, err := signed.Verify(key); err == nil {
			return true
		}
	}
	return false
}

// within looks whether a token of the thief's is for no more than its client.
func (l *ledger) within(got map[string]string, said verdict) {
	for scope := range strings.FieldsSeq(said.Scope) {
		if scope != "agent:read" && scope != "agent:write" {
			got[gotScope] = "a token for " + scope
		}
	}
	for _, audience := range said.Audience {
		if audience != "step-ca" {
			got[gotScope] = "a token for the audience " + audience
		}
	}
}

func (l *ledger) compareCertificates(got map[string]string, f *thief) {
	for _, c := range f.bag.certificates {
		named := len(c.URIs) == 1 && c.URIs[0].String() == f.issuer+"#"+l.thief.String() && len(c.DNSNames)+len(c.EmailAddresses)+len(c.IPAddresses) == 0
		if !c.IsCA && !named {
			got[gotCertificate] = fmt.Sprint(c.Subject, c.URIs, c.DNSNames)
		}
	}
}
