package hydra

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/go-json-experiment/json/jsontext"
	ory "github.com/ory/hydra-client-go/v2"
)

// document is a client document, member for member as Hydra gave it, so that
// writing it back keeps also what this package knows nothing about.
type document struct{ object }

// Drift is one difference between the registration and what is wanted.
type Drift struct {
	// Field is the member's name, "metadata.x" for one of the metadata.
	Field string
	// Was and Want are the two values as JSON, shortened. Neither is a secret.
	Was, Want string
}

// String describes the difference on one line.
func (d Drift) String() string { return fmt.Sprintf("%s was %s, want %s", d.Field, d.Was, d.Want) }

// model wraps the document for the generated client, which marshals unknown
// members as they are.
func (d document) model() ory.OAuth2Client {
	members := make(map[string]any, len(d.object))
	for name, value := range d.object {
		members[name] = value
	}
	return ory.OAuth2Client{AdditionalProperties: members}
}

// readOnly are members that Hydra itself keeps: writing them back is useless,
// or hands out a registration token that nobody asked for.
var readOnly = [...]string{
	"created_at", "updated_at", "client_secret_expires_at", "registration_access_token", "registration_client_uri",
}

// reconcile returns what d must become to contain w, and the differences. All
// that others added stays: further list elements, scopes, metadata, members.
func (d document) reconcile(w Wanted, now time.Time) (document, []Drift, error) {
	next := document{make(object, len(d.object)+8)}
	for name, value := range d.object {
		if !slices.Contains(readOnly[:], name) {
			next.object[name] = value
		}
	}
	next.dropEmptyKeySet()
	if err := next.set("client_id", w.DID.String()); err != nil {
		return document{}, nil, err
	}
	drift, err := next.apply("", w.fields())
	if err != nil {
		return document{}, nil, err
	}
	scope, err := next.applyScope(w.Scopes)
	if err != nil {
		return document{}, nil, err
	}
	metadata, err := next.applyMetadata(w, now)
	return next, slices.Concat(drift, scope, metadata), err
}

// dropEmptyKeySet removes the jwks that Hydra shows for clients without one:
// writing it back beside a jwks_uri would be refused.
func (d document) dropEmptyKeySet() {
	if keys, err := d.object.object("jwks"); err == nil && len(keys) == 0 {
		delete(d.object, "jwks")
	}
}

// apply makes each field what it must be and reports which ones were not.
// A member of the wrong type counts as absent.
func (o object) apply(prefix string, fields []field) ([]Drift, error) {
	var drift []Drift
	for _, f := range fields {
		if f.empty() {
			continue
		}
		was, had := o[f.name]
		value := f.scalar
		if value == nil {
			value = o.union(f.name, f.list)
		}
		if err := o.set(f.name, value); err != nil {
			return nil, err
		}
		if !had || !sameJSON(was, o[f.name]) {
			drift = append(drift, newDrift(prefix+f.name, was, o[f.name]))
		}
	}
	return drift, nil
}

// union returns the found elements followed by the wanted ones that were missing.
func (o object) union(name string, wanted []string) []string {
	found, err := o.texts(name)
	if err != nil {
		found = nil
	}
	return addMissing(found, wanted)
}

func addMissing(found, wanted []string) []string {
	all := slices.Clone(found)
	for _, s := range wanted {
		if !slices.Contains(all, s) {
			all = append(all, s)
		}
	}
	return all
}

// applyScope is apply for the one list that is a string (RFC 6749 section 3.3).
func (d document) applyScope(scopes []string) ([]Drift, error) {
	was, had := d.object["scope"]
	found, err := d.text("scope")
	if err != nil {
		found, had = "", false
	}
	all := addMissing(strings.Fields(found), scopes)
	if had && len(all) == len(strings.Fields(found)) {
		return nil, nil
	}
	if err := d.set("scope", strings.Join(all, " ")); err != nil {
		return nil, err
	}
	return []Drift{newDrift("scope", was, d.object["scope"])}, nil
}

// applyMetadata is apply for the members of the metadata. The time of the
// first registration is set once and kept.
func (d document) applyMetadata(w Wanted, now time.Time) ([]Drift, error) {
	found, err := d.object.object("metadata")
	if err != nil || found == nil {
		found = object{}
	}
	drift, err := found.apply("metadata.", w.metadata())
	if err != nil {
		return nil, err
	}
	if _, ok := found["registered_at"]; !ok {
		registered, err := found.apply("metadata.", []field{{name: "registered_at", scalar: formatTime(now)}})
		if err != nil {
			return nil, err
		}
		drift = append(drift, registered...)
	}
	return drift, d.set("metadata", found)
}

var (
	errNoKey  = errors.New("metadata holds no public key")
	errBadKey = errors.New("the metadata are malformed")
)

// publicKeyText returns metadata.public_key.
func (d document) publicKeyText() (string, error) {
	metadata, err := d.object.object("metadata")
	if err != nil {
		return "", errBadKey
	}
	key, err := metadata.text("public_key")
	if err != nil {
		return "", errBadKey
	}
	if key == "" {
		return "", errNoKey
	}
	return key, nil
}

// registeredKey says whose public key a document holds.
type registeredKey int

const (
	keyAbsent registeredKey = iota
	keyOurs
	keyOther
)

func (d document) keyOf(w Wanted) registeredKey {
	text, err := d.publicKeyText()
	switch {
	case err != nil:
		return keyAbsent
	case text == did.EncodePublicKey(w.PublicKey):
		return keyOurs
	default:
		return keyOther
	}
}

func sameJSON(a, b jsontext.Value) bool {
	a, b = slices.Clone(a), slices.Clone(b)
	return a.Canonicalize() == nil && b.Canonicalize() == nil && string(a) == string(b)
}

func newDrift(field string, was, want jsontext.Value) Drift {
	return Drift{Field: field, Was: excerpt(was), Want: excerpt(want)}
}

// excerpt keeps what somebody else registered from filling the log.
func excerpt(v jsontext.Value) string {
	const most = 200
	switch {
	case v == nil:
		return "absent"
	case len(v) > most:
		return string(v[:most]) + "…"
	default:
		return string(v)
	}
}
