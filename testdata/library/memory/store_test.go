package memory_test

import (
	"testing"

	"github.com/getbindu/bindu-go/task"
	"github.com/getbindu/bindu-go/task/tasktest"

	"example.com/library/memory"
)

func TestStore(t *testing.T) {
	tasktest.Run(t, func(*testing.T) task.Store { return memory.New() })
}
