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
func CanonicalJSON(body []byte) (canonical []byte, err error) {
	err = UseCanonicalJSON(body, func(lent []byte) { canonical = bytes.Clone(lent) })
	return canonical, err
}

// UseCanonicalJSON calls use with what [CanonicalJSON] returns, which is lent for
// as long as use runs: whoever copies it into something longer copies it once. It
// does not call use when there is an error.
func UseCanonicalJSON(body []byte, use func(canonical []byte)) error {
	c := canonicalisers.Get().(*canonicaliser)
	defer c.release()
	canonical, err := c.canonical(body)
	if err == nil {
		use(canonical)
	}
	return err
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
	c.reset()
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
	if c.quick(body) {
		return c.out, nil
	}
	c.reset()
	return c.thorough(body)
}

// thorough is canonical by a decoder that says what is wrong with a body.
func (c *canonicaliser) thorough(body []byte) ([]byte, error) {
	c.in.Reset(bytes.NewBuffer(body), jsontext.AllowDuplicateNames(true))
	defer c.in.Reset(bytes.NewBuffer(nil)) // it lets go of the body
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
