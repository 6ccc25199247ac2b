package library_test

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/getbindu/bindu-go/peer"

	"example.com/library/spelling"
)

// A program reads an answer while it is made, breaks off and goes on, fetches a result,
// answers a question and ends a task.
func Example_stream() {
	ctx, stop := context.WithTimeout(context.Background(), time.Minute)
	defer stop()
	tokens := newIssuer()
	defer tokens.Close()
	dir, err := os.MkdirTemp("", "speller")
	check(err)
	defer os.RemoveAll(dir)
	caller, key := newCaller()
	speller, end := serveWith(ctx, spelling.Speller{Pause: 20 * time.Millisecond}, filepath.Join(dir, "speller"), tokens, caller, key)
	defer end()
	client, err := peer.New(peer.Config{
		DID: caller, Key: key, DialTimeout: 10 * time.Second, RequestTimeout: 30 * time.Second,
		Token: func(context.Context) (string, error) { return tokens.sign(caller.String()), nil },
	})
	check(err)
	defer client.Close()
	found, err := client.Discover(ctx, speller.URL(), speller.DID())
	check(err)

	var text, id, last string
	read := func(u peer.Update) {
		if u.Replaces { // all that there is so far, or an artifact from its beginning
			text = ""
		}
		text += u.Text
		id, last = u.TaskID, cmp.Or(u.ID, last)
	}
	for u, err := range client.Stream(ctx, found, "one after the other") {
		check(err)
		if read(u); text != "" {
			break // the task goes on
		}
	}
	for u, err := range client.Follow(ctx, found, id, last) {
		check(err)
		read(u)
	}
	fmt.Println(text)

	reply, err := client.Result(ctx, found, id) // waits for the end, where it has not ended
	check(err)
	fmt.Println(reply.State, reply.Text)

	reply, err = client.Send(ctx, found, " ")
	check(err)
	fmt.Println(reply.State, reply.StatusMessage)
	reply, err = client.Send(ctx, found, "these", peer.OnTask(reply.TaskID), peer.InContext(reply.ContextID))
	check(err)
	fmt.Println(reply.State, reply.Text)

	for u, err := range client.Stream(ctx, found, strings.Repeat("and so on ", 10_000)) {
		check(err)
		id = u.TaskID
		break
	}
	reply, err = client.Cancel(ctx, found, id)
	check(err)
	fmt.Println(reply.State)
	// Output:
	// one after the other
	// completed one after the other
	// input-required Which words?
	// completed these
	// canceled
}
