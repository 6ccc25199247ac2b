package main

import (
	"bytes"
	"log/slog"
	"strings"
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
