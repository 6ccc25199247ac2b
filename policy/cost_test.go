package policy_test

import (
	"errors"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/internal/costtest"
	"github.com/getbindu/bindu-go/policy"
)

// requests hold the worst JSON where a rule looks for a skill, and beside it.
func requests(size int) []costtest.Input {
	var all []costtest.Input
	for _, in := range costtest.All(size, 50) {
		all = append(all,
			costtest.Input{Name: in.Name, JSON: `{"message":{"parts":` + in.JSON + `}}`},
			costtest.Input{Name: in.Name + " as a skill", JSON: `{"metadata":{"skillId":` + in.JSON + `}}`})
	}
	return all
}

func judge(params []byte) {
	_, _ = policy.NewRequest("message/send", params, int64(len(params)), time.Time{})
}

func BenchmarkNewRequestWorst(b *testing.B) { costtest.Bench(b, requests(1<<20), judge) }

func TestHostile163JudgingARequestCostsWhatItsLengthDoes(t *testing.T) {
	const size = 64 << 10
	limit := costtest.Limit{Times: 25, Floor: 50 * time.Millisecond, Bytes: 4 * size}
	costtest.Bounded(t, requests(size), limit, judge)
}

// What is read of a body must have one meaning, and so must what is not read.
func TestRequestWithDuplicateNames(t *testing.T) {
	t.Parallel()
	for name, params := range map[string]string{
		"skill":      `{"metadata":{"skillId":"a","skillId":"b"}}`,
		"by escapes": `{"metadata":{"skillId":"a","skill\u0049d":"a"}}`,
		"elsewhere":  `{"message":{"parts":[{"data":{"x":1,"x":2}}]}}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if r, err := policy.NewRequest("message/send", []byte(params), int64(len(params)), time.Time{}); !errors.Is(err, policy.ErrRequest) {
				t.Errorf("%+v, %v, want ErrRequest", r, err)
			}
		})
	}
}
