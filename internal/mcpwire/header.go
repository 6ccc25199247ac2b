package mcpwire

import (
	"encoding/base64"
	"net/http"
	"strings"
)

// Headers of the protocol.
const (
	HeaderSession  = "Mcp-Session-Id"
	HeaderVersion  = "Mcp-Protocol-Version"
	HeaderEvent    = "Last-Event-Id"
	headerMethod   = "Mcp-Method"
	headerName     = "Mcp-Name"
	parameterStart = "Mcp-Param-"
)

// Kept reports whether a header of a caller reaches the server as it is: one of those that
// say nothing of what the body says, or a copy of an argument, which a server compares with
// the body.
func Kept(name string) bool {
	switch name {
	case "Accept", HeaderSession, HeaderVersion, HeaderEvent:
		return true
	}
	return strings.HasPrefix(name, parameterStart)
}

// Keep copies the headers of a caller that reach the server.
func Keep(to, from http.Header) {
	for name, values := range from {
		if Kept(name) {
			to[name] = values
		}
	}
}

// Doubled returns a header that has to stand once and stands twice: two readers could
// choose differently. "" where there is none.
func Doubled(h http.Header) string {
	for name, values := range h {
		if len(values) > 1 && name != "Accept" && Kept(name) {
			return name
		}
	}
	return ""
}

// Describe writes what the message says into the headers by which versions from 2026-07-28
// on route it. They are made of the body: those of the caller are not signed.
func (m Message) Describe(h http.Header) {
	if m.Method == "" || strings.HasPrefix(m.Method, ours) {
		return
	}
	h[headerMethod] = []string{value(m.Method)}
	if m.Name != "" {
		h[headerName] = []string{value(m.Name)}
	}
}

// value is a text as a header has it, encoded where it could not stand there.
func value(text string) string {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c > '~' {
			return encoded(text)
		}
	}
	if strings.TrimSpace(text) != text || strings.HasPrefix(text, "=?base64?") {
		return encoded(text)
	}
	return text
}

func encoded(text string) string {
	return "=?base64?" + base64.StdEncoding.EncodeToString([]byte(text)) + "?="
}

// IsSession reports whether a text can be the id of a session: 1 to [MaxName] visible
// characters of ASCII.
func IsSession(id string) bool {
	for i := range len(id) {
		if c := id[i]; c <= ' ' || c > '~' {
			return false
		}
	}
	return id != "" && len(id) <= MaxName
}
