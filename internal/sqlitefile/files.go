package sqlitefile

import (
	"errors"
	"io/fs"
	"path/filepath"

	"github.com/getbindu/bindu-go/internal/safefile"
)

// suffixes are those of the files of a database.
var suffixes = []string{"", "-wal", "-shm"}

// Prepare makes an empty database with private permissions, which SQLite gives its
// other files too, and checks those that exist. Errors: as of [Check].
func Prepare(dir *safefile.Dir, name string) error {
	err := Check(dir, name)
	if errors.Is(err, fs.ErrNotExist) {
		return dir.WriteFile(name, nil, 0o600)
	}
	return err
}

// Check checks those files that exist: [fs.ErrNotExist] if all is well with them and
// there is no database, [safefile.ErrInsecurePermissions] if others may read one,
// [safefile.ErrUnsafePath] if one is a link or no plain file.
func Check(dir *safefile.Dir, name string) (missing error) {
	for _, suffix := range suffixes {
		// Nothing is read: the checks before reading are what is wanted.
		_, err := dir.ReadFile(name+suffix, 0o600, 0)
		switch {
		case err == nil, errors.Is(err, safefile.ErrTooLarge):
		case errors.Is(err, fs.ErrNotExist):
			if suffix == "" {
				missing = err
			}
		default:
			return err
		}
	}
	return missing
}

// Path returns where a database of the directory is.
func Path(dir *safefile.Dir, name string) (string, error) {
	return filepath.Abs(filepath.Join(dir.Path(), name))
}
