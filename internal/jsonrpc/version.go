package jsonrpc

import (
	"net/http"
	"strings"

	"github.com/getbindu/bindu-go/internal/refusal"
)

const (
	versionName = "A2A-Version" // A2A 1.0 section 3.6
	version1    = "1.0"
)

// Version returns the version of A2A that a request names, by the header
// A2A-Version or the query parameter of that name (A2A 1.0 section 3.6), without
// a patch number: "" when it names none. With several ok is false.
func Version(r *http.Request) (version string, ok bool) {
	values := r.Header.Values(versionName)
	if len(values) == 0 && r.URL != nil && r.URL.RawQuery != "" {
		values = r.URL.Query()[versionName]
	}
	if len(values) > 1 {
		return "", false
	}
	if len(values) == 0 {
		return "", true
	}
	version = strings.TrimSpace(values[0])
	if parts := strings.Split(version, "."); len(parts) == 3 && isNumber(parts[2]) {
		version = parts[0] + "." + parts[1]
	}
	return version, true
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
