package backend_test

import (
	"context"
	"fmt"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/backend"
	"github.com/getbindu/bindu-go/task"
)

// An agent that answers with what a command makes of the message.
func ExampleNewExec() {
	upper, err := backend.NewExec(backend.ExecConfig{
		Command: []string{"tr", "a-z", "A-Z"}, Input: backend.InputText, Timeout: time.Minute, OutputLimit: 1 << 20,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	req := task.Request{Message: &a2a.Message{Parts: a2a.ContentParts{a2a.NewTextPart("roses are red")}}}
	_, err = upper.Execute(context.Background(), req, func(answer *a2a.Artifact, _ bool) error {
		fmt.Println(answer.Parts[0].Text())
		return nil
	})
	if err != nil {
		fmt.Println(err)
	}
	// Output: ROSES ARE RED
}
