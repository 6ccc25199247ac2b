package jsonrpc

import (
	"net/http"
	"strings"

	"github.com/getbindu/bindu-go/internal/refusal"
)

const (
	versionName = "A2A-Version" // A2A 1.0 section 3.6
	versionKey  = "A2a-Version" // as net/http keys it
	version1    = "1.0"
)

// Version returns the version of A2A that a request names, by the header
// A2A-Version or the query parameter of that name (A2A 1.0 section 3.6), without
// a patch number: "" when it names none. With several ok is false: in one of the two
// places, also if they are equal, or in both if they differ.
func Version(r *http.Request) (version string, ok bool) {
	var asked []string
	if r.URL != nil && r.URL.RawQuery != "" {
		asked = r.URL.Query()[versionName]
	}
	headers := r.Header[versionKey]
	if len(headers) > 1 || len(asked) > 1 {
		return "", false
	}
	if len(headers) == 0 {
		return versionOf(asked), true
	}
	version = versionOf(headers)
	if len(asked) > 0 && versionOf(asked) != version {
		return "", false
	}
	return version, true
}

// versionOf returns the first of at most one version, without a patch number.
func versionOf(values []string) string {
	if len(values) == 0 {
		return ""
	}
	version := strings.TrimSpace(values[0])
	if parts := strings.Split(version, "."); len(parts) == 3 && isNumber(parts[2]) {
		version = parts[0] + "." + parts[1]
	}
	return version
}

// NamesVersion reports whether a request names any version of A2A, also one that
// nobody speaks.
func NamesVersion(r *http.Request) bool {
	version, ok := Version(r)
	return version != "" || !ok
}

// Numbered returns the answer with the number under which callers who follow
// Auth0's guide know its kind. Whoever names a version of A2A does not: to it
// those numbers are other errors.
func Numbered(r *http.Request, a refusal.Answer) refusal.Answer {
	if NamesVersion(r) {
		return a
	}
	return a.WithAuth0Code()
}

func isNumber(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }
