package skill

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// documentationTypes are the files that are served, by the end of their names.
// Everybody may read them: the end of the name keeps a slip of the pen from
// publishing a key or a .env.
var documentationTypes = map[string]string{
	".md":   "text/markdown; charset=utf-8",
	".yaml": "application/yaml",
	".yml":  "application/yaml",
}

// documentation reads the file that a skill names. It lies beside the file of
// skills or below: no path and no link leads out of that directory.
func (r *reader) documentation(n *yaml.Node) document {
	const name = "documentationPath"
	path := r.text(n, name, maxExampleBytes)
	if path == "" {
		return document{}
	}
	kind, known := documentationTypes[strings.ToLower(filepath.Ext(path))]
	switch {
	case !filepath.IsLocal(path):
		r.fault(n, "%s %q leads out of the directory of the skills file", name, clip(path))
	case !known:
		r.fault(n, "%s %q does not end in .md, .yaml or .yml", name, clip(path))
	default:
		return r.readDocumentation(n, path, kind)
	}
	return document{}
}

func (r *reader) readDocumentation(n *yaml.Node, path, kind string) document {
	file, err := r.root.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		r.fault(n, "documentationPath %q: %v", clip(path), cause(err))
		return document{}
	}
	body, err := readBounded(file, maxDocumentationBytes)
	switch r.read += int64(len(body)); {
	case err != nil:
		r.fault(n, "documentationPath %q %v", clip(path), cause(err))
	case !utf8.Valid(body) || bytes.IndexByte(body, 0) >= 0:
		r.fault(n, "documentationPath %q is not text in UTF-8", clip(path))
	case r.read > maxAllDocumentation:
		r.fault(n, "documentationPath %q: all documentation together is larger than %d bytes", clip(path), maxAllDocumentation)
	default:
		return newDocument(kind, body)
	}
	return document{}
}
