package oidc

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/getbindu/bindu-go/oauth"
)

// claimSet is the decoded payload of a token: strings, float64, bool, nil,
// []any and map[string]any.
type claimSet map[string]any

// lookup returns the claim of that name; failing that, a name with dots is a
// path into nested objects, such as realm_access.roles. The exact name comes
// first because names of claims are often URLs.
func (c claimSet) lookup(name string) (any, bool) {
	if v, ok := c[name]; ok {
		return v, v != nil
	}
	var v any = map[string]any(c)
	for part := range strings.SplitSeq(name, ".") {
		object, ok := v.(map[string]any)
		if !ok {
			return nil, false
		}
		if v, ok = object[part]; !ok {
			return nil, false
		}
	}
	return v, v != nil
}

// text returns the claim if it is a string that is not empty.
func (c claimSet) text(name string) string {
	v, _ := c.lookup(name)
	s, _ := v.(string)
	return s
}

// date returns a NumericDate (RFC 7519 section 2); zero if it is absent or null.
func (c claimSet) date(name string) (time.Time, error) {
	v, ok := c[name]
	if !ok || v == nil {
		return time.Time{}, nil
	}
	f, ok := v.(float64)
	// Beyond the year 9999 a number is not a time that anybody meant.
	if !ok || math.Abs(f) > 253402300799 {
		return time.Time{}, malformed("its claim %s is not a time in seconds", name)
	}
	seconds, fraction := math.Modf(f)
	return time.Unix(int64(seconds), int64(fraction*1e9)).UTC(), nil
}

// audience returns aud, which may be one string or an array of strings (RFC
// 7519 section 4.1.3).
func (c claimSet) audience() ([]string, error) {
	switch v := c["aud"].(type) {
	case nil:
		return nil, nil
	case string:
		return []string{v}, nil
	case []any:
		list, ok := stringList(v)
		if ok {
			return list, nil
		}
	}
	return nil, malformed("its claim aud is neither a string nor an array of strings")
}

// rights collects the permissions of the named claims, each once. A claim of
// another type grants nothing.
func (c claimSet) rights(names []string) []string {
	var rights []string
	seen := make(map[string]bool)
	for _, name := range names {
		v, _ := c.lookup(name)
		var granted []string
		switch v := v.(type) {
		case string:
			granted = strings.Split(v, " ") // RFC 6749 section 3.3: spaces only
		case []any:
			granted, _ = stringList(v)
		}
		for _, right := range granted {
			if right != "" && !seen[right] {
				seen[right] = true
				rights = append(rights, right)
			}
		}
	}
	return rights
}

// client returns the first of the named claims that is present, and its name.
// One of another type is an error, not a reason to look at the next: which
// claim names the client must not depend on how it is written.
func (c claimSet) client(names []string) (client, name string, err error) {
	for _, name := range names {
		v, ok := c.lookup(name)
		if !ok {
			continue
		}
		if s, ok := v.(string); ok && s != "" {
			return s, name, nil
		}
		return "", "", malformed("its claim %s is not a string that names a client", name)
	}
	return "", "", fmt.Errorf("%w: none of %s names the client", oauth.ErrMissingClaim, strings.Join(names, ", "))
}

// require checks one required claim; an empty value stands for any.
func (c claimSet) require(name, value string) error {
	got, present := c.lookup(name)
	switch {
	case !present:
		return fmt.Errorf("%w: %s", oauth.ErrMissingClaim, name)
	case value != "" && !claimHas(got, value):
		return fmt.Errorf("%w: %s is there, but not with the value %q", oauth.ErrMissingClaim, name, value)
	default:
		return nil
	}
}

func claimHas(got any, want string) bool {
	switch v := got.(type) {
	case string:
		return v == want
	case bool:
		return strconv.FormatBool(v) == want
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64) == want
	case []any:
		for _, element := range v {
			if s, ok := element.(string); ok && s == want {
				return true
			}
		}
	}
	return false
}

func stringList(list []any) ([]string, bool) {
	out := make([]string, 0, len(list))
	for _, v := range list {
		s, ok := v.(string)
		if !ok {
			return nil, false
		}
		out = append(out, s)
	}
	return out, true
}

// extra returns the claims that have no field of their own in oauth.Claims.
func (c claimSet) extra() map[string]any {
	out := make(map[string]any, len(c))
	for name, v := range c {
		switch name {
		case "iss", "sub", "aud", "exp", "nbf", "iat":
		default:
			out[name] = v
		}
	}
	return out
}
