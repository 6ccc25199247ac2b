package gate

import (
	"slices"
	"testing"
)

func TestWhateverARequestHoldsIsGivenBack(t *testing.T) {
	for name, panics := range map[string]bool{"each": false, "also if one panics": true} {
		t.Run(name, func(t *testing.T) {
			var x exchange
			var got []int
			for i := range 3 {
				x.hold(func() {
					got = append(got, i)
					if panics && i == 1 {
						panic("of a policy")
					}
				})
			}
			x.hold(nil) // as of a policy that counts nothing
			func() {
				defer func() {
					if v := recover(); (v != nil) != panics {
						t.Errorf("recovered %v", v)
					}
				}()
				x.done()
			}()
			x.done() // nothing is left
			if want := []int{2, 1, 0}; !slices.Equal(got, want) {
				t.Errorf("given back: %v, want %v", got, want)
			}
		})
	}
}
