package hydratest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"strings"
)

// patchClient changes what the JSON Patch names and keeps the rest.
func (s *Server) patchClient(w http.ResponseWriter, r *http.Request) {
	patch, err := readAll(r)
	if err != nil {
		writeError(w, http.StatusBadRequest, "The request was malformed or contained invalid parameters", "")
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok := s.find(w, r)
	if !ok {
		return
	}
	body, err := Patched(c.doc, patch)
	if err != nil {
		writeError(w, http.StatusInternalServerError, "The error is unrecognizable", err.Error())
		return
	}
	if fault := invalid(body); fault != "" {
		writeError(w, http.StatusBadRequest, "invalid_client_metadata", fault)
		return
	}
	s.replace(w, r, c, body)
}

// Patched returns doc with a JSON Patch (RFC 6902) applied, of which it knows
// add, replace and remove, for members of objects. As Hydra decodes the outcome
// into the client that it has, a member that is removed stays; null resets it.
func Patched(doc Document, patch []byte) (Document, error) {
	var operations []struct {
		Op    string          `json:"op"`
		Path  string          `json:"path"`
		Value json.RawMessage `json:"value"`
	}
	if err := json.Unmarshal(patch, &operations); err != nil {
		return nil, err
	}
	next := maps.Clone(doc)
	for _, o := range operations {
		path, ok := strings.CutPrefix(o.Path, "/")
		if !ok {
			return nil, fmt.Errorf("no such path: %q", o.Path)
		}
		if err := change(next, o.Op, strings.Split(path, "/"), o.Value); err != nil {
			return nil, err
		}
	}
	data, err := encodeDocument(next)
	if err != nil {
		return nil, err
	}
	if next, err = decodeDocument(data); err != nil {
		return nil, err
	}
	for name, value := range doc {
		if _, ok := next[name]; !ok {
			next[name] = value
		}
	}
	return next, nil
}

// encodeDocument writes a document without escaping what HTML would need.
func encodeDocument(doc Document) ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(doc)
	return b.Bytes(), err
}

var unescape = strings.NewReplacer("~1", "/", "~0", "~") // RFC 6901 section 4

func change(object Document, op string, path []string, value json.RawMessage) error {
	name := unescape.Replace(path[0])
	if len(path) > 1 {
		inner := Document{}
		if old, ok := object[name]; ok {
			if err := json.Unmarshal(old, &inner); err != nil {
				return err
			}
		}
		if err := change(inner, op, path[1:], value); err != nil {
			return err
		}
		data, err := encodeDocument(inner)
		object[name] = data
		return err
	}
	_, there := object[name]
	switch {
	case op == "remove" && there:
		delete(object, name)
	case (op == "add" || op == "replace") && value != nil:
		object[name] = value
	default:
		return errors.New("an operation that cannot be done")
	}
	return nil
}
