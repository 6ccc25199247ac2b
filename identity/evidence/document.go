package evidence

import (
	"fmt"
	"net/http"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/getbindu/bindu-go/identity/did"
)

// format is the member by which a document is known as a record.
const format = "evidence-1"

// document is a record in JSON.
type document struct {
	Format    string             `json:"format"`
	Caller    documentParty      `json:"caller"`
	Agent     documentParty      `json:"agent"`
	Exchanges []documentExchange `json:"exchanges"`
}

type documentParty struct {
	DID       string `json:"did"`
	PublicKey string `json:"publicKey"` // base58
}

type documentExchange struct {
	Request documentRequest `json:"request"`
	Answer  documentAnswer  `json:"answer"`
}

type documentRequest struct {
	Method      string            `json:"method"`
	Target      string            `json:"target"`
	ContentType string            `json:"contentType"`
	Headers     map[string]string `json:"headers"`
	documentBody
}

type documentAnswer struct {
	Status      int               `json:"status"`
	ContentType string            `json:"contentType"`
	Headers     map[string]string `json:"headers"`
	GRPC        *documentStatus   `json:"grpc,omitzero"`
	Incomplete  bool              `json:"incomplete,omitzero"`
	documentBody
}

// Encode returns the record as a JSON document. Errors: [ErrTooLarge].
func (r Record) Encode() ([]byte, error) {
	if len(r.Exchanges) > MaxExchanges {
		return nil, fmt.Errorf("%w: %d exchanges, at most %d", ErrTooLarge, len(r.Exchanges), MaxExchanges)
	}
	doc := document{Format: format, Caller: encodeParty(r.Caller), Agent: encodeParty(r.Agent), Exchanges: []documentExchange{}}
	size := 0
	for _, e := range r.Exchanges {
		if size += len(e.Request.Body) + len(e.Answer.Body); size > MaxSize {
			return nil, fmt.Errorf("%w: at most %d bytes", ErrTooLarge, MaxSize)
		}
		doc.Exchanges = append(doc.Exchanges, documentExchange{
			documentRequest{e.Request.Method, e.Request.Target, e.Request.ContentType, flat(e.Request.Header), encodeBody(e.Request.Body)},
			encodeAnswer(e.Answer),
		})
	}
	out, err := json.Marshal(doc, json.Deterministic(true), jsontext.WithIndent("  "))
	switch {
	case err != nil:
		return nil, fmt.Errorf("encoding a record: %w", err)
	case len(out) >= MaxSize:
		return nil, fmt.Errorf("%w: at most %d bytes", ErrTooLarge, MaxSize)
	}
	return append(out, '\n'), nil
}

func encodeParty(p Party) documentParty {
	return documentParty{p.DID.String(), did.EncodePublicKey(p.Key)}
}

// flat is a header of which each name stands there once.
func flat(h http.Header) map[string]string {
	m := make(map[string]string, len(h))
	for name, values := range h {
		if len(values) > 0 {
			m[name] = values[0]
		}
	}
	return m
}

// Parse reads a record, and takes nothing that it does not know. Errors: [ErrMalformed],
// [ErrTooLarge], and those of package did for names and keys.
func Parse(raw []byte) (Record, error) {
	if len(raw) > MaxSize {
		return Record{}, fmt.Errorf("%w: at most %d bytes", ErrTooLarge, MaxSize)
	}
	var doc document
	if err := json.Unmarshal(raw, &doc, json.RejectUnknownMembers(true)); err != nil {
		return Record{}, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	switch {
	case doc.Format != format:
		return Record{}, fmt.Errorf("%w: its format is not %s", ErrMalformed, format)
	case len(doc.Exchanges) == 0:
		return Record{}, fmt.Errorf("%w: there is no exchange in it", ErrMalformed)
	case len(doc.Exchanges) > MaxExchanges:
		return Record{}, fmt.Errorf("%w: %d exchanges, at most %d", ErrTooLarge, len(doc.Exchanges), MaxExchanges)
	}
	return doc.record()
}

func (doc document) record() (r Record, err error) {
	if r.Caller, err = doc.Caller.party(); err != nil {
		return Record{}, fmt.Errorf("the caller: %w", err)
	}
	if r.Agent, err = doc.Agent.party(); err != nil {
		return Record{}, fmt.Errorf("the agent: %w", err)
	}
	for _, e := range doc.Exchanges {
		q := Request{Method: e.Request.Method, Target: e.Request.Target, ContentType: e.Request.ContentType}
		a := Answer{Status: e.Answer.Status, ContentType: e.Answer.ContentType, Incomplete: e.Answer.Incomplete}
		if a.GRPC, err = e.Answer.GRPC.status(); err != nil {
			return Record{}, err
		}
		for _, part := range []struct {
			headers map[string]string
			body    documentBody
			header  *http.Header
			to      *[]byte
		}{{e.Request.Headers, e.Request.documentBody, &q.Header, &q.Body}, {e.Answer.Headers, e.Answer.documentBody, &a.Header, &a.Body}} {
			if *part.header, err = header(part.headers); err != nil {
				return Record{}, err
			}
			if *part.to, err = part.body.bytes(); err != nil {
				return Record{}, err
			}
		}
		r.Exchanges = append(r.Exchanges, Exchange{q, a})
	}
	return r, nil
}

func (p documentParty) party() (Party, error) {
	name, err := did.Parse(p.DID)
	if err != nil {
		return Party{}, err
	}
	key, err := did.DecodePublicKey(p.PublicKey)
	return Party{name, key}, err
}

// header takes the headers of a signature and no other.
func header(m map[string]string) (http.Header, error) {
	h := make(http.Header, len(m))
	for name, value := range m {
		if !names[name] {
			return nil, fmt.Errorf("%w: it has a header that belongs to no signature", ErrMalformed)
		}
		h[name] = []string{value}
	}
	return h, nil
}
