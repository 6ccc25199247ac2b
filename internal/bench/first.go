package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/getbindu/bindu-go/identity/signature"
)

// firsts is how long an executor's first output takes to a caller who reads the stream.
type firsts struct {
	Count              int
	P50, P99, Greatest float64 // seconds
}

func (f *firsts) text(out io.Writer) {
	if f == nil {
		return
	}
	fmt.Fprintf(out, "\nFirst output of a command until the caller has read it: p50 %s, p99 %s, at most %s (%d streams, one after another)\n",
		duration(f.P50), duration(f.P99), duration(f.Greatest), f.Count)
}

// stays is how long the command goes on after its output, so that what is told is a
// piece and not the end.
const stays = 50 * time.Millisecond

// clock writes the time, and ends a while later.
func clock(out io.Writer) error {
	_, err := fmt.Fprintln(out, time.Now().UnixNano())
	time.Sleep(stays)
	return err
}

// measureFirsts has an agent run a command that writes the time.
func (s *stand) measureFirsts(ctx context.Context, path string, count int) (*firsts, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	command, err := json.Marshal([]string{self})
	if err != nil {
		return nil, err
	}
	p, err := s.agent(ctx, path, "firsts", generous(), map[string]string{
		"AGENT__BACKEND": "exec", "AGENT__COMMAND": string(command), "AGENT__COMMAND_ENV": roleVariable, roleVariable: roleClock,
	})
	if err != nil {
		return nil, err
	}
	s.say("the first output of %d commands", count)
	found, err := s.ask(ctx, order{Kind: orderFirsts, Target: p.target, Count: count})
	return &firsts{Count: count, P50: found.P50, P99: found.P99, Greatest: found.Seconds}, err
}

// firsts streams so many messages and compares the time that each brings with ours.
func (g *generator) firsts(ctx context.Context, o order) (sample, error) {
	host, name, err := o.Target.at()
	if err != nil {
		return sample{}, err
	}
	s, err := g.signer(ctx, host, name, signature.Octets1)
	if err != nil {
		return sample{}, err
	}
	r := &readers{g: g, url: "https://" + host, name: name, signer: s}
	r.connect()
	defer r.last.CloseIdleConnections()
	var took []time.Duration
	for range o.Count {
		one, err := r.first(ctx)
		if err != nil {
			return sample{}, err
		}
		took = append(took, one)
	}
	slices.Sort(took)
	return sample{P50: percentile(took, 50).Seconds(), P99: percentile(took, 99).Seconds(), Seconds: took[len(took)-1].Seconds()}, nil
}

// first sends a message and returns how old the first text of the answer is when it has
// been read.
func (r *readers) first(ctx context.Context) (time.Duration, error) {
	resp, err := r.post(ctx, fmt.Sprintf(`{"jsonrpc":"2.0","id":1,"method":"SendStreamingMessage","params":{`+
		`"message":{"messageId":%q,"role":"ROLE_USER","parts":[{"text":"x"}]}}}`, uuid.NewString()))
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	var age time.Duration
	lines := bufio.NewScanner(resp.Body)
	for lines.Scan() {
		if age != 0 {
			continue // the stream is read to its end
		}
		arrived := time.Now()
		written, ok, err := firstText(lines.Text())
		if err != nil {
			return 0, err
		}
		if ok {
			age = arrived.Sub(written)
		}
	}
	if age == 0 {
		return 0, errors.Join(errStream, lines.Err())
	}
	return age, nil
}

// firstText returns the time that a line of a stream tells, if it is a piece of an
// artifact.
func firstText(line string) (time.Time, bool, error) {
	data, ok := strings.CutPrefix(line, "data:")
	if !ok {
		return time.Time{}, false, nil
	}
	var event struct {
		Result struct {
			ArtifactUpdate struct {
				Artifact struct{ Parts []struct{ Text string } }
			}
		}
	}
	if err := json.Unmarshal([]byte(data), &event); err != nil {
		return time.Time{}, false, err
	}
	parts := event.Result.ArtifactUpdate.Artifact.Parts
	if len(parts) == 0 {
		return time.Time{}, false, nil
	}
	nanoseconds, err := strconv.ParseInt(strings.TrimSpace(parts[0].Text), 10, 64)
	return time.Unix(0, nanoseconds), true, err
}
