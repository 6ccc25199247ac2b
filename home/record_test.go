package home

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/safefile"
	"github.com/getbindu/bindu-go/oauth/hydra"
)

const (
	poet  = "did:bindu:ada_at_example_com:poet:11111111-2222-3333-4444-555555555555"
	other = "did:bindu:ada_at_example_com:other:66666666-7777-8888-9999-000000000000"
)

func seeded(t *testing.T, b byte) *did.KeyPair {
	t.Helper()
	k, err := did.KeyPairFromSeed(bytes.Repeat([]byte{b}, 32))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func parse(t *testing.T, s string) did.DID {
	t.Helper()
	d, err := did.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func open(t *testing.T, files map[string]string) *safefile.Dir {
	t.Helper()
	path := t.TempDir()
	if err := os.Chmod(path, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(path, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	dir, err := safefile.OpenDir(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func saveKey(t *testing.T, dir *safefile.Dir, k *did.KeyPair) {
	t.Helper()
	if err := did.SaveKeyPair(dir, k, nil); err != nil {
		t.Fatal(err)
	}
}

func credentials(dids ...string) string {
	text := "{"
	for i, d := range dids {
		if i > 0 {
			text += ","
		}
		text += `"` + d + `":{"client_id":"` + d + `","client_secret":"s"}`
	}
	return text + "}"
}

func TestADirectorySaysWhoItsAgentIs(t *testing.T) {
	key := seeded(t, 1)
	pub := did.EncodePublicKey(key.PublicKey())
	bound, err := did.FromPublicKey("ada@example.com", "poet", key.PublicKey())
	if err != nil {
		t.Fatal(err)
	}
	record := func(d, pub string) string { return `{"did":"` + d + `","public_key":"` + pub + `"}` }
	for name, test := range map[string]struct {
		files   map[string]string
		noKey   bool
		want    string
		wantErr error
	}{
		"an empty directory":                    {noKey: true, wantErr: fs.ErrNotExist},
		"a key without a name":                  {want: ""},
		"a recorded name":                       {files: map[string]string{IdentityFile: record(poet, pub)}, want: poet},
		"unknown members are for later":         {files: map[string]string{IdentityFile: `{"since":1,"did":"` + poet + `","public_key":"` + pub + `"}`}, want: poet},
		"the record wins over credentials":      {files: map[string]string{IdentityFile: record(poet, pub), hydra.CredentialsFile: credentials(other)}, want: poet},
		"the reference's directory":             {files: map[string]string{hydra.CredentialsFile: credentials(poet)}, want: poet},
		"credentials without any DID":           {files: map[string]string{hydra.CredentialsFile: `{"note":{}}`}, want: ""},
		"of several DIDs the key's":             {files: map[string]string{hydra.CredentialsFile: credentials(poet, other, bound.String())}, want: bound.String()},
		"of several DIDs none the key's":        {files: map[string]string{hydra.CredentialsFile: credentials(poet, other)}, wantErr: ErrIdentityAmbiguous},
		"broken credentials":                    {files: map[string]string{hydra.CredentialsFile: "{"}, wantErr: hydra.ErrCredentialsCorrupt},
		"132 another key":                       {files: map[string]string{IdentityFile: record(poet, did.EncodePublicKey(seeded(t, 2).PublicKey()))}, wantErr: ErrIdentityChanged},
		"131 a name whose key is gone":          {files: map[string]string{IdentityFile: record(poet, pub)}, noKey: true, wantErr: did.ErrKeyCorrupt},
		"an empty record":                       {files: map[string]string{IdentityFile: ""}, wantErr: ErrIdentityCorrupt},
		"a record of something else":            {files: map[string]string{IdentityFile: `[]`}, wantErr: ErrIdentityCorrupt},
		"a record in the wrong case":            {files: map[string]string{IdentityFile: `{"DID":"` + poet + `","public_key":"` + pub + `"}`}, wantErr: ErrIdentityCorrupt},
		"a record with two names":               {files: map[string]string{IdentityFile: `{"did":"` + poet + `","did":"` + other + `","public_key":"` + pub + `"}`}, wantErr: ErrIdentityCorrupt},
		"a record without a key":                {files: map[string]string{IdentityFile: `{"did":"` + poet + `"}`}, wantErr: ErrIdentityCorrupt},
		"a record that does not name a DID":     {files: map[string]string{IdentityFile: record("poet", pub)}, wantErr: ErrIdentityCorrupt},
		"a record as large as no record can be": {files: map[string]string{IdentityFile: string(make([]byte, 5<<10))}, wantErr: ErrIdentityCorrupt},
	} {
		t.Run(name, func(t *testing.T) {
			dir := open(t, test.files)
			if !test.noKey {
				saveKey(t, dir, key)
			}
			d, got, err := loadIdentity(dir, nil)
			if !errors.Is(err, test.wantErr) {
				t.Fatalf("error %v, want %v", err, test.wantErr)
			}
			if err != nil {
				return
			}
			if d.String() != test.want {
				t.Errorf("DID %q, want %q", d, test.want)
			}
			if !got.PublicKey().Equal(key.PublicKey()) {
				t.Error("another key")
			}
		})
	}
}

func TestARecordedIdentityIsRead(t *testing.T) {
	dir, key := open(t, nil), seeded(t, 1)
	saveKey(t, dir, key)
	for range 2 { // a second time it is there already
		if err := saveIdentity(dir, parse(t, poet), key); err != nil {
			t.Fatal(err)
		}
	}
	if d, _, err := loadIdentity(dir, nil); err != nil || d.String() != poet {
		t.Fatalf("read back %q, %v", d, err)
	}
	info, err := os.Stat(filepath.Join(dir.Path(), IdentityFile))
	if err != nil || info.Mode().Perm() != 0o644 {
		t.Errorf("mode %v, %v, want 0644", info.Mode(), err)
	}
}

func TestTheFirstIdentityIsKept(t *testing.T) {
	dir, key := open(t, nil), seeded(t, 1)
	if err := saveIdentity(dir, parse(t, poet), key); err != nil {
		t.Fatal(err)
	}
	if err := saveIdentity(dir, parse(t, other), key); !errors.Is(err, ErrIdentityChanged) {
		t.Errorf("another DID: %v", err)
	}
	if err := saveIdentity(dir, parse(t, poet), seeded(t, 2)); !errors.Is(err, ErrIdentityChanged) {
		t.Errorf("another key: %v", err)
	}
}
