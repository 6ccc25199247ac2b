package registrarapi

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/getbindu/bindu-go/identity/revocation"
)

// events reads a text/event-stream (WHATWG HTML section 9.2) of events that have data
// alone. Fields of other names, and comments, say nothing.
type events struct{ lines *bufio.Reader }

// maxLine bounds a line: a message, with the name of its field and its end.
const maxLine = revocation.MaxBytes + 16

func readEvents(body io.Reader) *events { return &events{bufio.NewReaderSize(body, maxLine)} }

var errLine = fmt.Errorf("%w: a line is too long", ErrStream)

// next returns the data of the next event: one line, since no message has two. It is
// good until the following call. An event that is not complete is none.
func (e *events) next() ([]byte, error) {
	var data []byte
	have := false
	for {
		line, err := e.lines.ReadSlice('\n')
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			return nil, errLine
		case err != nil:
			return nil, err
		}
		line = bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r"))
		field, value, _ := bytes.Cut(line, []byte(":"))
		switch {
		case len(line) == 0 && have:
			return data, nil
		case string(field) == "data" && len(line) > 0:
			if have {
				return nil, fmt.Errorf("%w: an event of two lines", ErrStream)
			}
			data, have = bytes.Clone(bytes.TrimPrefix(value, []byte(" "))), true
		}
	}
}
