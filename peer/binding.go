package peer

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/getbindu/bindu-go/a2a/card"
)

// Binding names how a peer is spoken to (A2A 1.0 section 5), as cards do.
type Binding string

// The bindings. JSON-RPC is the one that every peer has, and what "" stands for.
const (
	JSONRPC  Binding = "JSONRPC"
	HTTPJSON Binding = "HTTP+JSON"
	GRPC     Binding = "GRPC"
)

// ErrBinding: the peer, or this client, does not speak the binding that was asked for.
var ErrBinding = errors.New("the binding is not spoken")

// invocation is one call of a method.
type invocation struct {
	id, method string
	params     any
	streams    bool
	last       string // id of the event behind which a stream goes on
}

// event is one of a stream.
type event struct {
	id     string
	result jsontext.Value
}

// speaker puts calls on the wire, and reads what is answered.
type speaker interface {
	// request returns the HTTP request that a call is.
	request(ctx context.Context, p Peer, call invocation) (*http.Request, error)
	// result returns the result that an answer has, or its error.
	result(a answer, call invocation, now time.Time) (jsontext.Value, error)
	// isStream reports whether an answer is a stream.
	isStream(resp *http.Response) bool
	// events returns a function that reads one event after the other of a stream. alive
	// is called for whatever comes.
	events(resp *http.Response, call invocation, alive func(), now func() time.Time) func() (event, error)
}

// speaker is how the peer is spoken to.
func (p Peer) speaker() (speaker, error) {
	switch p.Binding {
	case "", JSONRPC:
		return jsonRPC{}, nil
	case HTTPJSON, GRPC:
	default:
		return nil, fmt.Errorf("%w: there is no binding %q", ErrBinding, p.Binding)
	}
	if p.Protocol != card.V1 {
		return nil, fmt.Errorf("%w: %s belongs to A2A 1.0, and the peer speaks another version", ErrBinding, p.Binding)
	}
	if !p.scheme().CoversContentType() {
		return nil, fmt.Errorf("%w: %s is signed by octets-1, which the peer does not take", ErrBinding, p.Binding)
	}
	if p.Binding == GRPC {
		return grpc{}, nil
	}
	return httpJSON{}, nil
}

// endpointIn is where a peer at base is spoken to in a binding, and what tenant is named
// there, as its card has it. The host is always the one that was dialled; see [endpoint].
func endpointIn(b Binding, base *url.URL, info card.Info) (to *url.URL, tenant string, err error) {
	declared := info.JSONRPC
	switch b {
	case "", JSONRPC:
		return endpoint(base, declared.URL), declared.Tenant, nil
	case HTTPJSON:
		declared = info.HTTPJSON
	case GRPC:
		declared = info.GRPC
	}
	if declared.URL == "" {
		return nil, "", fmt.Errorf("%w: the peer's card does not declare %s", ErrBinding, b)
	}
	if b == GRPC {
		declared.URL = "" // host and port, and no path
	}
	return endpoint(base, declared.URL), declared.Tenant, nil
}
