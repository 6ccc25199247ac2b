package mtls_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/internal/stepcatest"
)

// A staging file that somebody restores, or a disk that could not remove it,
// does not set the agent back: the later certificate is used, and only a staged
// one that is used becomes the three files.
func TestOfTwoIdentitiesTheLaterIsUsed(t *testing.T) {
	ca := stepcatest.NewCA(t, nil)
	for name, test := range map[string]struct {
		staged, files time.Duration // since when each is valid
		wantStaged    bool
	}{
		"staged long before":     {-3 * time.Hour, -time.Hour, false},
		"staged a little before": {-time.Hour - 5*time.Second, -time.Hour, false},
		"staged a little after":  {-time.Hour + 5*time.Second, -time.Hour, true},
	} {
		t.Run(name, func(t *testing.T) {
			// One certificate may end later than another that began after it.
			staged := identity(ca, alice, stepcatest.Valid(test.staged, 5*time.Hour))
			files := identity(ca, alice, stepcatest.Valid(test.files, time.Hour))
			path := newDirPath(t)
			mustSave(t, storeAt(t, path), files)
			staging := filepath.Join(path, "tls_next.pem")
			if err := os.WriteFile(staging, stagingOf(t, staged), 0o600); err != nil {
				t.Fatal(err)
			}
			want := files
			if test.wantStaged {
				want = staged
			}
			for _, start := range []string{"first", "second"} {
				got, err := storeAt(t, path).Load(alice, issuer)
				if err != nil || got.Serial() != want.Serial() {
					t.Fatalf("%s start: %v, %v", start, got, err)
				}
			}
			if _, err := os.Stat(staging); test.wantStaged != errors.Is(err, fs.ErrNotExist) {
				t.Errorf("the staging file: %v", err)
			}
		})
	}
}
