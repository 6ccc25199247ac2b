package did

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"

	"github.com/getbindu/bindu-go/internal/jsonrpc"
	"github.com/getbindu/bindu-go/internal/refusal"
)

// Paths that [NewHandler] answers.
const (
	PathDocument = "/.well-known/did.json"
	PathResolve  = "/did/resolve"
)

// maxResolveBody holds {"did":…} with every byte of the longest DID escaped.
const maxResolveBody = 4 << 10

// NewHandler publishes doc: GET or HEAD [PathDocument], and GET, HEAD or POST
// [PathResolve] with ?did= or {"did":…}, for the DID of doc only. Paths match
// exactly, in their escaped form. doc must not change afterwards.
func NewHandler(doc *Document) http.Handler {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(doc) // strings only: neither they nor a bytes.Buffer can fail
	return &resolver{id: doc.ID, document: buf.Bytes()}
}

type resolver struct {
	id       string
	document []byte
}

// ServeHTTP implements [http.Handler].
func (h *resolver) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.URL.EscapedPath() {
	case PathDocument:
		if !allow(w, r, http.MethodGet, http.MethodHead) {
			return
		}
		h.writeDocument(w)
	case PathResolve:
		if !allow(w, r, http.MethodGet, http.MethodHead, http.MethodPost) {
			return
		}
		h.resolve(w, r)
	default:
		wordRefused{refusal.NotFound}.write(w, r)
	}
}

func (h *resolver) resolve(w http.ResponseWriter, r *http.Request) {
	asked, why := wantedDID(w, r)
	if why != nil {
		why.write(w, r)
		return
	}
	if _, err := Parse(asked); err != nil {
		wordRefused{refusal.DIDMalformed}.write(w, r)
		return
	}
	if asked != h.id {
		wordRefused{refusal.DIDNotFound}.write(w, r)
		return
	}
	h.writeDocument(w)
}

func (h *resolver) writeDocument(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json")
	w.Write(h.document)
}

// wantedDID returns the DID a request asks for, "" when it names none or several.
func wantedDID(w http.ResponseWriter, r *http.Request) (string, refused) {
	if r.Method == http.MethodPost {
		body, fault := jsonrpc.ReadJSON(w, r, maxResolveBody)
		if fault != nil {
			return "", bodyRefused{fault}
		}
		return postedDID(body)
	}
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil || len(query["did"]) != 1 {
		return "", nil
	}
	return query.Get("did"), nil
}

func postedDID(body []byte) (string, refused) {
	canonical, err := CanonicalJSON(body)
	if err != nil {
		return "", wordRefused{jsonReason(err)}
	}
	// A map, unlike a struct, compares names exactly. Nothing but the DID is
	// decoded: some numbers take 25 µs.
	var members map[string]json.RawMessage
	var asked string
	if json.Unmarshal(canonical, &members) != nil || json.Unmarshal(members["did"], &asked) != nil {
		return "", nil
	}
	return asked, nil
}
