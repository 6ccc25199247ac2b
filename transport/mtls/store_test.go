package mtls_test

import (
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/safefile"
	"github.com/getbindu/bindu-go/internal/stepcatest"
	"github.com/getbindu/bindu-go/transport/mtls"
)

func openDir(t testing.TB, path string, fsys safefile.FS) *safefile.Dir {
	t.Helper()
	dir, err := safefile.OpenDir(path, fsys)
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func storeAt(t testing.TB, path string) *mtls.DirStore {
	t.Helper()
	return mtls.NewDirStore(openDir(t, path, nil), nil)
}

func newDirPath(t testing.TB) string { return filepath.Join(t.TempDir(), ".bindu") }

func mustSave(t testing.TB, store *mtls.DirStore, id *mtls.Identity) {
	t.Helper()
	if err := store.Save(id); err != nil {
		t.Fatal(err)
	}
}

func TestSaveAndLoad(t *testing.T) {
	ca, other := stepcatest.NewCA(t, nil), stepcatest.NewCA(t, nil)
	id := identity(ca, alice)
	id.Roots = append(id.Roots, other.Root)
	path := newDirPath(t)
	mustSave(t, storeAt(t, path), id)
	got, err := storeAt(t, path).Load(alice, issuer)
	if err != nil {
		t.Fatal(err)
	}
	if got.Serial() != id.Serial() || len(got.Certificate.Certificate) != 2 || len(got.Roots) != 2 {
		t.Errorf("serial %s, chain of %d, %d roots", got.Serial(), len(got.Certificate.Certificate), len(got.Roots))
	}
	for name, mode := range map[string]fs.FileMode{"tls_key.pem": 0o600, "tls_cert.pem": 0o644, "ca_bundle.pem": 0o644} {
		info, err := os.Stat(filepath.Join(path, name))
		if err != nil || info.Mode().Perm() != mode {
			t.Errorf("%s: %v, %v; want mode %o", name, info.Mode(), err, mode)
		}
	}
	if names := list(t, path); !slices.Equal(names, []string{"ca_bundle.pem", "tls_cert.pem", "tls_key.pem"}) {
		t.Errorf("files %v", names)
	}
}

func list(t testing.TB, path string) []string {
	t.Helper()
	entries, err := os.ReadDir(path)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// The forms of the reference: PKCS#8, leaf before intermediate.
func TestFileFormats(t *testing.T) {
	ca := stepcatest.NewCA(t, nil)
	id := identity(ca, alice)
	path := newDirPath(t)
	mustSave(t, storeAt(t, path), id)
	block := func(name string) (*pem.Block, []byte) {
		data, err := os.ReadFile(filepath.Join(path, name))
		if err != nil {
			t.Fatal(err)
		}
		b, rest := pem.Decode(data)
		if b == nil || len(b.Headers) != 0 {
			t.Fatalf("%s: %q", name, data)
		}
		return b, rest
	}
	key, _ := block("tls_key.pem")
	if _, err := x509.ParsePKCS8PrivateKey(key.Bytes); key.Type != "PRIVATE KEY" || err != nil {
		t.Errorf("key: %s, %v", key.Type, err)
	}
	leaf, rest := block("tls_cert.pem")
	inter, _ := pem.Decode(rest)
	if string(leaf.Bytes) != string(id.Leaf().Raw) || string(inter.Bytes) != string(ca.Intermediate.Raw) {
		t.Error("certificates are not in order")
	}
	if root, _ := block("ca_bundle.pem"); string(root.Bytes) != string(ca.Root.Raw) {
		t.Error("the bundle is not the root")
	}
}

func TestUnusableFilesAreAMissAndStay(t *testing.T) {
	ca, other := stepcatest.NewCA(t, nil), stepcatest.NewCA(t, nil)
	replace := func(name string, change func([]byte) []byte) func(*testing.T, string) {
		return func(t *testing.T, path string) {
			file := filepath.Join(path, name)
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, change(data), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	constant := func(data []byte) func([]byte) []byte { return func([]byte) []byte { return data } }
	flipAt := func(i int) func([]byte) []byte {
		return func(data []byte) []byte { data[i] ^= 1; return data }
	}
	cut := func(data []byte) []byte { return data[:len(data)/2] }
	foreign := identity(ca, alice)
	tests := map[string]struct {
		id    *mtls.Identity
		spoil func(*testing.T, string)
		want  error
	}{
		"no_key":                 {spoil: remove("tls_key.pem"), want: fs.ErrNotExist},
		"no_certificate":         {spoil: remove("tls_cert.pem"), want: fs.ErrNotExist},
		"no_bundle":              {spoil: remove("ca_bundle.pem"), want: fs.ErrNotExist},
		"empty_key":              {spoil: replace("tls_key.pem", constant(nil))},
		"cut_key":                {spoil: replace("tls_key.pem", cut)},
		"flipped_key":            {spoil: replace("tls_key.pem", flipAt(90))},
		"key_of_another":         {spoil: replace("tls_cert.pem", constant(pemOf(foreign.Leaf(), ca.Intermediate))), want: mtls.ErrKeyMismatch},
		"empty_certificate":      {spoil: replace("tls_cert.pem", constant(nil))},
		"cut_certificate":        {spoil: replace("tls_cert.pem", cut)},
		"flipped_certificate":    {spoil: replace("tls_cert.pem", flipAt(500))},
		"key_as_certificate":     {spoil: replace("tls_cert.pem", constant([]byte("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")))},
		"cut_bundle":             {spoil: replace("ca_bundle.pem", cut)},
		"second_root_cut":        {spoil: replace("ca_bundle.pem", func(d []byte) []byte { return append(d, d[:100]...) })},
		"bundle_of_another_ca":   {spoil: replace("ca_bundle.pem", constant(other.RootsPEM())), want: mtls.ErrUnknownCA},
		"bundle_with_a_leaf":     {spoil: replace("ca_bundle.pem", constant(pemOf(foreign.Leaf()))), want: mtls.ErrBadRoots},
		"huge_bundle":            {spoil: replace("ca_bundle.pem", constant(make([]byte, 3<<20))), want: safefile.ErrTooLarge},
		"certificate_of_another": {id: identity(ca, bob), want: mtls.ErrOtherDID},
		"other_issuer":           {id: &mtls.Identity{Certificate: ca.Issue("https://x.test", alice.String()), Roots: ca.Roots()}, want: mtls.ErrIssuerMismatch},
		"expired":                {id: identity(ca, alice, stepcatest.Expired()), want: mtls.ErrExpired},
		"not_yet_valid":          {id: identity(ca, alice, stepcatest.NotYetValid()), want: mtls.ErrNotYetValid},
		"client_only":            {id: identity(ca, alice, stepcatest.ClientOnly()), want: mtls.ErrBadEKU},
		"rsa_key":                {id: identity(ca, alice, stepcatest.RSA(2048))},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			path := newDirPath(t)
			store := storeAt(t, path)
			if tt.id == nil {
				tt.id = identity(ca, alice)
			}
			mustSave(t, store, tt.id)
			if tt.spoil != nil {
				tt.spoil(t, path)
			}
			before := snapshot(t, path)
			_, err := store.Load(alice, issuer)
			if !errors.Is(err, mtls.ErrNoIdentity) || mtls.Reason(err) != "no_identity" || (tt.want != nil && !errors.Is(err, tt.want)) {
				t.Fatalf("got %v, want %v", err, tt.want)
			}
			if snapshot(t, path) != before {
				t.Error("the files were changed")
			}
			good := identity(ca, alice)
			mustSave(t, store, good)
			if got, err := store.Load(alice, issuer); err != nil || got.Serial() != good.Serial() {
				t.Errorf("after the next Save: %v", err)
			}
		})
	}
}

func remove(name string) func(*testing.T, string) {
	return func(t *testing.T, path string) {
		if err := os.Remove(filepath.Join(path, name)); err != nil {
			t.Fatal(err)
		}
	}
}

func snapshot(t testing.TB, path string) string {
	t.Helper()
	var out strings.Builder
	for _, name := range list(t, path) {
		data, err := os.ReadFile(filepath.Join(path, name))
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&out, "%s %x\n", name, data)
	}
	return out.String()
}

// What others could have read or swapped is not quietly replaced.
func TestUnsafeFilesAreErrors(t *testing.T) {
	ca := stepcatest.NewCA(t, nil)
	link := func(name string) func(*testing.T, string) {
		return func(t *testing.T, path string) {
			file := filepath.Join(path, name)
			if err := os.Rename(file, file+".real"); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink(file+".real", file); err != nil {
				t.Fatal(err)
			}
		}
	}
	chmod := func(name string, mode fs.FileMode) func(*testing.T, string) {
		return func(t *testing.T, path string) {
			if err := os.Chmod(filepath.Join(path, name), mode); err != nil {
				t.Fatal(err)
			}
		}
	}
	stage := func(mode fs.FileMode) func(*testing.T, string) {
		return func(t *testing.T, path string) {
			file := filepath.Join(path, "tls_next.pem")
			if err := os.WriteFile(file, nil, mode); err != nil {
				t.Fatal(err)
			}
		}
	}
	tests := map[string]struct {
		spoil func(*testing.T, string)
		want  error
	}{
		"133_readable_key":            {chmod("tls_key.pem", 0o644), safefile.ErrInsecurePermissions},
		"133_group_readable_key":      {chmod("tls_key.pem", 0o640), safefile.ErrInsecurePermissions},
		"133_writable_certificate":    {chmod("tls_cert.pem", 0o666), safefile.ErrInsecurePermissions},
		"133_writable_bundle":         {chmod("ca_bundle.pem", 0o664), safefile.ErrInsecurePermissions},
		"133_readable_staging":        {stage(0o644), safefile.ErrInsecurePermissions},
		"134_key_is_a_link":           {link("tls_key.pem"), safefile.ErrUnsafePath},
		"134_bundle_is_a_link":        {link("ca_bundle.pem"), safefile.ErrUnsafePath},
		"134_certificate_is_a_folder": {folder("tls_cert.pem"), safefile.ErrUnsafePath},
		"134_staging_is_a_fifo":       {fifo("tls_next.pem"), safefile.ErrUnsafePath},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			path := newDirPath(t)
			store := storeAt(t, path)
			mustSave(t, store, identity(ca, alice))
			tt.spoil(t, path)
			if _, err := store.Load(alice, issuer); !errors.Is(err, tt.want) || errors.Is(err, mtls.ErrNoIdentity) {
				t.Fatalf("got %v, want %v", err, tt.want)
			}
		})
	}
}

