package policy

import (
	"strings"

	"github.com/getbindu/bindu-go/identity"
	"github.com/getbindu/bindu-go/quota"
)

// Quota is the share of one caller. A zero limit does not limit.
type Quota struct {
	// Rate is how many requests per second, on average.
	Rate float64 `yaml:"rate"`
	// Burst is how many may come at once within Rate; 0: Rate rounded up.
	Burst int `yaml:"burst"`
	// Concurrent is how many may be in progress at the same time.
	Concurrent int `yaml:"concurrent"`
	// Daily is how many from midnight to midnight, UTC.
	Daily int `yaml:"daily"`
}

// QuotaRules are the quotas of a rules file.
type QuotaRules struct {
	// Default is for every caller without an entry of its own.
	Default Quota `yaml:"default"`
	// Callers have quotas of their own, by [identity.Caller.Name], exactly.
	Callers map[string]Quota `yaml:"callers"`
}

// of returns what a caller may use.
func (q QuotaRules) of(caller string) quota.Limits {
	share, ok := q.Callers[caller]
	if !ok {
		share = q.Default
	}
	return quota.Limits{Rate: share.Rate, Burst: share.Burst, Concurrent: share.Concurrent, Daily: share.Daily}
}

// Limits of the limits: beyond them a number is a slip.
const (
	maxRate  = 1e6
	maxCount = 1 << 30
)

func (q QuotaRules) validate() error {
	if err := q.Default.validate("the default quota"); err != nil {
		return err
	}
	for name, own := range q.Callers {
		if !strings.HasPrefix(name, "did:") && !identity.IsTokenName(name) {
			return fileError("quota of %q: the name of a caller is its DID, or oauth:ISSUER:CLIENT:SUBJECT as the log shows it, where neither issuer nor client is empty", name)
		}
		if err := own.validate("the quota of " + name); err != nil {
			return err
		}
	}
	return nil
}

func (q Quota) validate(whose string) error {
	counts := []int{q.Burst, q.Concurrent, q.Daily}
	for _, n := range counts {
		if n < 0 || n > maxCount {
			return fileError("%s has a number that is not between 0 and %d", whose, maxCount)
		}
	}
	if !(q.Rate >= 0 && q.Rate <= maxRate) { // also refuses NaN
		return fileError("%s has a rate that is not between 0 and %g", whose, float64(maxRate))
	}
	if q.Burst > 0 && q.Rate == 0 {
		return fileError("%s has a burst without a rate", whose)
	}
	return nil
}
