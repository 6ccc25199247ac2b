package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
)

// options say what to measure.
type options struct {
	rounds      int
	each        time.Duration
	all         bool
	connections []int
	bodies      []int
	rows        []row
	parts       []string
	pace        pacing
	dids, tasks int
	starts      int
	idle        int
	streams     int
	firsts      int
	settle      time.Duration
	base        string // a git ref to compare with
	agent       string // a built program; "": build it
	out         string // directory for benchstat's files
	json        bool

	progress io.Writer
}

// The parts of a measurement.
var allParts = []string{"cells", "paced", "handshakes", "memory", "streams", "firsts", "boot", "upstream"}

// longest is how long a round may take: what it sends is signed before it
// starts, and stays fresh for five minutes.
const longest = 2 * time.Minute

func parse(args []string, errOut io.Writer) (options, error) {
	o := options{connections: []int{1, 16, 64}, bodies: []int{256, 1 << 10, 16 << 10}, rows: requestRows(), parts: allParts}
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	f.SetOutput(errOut)
	f.IntVar(&o.rounds, "rounds", 6, "how many rounds count")
	f.DurationVar(&o.each, "each", 400*time.Millisecond, "how long each server is loaded in a round")
	f.BoolVar(&o.all, "all", false, "every body with every number of connections, and the large memories")
	f.Func("connections", "numbers of connections, with commas between (default 1,16,64)", numbers(&o.connections, 1))
	f.Func("bodies", "lengths of bodies in bytes (default 256,1024,16384)", numbers(&o.bodies, 1))
	f.Func("rows", "kinds of requests (default "+keys(requestRows())+")", rows(&o.rows))
	f.Func("parts", "what to measure (default "+strings.Join(allParts, ",")+")", words(&o.parts, allParts))
	f.IntVar(&o.pace.All, "pace", 2000, "requests per second of the paced part, to each server")
	f.IntVar(&o.pace.Stored, "pace-stored", 500, "the same for the requests that store a task")
	f.IntVar(&o.dids, "dids", 0, "also compare with an agent that remembers so many DIDs (-all: 100000)")
	f.IntVar(&o.tasks, "tasks", 0, "also compare with an agent that keeps so many tasks (-all: 1000000)")
	f.IntVar(&o.starts, "starts", 3, "how often to start an agent")
	f.IntVar(&o.idle, "idle", 1000, "how many idle connections to measure")
	f.IntVar(&o.streams, "streams", 1000, "how many streams of one task to measure (-all: 10000)")
	f.IntVar(&o.firsts, "firsts", 200, "how many first outputs of a command to measure")
	f.DurationVar(&o.settle, "settle", 3*time.Second, "how long to watch memory for its lowest")
	f.StringVar(&o.base, "base", "", "compare with the agent of this git ref instead, request by request")
	f.StringVar(&o.agent, "agent", "", "a built agent to measure, instead of building that of the working tree")
	f.StringVar(&o.out, "out", "", "directory for a file of each server that benchstat reads")
	f.BoolVar(&o.json, "json", false, "print JSON")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	if o.all {
		o.dids, o.tasks = orElse(o.dids, 100_000), orElse(o.tasks, 1_000_000)
		o.streams = max(o.streams, 10_000)
	}
	switch {
	case f.NArg() > 0:
		return o, fmt.Errorf("unknown argument %q", f.Arg(0))
	case o.rounds < 1 || o.starts < 1 || o.idle < 1 || o.streams < 1 || o.firsts < 1 || !o.pace.possible() || o.dids < 0 || o.tasks < 0:
		return o, errors.New("-rounds, -starts, -idle, -streams, -firsts, -pace and -pace-stored are 1 or more, a pace 100000 at most, -dids and -tasks 0 or more")
	case o.each <= 0 || o.each > longest || o.settle < 0:
		return o, fmt.Errorf("-each is above 0 and at most %s, -settle not below 0", longest)
	}
	return o, nil
}

func orElse(n, otherwise int) int {
	if n == 0 {
		return otherwise
	}
	return n
}

func numbers(into *[]int, least int) func(string) error {
	return func(text string) error {
		*into = nil
		for word := range strings.SplitSeq(text, ",") {
			n, err := strconv.Atoi(strings.TrimSpace(word))
			if err != nil || n < least {
				return fmt.Errorf("%q is no number of %d or more", word, least)
			}
			*into = append(*into, n)
		}
		return nil
	}
}

func words(into *[]string, known []string) func(string) error {
	return func(text string) error {
		*into = nil
		for word := range strings.SplitSeq(text, ",") {
			if !slices.Contains(known, word) {
				return fmt.Errorf("%q is none of %s", word, strings.Join(known, ","))
			}
			*into = append(*into, word)
		}
		return nil
	}
}

func rows(into *[]row) func(string) error {
	return func(text string) error {
		var chosen []string
		if err := words(&chosen, strings.Split(keys(requestRows()), ","))(text); err != nil {
			return err
		}
		*into = nil
		for _, key := range chosen {
			r, _ := rowOf(key)
			*into = append(*into, r)
		}
		return nil
	}
}

func keys(rows []row) string {
	var all []string
	for _, r := range rows {
		all = append(all, r.Key)
	}
	return strings.Join(all, ",")
}

func (o options) has(part string) bool { return slices.Contains(o.parts, part) }

// loads returns the combinations of connections and bodies: all of them, or
// each body with the middle number of connections and the other way round.
func (o options) loads() []group {
	middleBody, middleConnections := o.bodies[len(o.bodies)/2], o.connections[len(o.connections)/2]
	var all []group
	for _, body := range o.bodies {
		for _, connections := range o.connections {
			if o.all || body == middleBody || connections == middleConnections {
				all = append(all, group{Connections: connections, Body: body})
			}
		}
	}
	return all
}

func (o options) print(r *report, out io.Writer) error {
	if !o.json {
		return r.text(out)
	}
	encoder := json.NewEncoder(out)
	encoder.SetIndent("", "  ")
	return encoder.Encode(r)
}
