package tasktest

import (
	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/task"
)

// begin stores a message and returns the run that it began.
func (f *fixture) begin(s task.Submission) *run {
	f.t.Helper()
	out, err := f.store.Submit(f.ctx(), s)
	if err != nil {
		f.t.Fatalf("Submit: %v", err)
	}
	return &run{f: f, owner: s.Owner, task: string(out.Task.ID), id: s.Run, fence: out.Fence}
}

// run is what writes to a task.
type run struct {
	f         *fixture
	owner, id string
	task      string
	fence     int64
}

func (r *run) transition(t task.Transition) task.Transition {
	t.Run, t.Fence = r.id, r.fence
	if t.At.IsZero() {
		t.At = epoch
	}
	return t
}

func (r *run) move(t task.Transition) {
	r.f.t.Helper()
	r.f.move(r.owner, r.task, r.transition(t))
}

func (r *run) chunk(id, text string) task.Chunk {
	return task.Chunk{Run: r.id, Fence: r.fence, Artifact: artifact(id, text), At: epoch, MaxBytes: 1 << 20}
}

func (r *run) append(id, text string) {
	r.f.t.Helper()
	if err := r.f.store.Append(r.f.ctx(), r.owner, r.task, r.chunk(id, text)); err != nil {
		r.f.t.Fatalf("Append: %v", err)
	}
}

func artifact(id, text string) *a2a.Artifact {
	return &a2a.Artifact{ID: a2a.ArtifactID(id), Name: "n", Parts: a2a.ContentParts{a2a.NewTextPart(text)}}
}
