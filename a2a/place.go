package a2a

import (
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// place names a member of the params as clients write it: message.parts[2].text.
// What the peer chose itself is shortened and quoted.
func place(p jsontext.Pointer) string {
	const longest = 200
	var b strings.Builder
	for token := range p.Tokens() {
		switch {
		case b.Len() > longest:
			return b.String() + "…"
		case isNumber(token) && b.Len() > 0:
			b.WriteString("[" + token + "]")
			continue
		case b.Len() > 0:
			b.WriteByte('.')
		}
		if strings.Trim(token, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
			token = quote(token)
		}
		b.WriteString(token)
	}
	if b.Len() == 0 {
		return "params"
	}
	return b.String()
}

// isNumber reports an index.
func isNumber(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// wanted says what a member must be whose value has the wrong type.
func wanted(err *json.SemanticError) string {
	t := err.GoType
	if t == nil {
		return "has a wrong type or value"
	}
	switch {
	case t == reflect.TypeFor[time.Time]():
		return "must be a time such as 2026-01-31T12:00:00Z"
	case t == reflect.TypeFor[[]byte]():
		return "must be a text in base64"
	}
	switch t.Kind() {
	case reflect.String:
		return "must be a text"
	case reflect.Bool:
		return "must be true or false"
	case reflect.Int, reflect.Int64:
		return "must be a whole number"
	case reflect.Slice:
		return "must be an array"
	case reflect.Map, reflect.Struct:
		return "must be an object"
	}
	return "has a wrong type or value"
}

// quote shortens what is the peer's own text anyway.
func quote(text string) string {
	const longest = 200
	if len(text) > longest {
		text = text[:longest]
	}
	return strconv.Quote(text)
}
