package skill

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// Load reads the file of skills at path and the documentation that it names.
// A name that ends in .json is read as JSON, any other as YAML. Skills that name no
// media types have modes, or text/plain and application/json. Errors wrap
// [ErrFile] and list all faults, each with its line and skill.
func Load(path string, modes ...string) (*Set, error) {
	root, err := os.OpenRoot(filepath.Dir(path))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFile, err)
	}
	defer root.Close()
	// The operator may keep the file itself wherever a link leads.
	file, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFile, err)
	}
	data, err := readBounded(file, maxFileBytes)
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrFile, path, err)
	}
	return parse(data, isJSONFile(path), root, modes)
}

func isJSONFile(path string) bool { return strings.EqualFold(filepath.Ext(path), ".json") }

// parse reads a file of skills; root is where its documentation is.
func parse(data []byte, isJSON bool, root *os.Root, modes []string) (*Set, error) {
	decode := yamlNode
	if isJSON {
		decode = jsonNode
	}
	node, err := decode(data)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFile, err)
	}
	r := &reader{root: root}
	skills := r.list(node)
	if len(r.faults) > 0 {
		return nil, fmt.Errorf("%w, %d in all:\n  %s", ErrFile, len(r.faults), strings.Join(r.faults, "\n  "))
	}
	return newSet(skills, modes), nil
}

var (
	errNotRegular = errors.New("is not a regular file")
	errEmpty      = errors.New("is empty")
)

// readBounded reads a regular file of at most limit bytes and closes it.
func readBounded(file *os.File, limit int64) ([]byte, error) {
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errNotRegular
	}
	data, err := io.ReadAll(io.LimitReader(file, limit+1))
	switch {
	case err != nil:
		return nil, err
	case int64(len(data)) > limit:
		return nil, fmt.Errorf("is larger than %d bytes", limit)
	case len(data) == 0:
		return nil, errEmpty
	}
	return data, nil
}

// cause is the error of a file without its path, which the fault names already.
func cause(err error) error {
	if pathErr, ok := errors.AsType[*fs.PathError](err); ok {
		return pathErr.Err
	}
	return err
}
