package did

import (
	"slices"

	"github.com/getbindu/bindu-go/internal/jsonlex"
)

// quick writes the canonical form of a body that has one. Of any other it reports false
// and leaves what it has written: then the body is read again by a decoder that can say
// what is wrong with it, and where.
func (c *canonicaliser) quick(body []byte) bool {
	limit := maxGrowth*len(body) + growthSlack
	at, ok := c.item(body, jsonlex.Space(body, 0))
	for ok && len(c.frames) > 0 {
		at, ok = c.element(body, jsonlex.Space(body, at))
		ok = ok && len(c.out) <= limit
	}
	return ok && jsonlex.Space(body, at) == len(body)
}

// element writes the end of the innermost array or object, or the next value in it, with
// its name in an object.
func (c *canonicaliser) element(body []byte, at int) (end int, ok bool) {
	f := c.top()
	closing := byte(']')
	if f.object {
		closing = '}'
	}
	next := jsonlex.Byte(body, at)
	if next == closing {
		return at + 1, c.close(closing) == nil
	}
	if f.count > 0 {
		if next != ',' {
			return at, false
		}
		at = jsonlex.Space(body, at+1)
	}
	if f.object {
		if at, ok = c.quickName(f, body, at); !ok {
			return at, false
		}
	}
	return c.item(body, at)
}

// quickName writes the name of a member and reads the colon behind it.
func (c *canonicaliser) quickName(f *frame, body []byte, at int) (end int, ok bool) {
	if jsonlex.Byte(body, at) != '"' {
		return at, false
	}
	end, escaped, ok := jsonlex.String(body, at)
	if !ok || c.name(f, body[at:end], escaped, int32(at)) != nil {
		return end, false
	}
	end = jsonlex.Space(body, end)
	return jsonlex.Space(body, end+1), jsonlex.Byte(body, end) == ':'
}

// item writes a value, or begins an array or object.
func (c *canonicaliser) item(body []byte, at int) (end int, ok bool) {
	switch first := jsonlex.Byte(body, at); first {
	case '{', '[':
		return at + 1, c.open(first) == nil
	case '"':
		end, escaped, ok := jsonlex.String(body, at)
		if ok {
			c.separate()
			c.appendString(body[at:end], escaped)
		}
		return end, ok
	case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		if end, ok = jsonlex.Number(body, at); !ok {
			return end, false
		}
		c.separate()
		ok = c.appendNumber(body[at:end])
		return end, ok
	}
	end, ok = jsonlex.Scalar(body, at)
	if ok {
		c.separate()
		c.out = append(c.out, body[at:end]...)
	}
	return end, ok
}

// appendNumber appends a number unless that would change its value.
func (c *canonicaliser) appendNumber(number []byte) (ok bool) {
	const longest = 32 // of a canonical number
	if cap(c.out)-len(c.out) < longest {
		c.out = slices.Grow(c.out, len(c.out)+longest) // append would grow it by less, and so copy it more often
	}
	c.out, ok = appendNumber(c.out, number)
	return ok
}

// reset forgets what was written.
func (c *canonicaliser) reset() {
	c.out, c.members, c.names, c.frames = c.out[:0], c.members[:0], c.names[:0], c.frames[:0]
}
