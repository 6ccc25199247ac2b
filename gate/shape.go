package gate

import (
	"errors"
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strings"

	"github.com/getbindu/bindu-go/identity/signature"
)

// singular are the headers that decide about security: a second one is never
// read, it is refused, because two readers could choose differently.
var singular = append(signature.HeaderNames(), "Authorization", "Content-Type", "Content-Encoding")

// shape refuses what no route could serve.
func (c *Chain) shape(x *exchange) *Denial {
	r := x.r
	if len(r.RequestURI) > c.cfg.Limits.TargetBytes {
		return &Denial{
			Reason: TargetTooLong,
			Hint:   fmt.Sprintf("Send parameters in the body: path and query may have at most %d bytes.", c.cfg.Limits.TargetBytes),
		}
	}
	if r.ContentLength > c.cfg.Limits.BodyBytes {
		return c.tooLarge()
	}
	return singularHeaders(r.Header)
}

// tooLarge says how large a body may be.
func (c *Chain) tooLarge() *Denial {
	d := deny(PayloadTooLarge, nil)
	d.Hint = fmt.Sprintf("Send a smaller body: this agent takes at most %d bytes.", c.cfg.Limits.BodyBytes)
	d.close = true
	return d
}

func singularHeaders(h http.Header) *Denial {
	for name, values := range h {
		canonical := name
		if strings.Contains(name, "_") {
			canonical = http.CanonicalHeaderKey(strings.ReplaceAll(name, "_", "-"))
		}
		if (len(values) > 1 || canonical != name) && isSingular(canonical) {
			return deny(DuplicateHeader, errors.New("header "+canonical))
		}
	}
	return nil
}

func isSingular(name string) bool {
	return slices.ContainsFunc(singular, func(s string) bool { return strings.EqualFold(s, name) })
}

// contentHeaders accepts uncompressed JSON in UTF-8 and nothing else: the
// signature covers the bytes as sent. Where there is no body it needs no type.
func contentHeaders(h http.Header, empty bool) *Denial {
	if e := h.Get("Content-Encoding"); e != "" && !strings.EqualFold(e, "identity") {
		return deny(ContentEncoding, nil)
	}
	value := only(h, "Content-Type")
	if value == "application/json" || value == "" && empty {
		return nil // what nearly everybody sends needs no parsing
	}
	kind, params, err := mime.ParseMediaType(value)
	if err != nil || (kind != "application/json" && kind != "application/a2a+json") {
		return deny(ContentType, nil)
	}
	if charset, ok := params["charset"]; ok && !strings.EqualFold(charset, "utf-8") {
		return deny(ContentType, nil)
	}
	return nil
}

// publicHeader copies what the handler may know of the headers.
func publicHeader(h http.Header) http.Header {
	kept := make(http.Header, 4)
	for _, name := range []string{"Content-Type", "Accept", "A2a-Version", "A2a-Extensions", "Last-Event-Id", "Grpc-Timeout", "Traceparent", "Tracestate"} {
		if v, ok := h[name]; ok {
			kept[name] = v
		}
	}
	return kept
}
