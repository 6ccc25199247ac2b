package evidence

import (
	"encoding/base64"
	"fmt"
	"unicode/utf8"

	"github.com/getbindu/bindu-go/identity/signature"
)

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

func encodeBody(body []byte) documentBody {
	if !utf8.Valid(body) {
		encoded := base64.StdEncoding.EncodeToString(body)
		return documentBody{BodyBase64: &encoded}
	}
	text := string(body)
	return documentBody{Body: &text}
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
