package gate

import (
	"errors"
	"net/http"
	"strings"

	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/internal/grpcframe"
	"github.com/getbindu/bindu-go/internal/protoform"
)

// beginsMessages reports an answer that begins a stream of gRPC: one whose status is not
// said before it.
func (w *signedWriter) beginsMessages() bool {
	h := w.Header()
	if !grpcframe.SaysGRPC(h.Get("Content-Type")) || h.Get(grpcframe.StatusHeader) != "" {
		return false
	}
	m, ok := protoform.MethodOf(w.x.envelope.Method)
	w.messages = ok && m.Stream
	return w.messages
}

// message signs a message of a stream, in its last field.
func (w *signedWriter) message(frame []byte) (int, error) {
	m, err := grpcframe.Message(frame)
	if err != nil {
		return 0, errors.Join(errAnswer, err)
	}
	field, err := w.events.AppendField(w.line[:0], m, w.c.cfg.Now().Unix())
	var head []byte
	if err == nil {
		w.line = field
		head, err = grpcframe.AppendHead(nil, len(m)+len(field))
	}
	if err != nil {
		return 0, errors.Join(errAnswer, err)
	}
	for _, part := range [][]byte{head, m, field} {
		if _, err := w.ResponseWriter.Write(part); err != nil {
			return 0, err
		}
	}
	return len(frame), nil
}

// endMessages signs the end of a stream beside its status. Without one it is known to have
// been cut off.
func (w *signedWriter) endMessages() {
	status, prefix, err := statusOf(w.Header())
	if err != nil {
		return
	}
	proof := make(http.Header, 2)
	if w.events.SignEnd(proof, status, w.c.cfg.Now().Unix()) == nil {
		setAll(w.Header(), prefix, proof)
	}
}

// statusOf is the status that an answer by gRPC has, and what stands before the names of
// the headers that say it: in trailers [http.TrailerPrefix].
func statusOf(h http.Header) (signature.GRPCStatus, string, error) {
	said := make(http.Header, 3)
	for name, values := range h {
		if trailer, ok := strings.CutPrefix(name, http.TrailerPrefix); ok {
			said[trailer] = values
		}
	}
	prefix := http.TrailerPrefix
	if said.Get(grpcframe.StatusHeader) == "" {
		said, prefix = h, ""
	}
	status, err := signature.ReadGRPCStatus(said)
	return status, prefix, err
}

func setAll(h http.Header, prefix string, from http.Header) {
	for name, values := range from {
		h[prefix+name] = values
	}
}
