package task

import (
	"github.com/a2aproject/a2a-go/v2/a2a"
)

// piece is what an execution made and the store has not been told yet.
type piece struct {
	artifact    *a2a.Artifact
	first, last bool
	taken       bool // somebody tells it now
}

// queue adds what was made to what is to be told. What waits already and is of the
// same artifact takes it in: a slow store makes pieces larger, not more.
func (o *output) queue(a *a2a.Artifact, first, last bool) {
	if n := len(o.untold); n > 0 {
		if p := o.untold[n-1]; !p.taken && !p.last && p.artifact.ID == a.ID {
			p.artifact.Parts, p.last = append(p.artifact.Parts, a.Parts...), last
			return
		}
	}
	o.untold = append(o.untold, &piece{artifact: a, first: first, last: last})
	select {
	case o.fresh <- struct{}{}:
	default:
	}
}

// next returns the piece to tell now, nil if there is none. It stays the next one
// until told is called.
func (o *output) next() *piece {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.untold) == 0 {
		return nil
	}
	o.untold[0].taken = true
	return o.untold[0]
}

// told drops the piece that next returned.
func (o *output) told() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.untold = o.untold[1:]
}

// isBehind reports whether something is untold.
func (o *output) isBehind() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.untold) > 0
}

// rest splits what was made into the pieces that are still to be told of artifacts
// of which some were, what those artifacts are as a whole, and the artifacts of which
// none were.
func (o *output) rest() (pieces []*piece, told, whole []*a2a.Artifact) {
	o.mu.Lock()
	defer o.mu.Unlock()
	untold := make(map[a2a.ArtifactID]bool)
	for _, p := range o.untold {
		switch {
		case p.first:
			untold[p.artifact.ID] = true
		case !untold[p.artifact.ID]:
			pieces = append(pieces, p)
		}
	}
	for _, a := range o.artifacts {
		if untold[a.ID] {
			whole = append(whole, a)
		} else {
			told = append(told, a)
		}
	}
	return pieces, told, whole
}
