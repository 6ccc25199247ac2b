package did

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// MaxDepth is how deeply arrays and objects may be nested in a body.
const MaxDepth = 64

// maxCanonicalBody keeps offsets within 32 bits, in bytes.
const maxCanonicalBody = 256 << 20

// maxGrowth bounds the canonical form: at most so many times the body, and
// slack bytes more. Only numbers such as 1e20 grow, by more than this where
// nobody's encoder writes them so.
const maxGrowth, growthSlack = 4, 4 << 10

// CanonicalJSON returns the RFC 8785 form of body, which must be exactly one
// JSON value whose meaning that form keeps. It refuses text that is not UTF-8
// ([ErrBodyNotUTF8]), anything before or after the value, a byte order mark
// and lone surrogates ([ErrSyntax]), duplicate keys ([ErrDuplicateKey]),
// nesting beyond [MaxDepth] ([ErrDepth]) and numbers that RFC 8785 would
// change, such as 9007199254740993, -0 or 1e400, or would blow up to more than
// four times the body ([ErrNumber]). All but the first are
// [ErrBodyNotCanonical] too.
//
// Time and memory grow with the length of body and not with what is in it.
func CanonicalJSON(body []byte) ([]byte, error) {
	c := canonicalisers.Get().(*canonicaliser)
	defer c.release()
	canonical, err := c.canonical(body)
	return bytes.Clone(canonical), err
}

// canonicaliser writes a canonical form in one pass: values as they come, and
// the members of an object in their order once it ends.
type canonicaliser struct {
	in      *jsontext.Decoder
	out     []byte // canonical but for the order in objects that are still open
	members []member
	names   []byte // of members, where they are written with escapes
	sorted  []byte // scratch
	frames  []frame
}

// frame is an array or object that is open.
type frame struct {
	object   bool
	unsorted bool
	count    int // of values, names being values too
	body     int // where its values start in out
	members  int // of objects around it
	names    int // bytes of objects around it
}

// canonicalisers lends out buffers, so that a request costs what it keeps.
var canonicalisers = sync.Pool{New: func() any {
	return &canonicaliser{in: jsontext.NewDecoder(bytes.NewBuffer(nil)), frames: make([]frame, 0, MaxDepth)}
}}

// release gives the buffers back, without what was in them.
func (c *canonicaliser) release() {
	c.in.Reset(bytes.NewBuffer(nil))
	c.out, c.members, c.names, c.frames = c.out[:0], c.members[:0], c.names[:0], c.frames[:0]
	canonicalisers.Put(c)
}

// canonical returns the canonical form, which is good until release.
func (c *canonicaliser) canonical(body []byte) ([]byte, error) {
	if !utf8.Valid(body) {
		return nil, ErrBodyNotUTF8
	}
	if len(body) > maxCanonicalBody {
		return nil, fmt.Errorf("%w: longer than %d bytes", ErrBodyNotCanonical, maxCanonicalBody)
	}
	c.out = slices.Grow(c.out, len(body))
	c.in.Reset(bytes.NewBuffer(body), jsontext.AllowDuplicateNames(true))
	for limit := maxGrowth*len(body) + growthSlack; ; {
		if err := c.next(); err != nil {
			return nil, c.earliest(err)
		}
		if len(c.frames) == 0 {
			break
		}
		if len(c.out) > limit {
			return nil, fmt.Errorf("%w: up to byte %d they are more than %d times as long; send them as strings", ErrNumber, c.in.InputOffset(), maxGrowth)
		}
	}
	if _, err := c.in.ReadToken(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%w: there is more after it", ErrSyntax)
	}
	return c.out, nil
}

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
	const longest = 32 // of a canonical number
	if cap(c.out)-len(c.out) < longest {
		c.out = slices.Grow(c.out, len(c.out)+longest) // append would grow it by less, and so copy it more often
	}
	var ok bool
	if c.out, ok = appendNumber(c.out, number); !ok {
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
		return c.name(f, quoted, int32(at))
	}
	c.separate()
	c.appendString(quoted)
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
func (c *canonicaliser) appendString(quoted []byte) {
	if bytes.IndexByte(quoted, '\\') < 0 {
		c.out = append(c.out, quoted...)
		return
	}
	c.sorted, _ = jsontext.AppendUnquote(c.sorted[:0], quoted) // valid, as is what it makes
	c.out, _ = jsontext.AppendQuote(c.out, c.sorted)
}

func (c *canonicaliser) malformed() error {
	return fmt.Errorf("%w: after byte %d", ErrSyntax, c.in.InputOffset())
}
