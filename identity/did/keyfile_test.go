package did_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/youmark/pkcs8"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/safefile"
)

func openDir(t testing.TB) *safefile.Dir {
	t.Helper()
	dir, err := safefile.OpenDir(filepath.Join(t.TempDir(), ".bindu"), nil)
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func put(t testing.TB, dir *safefile.Dir, name string, data []byte, mode fs.FileMode) {
	t.Helper()
	path := filepath.Join(dir.Path(), name)
	if err := os.RemoveAll(path); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil { // whatever the umask
		t.Fatal(err)
	}
}

func get(t testing.TB, dir *safefile.Dir, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir.Path(), name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// saved returns a directory with the stored pair of zeroSeed.
func saved(t testing.TB) *safefile.Dir {
	t.Helper()
	dir := openDir(t)
	if err := did.SaveKeyPair(dir, keyPair(t, zeroSeed), nil); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestSaveAndLoad(t *testing.T) {
	for name, password := range map[string]string{"plain": "", "encrypted": "correct horse", "password not ASCII": "\u6f22\x00\xff"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // deriving a key from a password is slow on purpose
			dir, k := openDir(t), keyPair(t, zeroSeed)
			if err := did.SaveKeyPair(dir, k, []byte(password)); err != nil {
				t.Fatal(err)
			}
			got, err := did.LoadKeyPair(dir, []byte(password))
			if err != nil || !got.PublicKey().Equal(k.PublicKey()) || signText(t, got, "m") != signText(t, k, "m") {
				t.Fatalf("loaded %v, %v", got, err)
			}
			for file, mode := range map[string]fs.FileMode{"private.pem": 0o600, "public.pem": 0o644} {
				info, err := os.Stat(filepath.Join(dir.Path(), file))
				if err != nil || info.Mode().Perm() != mode {
					t.Errorf("%s has mode %v, %v; want %v", file, info.Mode().Perm(), err, mode)
				}
			}
		})
	}
}

func TestLoadFromEmptyDirectory(t *testing.T) {
	if k, err := did.LoadKeyPair(openDir(t), nil); !errors.Is(err, fs.ErrNotExist) || k != nil {
		t.Errorf("%v, %v; want fs.ErrNotExist", k, err)
	}
}

func TestSaveNeverOverwrites(t *testing.T) {
	for _, present := range []string{"private.pem", "public.pem"} {
		t.Run(present, func(t *testing.T) {
			dir := openDir(t)
			put(t, dir, present, []byte("precious"), 0o600)
			if err := did.SaveKeyPair(dir, keyPair(t, zeroSeed), nil); !errors.Is(err, did.ErrKeyExists) {
				t.Errorf("error %v, want ErrKeyExists", err)
			}
			if got := get(t, dir, present); string(got) != "precious" {
				t.Errorf("%s was overwritten", present)
			}
			if entries, _ := os.ReadDir(dir.Path()); len(entries) != 1 {
				t.Errorf("%d files, want the one", len(entries))
			}
		})
	}
}

func TestPublicFileIsCompleted(t *testing.T) {
	dir := saved(t)
	want := get(t, dir, "public.pem")
	if err := os.Remove(filepath.Join(dir.Path(), "public.pem")); err != nil {
		t.Fatal(err)
	}
	if _, err := did.LoadKeyPair(dir, nil); err != nil {
		t.Fatal(err)
	}
	if got := get(t, dir, "public.pem"); !bytes.Equal(got, want) {
		t.Errorf("public.pem is %q, want %q", got, want)
	}
}

func TestDamagedPrivateKey(t *testing.T) {
	good := get(t, saved(t), "private.pem")
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	ecDER, err := x509.MarshalPKCS8PrivateKey(ec)
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{
		"131 empty":              {},
		"131 truncated":          good[:len(good)/2],
		"131 without end line":   good[:len(good)-10],
		"131 two keys":           append(bytes.Clone(good), good...),
		"131 text before":        append([]byte("note\n"), good...),
		"131 text after":         append(bytes.Clone(good), "note\n"...),
		"131 a P-256 key":        pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: ecDER}),
		"131 a certificate":      pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: ecDER}),
		"131 PEM headers":        bytes.Replace(good, []byte("KEY-----\n"), []byte("KEY-----\nA: b\n\n"), 1),
		"131 DER with a tail":    withTail(t, good),
		"131 larger than limits": append(bytes.Clone(good), bytes.Repeat([]byte("\n"), 20<<10)...),
	} {
		t.Run(name, func(t *testing.T) {
			dir := saved(t)
			put(t, dir, "private.pem", data, 0o600)
			if k, err := did.LoadKeyPair(dir, nil); !errors.Is(err, did.ErrKeyCorrupt) || k != nil {
				t.Errorf("%v, %v; want ErrKeyCorrupt", k, err)
			}
			if !bytes.Equal(get(t, dir, "private.pem"), data) {
				t.Error("the file was touched")
			}
		})
	}
}

