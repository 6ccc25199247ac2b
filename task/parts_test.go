package task

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/a2aproject/a2a-go/v2/a2a"
)

func texts(n int, text string) a2a.ContentParts {
	parts := make(a2a.ContentParts, n)
	for i := range parts {
		parts[i] = a2a.NewTextPart(text)
	}
	return parts
}

// TestHostile163PartsAreBoundedBeforeTheyAreSigned shows that an answer of many
// short texts is refused before a signature was made for any of them.
func TestHostile163PartsAreBoundedBeforeTheyAreSigned(t *testing.T) {
	for name, tt := range map[string]struct {
		emits  []a2a.ContentParts
		signed int
		err    error
	}{
		"as many as there may be":  {[]a2a.ContentParts{texts(maxEmittedParts, "")}, maxEmittedParts, nil},
		"one more":                 {[]a2a.ContentParts{texts(maxEmittedParts+1, "")}, 0, errArtifactsTooLarge},
		"one more, in pieces":      {[]a2a.ContentParts{texts(maxEmittedParts, ""), texts(1, "")}, maxEmittedParts, errArtifactsTooLarge},
		"larger with signatures":   {[]a2a.ContentParts{texts(2000, strings.Repeat("a", 400))}, 0, errArtifactsTooLarge},
		"a part without a content": {[]a2a.ContentParts{append(texts(3, "a"), &a2a.Part{})}, 0, errEmptyArtifact},
	} {
		t.Run(name, func(t *testing.T) {
			signed := 0
			o := &output{ctx: t.Context(), limit: 1 << 20, newID: func() (string, error) { return "id", nil }, sign: func(string) (string, error) {
				signed++
				return "signature", nil
			}}
			var err error
			for _, parts := range tt.emits {
				err = o.emit(&a2a.Artifact{ID: "a", Parts: parts}, false)
			}
			if signed != tt.signed || !errors.Is(err, tt.err) {
				t.Errorf("%d signed, %v; want %d, %v", signed, err, tt.signed, tt.err)
			}
		})
	}
}

// TestHostile163SigningEndsWithTheExecution shows that a canceled execution signs
// nothing more of an artifact that it has begun.
func TestHostile163SigningEndsWithTheExecution(t *testing.T) {
	for _, last := range []int{1, 3} {
		t.Run(fmt.Sprint("after ", last), func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(t.Context())
			signed := 0
			o := &output{ctx: ctx, limit: 1 << 20, newID: func() (string, error) { return "id", nil }, sign: func(string) (string, error) {
				if signed++; signed == last {
					cancel(errCanceled)
				}
				return "signature", nil
			}}
			if err := o.emit(&a2a.Artifact{Parts: texts(100, "a")}, false); !errors.Is(err, errCanceled) || signed != last {
				t.Errorf("%v after %d signatures", err, signed)
			}
		})
	}
}

// TestHostile163MessagesHaveABoundedNumberOfParts shows the last number that is taken.
func TestHostile163MessagesHaveABoundedNumberOfParts(t *testing.T) {
	for n, taken := range map[int]bool{maxParts: true, maxParts + 1: false, 100 * maxParts: false} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			m := a2a.NewMessage(a2a.MessageRoleUser, texts(n, "")...)
			_, err := checkMessage(&a2a.SendMessageRequest{Message: m})
			if (err == nil) != taken || (err != nil && !strings.Contains(err.Error(), "1024")) {
				t.Error(err)
			}
		})
	}
}
