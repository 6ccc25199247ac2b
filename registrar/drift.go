package registrar

import (
	"bytes"
	"fmt"
	"maps"
	"slices"

	"github.com/go-json-experiment/json/jsontext"
)

// Drift is one difference between two client documents.
type Drift struct {
	// Field is the member's name, "metadata.x" for one of the metadata.
	Field string `json:"field"`
	// Was and Want are the values as JSON, shortened. Neither is a secret.
	Was  string `json:"was"`
	Want string `json:"want"`
}

// String describes the difference on one line.
func (d Drift) String() string { return fmt.Sprintf("%s was %s, want %s", d.Field, d.Was, d.Want) }

// kept are members that the authorization server adds and changes itself.
var kept = []string{"created_at", "updated_at", "client_secret_expires_at", "registration_access_token", "registration_client_uri"}

// differences returns in what a document that the authorization server has is
// not the one that is wanted. A member that we never write counts too, unless it
// says nothing: one that lets a client do more must not hide there.
func differences(has, want []byte) ([]Drift, error) {
	left, err := flatDocument(has)
	if err != nil {
		return nil, err
	}
	right, err := flatDocument(want)
	if err != nil {
		return nil, err
	}
	names := slices.Collect(maps.Keys(right))
	for name := range left {
		if _, ours := right[name]; !ours && !slices.Contains(kept, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	var all []Drift
	for _, name := range names {
		if !sameValue(left[name], right[name]) {
			all = append(all, Drift{name, excerpt(left[name]), excerpt(right[name])})
		}
	}
	return all, nil
}

func flatDocument(document []byte) (members, error) {
	m, err := parseDocument(document)
	if err != nil {
		return nil, err
	}
	return m.flat()
}

// sameValue compares two values; those that say nothing are the same.
func sameValue(a, b jsontext.Value) bool {
	if saysNothing(a) || saysNothing(b) {
		return saysNothing(a) && saysNothing(b)
	}
	a, b = slices.Clone(a), slices.Clone(b)
	return a.Canonicalize() == nil && b.Canonicalize() == nil && bytes.Equal(a, b)
}

func saysNothing(v jsontext.Value) bool {
	v = slices.Clone(v)
	if v == nil || v.Compact() != nil {
		return v == nil
	}
	return slices.Contains([]string{`null`, `false`, `""`, `[]`, `{}`, `0`}, string(v))
}

// excerpt keeps what somebody else wrote from filling the log.
func excerpt(v jsontext.Value) string {
	const most = 200
	switch {
	case v == nil:
		return "absent"
	case len(v) > most:
		return string(bytes.ToValidUTF8(v[:most], nil)) + "…"
	default:
		return string(v)
	}
}
