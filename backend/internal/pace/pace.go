// Package pace hands on what a backend makes a piece at a time: at once where pieces are
// few, and together where they are many, so that a text that comes word by word is not
// signed and stored word by word.
package pace

import (
	"strings"
	"sync"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/task"
)

const (
	// every is the shortest time between two pieces of one text.
	every = 20 * time.Millisecond
	// slower is after how many pieces that time doubles, so that there are few enough of
	// them however long a text is.
	slower = 256
	// longest is how often it doubles.
	longest = 10
)

// Pieces hands artifacts and their parts on to emit, in order. A text that goes on is held
// for a moment. All methods may be called at once; End must be, at the end.
type Pieces struct {
	emit task.Emit
	stop func(error) // told that emit refused what was held

	mu      sync.Mutex
	held    *a2a.Artifact // whose text is held, nil for nothing
	text    strings.Builder
	timer   *time.Timer
	last    time.Time // when a piece of a text was handed on
	count   int
	err     error
	stopped bool
}

// New returns pieces that are handed to emit. stop is called, from any goroutine, when
// that refuses one.
func New(emit task.Emit, stop func(error)) *Pieces { return &Pieces{emit: emit, stop: stop} }

// Tell hands on an artifact or further parts of one, as [task.Emit] takes them. Its error
// is the first of emit.
func (p *Pieces) Tell(a *a2a.Artifact, more bool) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	text, plain := plainText(a)
	switch {
	case p.err != nil:
		return p.err
	case plain && more && p.held != nil && p.held.ID == a.ID:
		p.text.WriteString(text)
		return nil
	}
	if p.flush(); p.err == nil && plain && more && a.ID != "" {
		p.hold(a, text)
	} else if p.err == nil {
		p.refused(p.emit(a, more))
	}
	return p.err
}

// plainText returns the text of an artifact that has nothing else in its parts.
func plainText(a *a2a.Artifact) (string, bool) {
	if a == nil || len(a.Parts) != 1 || a.Parts[0] == nil {
		return "", false
	}
	p := a.Parts[0]
	text, ok := p.Content.(a2a.Text)
	return string(text), ok && len(p.Metadata) == 0 && p.Filename == "" && p.MediaType == ""
}

// hold keeps a text until its time, which may be now.
func (p *Pieces) hold(a *a2a.Artifact, text string) {
	first := *a
	p.held = &first
	p.text.WriteString(text)
	wait := every << min(p.count/slower, longest)
	if since := time.Since(p.last); since >= wait {
		p.flush()
		return
	} else if p.timer == nil {
		p.timer = time.AfterFunc(wait-since, p.due)
	} else {
		p.timer.Reset(wait - since)
	}
}

// due hands on what is held when its time has come.
func (p *Pieces) due() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.stopped && p.err == nil {
		p.flush()
	}
}

func (p *Pieces) flush() {
	if p.held == nil {
		return
	}
	a := p.held
	a.Parts = a2a.ContentParts{a2a.NewTextPart(p.text.String())}
	p.held = nil
	p.text.Reset()
	p.count, p.last = p.count+1, time.Now()
	p.refused(p.emit(a, true))
}

func (p *Pieces) refused(err error) {
	if err != nil && p.err == nil {
		p.err = err
		p.stop(err)
	}
}

// End hands on what is held. Nothing is handed on after it.
func (p *Pieces) End() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.timer != nil {
		p.timer.Stop()
	}
	if !p.stopped && p.err == nil {
		p.flush()
	}
	p.stopped = true
	return p.err
}
