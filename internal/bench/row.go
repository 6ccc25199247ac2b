package main

import (
	"bytes"
	"fmt"

	"github.com/google/uuid"

	"github.com/getbindu/bindu-go/identity/signature"
)

// row is one kind of work.
type row struct {
	// Name stands in the table, Key in flags and in benchstat's names.
	Name, Key string
	Scheme    signature.Scheme
	// Demand has the answer signed.
	Demand bool
	// Handshake tells that each request has a connection of its own, Resumed that
	// it resumes a session.
	Handshake, Resumed bool
	// Body makes a request's body of size bytes, or a little more if it does not
	// fit. task is the id of one that is there.
	Body func(size int, task string) []byte
	// Result tells that the answer has to be a result and no error.
	Result bool
}

// The rows. Requests are compared with the first, handshakes with the bare
// server's.
var (
	bare   = row{Name: "Go mTLS echo", Key: "bare", Body: nothing}
	unread = row{Name: "with token and signature, not looked at", Key: "bare-signed", Scheme: signature.Octets1, Body: nothing}

	octets1   = row{Name: "all gates, octets-1", Key: "gates-octets-1", Scheme: signature.Octets1, Body: nothing}
	signed    = row{Name: "all gates, octets-1, a signed answer", Key: "gates-answer-1", Scheme: signature.Octets1, Demand: true, Body: nothing}
	reference = row{Name: "all gates, reference", Key: "gates-reference", Scheme: signature.Reference, Body: nothing}
	jcs1      = row{Name: "all gates, jcs-1", Key: "gates-jcs-1", Scheme: signature.JCS1, Body: nothing}
	read      = row{Name: "all gates and a read (tasks/get)", Key: "read", Scheme: signature.Octets1, Body: getTask, Result: true}
	durable   = row{Name: "all gates and a durable task (message/send)", Key: "task", Scheme: signature.Octets1, Body: sendMessage, Result: true}

	handshake = row{Name: "handshake", Key: "handshake", Handshake: true}
	resumed   = row{Name: "handshake, resumed", Key: "resumed", Handshake: true, Resumed: true}
)

func requestRows() []row { return []row{octets1, signed, reference, jcs1, read, durable} }

// rowOf finds a row by its key.
func rowOf(key string) (row, bool) {
	for _, r := range append(requestRows(), bare, unread, handshake, resumed) {
		if r.Key == key {
			return r, true
		}
	}
	return row{}, false
}

// nothing passes every gate and makes the agent do next to nothing: it has no
// extended card, and says so. Half of what fills the body is data and half is
// text, since canonical forms and strict readers find text easy.
func nothing(size int, _ string) []byte {
	id := uuid.NewString()
	data := entries((size - 200) / 2)
	return padded(size, `{"jsonrpc":"2.0","id":%q,"method":"agent/getAuthenticatedExtendedCard","params":{"metadata":{"entries":[%s],"pad":"`, `"}}}`, id, data)
}

// entries returns small objects with commas between, size bytes at most.
func entries(size int) []byte {
	var all []byte
	for n := 0; ; n++ {
		next := fmt.Appendf(nil, `{"id":%d,"name":"lorem ipsum","done":true},`, n)
		if len(all)+len(next) > size {
			return bytes.TrimSuffix(all, []byte(","))
		}
		all = append(all, next...)
	}
}

func getTask(size int, task string) []byte {
	return padded(size, `{"jsonrpc":"2.0","id":%q,"method":"tasks/get","params":{"id":%q,"metadata":{"pad":"`, `"}}}`, uuid.NewString(), task)
}

// sendMessage waits for the answer, which is the text again.
func sendMessage(size int, _ string) []byte {
	return padded(size, `{"jsonrpc":"2.0","id":1,"method":"message/send","params":{"message":{"kind":"message","messageId":%q,"role":"user",`+
		`"parts":[{"kind":"text","text":"`, `"}]},"configuration":{"blocking":true}}}`, uuid.NewString())
}

// padded puts as much text between head and tail as makes the body so long.
func padded(size int, head, tail string, values ...any) []byte {
	body := fmt.Appendf(nil, head, values...)
	pad := max(1, size-len(body)-len(tail))
	body = append(body, bytes.Repeat([]byte("lorem ipsum "), pad/12+1)[:pad]...)
	return append(body, tail...)
}
