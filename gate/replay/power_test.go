package replay

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/getbindu/bindu-go/gate"
	"github.com/getbindu/bindu-go/internal/loadscale"
	"github.com/getbindu/bindu-go/internal/safefile"
)

var errPower = errors.New("the power is off")

// power is a disk that knows what of it is on stable storage: of a file what
// was there at its last Sync, of a directory the names at its last SyncDir.
// Before operation off it is switched off.
type power struct {
	safefile.FS
	mu         sync.Mutex
	count, off int
	now        map[string]*inode // by path
	stable     map[string]*inode
}

type inode struct {
	data   []byte
	synced int
}

func newPower() *power {
	return &power{FS: safefile.OS(), off: math.MaxInt, now: map[string]*inode{}, stable: map[string]*inode{}}
}

// step counts an operation that changes something.
func (p *power) step(do func()) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.count++
	if p.count >= p.off {
		return errPower
	}
	do()
	return nil
}

func (p *power) OpenFile(name string, flag int, perm fs.FileMode) (safefile.File, error) {
	if flag&os.O_CREATE != 0 {
		if err := p.step(func() { p.now[name] = &inode{} }); err != nil {
			return nil, err
		}
	}
	f, err := p.FS.OpenFile(name, flag, perm)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return poweredFile{f, p, p.now[name]}, nil
}

func (p *power) Rename(from, to string) error {
	if err := p.step(func() { p.now[to] = p.now[from]; delete(p.now, from) }); err != nil {
		return err
	}
	return p.FS.Rename(from, to)
}

func (p *power) Remove(name string) error {
	if err := p.step(func() { delete(p.now, name) }); err != nil {
		return err
	}
	return p.FS.Remove(name)
}

func (p *power) SyncDir(dir string) error {
	return p.step(func() {
		for _, names := range []map[string]*inode{p.stable, p.now} {
			for name := range names {
				if filepath.Dir(name) != dir {
					continue
				}
				if file, there := p.now[name]; there {
					p.stable[name] = file
				} else {
					delete(p.stable, name)
				}
			}
		}
	})
}

type poweredFile struct {
	safefile.File
	disk  *power
	inode *inode
}

func (f poweredFile) Write(b []byte) (int, error) {
	if err := f.disk.step(func() { f.inode.data = append(f.inode.data, b...) }); err != nil {
		return 0, err
	}
	return f.File.Write(b)
}

func (f poweredFile) Sync() error {
	return f.disk.step(func() { f.inode.synced = len(f.inode.data) })
}

// knows reports whether r is on stable storage, in the file that is ahead.
func (p *power) knows(t *testing.T, dir *safefile.Dir, st state, r record) (found bool) {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, ref := range st.Segments {
		file := p.stable[filepath.Join(dir.Path(), ref.aheadFile())]
		if !ref.Ahead || file == nil {
			continue
		}
		err := readJournal(strings.NewReader(string(file.data[:file.synced])), ref.ID, aheadJournal, func(got record) {
			found = found || got == r
		})
		if err != nil {
			t.Error(err)
		}
	}
	return found
}

// lose leaves on the real disk what a machine finds there that lost its power:
// what is stable and of the rest nothing, all, a part, or a part as zeros.
func (p *power) lose(t *testing.T) {
	t.Helper()
	p.loseAll(t, func() int { return rand.IntN(4) })
}

// loseAll does so with what chosen says: 0 for all of the rest, 1 for a part, 2 for
// zeros, 3 for nothing. It changes the files in place, since copies would be recognised.
func (p *power) loseAll(t *testing.T, chosen func() int) {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	for name := range p.now {
		if p.stable[name] == nil {
			if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
				t.Fatal(err)
			}
		}
	}
	for name, file := range p.stable {
		data := file.data[:file.synced:file.synced]
		if rest := file.data[file.synced:]; len(rest) > 0 {
			part := rand.IntN(len(rest) + 1)
			switch chosen() {
			case 0:
				data = append(data, rest...)
			case 1:
				data = append(data, rest[:part]...)
			case 2:
				data = append(data, make([]byte, part)...)
			}
		}
		if err := os.WriteFile(name, data, fileMode); err != nil {
			t.Fatal(err)
		}
	}
}

