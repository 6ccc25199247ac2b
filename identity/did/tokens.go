package did

import (
	"bytes"
	"fmt"

	"github.com/go-json-experiment/json/jsontext"
)

// next takes one token.
func (c *canonicaliser) next() error {
	switch c.in.PeekKind() {
	case jsontext.KindNumber:
		return c.number()
	case jsontext.KindString:
		return c.text()
	}
	token, err := c.in.ReadToken()
	if err != nil {
		return c.malformed()
	}
	switch kind := token.Kind(); kind {
	case jsontext.KindBeginObject, jsontext.KindBeginArray:
		return c.open(byte(kind))
	case jsontext.KindEndObject, jsontext.KindEndArray:
		return c.close(byte(kind))
	default:
		c.separate()
		c.out = append(c.out, token.String()...)
	}
	return nil
}

func (c *canonicaliser) number() error {
	number, err := c.in.ReadValue()
	if err != nil {
		return c.malformed()
	}
	c.separate()
	if !c.appendNumber(number) {
		return fmt.Errorf("%w: at byte %d; send it as a string", ErrNumber, c.in.InputOffset())
	}
	return nil
}

// text takes a string, which may be the name of a member.
func (c *canonicaliser) text() error {
	at := c.in.InputOffset()
	quoted, err := c.in.ReadValue()
	if err != nil {
		return c.malformed()
	}
	if f := c.top(); f != nil && f.object && f.count%2 == 0 {
		return c.name(f, quoted, hasEscapes(quoted), int32(at))
	}
	c.separate()
	c.appendString(quoted, hasEscapes(quoted))
	return nil
}

func (c *canonicaliser) open(bracket byte) error {
	if len(c.frames) == MaxDepth {
		return fmt.Errorf("%w: at most %d levels", ErrDepth, MaxDepth)
	}
	c.separate()
	c.out = append(c.out, bracket)
	c.frames = append(c.frames, frame{
		object: bracket == '{', body: len(c.out), members: len(c.members), names: len(c.names),
	})
	return nil
}

func (c *canonicaliser) close(bracket byte) error {
	if f := c.top(); f.object {
		if err := c.arrange(f); err != nil {
			return err
		}
		c.members, c.names = c.members[:f.members], c.names[:f.names]
	}
	c.frames = c.frames[:len(c.frames)-1]
	c.out = append(c.out, bracket)
	return nil
}

func (c *canonicaliser) top() *frame {
	if len(c.frames) == 0 {
		return nil
	}
	return &c.frames[len(c.frames)-1]
}

// separate writes what stands before a value, and counts it.
func (c *canonicaliser) separate() {
	f := c.top()
	if f == nil {
		return
	}
	if f.count > 0 {
		if f.object && f.count%2 == 1 {
			c.out = append(c.out, ':')
		} else {
			c.out = append(c.out, ',')
		}
	}
	f.count++
}

// appendString appends the canonical form of a string in valid JSON.
func (c *canonicaliser) appendString(quoted []byte, escaped bool) {
	if !escaped || isCanonicalText(quoted) {
		c.out = append(c.out, quoted...)
		return
	}
	c.sorted, _ = jsontext.AppendUnquote(c.sorted[:0], quoted) // valid, as is what it makes
	c.out, _ = jsontext.AppendQuote(c.out, c.sorted)
}

// isCanonicalText reports that every escape of a valid string is the one that RFC 8785
// section 3.2.2.2 has for its character: most texts have no others.
func isCanonicalText(quoted []byte) bool {
	for {
		next := bytes.IndexByte(quoted, '\\')
		if next < 0 {
			return true
		}
		switch quoted = quoted[next+1:]; quoted[0] {
		case '"', '\\', 'b', 'f', 'n', 'r', 't':
			quoted = quoted[1:]
		default: // a slash is not escaped; of what has no letter there is little
			return false
		}
	}
}

func hasEscapes(quoted []byte) bool { return bytes.IndexByte(quoted, '\\') >= 0 }

func (c *canonicaliser) malformed() error {
	return fmt.Errorf("%w: after byte %d", ErrSyntax, c.in.InputOffset())
}
