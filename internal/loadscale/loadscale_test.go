package loadscale_test

import (
	"testing"

	"github.com/getbindu/bindu-go/internal/loadscale"
)

func TestSize(t *testing.T) {
	for scale, want := range map[string]int{"": 20, "1": 1000, "0.5": 500, "0.001": 20} {
		t.Run("LOAD_SCALE="+scale, func(t *testing.T) {
			t.Setenv("LOAD_SCALE", scale)
			if got := loadscale.Size(t, 20, 1000); got != want {
				t.Errorf("%d, want %d", got, want)
			}
		})
	}
}
