package a2a_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/task"
)

// stamps are the members of answers that are times.
var stamps = regexp.MustCompile(`"(?:timestamp|created_at|updated_at)":"([^"]*)"`)

// Every time of the wire has the form of A2A 1.0 section 5.6.1, also where its
// milliseconds are none or end in zeros, and whatever the zone of the clock.
func TestTimesHaveMilliseconds(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("", 2*3600)
	for want, now := range map[string]time.Time{
		"2026-06-01T12:00:00.000Z": time.Date(2026, 6, 1, 14, 0, 0, 999_999, zone),
		"2026-06-01T12:00:00.120Z": time.Date(2026, 6, 1, 12, 0, 0, 120_000_000, time.UTC),
		"2026-06-01T12:00:00.999Z": time.Date(2026, 6, 1, 14, 0, 0, 999_999_999, zone),
	} {
		a := newAgent(t, task.Config{Now: func() time.Time { return now }})
		var sent struct{ Task wireTask }
		a.v1("ada", "SendMessage", sendV1("m1", "x", ""), &sent)
		id := `{"id":"` + sent.Task.ID + `"}`
		for name, got := range map[string]string{
			"GetTask":              a.post("ada", "1.0", request("GetTask", id)).Body.String(),
			"ListTasks":            a.post("ada", "1.0", request("ListTasks", `{}`)).Body.String(),
			"SendStreamingMessage": a.stream("ada", "1.0", request("SendStreamingMessage", sendV1("m2", "x", "")), "", nil).Body.String(),
			"HTTP+JSON":            a.rest("ada", "GET", "/tasks", "").Body.String(),
			"tasks/get":            a.post("ada", "0.3", request("tasks/get", id)).Body.String(),
			"message/stream":       a.stream("ada", "0.3", request("message/stream", sendV03("m3", "x", "", "")), "", nil).Body.String(),
			"tasks/list":           a.post("ada", "", request("tasks/list", `{}`)).Body.String(),
			"contexts/list":        a.post("ada", "", request("contexts/list", `{}`)).Body.String(),
		} {
			found := stamps.FindAllStringSubmatch(got, -1)
			for _, at := range found {
				if at[1] != want {
					t.Errorf("%s: %s, want %s", name, at[1], want)
				}
			}
			if len(found) == 0 || strings.Count(got, ":00:00") != len(found) {
				t.Errorf("%s: %d times in %s", name, len(found), got)
			}
		}
	}
}
