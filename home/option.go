package home

import "github.com/getbindu/bindu-go/internal/safefile"

// Option changes how a directory is opened.
type Option func(*options)

type options struct{ fs FS }

// FS is the file system beneath a directory, File one of its files.
type (
	FS   = safefile.FS
	File = safefile.File
)

func configure(given []Option) options {
	o := options{fs: safefile.OS()}
	for _, option := range given {
		option(&o)
	}
	return o
}

// WithFS has the directory on another file system than the system's: one that
// fails, in tests. SQLite has the tasks on the system's all the same.
func WithFS(fsys FS) Option { return func(o *options) { o.fs = fsys } }
