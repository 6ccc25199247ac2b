package home

import "github.com/getbindu/bindu-go/internal/safefile"

// Option changes how a directory is opened.
type Option func(*options)

type options struct{ fs safefile.FS }

func configure(given []Option) options {
	o := options{fs: safefile.OS()}
	for _, option := range given {
		option(&o)
	}
	return o
}

// WithFS is for tests of this module only, as its type says: the directory is on
// a file system that fails, say.
func WithFS(fsys safefile.FS) Option { return func(o *options) { o.fs = fsys } }