func withTail(t *testing.T, text []byte) []byte {
	t.Helper()
	block, _ := pem.Decode(text)
	block.Bytes = append(block.Bytes, 0, 0)
	return pem.EncodeToMemory(block)
}

// Every single flipped bit shows, in either file.
func Test131EveryFlippedBit(t *testing.T) {
	for _, name := range []string{"private.pem", "public.pem"} {
		t.Run(name, func(t *testing.T) {
			dir := saved(t)
			good := get(t, dir, name)
			mode := map[string]fs.FileMode{"private.pem": 0o600, "public.pem": 0o644}[name]
			for i := range len(good) * 8 {
				bad := bytes.Clone(good)
				bad[i/8] ^= 1 << (i % 8)
				put(t, dir, name, bad, mode)
				if _, err := did.LoadKeyPair(dir, nil); !errors.Is(err, did.ErrKeyCorrupt) {
					t.Fatalf("bit %d of byte %d (%q): %v, want ErrKeyCorrupt", i%8, i/8, bad[i/8], err)
				}
			}
		})
	}
}

func TestUnixAndDOSLineEnds(t *testing.T) {
	dir := saved(t)
	for _, name := range []string{"private.pem", "public.pem"} {
		put(t, dir, name, bytes.ReplaceAll(get(t, dir, name), []byte("\n"), []byte("\r\n")), 0o600)
	}
	if _, err := did.LoadKeyPair(dir, nil); err != nil {
		t.Error(err)
	}
}

func TestPublicFileOfAnotherKey(t *testing.T) {
	other := openDir(t)
	if err := did.SaveKeyPair(other, keyPair(t, strings.Repeat("01", 32)), nil); err != nil {
		t.Fatal(err)
	}
	dir := saved(t)
	put(t, dir, "public.pem", get(t, other, "public.pem"), 0o644)
	if _, err := did.LoadKeyPair(dir, nil); !errors.Is(err, did.ErrKeyCorrupt) {
		t.Errorf("error %v, want ErrKeyCorrupt", err)
	}
}

func TestPublicFileAlone(t *testing.T) {
	dir := saved(t)
	if err := os.Remove(filepath.Join(dir.Path(), "private.pem")); err != nil {
		t.Fatal(err)
	}
	_, err := did.LoadKeyPair(dir, nil)
	if !errors.Is(err, did.ErrKeyCorrupt) || errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v, want ErrKeyCorrupt: a lost key must not look like a first boot", err)
	}
}

