package mcpwire

import (
	"bytes"
	"errors"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/getbindu/bindu-go/internal/jsonrpc"
)

// What requests without a method of JSON-RPC are called for permissions, rules and the log.
// No message may call these itself.
const (
	// MethodAnswer is the response to a request of the server.
	MethodAnswer = "mcp/answer"
	// MethodStream is GET, which opens a stream of the server's own messages.
	MethodStream = "mcp/stream"
	// MethodEnd is DELETE, which ends a session.
	MethodEnd = "mcp/end"

	ours = "mcp/"
)

// Methods that the runtime knows more of than their names.
const (
	MethodInitialize = "initialize"
	MethodCallTool   = "tools/call"
	MethodListen     = "subscriptions/listen"
)

// Bounds of what goes into headers and tokens, in bytes.
const (
	// MaxName is that of a method, of the name of a tool or prompt, and of an id as it is
	// written.
	MaxName = 256
	// MaxURI is that of the address of a resource.
	MaxURI = 4096
)

// Message is one message.
type Message struct {
	// Envelope has [MethodAnswer] as the method of a response.
	jsonrpc.Envelope
	// Tool is the tool that tools/call calls, "" for any other method.
	Tool string
	// Name is what the method is about: its tool, prompt or resource; "" for none.
	Name string
}

// IsRequest reports whether the message expects a response.
func (m Message) IsRequest() bool { return m.ID != nil && m.Method != MethodAnswer }

var (
	// ErrOurs: the method is one of the names that only this package gives.
	ErrOurs = errors.New("methods that begin with mcp/ are none of the protocol")
	// ErrAmbiguous: a member has a name that some readers take for another's.
	ErrAmbiguous = errors.Join(jsonrpc.ErrDuplicateKey, errors.New("a name differs from one of the protocol in case alone, or by - or _"))
	// ErrLong: an id, a method or a name is longer than [MaxName], or an address than [MaxURI].
	ErrLong = errors.New("an id, a method or a name is too long")
	// ErrName: the tool, prompt or resource is not named by a text.
	ErrName = errors.New("the method needs the name of what it is about, as a text")
)

// Parse reads a body as one message: a request, a notification or a response. Lists of
// messages are refused ([jsonrpc.ErrBatch]). Its other errors are those of [jsonrpc.Parse]
// and of this package; the message beside them has the id, if there is one.
func Parse(body []byte, maxDepth int) (Message, error) {
	env, err := jsonrpc.Parse(body, maxDepth)
	m := Message{Envelope: env}
	if err != nil && !errors.Is(err, jsonrpc.ErrNotification) && !errors.Is(err, jsonrpc.ErrMethod) {
		return m, err
	}
	outer, wrong := members(body, "jsonrpc", "id", "method", "params", "result", "error")
	switch {
	case wrong != nil:
		return m, wrong
	case len(env.ID) > MaxName || len(env.Method) > MaxName:
		return Message{}, ErrLong
	case outer["method"] == nil:
		return m.response(outer)
	case err != nil && env.ID != nil: // what is called is no text
		return m, err
	case string(env.ID) == "null":
		return m, jsonrpc.ErrID
	case strings.HasPrefix(env.Method, ours):
		return m, ErrOurs
	case outer["result"] != nil || outer["error"] != nil:
		return m, jsonrpc.ErrMethod
	case env.Method == "":
		return m, jsonrpc.ErrMethod
	}
	return m.call()
}

// response judges what calls nothing.
func (m Message) response(outer map[string]jsontext.Value) (Message, error) {
	one := (outer["result"] == nil) != (outer["error"] == nil)
	if !one || m.ID == nil || string(m.ID) == "null" || outer["params"] != nil {
		return m, jsonrpc.ErrMethod
	}
	m.Method = MethodAnswer
	return m, nil
}

// call finds out what a request or notification is about.
func (m Message) call() (Message, error) {
	if m.Params == nil {
		return m.about(nil)
	}
	if m.Params.Kind() != jsontext.KindBeginObject {
		return m, jsonrpc.ErrParams
	}
	params, err := members(m.Params, "name", "uri")
	if err != nil {
		return m, err
	}
	return m.about(params)
}

func (m Message) about(params map[string]jsontext.Value) (Message, error) {
	member, limit := "name", MaxName
	switch m.Method {
	case MethodCallTool, "prompts/get":
	case "resources/read":
		member, limit = "uri", MaxURI
	default:
		return m, nil
	}
	value := params[member]
	if value.Kind() != '"' {
		return m, ErrName
	}
	name, err := jsontext.AppendUnquote(nil, value)
	switch {
	case err != nil || len(name) == 0:
		return m, ErrName
	case len(name) > limit:
		return m, ErrLong
	}
	m.Name = string(name)
	if m.Method == MethodCallTool {
		m.Tool = m.Name
	}
	return m, nil
}

// members returns the values of the members of an object that is known to be sound. Only
// the names that are given count; another that a reader could take for one of them is
// [ErrAmbiguous].
func members(object []byte, names ...string) (map[string]jsontext.Value, error) {
	found := make(map[string]jsontext.Value, len(names))
	dec := jsontext.NewDecoder(bytes.NewBuffer(object), jsontext.AllowDuplicateNames(true))
	if _, err := dec.ReadToken(); err != nil {
		return nil, jsonrpc.ErrSyntax
	}
	for dec.PeekKind() == '"' {
		name, err := dec.ReadToken()
		if err != nil {
			return nil, jsonrpc.ErrSyntax
		}
		known, exact := match(name.String(), names)
		if known != "" && !exact {
			return nil, ErrAmbiguous
		}
		value, err := dec.ReadValue()
		if err != nil {
			return nil, jsonrpc.ErrSyntax
		}
		if exact {
			end := int(dec.InputOffset())
			found[known] = object[end-len(value) : end : end]
		}
	}
	return found, nil
}

// ignored are the characters that readers of names in any case pass over, too.
var ignored = strings.NewReplacer("-", "", "_", "")

// match returns the name that a member's is, or could be taken for.
func match(name string, names []string) (known string, exact bool) {
	for _, n := range names {
		if name == n {
			return n, true
		}
	}
	if len(name) > 4*MaxName {
		return "", false // no separators make it one of ours
	}
	folded := ignored.Replace(name)
	for _, n := range names {
		if strings.EqualFold(folded, n) {
			return n, false
		}
	}
	return "", false
}
