package keymemory

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/safefile"
)

// File is the name of the memory in the agent's directory.
const File = "remembered_keys.jsonl"

const (
	fileMode fs.FileMode = 0o600
	// fileLimit is far more than the most DIDs that the settings allow take.
	fileLimit = 2 << 30
)

// record is a line of the file. It names a key or says that there is none any more.
type record struct {
	DID       string    `json:"did"`
	Key       string    `json:"public_key,omitempty"` // base58
	Since     time.Time `json:"since"`
	Accepted  bool      `json:"accepted,omitzero"`
	Forgotten bool      `json:"forgotten,omitzero"`
}

func (e Entry) record() record {
	return record{DID: e.DID.String(), Key: did.EncodePublicKey(e.Key), Since: e.Since, Accepted: e.Accepted}
}

// line is the record as it is written.
func (r record) line() ([]byte, error) {
	r.Since = r.Since.UTC().Truncate(time.Second)
	data, err := json.Marshal(r)
	return append(data, '\n'), err
}

var errRecord = errors.New("not a remembered key")

// parse reads one line, without its end. Forgotten entries have no key.
func parse(line []byte) (Entry, error) {
	var r record
	if err := json.Unmarshal(line, &r, json.RejectUnknownMembers(true)); err != nil {
		return Entry{}, errRecord
	}
	d, err := did.Parse(r.DID)
	if err != nil {
		return Entry{}, fmt.Errorf("%w: %w", errRecord, err)
	}
	e := Entry{DID: d, Since: r.Since, Accepted: r.Accepted}
	if r.Forgotten {
		if r.Key != "" || r.Accepted {
			return Entry{}, errRecord
		}
		return e, nil
	}
	if e.Key, err = did.DecodeSeenKey(r.Key); err != nil { // compared only: a start reads them all
		return Entry{}, fmt.Errorf("%w: %w", errRecord, err)
	}
	return e, nil
}

// parseAll reads a whole file. What stands behind the last end of a line was
// being written when the machine stopped, and was never counted with. tidy
// tells that every line is one that counts.
func parseAll(data []byte) (found map[did.DID]Entry, tidy bool, err error) {
	found = make(map[did.DID]Entry, bytes.Count(data, []byte{'\n'}))
	number := 0
	for len(data) > 0 {
		line, rest, ended := bytes.Cut(data, []byte{'\n'})
		if !ended {
			return found, false, nil
		}
		number++
		e, err := parse(line)
		if err != nil {
			return nil, false, fmt.Errorf("%w (line %d: %w)", ErrCorrupt, number, err)
		}
		if e.Key == nil {
			delete(found, e.DID)
		} else {
			found[e.DID] = e
		}
		data = rest
	}
	return found, number == len(found), nil
}

func read(dir *safefile.Dir) (found map[did.DID]Entry, tidy bool, err error) {
	data, err := dir.ReadFile(File, fileMode, fileLimit)
	if errors.Is(err, fs.ErrNotExist) {
		return make(map[did.DID]Entry), true, nil
	}
	if err != nil {
		return nil, false, err
	}
	return parseAll(data)
}

// Read returns what is remembered in a directory, in the order of the DIDs. It
// changes nothing and may be called while an agent runs there. Errors:
// [ErrCorrupt], those of [safefile.Dir.ReadFile].
func Read(dir *safefile.Dir) ([]Entry, error) {
	found, _, err := read(dir)
	return sorted(found), err
}

// Check looks whether [Open] would take what is in a directory, and changes
// nothing. Errors: those of Open.
func Check(dir *safefile.Dir) error {
	_, _, err := read(dir)
	if _, unusable := dir.ReadSubdir(RequestsDir); !errors.Is(unusable, fs.ErrNotExist) {
		err = errors.Join(err, unusable)
	}
	return err
}

func sorted(entries map[did.DID]Entry) []Entry {
	return slices.SortedFunc(maps.Values(entries), func(a, b Entry) int {
		return strings.Compare(a.DID.String(), b.DID.String())
	})
}

// write appends a record and waits until it is on stable storage; m.writer is held.
func (m *Memory) write(r record) error {
	line, err := r.line()
	if err != nil {
		return err
	}
	if m.file == nil { // the last write failed and may have left half a line
		if err = m.reopen(); err != nil {
			return m.wrote(err)
		}
	}
	n, err := m.file.Write(line)
	if err == nil && n < len(line) {
		err = io.ErrShortWrite
	}
	if err == nil {
		err = m.file.Sync()
	}
	if err != nil {
		err = errors.Join(err, m.file.Close())
		m.file = nil
	}
	return m.wrote(err)
}

func (m *Memory) wrote(err error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.err = err; err != nil {
		return fmt.Errorf("write %s: %w", File, err)
	}
	return nil
}

// reopen writes the file anew from what counts; m.writer is held.
func (m *Memory) reopen() error {
	m.mu.RLock()
	entries := maps.Clone(m.entries)
	m.mu.RUnlock()
	err := m.rewrite(entries)
	if err == nil {
		m.file, err = m.dir.OpenLog(File, fileMode)
	}
	return err
}

func (m *Memory) rewrite(entries map[did.DID]Entry) error {
	var b bytes.Buffer
	for _, e := range sorted(entries) {
		line, err := e.record().line()
		if err != nil {
			return err
		}
		b.Write(line)
	}
	return m.dir.WriteFile(File, b.Bytes(), fileMode)
}