func folder(name string) func(*testing.T, string) {
	return func(t *testing.T, path string) {
		file := filepath.Join(path, name)
		if err := os.Remove(file); err != nil {
			t.Fatal(err)
		}
		if err := os.Mkdir(file, 0o700); err != nil {
			t.Fatal(err)
		}
	}
}

func fifo(name string) func(*testing.T, string) {
	return func(t *testing.T, path string) {
		if err := syscall.Mkfifo(filepath.Join(path, name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// Whatever operation fails, and whether or not the process dies there, a later
// start finds the old three files or the new three (135, 137).
func TestSaveIsOneStep(t *testing.T) {
	ca, next := stepcatest.NewCA(t, nil), stepcatest.NewCA(t, nil)
	old := identity(ca, alice, stepcatest.Valid(-time.Hour, time.Hour))
	newer := identity(next, alice) // another root too: no mixture of the two verifies
	for _, mode := range []struct {
		name           string
		forever, short bool
		err            error
	}{
		{"killed", true, false, syscall.EIO},
		{"killed_in_a_write", true, true, syscall.EIO},
		{"ENOSPC_once", false, true, syscall.ENOSPC},
		{"EROFS_once", false, false, syscall.EROFS},
	} {
		t.Run(mode.name, func(t *testing.T) {
			sawOld, sawNew := false, false
			for n := 1; ; n++ {
				path := newDirPath(t)
				mustSave(t, storeAt(t, path), old)
				fault := &faultFS{FS: safefile.OS(), left: n + 1, forever: mode.forever, short: mode.short, err: mode.err} // OpenDir is the first operation
				err := mtls.NewDirStore(openDir(t, path, fault), nil).Save(newer)
				if !fault.hit {
					if err != nil {
						t.Fatal(err)
					}
					break
				}
				got, lerr := storeAt(t, path).Load(alice, issuer)
				if lerr != nil {
					t.Fatalf("operation %d: after %v: %v", n, err, lerr)
				}
				switch got.Serial() {
				case old.Serial():
					sawOld = true
				case newer.Serial():
					sawNew = true
				default:
					t.Fatalf("operation %d: serial %s", n, got.Serial())
				}
				if err == nil && got.Serial() != newer.Serial() {
					t.Fatalf("operation %d: Save returned nil and nothing was saved", n)
				}
				if err != nil && !errors.Is(err, mode.err) {
					t.Fatalf("operation %d: the error hides the cause: %v", n, err)
				}
				// The three files agree afterwards, for readers that know nothing of staging.
				if _, err := os.Stat(filepath.Join(path, "tls_next.pem")); !errors.Is(err, fs.ErrNotExist) {
					t.Fatalf("operation %d: the staging file is still there: %v", n, err)
				}
			}
			if !sawOld || !sawNew {
				t.Errorf("old %t, new %t: the faults did not reach both sides", sawOld, sawNew)
			}
		})
	}
}

// On a disk that cannot be written a complete staging file is used as it is.
func TestStagingIsUsedOnAReadOnlyDisk(t *testing.T) {
	ca := stepcatest.NewCA(t, nil)
	old, newer := identity(ca, alice, stepcatest.Valid(-time.Hour, time.Hour)), identity(ca, alice)
	path := newDirPath(t)
	mustSave(t, storeAt(t, path), old)
	staged := stagingOf(t, newer)
	if err := os.WriteFile(filepath.Join(path, "tls_next.pem"), staged, 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := mtls.NewDirStore(openDir(t, path, readOnlyFS{safefile.OS()}), nil).Load(alice, issuer)
	if err != nil || got.Serial() != newer.Serial() {
		t.Fatalf("got %v", err)
	}
}

type readOnlyFS struct{ safefile.FS }

func (f readOnlyFS) OpenFile(name string, flag int, perm fs.FileMode) (safefile.File, error) {
	if flag&os.O_WRONLY != 0 {
		return nil, syscall.EROFS
	}
	return f.FS.OpenFile(name, flag, perm)
}
func (readOnlyFS) Remove(string) error { return syscall.EROFS }

// stagingOf returns the staging file as a crash right after its rename leaves it.
func stagingOf(t testing.TB, id *mtls.Identity) []byte {
	t.Helper()
	path := newDirPath(t)
	openDir(t, path, nil)
	for n := 2; ; n++ {
		fault := &faultFS{FS: safefile.OS(), left: n, forever: true, err: syscall.EIO}
		if err := mtls.NewDirStore(openDir(t, path, fault), nil).Save(id); err == nil {
			t.Fatal("no staging file was left behind")
		}
		if data, err := os.ReadFile(filepath.Join(path, "tls_next.pem")); err == nil {
			return data
		}
	}
}

func TestStagingThatCannotBeUsedIsPassedOver(t *testing.T) {
	ca := stepcatest.NewCA(t, nil)
	id := identity(ca, alice)
	good := stagingOf(t, identity(ca, alice))
	for name, data := range map[string][]byte{
		"empty":        nil,
		"garbage":      []byte("garbage"),
		"cut":          good[:len(good)-60],
		"only_the_key": good[:400],
		"no_headers":   []byte(strings.ReplaceAll(string(good), "File: ", "Was: ")),
		"of_another":   stagingOf(t, identity(ca, bob)),
		"expired":      stagingOf(t, identity(ca, alice, stepcatest.Expired())),
		"older":        stagingOf(t, identity(ca, alice, stepcatest.Valid(-2*time.Hour, time.Hour))),
	} {
		t.Run(name, func(t *testing.T) {
			path := newDirPath(t)
			store := storeAt(t, path)
			mustSave(t, store, id)
			if err := os.WriteFile(filepath.Join(path, "tls_next.pem"), data, 0o600); err != nil {
				t.Fatal(err)
			}
			got, err := store.Load(alice, issuer)
			if err != nil || got.Serial() != id.Serial() {
				t.Fatalf("got %v", err)
			}
		})
	}
}

func FuzzLoad(f *testing.F) {
	ca := stepcatest.NewCA(f, nil)
	id := identity(ca, alice)
	path := newDirPath(f)
	mustSave(f, storeAt(f, path), id)
	read := func(name string) []byte {
		data, err := os.ReadFile(filepath.Join(path, name))
		if err != nil {
			f.Fatal(err)
		}
		return data
	}
	key, cert, bundle := read("tls_key.pem"), read("tls_cert.pem"), read("ca_bundle.pem")
	f.Add(key, cert, bundle, stagingOf(f, id))
	f.Add(key, cert, bundle, []byte(nil))
	f.Add(key[:50], cert[:400], append(bundle, bundle...), []byte("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n"))
	f.Fuzz(func(t *testing.T, key, cert, bundle, staging []byte) {
		store := mtls.NewDirStore(openDir(t, "/fuzz", memoryFS{files: map[string][]byte{
			"tls_key.pem": key, "tls_cert.pem": cert, "ca_bundle.pem": bundle, "tls_next.pem": staging,
		}}), nil)
		for _, d := range []did.DID{alice, bob} {
			id, err := store.Load(d, issuer)
			if err != nil {
				if id != nil || !errors.Is(err, mtls.ErrNoIdentity) {
					t.Fatalf("%v", err)
				}
				continue
			}
			if err := id.Verify(d, issuer, time.Now()); err != nil {
				t.Fatalf("loaded what does not verify: %v", err)
			}
		}
	})
}
