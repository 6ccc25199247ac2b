package server

import (
	"errors"
	"strings"
)

// Frames of HTTP/2 (RFC 9113 sections 3.4, 4.1 and 6).
const (
	preface         = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
	frameHeader     = 9
	typeData        = 0x0
	typeHeaders     = 0x1
	typeContinued   = 0x9
	flagEndHeaders  = 0x4
	streamTypeIndex = 3
	flagsIndex      = 4
)

// errPreface ends a connection that agreed on HTTP/2 and speaks something else.
var errPreface = errors.New("the peer agreed on HTTP/2 and does not speak it")

// phase is what the bytes of a peer that came so far leave unfinished.
type phase int

const (
	between phase = iota // nothing: the next byte begins a frame
	within               // a frame, or the header block that it began
	inData               // the content of a DATA frame
)

// frames follows the frames of a connection and keeps none of them.
type frames struct {
	greeted int // bytes of the preface that came
	head    [frameHeader]byte
	have    int  // bytes of head that came
	left    int  // bytes of the frame that are still to come
	block   bool // a header block was begun and has not ended
	begun   int  // frames, or header blocks, begun so far
}

// feed takes in what came.
func (f *frames) feed(p []byte) error {
	if n := min(len(preface)-f.greeted, len(p)); n > 0 {
		if !strings.HasPrefix(preface[f.greeted:], string(p[:n])) {
			return errPreface
		}
		f.greeted += n
		p = p[n:]
	}
	for len(p) > 0 {
		if f.have < frameHeader {
			p = f.header(p)
			continue
		}
		n := min(f.left, len(p))
		f.left -= n
		p = p[n:]
		f.finish()
	}
	return nil
}

// header takes the bytes of p that belong to the frame's header.
func (f *frames) header(p []byte) []byte {
	if f.have == 0 && !f.block {
		f.begun++
	}
	n := copy(f.head[f.have:], p)
	if f.have += n; f.have == frameHeader {
		f.left = int(f.head[0])<<16 | int(f.head[1])<<8 | int(f.head[2])
		f.finish()
	}
	return p[n:]
}

// finish forgets the frame when all of it has come.
func (f *frames) finish() {
	if f.left > 0 {
		return
	}
	f.have = 0
	switch f.head[streamTypeIndex] {
	case typeHeaders, typeContinued:
		f.block = f.head[flagsIndex]&flagEndHeaders == 0
	}
}

func (f *frames) phase() phase {
	switch {
	case f.have == frameHeader && f.head[streamTypeIndex] == typeData && !f.block:
		return inData
	case f.have > 0 || f.block:
		return within
	default:
		return between
	}
}
