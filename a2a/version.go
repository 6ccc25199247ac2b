package a2a

import (
	"net/http"
	"strings"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/task"
)

// requestedVersion returns the protocol version that a request asks for, by the
// header or by the query parameter of that name (A2A 1.0 section 3.6). Patch
// numbers do not count; a request that names no version speaks 0.3.
func requestedVersion(r *http.Request) (Dialect, error) {
	values := r.Header.Values(a2a.SvcParamVersion)
	if len(values) == 0 && r.URL.RawQuery != "" {
		values = r.URL.Query()[a2a.SvcParamVersion]
	}
	if len(values) > 1 {
		return "", versionError("name one A2A-Version, not several")
	}
	if len(values) == 0 || strings.TrimSpace(values[0]) == "" {
		return V03, nil
	}
	parts := strings.Split(strings.TrimSpace(values[0]), ".")
	if len(parts) == 3 && isNumber(parts[2]) {
		parts = parts[:2]
	}
	switch version := Dialect(strings.Join(parts, ".")); version {
	case V1, V03:
		return version, nil
	}
	return "", versionError("this agent speaks A2A 1.0 and 0.3")
}

// checkVersion reports whether a method exists in the requested version. The
// methods of the reference exist in both.
func checkVersion(m Method, requested Dialect) error {
	switch {
	case m.Dialect == requested, m.Dialect == Reference:
		return nil
	case m.Dialect == V1:
		return versionError("this method belongs to A2A 1.0: send the header A2A-Version: 1.0")
	default:
		return &task.Refusal{Err: a2a.ErrMethodNotFound, Reason: "method_not_found", Message: "this method belongs to A2A 0.3, but the request asks for 1.0"}
	}
}

func versionError(message string) error {
	return &task.Refusal{Err: a2a.ErrVersionNotSupported, Reason: "version_not_supported", Message: message}
}

func isNumber(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}
