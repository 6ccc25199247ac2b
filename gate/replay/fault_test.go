package replay

import (
	"fmt"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/getbindu/bindu-go/internal/safefile"
)

// faults is a disk that fails: operations first to last, counted from one.
type faults struct {
	safefile.FS
	mu          sync.Mutex
	count       int
	first, last int
	writesOnly  bool
	err         error
}

func newFaults() *faults { return &faults{FS: safefile.OS(), first: math.MaxInt} }

// fail makes the operations from now on fail until the disk is repaired.
func (f *faults) fail(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.first, f.last, f.err = 0, math.MaxInt, err
}

func (f *faults) repair() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.first = math.MaxInt
}

// read and write say whether the next operation fails.
func (f *faults) read() error {
	if f.writesOnly {
		return nil
	}
	return f.write()
}

func (f *faults) write() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.count++
	if f.first <= f.count && f.count <= f.last {
		return f.err
	}
	return nil
}

func (f *faults) OpenFile(name string, flag int, perm fs.FileMode) (safefile.File, error) {
	next := f.read
	if flag&os.O_CREATE != 0 {
		next = f.write
	}
	if err := next(); err != nil {
		return nil, err
	}
	file, err := f.FS.OpenFile(name, flag, perm)
	if err != nil {
		return nil, err
	}
	return faultyFile{file, f}, nil
}

func (f *faults) Lstat(name string) (fs.FileInfo, error) {
	if err := f.read(); err != nil {
		return nil, err
	}
	return f.FS.Lstat(name)
}

func (f *faults) MkdirAll(name string, perm fs.FileMode) error {
	if err := f.write(); err != nil {
		return err
	}
	return f.FS.MkdirAll(name, perm)
}

func (f *faults) Rename(from, to string) error {
	if err := f.write(); err != nil {
		return err
	}
	return f.FS.Rename(from, to)
}

func (f *faults) Remove(name string) error {
	if err := f.write(); err != nil {
		return err
	}
	return f.FS.Remove(name)
}

func (f *faults) SyncDir(name string) error {
	return f.write() // no test switches the machine off: nothing waits for the disk
}

func (f *faults) ReadDirNames(name string) ([]string, error) {
	if err := f.read(); err != nil {
		return nil, err
	}
	return f.FS.ReadDirNames(name)
}

type faultyFile struct {
	safefile.File
	fs *faults
}

func (f faultyFile) Read(p []byte) (int, error) {
	if err := f.fs.read(); err != nil {
		return 0, err
	}
	return f.File.Read(p)
}

// Write fails after a part, as a full disk does.
func (f faultyFile) Write(p []byte) (int, error) {
	if err := f.fs.write(); err != nil {
		n, _ := f.File.Write(p[:len(p)/2])
		return n, err
	}
	return f.File.Write(p)
}

func (f faultyFile) Sync() error {
	return f.fs.write()
}

func (f faultyFile) Stat() (fs.FileInfo, error) {
	if err := f.fs.read(); err != nil {
		return nil, err
	}
	return f.File.Stat()
}

// Close fails after it closed.
func (f faultyFile) Close() error {
	err := f.File.Close()
	if fault := f.fs.write(); fault != nil {
		return fault
	}
	return err
}

var diskErrors = []error{syscall.ENOSPC, syscall.EIO, syscall.EROFS}

func TestHostile135FullDiskRefusesAndRecovers(t *testing.T) {
	for _, fault := range diskErrors {
		t.Run(fault.Error(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				disk := newFaults()
				dir := newDir(t, disk)
				s := open(t, dir, Config{})
				before := admit(t, s, "before", 50)
				disk.fail(fault)
				var refused []admitted
				for range 100 {
					for i := range 16 {
						a := admitted{name(t, fmt.Sprint(i)), fmt.Sprint("refused", time.Now().Unix()), expiryOf(time.Now())}
						expect(t, "on a broken disk", a.again(s), ErrUnavailable)
						expect(t, "the cause", a.again(s), fault)
						refused = append(refused, a)
					}
					time.Sleep(time.Second)
				}
				expect(t, "Err", s.Err(), fault)
				expectReplayed(t, "a replay on a broken disk", s, before)
				disk.repair()
				time.Sleep(tickInterval)
				synctest.Wait()
				expect(t, "Err when repaired", s.Err(), nil)
				for _, a := range refused {
					expect(t, "what was refused, sent again", a.again(s), nil)
				}
				s.crash()
				s = open(t, dir, Config{})
				expectReplayed(t, "before", s, before)
				expectReplayed(t, "after", s, refused)
			})
		})
	}
}

func TestOpenOnAFullDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		disk := newFaults()
		dir := newDir(t, disk)
		s := open(t, dir, Config{})
		before := admit(t, s, "before", 50)
		s.crash()
		disk.writesOnly = true
		disk.fail(syscall.ENOSPC)
		s = open(t, dir, Config{})
		expect(t, "Err", s.Err(), syscall.ENOSPC)
		expectReplayed(t, "before", s, before)
		expect(t, "new", s.Use(t.Context(), name(t, "a"), "new", expiryOf(time.Now())), ErrUnavailable)
		disk.repair()
		time.Sleep(tickInterval)
		synctest.Wait()
		expect(t, "repaired", s.Use(t.Context(), name(t, "a"), "new", expiryOf(time.Now())), nil)
	})
}

// life is what a store goes through; it returns what was admitted.
func life(t *testing.T, dir *safefile.Dir) (all []admitted) {
	for run := range 2 {
		s, err := Open(dir, sized(Config{Fresh: run == 0, BootID: "this boot"}))
		if err != nil {
			continue
		}
		for round := range rounds {
			for i := range owners {
				a := admitted{name(t, fmt.Sprint(i)), fmt.Sprint(run, "-", round), expiryOf(time.Now().Add(time.Duration(i*70) * time.Second))}
				if a.again(s) == nil {
					all = append(all, a)
				}
			}
			time.Sleep(170 * time.Second)
			synctest.Wait()
		}
		if run == 0 {
			s.crash()
		} else {
			s.Close()
		}
	}
	return all
}

const rounds, owners = 3, 4

// TestEveryOperationFails lets operations of a life fail, one alone, some in a
// row or all that follow: nothing is ever admitted twice. Each run of the test
// takes every third one, beginning somewhere else.
func TestEveryOperationFails(t *testing.T) {
	total := 0
	synctest.Test(t, func(t *testing.T) {
		disk := newFaults()
		life(t, openDir(t, newDir(t, nil).Path(), disk))
		total = disk.count
	})
	step := 3
	if testing.Short() {
		step = 31
	}
	admissions, lives := 0, 0
	for at := 1 + rand.IntN(step); at <= total; at += step {
		last := [...]int{at, at + 30, math.MaxInt}[lives%3]
		synctest.Test(t, func(t *testing.T) { admissions += checkLife(t, at, last) })
		lives++
	}
	t.Logf("%d lives of %d operations: %d of %d requests were admitted", lives, total, admissions, lives*2*rounds*owners)
}

// checkLife returns how many requests were admitted in a life with faults.
func checkLife(t *testing.T, first, last int) int {
	dir, disk := newDir(t, nil), newFaults()
	faulty := openDir(t, dir.Path(), disk)
	disk.count, disk.first, disk.last, disk.err = 0, first, last, diskErrors[first%len(diskErrors)]
	all := life(t, faulty)
	s, err := Open(dir, sized(Config{BootID: "this boot"}))
	if err != nil {
		t.Fatalf("operations %d to %d: %v", first, last, err)
	}
	defer s.Close()
	for _, a := range all {
		if a.again(s) == nil {
			t.Fatalf("operations %d to %d failed: %s of %s was admitted twice", first, last, a.key, a.owner)
		}
	}
	if left, _ := files(t, dir); len(left) > 8*journals {
		t.Fatalf("operations %d to %d failed: %d files are left", first, last, len(left))
	}
	return len(all)
}
