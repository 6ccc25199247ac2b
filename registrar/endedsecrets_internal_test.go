package registrar

import (
	"fmt"
	"testing"
	"time"
)

// Of registrations that did not end each may have been the last that was written: an
// ending ends them all.
func TestAnEndingEndsAllThatMayBeInForce(t *testing.T) {
	t.Parallel()
	c := &Client{}
	c.beginSecret("first")
	c.confirmSecret()
	for _, s := range []Secret{"second", "third", "second"} {
		c.beginSecret(s)
	}
	c.endSecrets(time.Now())
	for _, s := range []Secret{"first", "second", "third"} {
		if !hashSecret(s).among(c.Ended) {
			t.Errorf("the %s secret is not ended", s)
		}
	}
	c.beginSecret("in force")
	c.confirmSecret()
	for i := range 100 {
		c.beginSecret(Secret(fmt.Sprint(i)))
	}
	if len(c.Secrets) != maxSecrets || c.Secrets[0] != hashSecret("in force") || c.Secrets[maxSecrets-2] != hashSecret("98") {
		t.Errorf("%d are kept of a hundred", len(c.Secrets))
	}
	if c.confirmSecret(); len(c.Secrets) != 1 || c.Secrets[0] != hashSecret("99") {
		t.Errorf("%d secrets are in force", len(c.Secrets))
	}
}
