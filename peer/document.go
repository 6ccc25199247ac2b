package peer

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/jsonrpc"
)

// errDocument: what is where a DID document should be cannot be read as that of the peer.
// So it is not known whether the peer has a key for its card.
var errDocument = errors.New("the peer's DID document at " + did.PathDocument + " cannot be used")

func badDocument(why string) error { return fmt.Errorf("%w: %s", errDocument, why) }

// parseDocument reads the DID document of d. It is nil where the document has no second
// key in the form that agents of this runtime serve: other makers write other forms, of
// which nothing is demanded but that they are JSON and d's. What looks like a second key
// has to be one in our form, so that nobody takes it away by spoiling it. It fails with
// errDocument.
func parseDocument(body []byte, d did.DID) (*did.Document, error) {
	statement, err := looksBound(body)
	if err != nil {
		return nil, err
	}
	var named struct {
		ID jsontext.Value `json:"id"`
	}
	if json.Unmarshal(body, &named, uniqueNames) != nil || !isText(named.ID, d.String()) {
		return nil, badDocument("it is not " + d.String() + "'s")
	}
	var doc did.Document
	switch readable := json.Unmarshal(body, &doc, uniqueNames) == nil; {
	case !statement:
		return nil, nil
	case !readable || !doc.DeclaresAssertionKey():
		return nil, badDocument("it has a statement on a second key in a form of its own")
	}
	return &doc, nil
}

// looksBound reports whether a document has a member that is called statement, in
// whatever case, wherever and whatever it holds. It fails if the document is not exactly
// one JSON object without a name twice.
func looksBound(body []byte) (bool, error) {
	if !utf8.Valid(body) || jsonrpc.HasDuplicateNames(body) {
		return false, badDocument("it is not UTF-8, or has two members of one name")
	}
	dec := jsontext.NewDecoder(bytes.NewBuffer(body), uniqueNames)
	if dec.PeekKind() != jsontext.KindBeginObject {
		return false, badDocument("it is not a JSON object")
	}
	found := false
	for {
		token, err := dec.ReadToken()
		if err != nil {
			return false, badDocument("it is not JSON")
		}
		if kind, length := dec.StackIndex(dec.StackDepth()); kind == jsontext.KindBeginObject && length%2 == 1 {
			found = found || strings.EqualFold(token.String(), "statement")
		}
		if dec.StackDepth() == 0 {
			break
		}
	}
	if _, err := dec.ReadToken(); !errors.Is(err, io.EOF) {
		return false, badDocument("something follows it")
	}
	return found, nil
}

func isText(v jsontext.Value, want string) bool {
	var text string
	return v.Kind() == jsontext.KindString && json.Unmarshal(v, &text) == nil && text == want
}
