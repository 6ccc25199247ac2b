package agent

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/internal/boot"
	"github.com/getbindu/bindu-go/internal/retry"
	"github.com/getbindu/bindu-go/transport/stepca"
)

// TestPagesNameOurIntervals: the times that the pages name are those of the code.
func TestPagesNameOurIntervals(t *testing.T) {
	seconds := func(d time.Duration) string { return fmt.Sprintf("%d s", d/time.Second) }
	words := map[int]string{1: "a", 2: "two", 3: "three", 4: "four", 5: "five"}
	count := func(d, unit time.Duration) string { return words[int(d/unit)] }
	for page, sentences := range map[string][]string{
		"operations.md": {
			"whether Hydra answers, every " + seconds(probeEvery) + ";",
			"it is asked every " + fmt.Sprint(int(probeEvery*2/3/time.Second)) + " to " + seconds(probeEvery),
			"our own client at Hydra, every minute",
			"after " + fmt.Sprint(int(probeEvery*2/3/time.Second)) + " to " + seconds(probeEvery) + " (our client, where there was no answer)",
			fmt.Sprintf("its provisioner, every %d minutes", boot.ProvisionerPause/time.Minute),
			"step-ca has given no answer for " + count(boot.CAPatience, time.Minute) + " minutes",
			"our clock and step-ca's differ by more than " + count(stepca.MaxClockSkew, time.Minute) + " minute",
			"takes effect within " + seconds(followInterval) + "; the setting counts from the next start",
		},
		"policy.md":  {"The file is read again within " + seconds(followInterval) + " of a change"},
		"issuers.md": {"The file is read again within " + seconds(followInterval) + " of a change"},
		"architecture.md": {
			"pauses of at most " + count(retry.Longest, time.Second) + " seconds",
			map[int]string{2: "twice", 3: "three times", 4: "four times"}[retry.Crowded] + " as long as the authority let the failed attempt wait",
		},
	} {
		data, err := os.ReadFile("../docs/" + page)
		if err != nil {
			t.Fatal(err)
		}
		text := strings.Join(strings.Fields(string(data)), " ")
		for _, sentence := range sentences {
			if !strings.Contains(text, sentence) {
				t.Errorf("docs/%s does not say %q", page, sentence)
			}
		}
	}
	if boot.ClientPause*probeEvery != time.Minute {
		t.Errorf("our client is looked at every %s", boot.ClientPause*probeEvery)
	}
}
