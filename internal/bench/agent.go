package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"slices"
	"sync"
	"time"
)

// program is the built agent on a directory, running.
type program struct {
	*child
	target
	dir    string
	booted time.Duration // from the start of the process until it served
}

// generous are settings under which a benchmark's one caller is not held up by
// what bounds callers. All others are the defaults.
func generous() map[string]string {
	return map[string]string{
		"LIMITS__RATE_PER_DID": "10000000", "LIMITS__RATE_BURST": "1000000", "LIMITS__REPLAY_ENTRIES": "10000000",
		"LIMITS__CONNECTIONS_PER_PEER": "4000", "LIMITS__CONNECTION_AGE": "1h", "LIMITS__IDLE_TIMEOUT": "1h",
		"LIMITS__REMEMBERED_KEYS": "1000000", "TASK__MAX_PER_DID": "100000000", "TASK__MAX_BYTES_PER_DID": "1000GiB",
		"TASK__RETENTION": "0s",
	}
}

// environment returns the variables of an agent of that name.
func environment(name, dir string, layers ...map[string]string) []string {
	all := map[string]string{
		"PATH": os.Getenv("PATH"), "HOME": os.Getenv("HOME"), "LOG__FORMAT": "json",
		"AGENT__NAME": name, "AGENT__AUTHOR": "bench@example.com", "AGENT__DIR": dir,
		"NETWORK__PORT": "0", "NETWORK__ADMIN_PORT": "0",
	}
	for _, layer := range layers {
		maps.Copy(all, layer)
	}
	var env []string
	for _, name := range slices.Sorted(maps.Keys(all)) {
		env = append(env, name+"="+all[name])
	}
	return env
}

// startProgram starts a built agent on its directory and returns when it serves.
// work is a directory without a .env.
func startProgram(ctx context.Context, set []int, path, work, dir, label string, env []string) (*program, error) {
	cmd := exec.Command(path, "serve")
	cmd.Dir, cmd.Env = work, env
	p := &program{dir: dir}
	serving := make(chan struct{})
	var once sync.Once
	began := time.Now()
	child, err := spawn(set, cmd, func(line []byte) {
		var entry struct{ Msg, DID, URL string }
		if json.Unmarshal(line, &entry) != nil || entry.Msg != "serving" {
			return
		}
		once.Do(func() {
			p.booted, p.URL, p.DID = time.Since(began), entry.URL, entry.DID
			close(serving)
		})
	})
	if err != nil {
		return nil, err
	}
	p.child, p.Name, p.PID = child, label, child.pid()
	select {
	case <-serving:
		return p, nil
	case <-child.ended:
		err = child.err
	case <-time.After(patience):
		err = context.DeadlineExceeded
	case <-ctx.Done():
		err = ctx.Err()
	}
	_ = child.stop(child.terminate) // its words are in the error below
	return nil, fmt.Errorf("the agent %s did not serve: %w\n%s", path, err, child.said)
}

func (p *program) stop() error { return p.child.stop(p.terminate) }
