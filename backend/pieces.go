package backend

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/task"
)

const (
	// pieceEvery is the shortest time between two pieces of an answer, so that a
	// command that writes byte by byte is not told byte by byte.
	pieceEvery = 20 * time.Millisecond
	// piecesBeforeSlower is after how many pieces that time doubles, so that there are
	// few enough of them however long the command writes.
	piecesBeforeSlower = 256
)

// pieces tells what a command writes while it writes it.
type pieces struct {
	out  *output
	id   a2a.ArtifactID
	emit task.Emit
	stop func(error) // called when a piece is refused

	done      chan struct{}
	following sync.WaitGroup
	told      int // bytes of the output
	count     int // of pieces
}

// follow tells the output of a command until [pieces.end].
func follow(out *output, req task.Request, emit task.Emit, stop func(error)) *pieces {
	p := &pieces{out: out, id: artifactID(req), emit: emit, stop: stop, done: make(chan struct{})}
	p.following.Go(p.tellAll)
	return p
}

// artifactID is another one for each message of a task.
func artifactID(req task.Request) a2a.ArtifactID {
	sum := sha256.Sum256(fmt.Appendf(nil, "output %q %q", req.TaskID, req.Message.ID))
	return a2a.ArtifactID(hex.EncodeToString(sum[:16]))
}

func (p *pieces) tellAll() {
	for {
		select {
		case <-p.done:
			return
		case <-p.out.fresh:
		}
		if !p.tell() {
			return
		}
		pause := time.NewTimer(pieceEvery << (p.count / piecesBeforeSlower))
		select {
		case <-p.done:
			pause.Stop()
			return
		case <-pause.C:
		}
	}
}

// tell tells what has been written so far, and reports whether to go on: what is no
// text is told at the end.
func (p *pieces) tell() bool {
	piece, text := textBefore(p.out.since(p.told))
	if len(piece) > 0 {
		if err := p.emit(p.artifact(a2a.NewTextPart(string(piece))), true); err != nil {
			p.stop(err)
			return false
		}
		p.told, p.count = p.told+len(piece), p.count+1
	}
	return text
}

// textBefore returns what may be told of an output: not its last line feed, which may
// be the final one, nor a character of which bytes are missing. It reports whether it
// has been text so far.
func textBefore(b []byte) (piece []byte, text bool) {
	if !utf8.Valid(b) {
		for back := 1; back < utf8.UTFMax && back <= len(b); back++ {
			if tail := b[len(b)-back:]; utf8.RuneStart(tail[0]) && !utf8.FullRune(tail) {
				b = b[:len(b)-back]
				break
			}
		}
	}
	if !utf8.Valid(b) {
		return nil, false
	}
	return bytes.TrimSuffix(b, []byte("\n")), true
}

func (p *pieces) artifact(part *a2a.Part) *a2a.Artifact {
	return &a2a.Artifact{ID: p.id, Name: "output", Parts: a2a.ContentParts{part}}
}

// end waits until nothing more is told.
func (p *pieces) end() {
	close(p.done)
	p.following.Wait()
}

// rest tells what has not been told yet of an answer that is complete.
func (p *pieces) rest() error {
	left := p.out.since(p.told)
	switch {
	case !utf8.Valid(left):
		return p.emit(p.artifact(a2a.NewRawPart(left)), false)
	case p.told > 0 && len(bytes.TrimSuffix(left, []byte("\n"))) == 0:
		return nil
	}
	return p.emit(p.artifact(a2a.NewTextPart(string(bytes.TrimSuffix(left, []byte("\n"))))), false)
}