func TestUnsafeKeyFiles(t *testing.T) {
	place := func(f func(path string) error) func(*testing.T, *safefile.Dir, string) {
		return func(t *testing.T, dir *safefile.Dir, name string) {
			path := filepath.Join(dir.Path(), name)
			if err := os.Rename(path, path+".real"); err != nil {
				t.Fatal(err)
			}
			if err := f(path); err != nil {
				t.Fatal(err)
			}
		}
	}
	chmod := func(mode fs.FileMode) func(*testing.T, *safefile.Dir, string) {
		return func(t *testing.T, dir *safefile.Dir, name string) {
			if err := os.Chmod(filepath.Join(dir.Path(), name), mode); err != nil {
				t.Fatal(err)
			}
		}
	}
	for name, c := range map[string]struct {
		file  string
		spoil func(*testing.T, *safefile.Dir, string)
		want  error
	}{
		"133 private key readable by others":   {"private.pem", chmod(0o644), safefile.ErrInsecurePermissions},
		"133 private key writable by others":   {"private.pem", chmod(0o666), safefile.ErrInsecurePermissions},
		"133 public key writable by others":    {"public.pem", chmod(0o666), safefile.ErrInsecurePermissions},
		"134 private key is a symbolic link":   {"private.pem", place(func(p string) error { return os.Symlink(p+".real", p) }), safefile.ErrUnsafePath},
		"134 private key is a hard link":       {"private.pem", place(func(p string) error { return os.Link(p+".real", p) }), safefile.ErrUnsafePath},
		"134 private key is a directory":       {"private.pem", place(func(p string) error { return os.Mkdir(p, 0o700) }), safefile.ErrUnsafePath},
		"134 private key is a FIFO":            {"private.pem", place(func(p string) error { return syscall.Mkfifo(p, 0o600) }), safefile.ErrUnsafePath},
		"134 public key is a dangling link":    {"public.pem", place(func(p string) error { return os.Symlink("/nowhere", p) }), safefile.ErrUnsafePath},
		"134 public key is a directory":        {"public.pem", place(func(p string) error { return os.Mkdir(p, 0o700) }), safefile.ErrUnsafePath},
		"134 public key is a FIFO":             {"public.pem", place(func(p string) error { return syscall.Mkfifo(p, 0o600) }), safefile.ErrUnsafePath},
		"134 public key with a second name":    {"public.pem", place(func(p string) error { return os.Link(p+".real", p) }), safefile.ErrUnsafePath},
		"133 private key executable by others": {"private.pem", chmod(0o611), safefile.ErrInsecurePermissions},
	} {
		t.Run(name, func(t *testing.T) {
			dir := saved(t)
			c.spoil(t, dir, c.file)
			if k, err := did.LoadKeyPair(dir, nil); !errors.Is(err, c.want) || k != nil {
				t.Errorf("load: %v, %v; want %v", k, err, c.want)
			}
			if err := did.SaveKeyPair(dir, keyPair(t, zeroSeed), nil); err == nil {
				t.Error("a new key was stored beside the unsafe one")
			}
		})
	}
}

// brokenFS fails every write, as a full or read-only disk does.
type brokenFS struct {
	safefile.FS
	err error
}

func (b brokenFS) OpenFile(name string, flag int, perm fs.FileMode) (safefile.File, error) {
	if flag&os.O_CREATE != 0 {
		return nil, b.err
	}
	return b.FS.OpenFile(name, flag, perm)
}

func Test135FullDisk(t *testing.T) {
	dir := saved(t)
	broken, err := safefile.OpenDir(dir.Path(), brokenFS{safefile.OS(), syscall.ENOSPC})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := did.LoadKeyPair(broken, nil); err != nil {
		t.Errorf("an intact pair needs no writing: %v", err)
	}
	if err := os.Remove(filepath.Join(dir.Path(), "public.pem")); err != nil {
		t.Fatal(err)
	}
	if _, err := did.LoadKeyPair(broken, nil); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("error %v, want ENOSPC", err)
	}
	empty, err := safefile.OpenDir(t.TempDir(), brokenFS{safefile.OS(), syscall.ENOSPC})
	if err != nil {
		t.Fatal(err)
	}
	if err := did.SaveKeyPair(empty, keyPair(t, zeroSeed), nil); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("error %v, want ENOSPC", err)
	}
	if entries, _ := os.ReadDir(empty.Path()); len(entries) != 0 {
		t.Errorf("%d files left behind", len(entries))
	}
}

// fastEncrypted is the pair of zeroSeed, encrypted by another implementation
// with few iterations.
func fastEncrypted(t testing.TB, password string, opts *pkcs8.Opts) []byte {
	t.Helper()
	der, _ := pem.Decode(get(t, saved(t), "private.pem"))
	key, err := x509.ParsePKCS8PrivateKey(der.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := pkcs8.MarshalPrivateKey(key, []byte(password), opts)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "ENCRYPTED PRIVATE KEY", Bytes: sealed})
}

