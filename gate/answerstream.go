package gate

import (
	"bytes"
	"errors"
)

// event signs an event, or lets a comment pass.
func (w *signedWriter) event(frame []byte) (int, error) {
	id, data, comment, ok := cutEvent(frame)
	if !ok {
		return 0, errAnswer
	}
	if comment {
		return w.ResponseWriter.Write(frame)
	}
	line, err := w.events.AppendEvent(w.line[:0], string(id), data, w.c.cfg.Now().Unix())
	if err != nil {
		return 0, errors.Join(errAnswer, err)
	}
	w.line = append(line, '\n')
	if n, err := w.ResponseWriter.Write(frame[:len(frame)-1]); err != nil {
		return n, err
	}
	if _, err := w.ResponseWriter.Write(w.line); err != nil {
		return len(frame) - 1, err
	}
	return len(frame), nil
}

// cutEvent reads an event of one line of data, with or without an id or the name of an
// error before it, or a comment alone.
func cutEvent(frame []byte) (id, data []byte, comment, ok bool) {
	rest, ok := bytes.CutSuffix(frame, []byte("\n\n"))
	if !ok {
		return nil, nil, false, false
	}
	if after, has := bytes.CutPrefix(rest, []byte("id: ")); has {
		id, rest, _ = bytes.Cut(after, []byte("\n"))
	}
	rest = bytes.TrimPrefix(rest, []byte("event: error\n"))
	if bytes.ContainsAny(rest, "\r\n") {
		return nil, nil, false, false
	}
	if data, ok = bytes.CutPrefix(rest, []byte("data: ")); ok {
		return id, data, false, true
	}
	return nil, nil, true, id == nil && len(rest) > 0 && rest[0] == ':'
}

// end is not written to who hung up: nobody knows whether there would be more.
func (w *signedWriter) end() {
	if w.failed || w.x.r.Context().Err() != nil {
		return
	}
	if w.messages {
		w.endMessages()
		return
	}
	if block, err := w.events.AppendEnd(w.line[:0], w.c.cfg.Now().Unix()); err == nil {
		_, _ = w.ResponseWriter.Write(block)
	}
}
