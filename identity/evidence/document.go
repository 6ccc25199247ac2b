package evidence

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/signature"
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

// documentStatus is how a call of gRPC ended.
type documentStatus struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
	Details string `json:"detailsBase64"`
}

// documentBody has one of its members: the first where the body is a text in UTF-8.
type documentBody struct {
	Body       *string `json:"body,omitzero"`
	BodyBase64 *string `json:"bodyBase64,omitzero"`
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

func encodeAnswer(a Answer) documentAnswer {
	d := documentAnswer{a.Status, a.ContentType, flat(a.Header), nil, a.Incomplete, encodeBody(a.Body)}
	if a.GRPC != nil {
		d.GRPC = &documentStatus{a.GRPC.Code, a.GRPC.Message, base64.StdEncoding.EncodeToString(a.GRPC.Details)}
	}
	return d
}

// status reads how a call of gRPC ended.
func (d *documentStatus) status() (*signature.GRPCStatus, error) {
	if d == nil {
		return nil, nil
	}
	details, err := decodeBase64(d.Details)
	if err != nil {
		return nil, fmt.Errorf("%w: detailsBase64 is not in the one form of base64", ErrMalformed)
	}
	return &signature.GRPCStatus{Code: d.Code, Message: d.Message, Details: details}, nil
}

// decodeBase64 takes the one form that a text in base64 has.
func decodeBase64(text string) ([]byte, error) {
	raw, err := base64.StdEncoding.DecodeString(text)
	if err == nil && base64.StdEncoding.EncodeToString(raw) != text {
		err = base64.CorruptInputError(len(text))
	}
	return raw, err
}

func encodeParty(p Party) documentParty {
	return documentParty{p.DID.String(), did.EncodePublicKey(p.Key)}
}

func encodeBody(body []byte) documentBody {
	if !utf8.Valid(body) {
		encoded := base64.StdEncoding.EncodeToString(body)
		return documentBody{BodyBase64: &encoded}
	}
	text := string(body)
	return documentBody{Body: &text}
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

func (b documentBody) bytes() ([]byte, error) {
	if (b.Body == nil) == (b.BodyBase64 == nil) {
		return nil, fmt.Errorf("%w: a body is body or bodyBase64", ErrMalformed)
	}
	if b.Body != nil {
		return []byte(*b.Body), nil
	}
	body, err := decodeBase64(*b.BodyBase64)
	if err != nil || utf8.Valid(body) {
		return nil, fmt.Errorf("%w: bodyBase64 is not what is no text, in the one form of base64", ErrMalformed)
	}
	return body, nil
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
