package settings

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"
	"syscall"
)

// maxFileSize bounds .env and the files that NAME_FILE variables name.
const maxFileSize = 64 << 10

var (
	errDirectory  = errors.New("is a directory")
	errNotRegular = errors.New("is not a regular file")
	errFileSize   = errors.New("is larger than 64 KiB")
	errFileEmpty  = errors.New("is empty")
)

// readSmallFile returns the content of a file without the white space around it.
func readSmallFile(path string) (string, error) {
	content, err := readFile(path)
	if err != nil {
		return "", err
	}
	value := strings.TrimSpace(string(content))
	if value == "" {
		return "", errFileEmpty
	}
	return value, nil
}

// readFile reads a regular file of bounded size; it does not block on a FIFO.
func readFile(path string) ([]byte, error) {
	file, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	switch {
	case info.IsDir():
		return nil, errDirectory
	case !info.Mode().IsRegular():
		return nil, errNotRegular
	}
	content, err := io.ReadAll(io.LimitReader(file, maxFileSize+1))
	if err != nil {
		return nil, err
	}
	if len(content) > maxFileSize {
		return nil, errFileSize
	}
	return content, nil
}

// cause strips the operation and the path from a file error; the caller names
// the path in its own way.
func cause(err error) string {
	if pathErr, ok := errors.AsType[*fs.PathError](err); ok {
		return pathErr.Err.Error()
	}
	return err.Error()
}
