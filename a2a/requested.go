package a2a

import (
	"net/http"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/a2a/card"
	"github.com/getbindu/bindu-go/internal/jsonrpc"
	"github.com/getbindu/bindu-go/internal/refusal"
	"github.com/getbindu/bindu-go/task"
)

// requestedVersion returns the protocol version that a request asks for, see
// [jsonrpc.Version]; a request that names no version speaks 0.3.
func requestedVersion(r *http.Request) (card.Dialect, error) {
	name, ok := jsonrpc.Version(r)
	if !ok {
		return "", versionError("name one A2A-Version, not several")
	}
	if name == "" {
		return card.V03, nil
	}
	switch version := card.Dialect(name); version {
	case card.V1, card.V03:
		return version, nil
	}
	return "", versionError("this agent speaks A2A 1.0 and 0.3")
}

// checkVersion reports whether a method exists in the requested version. The
// methods of the reference exist in both.
func checkVersion(m Method, requested card.Dialect) error {
	switch {
	case m.Dialect == requested, m.Dialect == card.Reference:
		return nil
	case m.Dialect == card.V1:
		return versionError("this method belongs to A2A 1.0: send the header A2A-Version: 1.0")
	default:
		return &task.Refusal{Err: a2a.ErrMethodNotFound, Reason: string(refusal.MethodUnknown), Message: "this method belongs to A2A 0.3, but the request asks for 1.0"}
	}
}

func versionError(message string) error {
	return &task.Refusal{Err: a2a.ErrVersionNotSupported, Reason: "version_not_supported", Message: message}
}
