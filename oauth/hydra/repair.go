package hydra

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	ory "github.com/ory/hydra-client-go/v2"
)

// Drift is one difference between the registration and what is wanted.
type Drift struct {
	// Field is the member's name, "metadata.x" for one of the metadata.
	Field string
	// Was and Want are the two values as JSON, shortened. Neither is a secret.
	Was, Want string
}

// String describes the difference on one line.
func (d Drift) String() string { return fmt.Sprintf("%s was %s, want %s", d.Field, d.Was, d.Want) }

// repair is what a registration lacks, and the JSON Patch (RFC 6902) that mends
// it. A patch changes what it names and nothing else: all that others added
// stays, further list elements and members that are not known here too. What
// they write at the same moment stays in the members that are not named: one
// that is named is replaced whole, a list such as audience or scope by what was
// read and what it lacked. Metadata is named by its members, if it has any.
type repair struct {
	drift []Drift
	patch []ory.JsonPatch
}

// repair compares c with what is wanted.
func (w Wanted) repair(c *ory.OAuth2Client, now time.Time) repair {
	var r repair
	r.text("client_name", c.ClientName, w.Name)
	r.list("grant_types", c.GrantTypes, w.GrantTypes)
	r.list("response_types", c.ResponseTypes, w.ResponseTypes)
	r.list("audience", c.Audience, w.Audience)
	r.text("token_endpoint_auth_method", c.TokenEndpointAuthMethod, authMethod)
	if w.AccessTokenJWT {
		r.text("access_token_strategy", c.AccessTokenStrategy, jwtStrategy)
	}
	r.scope(c.Scope, w.Scopes)
	r.metadata(c.Metadata, w.metadata(now))
	return r
}

// complete returns the patch with the secret: some versions of Hydra replace a
// secret that an update leaves out. And Hydra shows an empty key set of clients
// that have none, and refuses to keep it beside the URL of one.
func (r repair) complete(c *ory.OAuth2Client, secret string) []ory.JsonPatch {
	patch := append(slices.Clone(r.patch), set("client_secret", secret))
	if c.GetJwksUri() != "" && hasNoKeySet(c) {
		patch = append(patch, set("jwks", json.RawMessage("null"))) // which Hydra understands, but not "remove"
	}
	return patch
}

func (r *repair) text(field string, was *string, want string) {
	if want != "" && (was == nil || *was != want) {
		r.set(field, was, want)
	}
}

// list wants elements that have to be there, among others.
func (r *repair) list(field string, was, want []string) {
	if all := addMissing(was, want); len(all) > len(was) {
		r.set(field, was, all)
	}
}

// scope is list for the one list that is a string (RFC 6749 section 3.3).
func (r *repair) scope(was *string, want []string) {
	var found []string
	if was != nil {
		found = strings.Fields(*was)
	}
	if all := addMissing(found, want); was == nil || len(all) > len(found) {
		r.set("scope", was, strings.Join(all, " "))
	}
}

// metadata wants members that have to be equal. The time of the first
// registration is set once and kept.
func (r *repair) metadata(was any, want []member) {
	found, isObject := was.(map[string]any)
	whole := make(map[string]any)
	for _, m := range want {
		value, there := found[m.name]
		if there && (m.kept || value == m.value) {
			continue
		}
		whole[m.name] = m.value
		r.drift = append(r.drift, newDrift("metadata."+m.name, value, m.value))
		if isObject {
			r.patch = append(r.patch, set("metadata/"+m.name, m.value))
		}
	}
	if !isObject {
		r.patch = append(r.patch, set("metadata", whole))
	}
}

func (r *repair) set(field string, was, want any) {
	r.drift = append(r.drift, newDrift(field, was, want))
	r.patch = append(r.patch, set(field, want))
}

// set gives a member its value, whether it was there or not (RFC 6902 section
// 4.1). No name here has a character that a path would have to escape.
func set(path string, value any) ory.JsonPatch {
	op := ory.NewJsonPatch("add", "/"+path)
	op.Value = value
	return *op
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

func newDrift(field string, was, want any) Drift {
	return Drift{Field: field, Was: excerpt(was), Want: excerpt(want)}
}

// excerpt keeps what somebody else registered from filling the log.
func excerpt(v any) string {
	const most = 200
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(v)
	text := bytes.TrimSpace(b.Bytes())
	switch {
	case err != nil || string(text) == "null":
		return "absent"
	case len(text) > most:
		return string(text[:most]) + "…"
	default:
		return string(text)
	}
}
