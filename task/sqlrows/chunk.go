package sqlrows

import (
	"context"
	"database/sql"
	"encoding/json"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/internal/freeform"
	"github.com/getbindu/bindu-go/task"
)

// Append implements [task.Store]. The task's time stays as it is: an index less
// to write, and lists are ordered by changes of state.
func (s *Store) Append(ctx context.Context, owner, id string, c task.Chunk) error {
	body, err := json.Marshal(c.Artifact) // before others have to wait
	if err != nil {
		return err
	}
	return s.changeWithRoom(ctx, owner, id, c.MakeRoom, func(ctx context.Context, tx *sql.Tx) error {
		h, err := s.lock(ctx, tx, owner, id)
		if err != nil {
			return err
		}
		if err := h.allows(c.Run, c.Fence); err != nil {
			return err
		}
		if c.Run == "" || isAtRest(h.state) {
			return task.ErrSuperseded
		}
		if err := s.charge(ctx, tx, h.owner, 0, len(body), 0, c.MaxBytes); err != nil {
			return err
		}
		h.seq++
		if _, err := tx.StmtContext(ctx, s.stmt.InsertChunk).ExecContext(ctx, h.n, h.seq, c.Run, c.At.UnixMilli(), chunkEdges(c), string(body)); err != nil {
			return err
		}
		_, err = tx.StmtContext(ctx, s.stmt.Advance).ExecContext(ctx, h.seq, len(body), h.n)
		return err
	})
}

// What edges says of a chunk.
const (
	firstChunk = 1 << iota
	lastChunk
)

func chunkEdges(c task.Chunk) (edges int64) {
	if c.First {
		edges |= firstChunk
	}
	if c.Last {
		edges |= lastChunk
	}
	return edges
}

// compact turns the chunks of a task that comes to rest into artifacts, and drops
// the states it went through. It returns by how much the task became larger.
func (s *Store) compact(ctx context.Context, tx *sql.Tx, h *head, to change) (size int, err error) {
	if h.seq == h.messages+h.artifacts {
		return 0, nil // each of its events is one of these: no chunks, no states
	}
	chunks, err := s.chunksOf(ctx, tx, h)
	if err != nil {
		return 0, err
	}
	for _, drop := range []*sql.Stmt{s.stmt.DropStates, s.stmt.DropChunks} {
		if _, err := tx.StmtContext(ctx, drop).ExecContext(ctx, h.n); err != nil {
			return 0, err
		}
	}
	for _, c := range chunks {
		if c.run == to.Run {
			c.whole = to.whole[c.parts[0].ID]
		}
		grown, err := s.keepChunks(ctx, tx, h, c, to.At.UnixMilli())
		if err != nil {
			return 0, err
		}
		size += grown
	}
	return size, s.charge(ctx, tx, h.owner, 0, size, 0, 0)
}

// chunked are the chunks of one artifact.
type chunked struct {
	run   string
	last  int64 // the number of the last one
	size  int
	parts []*a2a.Artifact
	whole string // what they make, as JSON; "" if it was not handed in
}

// chunksOf returns the chunks of a task by artifact.
func (s *Store) chunksOf(ctx context.Context, tx *sql.Tx, h *head) (all []*chunked, err error) {
	rows, err := tx.StmtContext(ctx, s.stmt.RunChunks).QueryContext(ctx, h.n)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	type key struct {
		run string
		id  a2a.ArtifactID
	}
	known := make(map[key]*chunked)
	for rows.Next() {
		var seq int64
		var run string
		var body sql.RawBytes
		if err := rows.Scan(&seq, &run, &body); err != nil {
			return nil, err
		}
		part := new(a2a.Artifact)
		if err := freeform.Unmarshal(body, part); err != nil {
			return nil, err
		}
		c := known[key{run, part.ID}]
		if c == nil {
			c = &chunked{run: run}
			known[key{run, part.ID}] = c
			all = append(all, c)
		}
		c.last, c.size, c.parts = seq, c.size+len(body), append(c.parts, part)
	}
	return all, rows.Err()
}

// keepChunks stores an artifact in place of its chunks. It has the number of the
// last one: who read that has read all of it.
func (s *Store) keepChunks(ctx context.Context, tx *sql.Tx, h *head, c *chunked, at int64) (grown int, err error) {
	body := c.whole
	if body == "" {
		joined, err := json.Marshal(task.JoinChunks(c.parts)[0])
		if err != nil {
			return 0, err
		}
		body = string(joined)
	}
	h.artifacts++
	e := entry{kind: task.EventArtifact, run: c.run, at: at, place: number(h.artifacts - 1), body: text(body)}
	return len(body) - c.size, s.insertEvent(ctx, tx, h, c.last, e)
}
