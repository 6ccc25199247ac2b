package refusal

import (
	"cmp"
	"net/http"
	"slices"
)

// Answer is what a caller is told: a word, and the status, number, message and
// hint that belong to it. Only the catalogue makes one.
type Answer struct {
	word Word
	row
}

// row is an entry of the catalogue.
type row struct {
	status        int
	number        number
	message, hint string // for people; neither names a setting
}

// Place is where a word is said. Some say a word in their own way.
type Place int

// The places.
const (
	// Gates stands for every place that has no way of its own.
	Gates Place = iota
	// Envelope is the JSON-RPC request of a proved caller.
	Envelope
	// Documents are what everybody may ask for, and what is read without gates.
	Documents
	// Negotiation is the assessment of a task.
	Negotiation
	// Tasks are the methods of A2A.
	Tasks
	// Parameters are the body of a proved caller that has no JSON-RPC envelope.
	Parameters
	// MCP is the path of an MCP server, whose clients want the status of HTTP to say that
	// a message was not taken.
	MCP
)

// Answer is what a caller is told about the word in general.
func (w Word) Answer() Answer { return w.At(Gates) }

// At is what a caller is told about the word in a place. A word that the
// catalogue lacks is answered as an internal error.
func (w Word) At(p Place) Answer {
	entry, ok := elsewhere[p][w]
	if !ok {
		entry, ok = general(w)
	}
	if !ok {
		return Internal.At(p)
	}
	if p == Documents {
		entry.message = http.StatusText(entry.status)
	}
	return Answer{w, entry}
}

func general(w Word) (row, bool) {
	if entry, ok := atGates[w]; ok {
		return entry, true
	}
	if entry, ok := behindGates[w]; ok {
		return entry, true
	}
	entry, ok := atEgress[w]
	return entry, ok
}

// Words are all words of the catalogue, in order.
func Words() []Word {
	var all []Word
	for _, table := range []map[Word]row{atGates, behindGates, atEgress} {
		for w := range table {
			all = append(all, w)
		}
	}
	slices.Sort(all)
	return all
}

// WithHint returns the answer with the hint of this one request, if there is one.
func (a Answer) WithHint(hint string) Answer {
	a.hint = cmp.Or(hint, a.hint)
	return a
}

// Word is the stable word, for programs.
func (a Answer) Word() Word { return a.word }

// Status is the HTTP status.
func (a Answer) Status() int { return a.status }

// Code is the number of the error.
func (a Answer) Code() int { return a.number.own }

// WithAuth0Code returns the answer with the number that Auth0's guide has for its
// kind, if the guide knows it.
func (a Answer) WithAuth0Code() Answer {
	a.number.own = a.number.auth0
	return a
}

// Message says what is wrong.
func (a Answer) Message() string { return a.message }

// Hint says what the caller can do about it.
func (a Answer) Hint() string { return a.hint }
