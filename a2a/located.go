package a2a

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/getbindu/bindu-go/internal/jsonrpc"
)

// pathVariable is the member that a variable of a path stands for.
type pathVariable struct{ name, member, what string }

// TenantVariable is the variable of a path that stands for the segment before one of
// [HTTPJSONRoutes], where clients of 1.0 name a tenant.
const TenantVariable = "tenant"

// pathVariables are those of most methods, which concern a task, and of those that
// concern its webhooks.
var (
	tenantVariable    = pathVariable{TenantVariable, TenantVariable, TenantVariable}
	pathVariables     = []pathVariable{{"id", "id", "task"}, tenantVariable}
	pushPathVariables = []pathVariable{{"id", "taskId", "task"}, {"configId", "id", "webhook"}, tenantVariable}
)

// pathVariablesOf returns the variables that the paths of a method may have.
func pathVariablesOf(method string) []pathVariable {
	if strings.Contains(method, "PushNotificationConfig") {
		return pushPathVariables
	}
	return pathVariables
}

// located returns the parameters of a request of HTTP+JSON as one object: those of its
// body, and those that path and query hold (A2A 1.0 section 11.5).
func located(r *http.Request, env jsonrpc.Envelope) (jsontext.Value, error) {
	if env.Params != nil && r.Method != http.MethodPost {
		return nil, invalidParams("this method takes its parameters in path and query, and no body")
	}
	members, err := queryMembers(r.URL.RawQuery, queries[env.Method])
	if err != nil {
		return nil, err
	}
	body, out := env.Params, jsontext.Value("{")
	for _, v := range pathVariablesOf(env.Method) {
		id := r.PathValue(v.name)
		if id == "" {
			continue
		}
		if out, err = v.without(body, id); err != nil {
			return nil, err
		}
		body = append(out.Clone(), '}')
		members = append(members, quotedMember(v.member, id)...)
	}
	if len(members) == 0 {
		return env.Params, nil
	}
	if len(out) > 1 {
		out = append(out, ',')
	}
	out = append(out, members[:len(members)-1]...) // without the last comma
	return append(out, '}'), nil
}

// without returns an object without its end and without the member that the path
// holds already, which must not say something else there.
func (v pathVariable) without(object jsontext.Value, id string) (jsontext.Value, error) {
	out := append(make(jsontext.Value, 0, len(object)+len(id)+16), '{')
	if object == nil {
		return out, nil
	}
	dec := reader(object)
	for dec.PeekKind() != jsontext.KindEndObject {
		raw, err := dec.ReadValue()
		if err != nil {
			return nil, errSpelling
		}
		name := raw.Clone()
		value, err := dec.ReadValue()
		if err != nil {
			return nil, errSpelling
		}
		if unquoted(name) == v.member {
			if value.Kind() != jsontext.KindString || unquoted(value) != id {
				return nil, invalidParams(v.member + " names another " + v.what + " than the path does")
			}
			continue
		}
		if len(out) > 1 {
			out = append(out, ',')
		}
		out = append(append(append(out, name...), ':'), value...)
	}
	return out, nil
}

func unquoted(v jsontext.Value) string {
	text, _ := jsontext.AppendUnquote(nil, v) // v is valid
	return string(text)
}

// valueForm is what the text of a query parameter is in JSON.
type valueForm int

const (
	asText valueForm = iota
	asNumber
	asBoolean
)

// queryParameter is the member that a parameter of a query stands for.
type queryParameter struct {
	member string
	form   valueForm
}

// queries are the parameters that queries may have, by method. Those of other names
// are refused: a restriction that is not understood is not "no restriction".
var queries = map[string]map[string]queryParameter{
	"ListTaskPushNotificationConfigs": {"pageSize": {"pageSize", asNumber}, "pageToken": {"pageToken", asText}},
	"GetTask":                         {"historyLength": {"historyLength", asNumber}},
	"ListTasks": {
		"contextId": {"contextId", asText}, "status": {"status", asText},
		"pageSize": {"pageSize", asNumber}, "pageToken": {"pageToken", asText},
		"historyLength": {"historyLength", asNumber}, "includeArtifacts": {"includeArtifacts", asBoolean},
		"statusTimestampAfter": {"statusTimestampAfter", asText},
		// As clients made with a2a-go 2.4 name it.
		"lastUpdatedAfter": {"statusTimestampAfter", asText},
	},
}

// versionParameter is read with the headers ([jsonrpc.Version]).
const versionParameter = "A2A-Version"

// queryMembers returns the members of an object, each with a comma behind it, that a
// query holds. Nothing may stand in it twice.
func queryMembers(query string, known map[string]queryParameter) (jsontext.Value, error) {
	var members jsontext.Value
	seen := make(map[string]bool)
	for query != "" {
		var pair string
		pair, query, _ = strings.Cut(query, "&")
		name, value, err := parsePair(pair)
		if err != nil {
			return nil, err
		}
		parameter, ok := known[name]
		if name == TenantVariable { // which every method has
			parameter, ok = queryParameter{TenantVariable, asText}, true
		}
		switch {
		case name == versionParameter:
			continue
		case !ok:
			return nil, invalidParams("this method has no query parameter " + quote(name))
		case seen[parameter.member]:
			return nil, invalidParams(parameter.member + " is given twice")
		}
		seen[parameter.member] = true
		member, err := parameter.encode(value)
		if err != nil {
			return nil, err
		}
		members = append(members, member...)
	}
	return members, nil
}

func parsePair(pair string) (name, value string, err error) {
	name, value, given := strings.Cut(pair, "=")
	if name, err = url.QueryUnescape(name); err == nil {
		value, err = url.QueryUnescape(value)
	}
	if err != nil || !given || strings.Contains(pair, ";") || !utf8.ValidString(name) || !utf8.ValidString(value) {
		return "", "", invalidParams("the query must be NAME=VALUE pairs in percent-encoded UTF-8, with & between them")
	}
	return name, value, nil
}

// decimal is a whole number as JSON has it, short enough for every integer.
var decimal = regexp.MustCompile(`^-?(0|[1-9][0-9]{0,17})$`)

func (p queryParameter) encode(value string) (jsontext.Value, error) {
	switch {
	case p.form == asText:
		return quotedMember(p.member, value), nil
	case p.form == asNumber && !decimal.MatchString(value):
		return nil, invalidParams(p.member + " must be a whole number")
	case p.form == asBoolean && value != "true" && value != "false":
		return nil, invalidParams(p.member + " must be true or false")
	}
	return jsontext.Value(`"` + p.member + `":` + value + `,`), nil
}

// quotedMember returns a member whose value is a text in valid UTF-8.
func quotedMember(name, value string) jsontext.Value {
	out, _ := jsontext.AppendQuote(jsontext.Value(`"`+name+`":`), value)
	return append(out, ',')
}
