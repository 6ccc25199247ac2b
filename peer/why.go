package peer

import (
	"bytes"
	"cmp"
	"net/http"

	wire "github.com/a2aproject/a2a-go/v2/a2a"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// refusedBody is an answer that is not a result, as agents and what stands
// before them write it: the error of JSON-RPC, or an error in words beside which
// details, a description (RFC 6749 section 5.2) or a detail say why.
type refusedBody struct {
	Error       jsontext.Value `json:"error"`
	Details     jsontext.Value `json:"details"`
	Description jsontext.Value `json:"error_description"`
	Message     jsontext.Value `json:"message"`
	Detail      jsontext.Value `json:"detail"`
}

// rpcError is the error member of a JSON-RPC answer; any member may be anything.
type rpcError struct {
	Code    jsontext.Value `json:"code"`
	Message jsontext.Value `json:"message"`
	Data    jsontext.Value `json:"data"`
	// Of a google.rpc.Status, whose code is that of HTTP.
	Status  jsontext.Value `json:"status"`
	Details jsontext.Value `json:"details"`
}

// why is what the data of an error says.
type why struct {
	reason, gate, requestID, hint string
	domain, word                  string // of a google.rpc.ErrorInfo
}

// fill reads what it can. What cannot be read leaves the status, which always
// says something.
func (r *Refusal) fill(body []byte) {
	var b refusedBody
	if json.Unmarshal(body, &b) != nil {
		return
	}
	var e rpcError
	var w why
	switch b.Error.Kind() {
	case jsontext.KindBeginObject:
		if json.Unmarshal(b.Error, &e) != nil {
			return
		}
		w = parseWhy(e.Data)
		r.Message = sentence(e.Message)
		if textOf(e.Status) != "" {
			r.fillStatus(e)
			return
		}
	default:
		w = parseWhy(b.Details)
		word := textOf(b.Error)
		if w.reason == "" && isWord(word) {
			w.reason = word
		}
		r.Message = printable(cmp.Or(textOf(b.Description), word, textOf(b.Message), textOf(b.Detail)), maxSentence)
	}
	_ = json.Unmarshal(e.Code, &r.Code)
	r.say(w)
}

// say takes over what is said, so that it can be shown.
func (r *Refusal) say(w why) {
	r.Reason, r.Gate = printable(w.reason, maxWord), printable(w.gate, maxWord)
	r.RequestID, r.Hint = printable(w.requestID, maxWord), printable(w.hint, maxSentence)
}

// fillStatus reads a google.rpc.Status. In a stream its code is the status that the
// answer could not have any more.
func (r *Refusal) fillStatus(e rpcError) {
	var code int
	if json.Unmarshal(e.Code, &code) == nil && r.Status == http.StatusOK && code >= http.StatusBadRequest && code < 600 {
		r.Status = code
	}
	w := parseWhy(e.Details)
	r.say(w)
	r.Code, r.ofProtocol = numberOf(w.domain, w.word), w.domain == wire.ProtocolDomain
}

// parseWhy reads the data of our refusals, the list of details that A2A 1.0
// section 9.5 asks for, of which one has a reason, and data that is text.
func parseWhy(value jsontext.Value) why {
	switch value.Kind() {
	case jsontext.KindBeginObject:
		return parseObject(value)
	case jsontext.KindBeginArray:
		return parseDetails(value)
	case jsontext.KindString:
		w := why{reason: textOf(value)}
		if len(w.reason) > maxWord {
			w.hint = w.reason // where more of it is shown
		}
		return w
	}
	return why{}
}

// maxDetails is how many entries of a list are looked at.
const maxDetails = 100

func parseDetails(list jsontext.Value) why {
	dec := jsontext.NewDecoder(bytes.NewBuffer(list), uniqueNames)
	if _, err := dec.ReadToken(); err != nil {
		return why{}
	}
	for range maxDetails {
		if dec.PeekKind() == jsontext.KindEndArray {
			break
		}
		detail, err := dec.ReadValue()
		if err != nil {
			break
		}
		if detail.Kind() != jsontext.KindBeginObject {
			continue
		}
		if w := parseObject(detail); w.reason != "" {
			return w
		}
	}
	return why{}
}

// parseObject reads an object with a reason. In a google.rpc.ErrorInfo the word
// that other callers get as the reason is in the metadata.
func parseObject(value jsontext.Value) why {
	type members struct {
		Reason    jsontext.Value `json:"reason"`
		Gate      jsontext.Value `json:"gate"`
		RequestID jsontext.Value `json:"requestId"`
		Hint      jsontext.Value `json:"hint"`
	}
	var d struct {
		members  `json:",inline"`
		Metadata jsontext.Value `json:"metadata"`
		Domain   jsontext.Value `json:"domain"`
	}
	if json.Unmarshal(value, &d) != nil {
		return why{}
	}
	var meta members
	if d.Metadata.Kind() == jsontext.KindBeginObject {
		_ = json.Unmarshal(d.Metadata, &meta)
	}
	return why{
		reason:    cmp.Or(textOf(meta.Reason), textOf(d.Reason)),
		gate:      cmp.Or(textOf(meta.Gate), textOf(d.Gate)),
		requestID: cmp.Or(textOf(meta.RequestID), textOf(d.RequestID)),
		hint:      cmp.Or(textOf(meta.Hint), textOf(d.Hint)),
		domain:    textOf(d.Domain),
		word:      textOf(d.Reason),
	}
}

// textOf returns the text of a JSON string, "" of anything else.
func textOf(value jsontext.Value) string {
	var text string
	if value.Kind() == jsontext.KindString {
		_ = json.Unmarshal(value, &text)
	}
	return text
}

func sentence(value jsontext.Value) string { return printable(textOf(value), maxSentence) }

// isWord reports whether text is a word for programs rather than a sentence.
func isWord(text string) bool {
	for _, c := range []byte(text) {
		if c != '_' && c != '-' && c != '.' && (c < '0' || '9' < c) && (c|0x20 < 'a' || 'z' < c|0x20) {
			return false
		}
	}
	return text != "" && len(text) <= maxWord
}
