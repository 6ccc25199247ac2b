package replay

import (
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"os"
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/getbindu/bindu-go/internal/safefile"
)

// DirName is the directory inside the agent's in which all is remembered.
const DirName = "replay"

const (
	stateFile  = "state"
	stateLimit = 256 << 10
	// stateVersion changes with the format of any file here, and with what a
	// fingerprint is made of: a store that reads another version recovers.
	// Version 1 is read too: it had no marks, and its horizon covered all.
	stateVersion = 2
	fileMode     = 0o600
	maxJournals  = 64
)

// errState: the state file cannot be relied on.
var errState = errors.New("damaged state")

// state is what must survive a loss of power. It is replaced atomically and on
// stable storage before anything is admitted on its ground.
type state struct {
	Version int `json:"version"`
	// Boot names the run of the kernel that holds what was appended.
	Boot string `json:"boot"`
	// Complete: whatever was admitted and signed later is in Segments.
	Complete int64 `json:"complete"`
	// Horizon: whatever was admitted and signed later is on stable storage, in
	// a segment that is synced or in the file of a segment that is ahead.
	Horizon int64 `json:"horizon"`
	// Segments are in ascending order of their ids.
	Segments []segmentRef `json:"segments"`
}

type segmentRef struct {
	ID       uint64 `json:"id"`
	Journals int    `json:"journals"`
	// Ahead: there is a file of requests signed after the horizon, each of
	// which was on stable storage before it was admitted.
	Ahead bool `json:"ahead,omitzero"`
	// Synced: the whole segment is on stable storage, and complete.
	Synced bool `json:"synced,omitzero"`
	// Mark is that of its first file: a copy has another ([safefile.Mark]).
	Mark string `json:"mark,omitzero"`
}

// readState returns [errState] for a file that is not what writeState makes,
// and otherwise the errors of [safefile.Dir.ReadFile].
func readState(dir *safefile.Dir) (state, error) {
	data, err := dir.ReadFile(stateFile, fileMode, stateLimit)
	if err != nil {
		return state{}, err
	}
	return parseState(data)
}

// parseState reads a line of JSON and a line with its checksum.
func parseState(data []byte) (state, error) {
	line, _, _ := bytes.Cut(data, []byte{'\n'})
	if !bytes.Equal(data, seal(line)) {
		return state{}, fmt.Errorf("%w: checksum", errState)
	}
	var st state
	if err := json.Unmarshal(line, &st, json.RejectUnknownMembers(true)); err != nil {
		return state{}, fmt.Errorf("%w: %w", errState, err)
	}
	if st.Version < 1 || st.Version > stateVersion || st.Horizon < st.Complete {
		return state{}, fmt.Errorf("%w: version %d, complete to %d, horizon %d", errState, st.Version, st.Complete, st.Horizon)
	}
	last := uint64(0)
	for _, ref := range st.Segments {
		if ref.ID <= last || ref.Journals < 1 || ref.Journals > maxJournals {
			return state{}, fmt.Errorf("%w: segment %d after %d", errState, ref.ID, last)
		}
		if marked := ref.Mark != ""; marked != (st.Version > 1) || st.Version == 1 && (ref.Ahead || ref.Synced) {
			return state{}, fmt.Errorf("%w: segment %d is not of version %d", errState, ref.ID, st.Version)
		}
		last = ref.ID
	}
	return st, nil
}

// Check looks whether [Open] would refuse what is in a directory, and changes
// nothing. What is merely damaged it does not refuse. Errors: those of Open.
func Check(dir *safefile.Dir) error {
	sub, err := dir.ReadSubdir(DirName)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	st, err := readState(sub)
	for _, ref := range st.Segments {
		for _, name := range ref.files() {
			f, unusable := sub.Open(name, fileMode)
			if unusable == nil {
				unusable = f.Close()
			}
			err = errors.Join(err, unusable)
		}
	}
	if isUnsafe(err) {
		return err
	}
	return nil
}

// Kept reports whether a directory has a memory, which may know of what was admitted. Errors:
// those of [safefile.Dir].
func Kept(dir *safefile.Dir) (bool, error) {
	sub, err := dir.ReadSubdir(DirName)
	if err == nil {
		_, err = sub.ReadFile(stateFile, fileMode, stateLimit)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// Forget makes a directory one whose memory is lost: what was admitted is remembered
// elsewhere from now on. [Open] refuses all that may have been admitted by then. Errors:
// those of [safefile.Dir].
func Forget(dir *safefile.Dir) error {
	if kept, err := Kept(dir); err != nil || !kept {
		return err
	}
	sub, err := dir.Subdir(DirName) // which can be written
	if err != nil {
		return err
	}
	return sub.Remove(stateFile)
}

func writeState(dir *safefile.Dir, st state) error {
	st.Version = stateVersion
	line, err := json.Marshal(st)
	if err != nil {
		return err
	}
	return dir.WriteFile(stateFile, seal(line), fileMode)
}

func seal(line []byte) []byte {
	return fmt.Appendf(nil, "%s\n%08x\n", line, crc32.Checksum(line, castagnoli))
}

// bootID names this run of the kernel, "" where that cannot be told: then
// every start counts as one after a loss of power.
func bootID() string {
	b, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(b))
}
