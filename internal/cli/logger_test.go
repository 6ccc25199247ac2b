package cli

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/settings"
)

func TestDurationsInJSONLogsAreText(t *testing.T) {
	var out bytes.Buffer
	newLogger(&out, settings.Log{Level: settings.Level(slog.LevelInfo), Format: settings.LogJSON}).Info("x", "took", 1500*time.Millisecond)
	if !strings.Contains(out.String(), `"took":"1.5s"`) {
		t.Errorf("log %s", &out)
	}
}

// smallDisk takes no more than it has room for.
type smallDisk struct {
	bytes.Buffer
	room  int
	quiet bool // a write in part is no error
}

func (d *smallDisk) Write(p []byte) (int, error) {
	n, _ := d.Buffer.Write(p[:min(d.room, len(p))])
	if d.room -= n; n < len(p) && !d.quiet {
		return n, syscall.ENOSPC
	}
	return n, nil
}

// However much room there is for the lines, each that was kept is a line of its
// own, and nothing but newlines is added.
func TestALineAfterATornOneIsWhole(t *testing.T) {
	const line = "level=INFO msg=kept\n"
	for _, quiet := range []bool{false, true} {
		for room := range 2 * len(line) {
			disk := &smallDisk{room: room, quiet: quiet}
			out := &wholeLines{out: disk}
			for range 3 {
				if n, err := out.Write([]byte(line)); n > len(line) || (n < len(line)) != (err != nil) {
					t.Fatalf("room for %d: wrote %d, %v", room, n, err)
				}
			}
			torn := disk.String()
			disk.room = 1000
			for range 2 {
				if n, err := out.Write([]byte(line)); n != len(line) || err != nil {
					t.Errorf("room again: wrote %d, %v", n, err)
				}
			}
			want := torn + line + line
			if torn != "" && !strings.HasSuffix(torn, "\n") {
				want = torn + "\n" + line + line
			}
			if disk.String() != want || strings.Count(disk.String(), line) != 2+(room+1)/len(line) {
				t.Errorf("room for %d: %q, want %q", room, disk.String(), want)
			}
		}
	}
}

func TestTheLogGoesOnAfterATornLine(t *testing.T) {
	for _, format := range []settings.LogFormat{settings.LogText, settings.LogJSON} {
		disk := &smallDisk{room: 30}
		log := newLogger(&wholeLines{out: disk}, settings.Log{Level: settings.Level(slog.LevelInfo), Format: format})
		log.Info("first line of the log, too long for the disk")
		disk.room = 1000
		log.Info("second")
		lines := strings.Split(disk.String(), "\n")
		if len(lines) != 3 || len(lines[0]) != 30 || !strings.Contains(lines[1], "second") || lines[2] != "" {
			t.Errorf("%s: lines %q", format, lines)
		}
		if err := log.Handler().Handle(t.Context(), slog.Record{Message: strings.Repeat("x", 1000)}); !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("%s: a line without room: %v", format, err)
		}
	}
}