// A stop leaves nothing to the kernel: all that was admitted is known, although the
// machine then loses whatever is not on stable storage.
func TestHostile175AStopIsOnStableStorage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		disk := newPower()
		path := newDir(t, nil).Path()
		s := open(t, openDir(t, path, disk), Config{BootID: "one"})
		time.Sleep(1000 * time.Second)
		all := admit(t, s, "k", 50, 0, window, -17*time.Second)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		disk.loseAll(t, func() int { return 3 })
		s = open(t, openDir(t, path, nil), Config{BootID: "two"})
		if until, recovering := s.Recovering(); recovering {
			t.Errorf("recovering until %v", until)
		}
		for _, a := range all {
			expect(t, a.key, a.again(s), gate.ErrReplayed)
		}
	})
}

// TestHostile175PowerFailsAtAnyMoment switches the machine off before an
// operation of a life in which callers sign up to a window ahead. Nothing is
// ever admitted twice, and nobody waits for longer than a minute and a second.
func TestHostile175PowerFailsAtAnyMoment(t *testing.T) {
	total := 0
	synctest.Test(t, func(t *testing.T) {
		disk := newPower()
		life(t, openDir(t, newDir(t, nil).Path(), disk))
		total = disk.count
	})
	step := max(1, total/loadscale.Size(t, 50, total/2))
	lives, admissions, replayed := 0, 0, 0
	for at := 1 + rand.IntN(step); at <= total+1; at += step {
		synctest.Test(t, func(t *testing.T) {
			all, known := loseAt(t, at)
			admissions, replayed = admissions+all, replayed+known
		})
		lives++
	}
	t.Logf("%d lives of %d operations: %d requests were admitted, %d of them are known after the loss", lives, total, admissions, replayed)
}

func loseAt(t *testing.T, at int) (admissions, known int) {
	disk := newPower()
	dir := openDir(t, newDir(t, nil).Path(), disk)
	disk.off = at
	all, lost := lifeUntilPowerFails(t, dir, disk)
	disk.lose(t)
	for _, boot := range []string{"after the loss", "after the next loss"} {
		s, err := Open(openDir(t, dir.Path(), nil), sized(Config{BootID: boot, Fresh: len(all) == 0}))
		if err != nil {
			t.Fatalf("before operation %d: %v", at, err)
		}
		for _, a := range all {
			switch err := a.again(s); {
			case err == nil:
				t.Fatalf("before operation %d: %s of %s was admitted twice", at, a.key, a.owner)
			case errors.Is(err, gate.ErrReplayed):
				known++
			}
		}
		until, recovering := s.Recovering()
		if wait := until.Sub(lost); recovering && wait > (horizonAhead+1)*time.Second && len(all) > 0 {
			t.Errorf("before operation %d: everybody waits until %v after the loss", at, wait)
		}
		s.crash()
	}
	return len(all), known
}

// lifeUntilPowerFails also tells when the power failed.
func lifeUntilPowerFails(t *testing.T, dir *safefile.Dir, disk *power) (all []admitted, lost time.Time) {
	for run := range 3 {
		s, err := Open(dir, sized(Config{Fresh: run == 0, BootID: "this boot"}))
		if err != nil {
			break
		}
		for round := range rounds {
			for i := range owners {
				a := admitted{name(t, fmt.Sprint(i)), fmt.Sprint(run, "-", round), expiryOf(time.Now().Add(time.Duration(i*100-20) * time.Second))}
				if a.again(s) == nil {
					all = append(all, a)
				}
			}
			if disk.isOff() {
				break
			}
			time.Sleep(97 * time.Second)
			synctest.Wait()
		}
		if run == 1 {
			s.Close()
		} else {
			s.crash()
		}
		if disk.isOff() {
			break
		}
	}
	return all, time.Now()
}

func (p *power) isOff() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.count >= p.off
}
