package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/getbindu/bindu-go/internal/cli"
	"github.com/getbindu/bindu-go/peer"
)

// printAttachments shows data as JSON and says which files there are.
func printAttachments(out io.Writer, attached []peer.Attachment) error {
	for _, a := range attached {
		line := fmt.Sprintf("file: %s", describeFile(a))
		if a.Data != nil {
			line = cli.ForTerminal(string(a.Data))
		}
		if _, err := fmt.Fprintln(out, line); err != nil {
			return err
		}
	}
	return nil
}

// describeFile names a file as its peer does. One behind a URL is not fetched:
// the peer would choose where we connect to.
func describeFile(a peer.Attachment) string {
	name, media := forLine(cmp.Or(a.Name, "(no name)")), forLine(cmp.Or(a.MediaType, "no type"))
	if a.URL != "" {
		return fmt.Sprintf("%s (%s, not fetched: %s)", name, media, forLine(a.URL))
	}
	return fmt.Sprintf("%s (%s, %d bytes)", name, media, len(a.Bytes))
}

// forLine returns the peer's text as one line of bounded length.
func forLine(text string) string {
	const longest = 500
	text = strings.NewReplacer("\n", "\ufffd", "\t", "\ufffd").Replace(cli.ForTerminal(text))
	if runes := []rune(text); len(runes) > longest {
		text = string(runes[:longest]) + "…"
	}
	return text
}

// Bounds of what an answer writes to disk, beside the bound of an answer.
const (
	maxFiles    = 100
	maxFileName = 100 // in bytes
)

// saveFiles writes the files of an answer into a directory. The peer chooses
// neither path nor an existing file: its names are cleaned, and numbered.
func saveFiles(path string, attached []peer.Attachment, errOut io.Writer) error {
	if err := writeFiles(path, attached, errOut); err != nil {
		return &reasonedError{"files_not_saved", "the directory must be writable; agent call --task fetches the answer again", fmt.Errorf("--save: %w", err)}
	}
	return nil
}

func writeFiles(path string, attached []peer.Attachment, errOut io.Writer) error {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return err
	}
	root, err := os.OpenRoot(path)
	if err != nil {
		return err
	}
	defer root.Close()
	saved := 0
	for _, a := range attached {
		if a.Data != nil || a.URL != "" {
			continue
		}
		if saved++; saved > maxFiles {
			return fmt.Errorf("the answer has more than %d files; the others were not written", maxFiles)
		}
		name, err := saveFile(root, fileName(a.Name, saved), a.Bytes)
		if err != nil {
			return err
		}
		fmt.Fprintf(errOut, "saved: %s, from %s\n", name, describeFile(a))
	}
	return nil
}

// fileName returns a plain name: ASCII letters, digits, dash, underscore and dot,
// with no dot or dash in front.
func fileName(name string, number int) string {
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = name[i+1:]
	}
	name = strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '.' || r == '-' || r == '_' {
			return r
		}
		return '_'
	}, name)
	name = strings.TrimLeft(name, ".-")
	if name = strings.TrimRight(name[max(0, len(name)-maxFileName):], "."); name == "" {
		return fmt.Sprintf("file-%d", number)
	}
	return strings.TrimLeft(name, ".-") // the cut may have left one in front
}

// saveFile writes a file under the first name that is free.
func saveFile(root *os.Root, name string, data []byte) (string, error) {
	stem, ending := name, ""
	if i := strings.LastIndexByte(name, '.'); i > 0 {
		stem, ending = name[:i], name[i:]
	}
	for n := 1; n <= maxFiles+1; n++ {
		free := name
		if n > 1 {
			free = fmt.Sprintf("%s-%d%s", stem, n, ending)
		}
		file, err := root.OpenFile(free, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return "", err
		}
		_, err = file.Write(data)
		return free, errors.Join(err, file.Close())
	}
	return "", fmt.Errorf("%s and %d names like it are taken", name, maxFiles)
}
