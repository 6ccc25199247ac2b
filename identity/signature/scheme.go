package signature

import (
	"fmt"
	"slices"

	"github.com/getbindu/bindu-go/identity/did"
)

// Scheme is the name of a way of turning a request into the bytes that are
// signed, as it stands in [HeaderScheme] and on an agent's card.
type Scheme string

// scheme is what this package knows of a [Scheme].
type scheme struct {
	name Scheme
	// binds is true where the payload names recipient, method and target, and a
	// nonce that makes each request another one.
	binds bool
	// contentType is true where the payload also holds the header Content-Type.
	contentType bool
	// bodyInside is true where the body that is covered stands in the payload, which
	// then is kept as long as the body is.
	bodyInside bool
	// payload returns the bytes that are signed and the body that they cover. The former
	// may stand in the buffer, which is empty, unless bodyInside.
	payload func(buffer []byte, r Request) (payload, covered []byte, err error)
	sign    func(k *did.KeyPair, payload []byte) (string, error)
}

// schemes are all there are for requests, the one that our agents prefer first. To add one,
// write its file and name it here.
var schemes = []*scheme{octets1, jcs1, reference}

// Schemes returns the names of all schemes, the preferred one first.
func Schemes() []Scheme {
	names := make([]Scheme, len(schemes))
	for i, s := range schemes {
		names[i] = s.name
	}
	return names
}

// Prefer returns the first of [Schemes] that offered has, and [Reference],
// which everybody understands, where there is none.
func Prefer(offered []Scheme) Scheme {
	for _, s := range schemes {
		if slices.Contains(offered, s.name) {
			return s.name
		}
	}
	return Reference
}

// ParseScheme reads the scheme header. An absent header means [Reference]; a
// present one must name a scheme exactly, else [ErrScheme].
func ParseScheme(header string, present bool) (Scheme, error) {
	if !present {
		return Reference, nil
	}
	for _, s := range schemes {
		if string(s.name) == header {
			return s.name, nil
		}
	}
	return "", errScheme()
}

// Binds reports whether a signature of the scheme names recipient, method and
// target, and has a nonce. It is false for what is no scheme.
func (s Scheme) Binds() bool {
	known, err := s.find()
	return err == nil && known.binds
}

// CoversContentType reports whether a signature of the scheme covers the header
// Content-Type, which must then be sent as it was signed. It is false for what is
// no scheme.
func (s Scheme) CoversContentType() bool {
	known, err := s.find()
	return err == nil && known.contentType
}

func (s Scheme) find() (*scheme, error) {
	if s == Push1 {
		return push1, nil
	}
	for _, known := range schemes {
		if known.name == s {
			return known, nil
		}
	}
	return nil, errScheme()
}

func errScheme() error {
	return fmt.Errorf("%w: %s must be one of %q, or absent", ErrScheme, HeaderScheme, Schemes())
}
