package hostile

import (
	"fmt"
	"net/http"
	"strings"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// maxHTTP2Body fits into the window that every HTTP/2 stream begins with.
const maxHTTP2Body = 60_000

// fitsHTTP2 tells whether the shot, which has been signed, means the same in HTTP/2.
func (s *shot) fitsHTTP2() bool {
	return s.wire == nil && s.tls == nil && s.get("Transfer-Encoding") == "" && s.get("Expect") == "" &&
		len(s.body) <= maxHTTP2Body && s.method != http.MethodConnect &&
		!strings.HasPrefix(s.time, " ") // HTTP/1.1 takes white space around a value away
}

// sendHTTP2 fires a signed shot over a connection of its own that speaks HTTP/2.
func (s *shot) sendHTTP2() *reply {
	c := dialHTTP2(s.t, s)
	announced := s.get("Content-Length") != ""
	block := c.request(s)
	first := min(len(block), 16<<10) // what a frame holds unless the other side says otherwise
	err := c.framer.WriteHeaders(http2.HeadersFrameParam{
		StreamID: 1, BlockFragment: block[:first], EndHeaders: first == len(block), EndStream: len(s.body) == 0 && !announced,
	})
	for block = block[first:]; err == nil && len(block) > 0; {
		n := min(len(block), 16<<10)
		err = c.framer.WriteContinuation(1, n == len(block), block[:n])
		block = block[n:]
	}
	for body := s.body; err == nil && len(body) > 0; {
		n := min(len(body), 16<<10)
		err = c.framer.WriteData(1, n == len(body), body[:n])
		body = body[n:]
	}
	if err == nil {
		err = c.out.Flush()
	}
	if err != nil {
		return &reply{err: err}
	}
	return c.read()
}

// request encodes the header of s. It takes no notice of what HTTP/2 forbids.
func (c *h2) request(s *shot) []byte {
	c.buf.Reset()
	fields := []hpack.HeaderField{
		{Name: ":method", Value: s.method}, {Name: ":scheme", Value: "https"},
		{Name: ":authority", Value: s.get("Host")}, {Name: ":path", Value: s.target},
	}
	for _, f := range s.fields {
		if !strings.EqualFold(f.name, "Host") {
			fields = append(fields, hpack.HeaderField{Name: strings.ToLower(f.name), Value: f.value})
		}
	}
	for _, f := range fields {
		_ = c.enc.WriteField(f) // a buffer takes everything
	}
	return c.buf.Bytes()
}

// read returns the answer on the first stream.
func (c *h2) read() *reply {
	c.framer.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
	got := &reply{header: make(http.Header)}
	for {
		frame, err := c.framer.ReadFrame()
		if err != nil {
			return &reply{err: err}
		}
		switch f := frame.(type) {
		case *http2.MetaHeadersFrame:
			if _, err := fmt.Sscan(f.PseudoValue("status"), &got.status); err != nil {
				return &reply{err: err}
			}
			for _, field := range f.RegularFields() {
				got.header.Add(field.Name, field.Value)
			}
		case *http2.DataFrame:
			got.body = append(got.body, f.Data()...)
		case *http2.RSTStreamFrame:
			return &reply{err: http2.StreamError{StreamID: f.StreamID, Code: f.ErrCode}}
		case *http2.GoAwayFrame:
			if f.ErrCode != http2.ErrCodeNo {
				return &reply{err: http2.ConnectionError(f.ErrCode)}
			}
		}
		if h := frame.Header(); h.StreamID == 1 && h.Flags.Has(http2.FlagDataEndStream) && got.status != 0 {
			return got
		}
	}
}
