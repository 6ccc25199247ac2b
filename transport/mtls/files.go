package mtls

import "io/fs"

// Files is a directory as a [DirStore] uses it; that of an agent comes with the
// package home.
type Files interface {
	// ReadFile returns a file's content; an absent one is [fs.ErrNotExist]. A file
	// with permissions beyond allow or more than limit bytes is an error.
	ReadFile(name string, allow fs.FileMode, limit int64) ([]byte, error)
	// WriteFile replaces a file, whole or, with an error, not at all.
	WriteFile(name string, data []byte, mode fs.FileMode) error
	// Remove deletes a file; an absent one is no error.
	Remove(name string) error
}
