package card

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/jsonrpc"
)

// Payload returns what a signature of the card covers (A2A 1.0 section 8.4.1): the
// RFC 8785 form of the members that the schema of 1.0 has, without signatures. Members
// of other versions, such as url and preferredTransport of 0.3, are not in it.
// A card that is none of 1.0 is [ErrUnusable].
func Payload(raw []byte) ([]byte, error) {
	if len(raw) > MaxSize {
		return nil, fmt.Errorf("%w: larger than %d bytes", ErrUnusable, MaxSize)
	}
	if jsonrpc.HasDuplicateNames(raw) {
		return nil, fmt.Errorf("%w: an object has two members of one name", ErrUnusable)
	}
	p := projection{in: jsontext.NewDecoder(bytes.NewBuffer(raw), jsontext.AllowDuplicateNames(true))}
	if err := p.value(cardShape); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnusable, err)
	}
	if _, err := p.in.ReadToken(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%w: there is more after it", ErrUnusable)
	}
	payload, err := did.CanonicalJSON(p.out)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnusable, err)
	}
	return payload, nil
}

var (
	errShape  = errors.New("a member is not of its type in A2A 1.0")
	errGrowth = fmt.Errorf("what would be signed is longer than %d bytes", MaxSize)
)

// projection writes the members of a card that the schema has.
type projection struct {
	in  *jsontext.Decoder
	out []byte
}

// value writes the next value, which has to be of shape s.
func (p *projection) value(s shape) error {
	if len(p.out) > MaxSize {
		return errGrowth
	}
	kind := p.in.PeekKind()
	switch {
	case kind == jsontext.KindFalse && s.kind == jsontext.KindTrue:
	case kind != s.kind:
		return errShape
	case kind == jsontext.KindBeginArray:
		return p.list(*s.each)
	case s.members != nil || s.each != nil:
		return p.object(s)
	}
	raw, err := p.in.ReadValue()
	p.out = append(p.out, raw...)
	return err
}

func (p *projection) list(each shape) error {
	p.take()
	p.out = append(p.out, '[')
	for p.in.PeekKind() != jsontext.KindEndArray {
		p.separate('[')
		if err := p.value(each); err != nil {
			return err
		}
	}
	p.out = append(p.out, ']')
	return p.take()
}

// object writes a message, or a map with members of any name.
func (p *projection) object(s shape) error {
	p.take()
	p.out = append(p.out, '{')
	var seen uint // required members
	for p.in.PeekKind() != jsontext.KindEndObject {
		token, err := p.in.ReadToken()
		if err != nil {
			return err
		}
		name := token.String()
		member, known := s.member(name)
		if !known || p.in.PeekKind() == jsontext.KindNull && s.each == nil { // null is no value in ProtoJSON
			err = p.in.SkipValue()
		} else {
			seen |= member.bit
			err = p.member(name, member)
		}
		if err != nil {
			return err
		}
	}
	p.absent(s, seen)
	p.out = append(p.out, '}')
	return p.take()
}

// member writes a member, but for one that is as good as absent.
func (p *projection) member(name string, s shape) error {
	before := len(p.out)
	p.name(name)
	at := len(p.out)
	if err := p.value(s); err != nil {
		return err
	}
	if !s.required && !s.present && isDefault(p.out[at:]) {
		p.out = p.out[:before]
	}
	return nil
}

// absent writes the required members that are not there: a parser that knows the
// schema does not tell them from empty ones.
func (p *projection) absent(s shape, seen uint) {
	for i, text := range s.defaults {
		if seen&(1<<i) == 0 {
			p.separate('{')
			p.out = append(p.out, text...)
		}
	}
}

func (p *projection) name(name string) {
	p.separate('{')
	p.out, _ = jsontext.AppendQuote(p.out, name) // of a token, so valid
	p.out = append(p.out, ':')
}

// separate writes a comma, but not behind the bracket that opens.
func (p *projection) separate(open byte) {
	if p.out[len(p.out)-1] != open {
		p.out = append(p.out, ',')
	}
}

// take reads a bracket.
func (p *projection) take() error {
	_, err := p.in.ReadToken()
	return err
}

// isDefault reports the default of a type that has no presence.
func isDefault(value []byte) bool {
	switch string(value) {
	case `""`, `false`, `[]`, `{}`:
		return true
	}
	return false
}