func TestPasswords(t *testing.T) {
	plain, encrypted := get(t, saved(t), "private.pem"), fastEncrypted(t, "right", nil)
	for name, c := range map[string]struct {
		file     []byte
		password string
		want     error
	}{
		"right password":                {encrypted, "right", nil},
		"wrong password":                {encrypted, "wrong", did.ErrKeyPassword},
		"no password":                   {encrypted, "", did.ErrKeyPassword},
		"password for a plain key":      {plain, "right", did.ErrKeyPassword},
		"no password for a plain key":   {plain, "", nil},
		"encrypted key under wrong tag": {bytes.ReplaceAll(encrypted, []byte("ENCRYPTED "), nil), "", did.ErrKeyCorrupt},
		"plain key under wrong tag":     {bytes.ReplaceAll(plain, []byte("PRIVATE"), []byte("ENCRYPTED PRIVATE")), "right", did.ErrKeyCorrupt},
	} {
		t.Run(name, func(t *testing.T) {
			dir := saved(t)
			put(t, dir, "private.pem", c.file, 0o600)
			if _, err := did.LoadKeyPair(dir, []byte(c.password)); !errors.Is(err, c.want) {
				t.Errorf("error %v, want %v", err, c.want)
			}
		})
	}
}

// Parameters on which a decoder might panic or work for hours.
func TestHostileEncryptionParameters(t *testing.T) {
	block, _ := pem.Decode(fastEncrypted(t, "right", nil))
	type algorithm struct {
		ID     asn1.ObjectIdentifier
		Params asn1.RawValue
	}
	type pbkdf2 struct {
		Salt       []byte
		Iterations int64
		PRF        algorithm
	}
	type key struct {
		Algorithm struct {
			ID     asn1.ObjectIdentifier
			Params struct {
				KDF struct {
					ID     asn1.ObjectIdentifier
					Params pbkdf2
				}
				Cipher struct {
					ID asn1.ObjectIdentifier
					IV []byte
				}
			}
		}
		Data []byte
	}
	for name, spoil := range map[string]func(*key){
		"short IV":            func(k *key) { k.Algorithm.Params.Cipher.IV = k.Algorithm.Params.Cipher.IV[:15] },
		"no IV":               func(k *key) { k.Algorithm.Params.Cipher.IV = nil },
		"partial block":       func(k *key) { k.Data = k.Data[:33] },
		"no data":             func(k *key) { k.Data = nil },
		"no iterations":       func(k *key) { k.Algorithm.Params.KDF.Params.Iterations = 0 },
		"negative iterations": func(k *key) { k.Algorithm.Params.KDF.Params.Iterations = -1 },
		"2^62 iterations":     func(k *key) { k.Algorithm.Params.KDF.Params.Iterations = 1 << 62 },
		"another cipher":      func(k *key) { k.Algorithm.Params.Cipher.ID[8] = 2 },
		"another KDF":         func(k *key) { k.Algorithm.Params.KDF.ID[6] = 99 },
		"another scheme":      func(k *key) { k.Algorithm.ID[6] = 3 },
		"another hash":        func(k *key) { k.Algorithm.Params.KDF.Params.PRF.ID[5] = 4 },
	} {
		t.Run(name, func(t *testing.T) {
			var k key
			if _, err := asn1.Unmarshal(block.Bytes, &k); err != nil {
				t.Fatal(err)
			}
			spoil(&k)
			der, err := asn1.Marshal(k)
			if err != nil {
				t.Fatal(err)
			}
			dir := saved(t)
			put(t, dir, "private.pem", pem.EncodeToMemory(&pem.Block{Type: "ENCRYPTED PRIVATE KEY", Bytes: der}), 0o600)
			if _, err := did.LoadKeyPair(dir, []byte("right")); !errors.Is(err, did.ErrKeyCorrupt) {
				t.Errorf("error %v, want ErrKeyCorrupt", err)
			}
		})
	}
}

// A damaged encrypted key never loads and never panics; which of the two
// errors it is depends on where the damage is.
func Test131FlippedBitsInEncryptedKey(t *testing.T) {
	opts := *pkcs8.DefaultOpts
	kdf := opts.KDFOpts.(pkcs8.PBKDF2Opts)
	kdf.IterationCount = 1
	opts.KDFOpts = kdf
	block, _ := pem.Decode(fastEncrypted(t, "right", &opts))
	dir := saved(t)
	for i := range len(block.Bytes) * 8 {
		der := bytes.Clone(block.Bytes)
		der[i/8] ^= 1 << (i % 8)
		put(t, dir, "private.pem", pem.EncodeToMemory(&pem.Block{Type: block.Type, Bytes: der}), 0o600)
		_, err := did.LoadKeyPair(dir, []byte("right"))
		if !errors.Is(err, did.ErrKeyCorrupt) && !errors.Is(err, did.ErrKeyPassword) {
			t.Fatalf("bit %d of byte %d: %v", i%8, i/8, err)
		}
	}
}
