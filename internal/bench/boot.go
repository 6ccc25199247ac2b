package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/url"
	"path/filepath"
	"strconv"
	"time"
)

// boot is how long starts of one kind took, in seconds, from the start of the
// process until it served.
type boot struct {
	Kind   string
	Starts int
	Whole  figure
	// Waited is the part in which Hydra or step-ca had a question and had not
	// begun to answer; Beyond is the rest.
	Waited, Beyond figure
}

func bootText(out io.Writer, boots []boot) error {
	for i, b := range boots {
		if i == 0 {
			fmt.Fprintln(out, "\nBoot, from the start of the process until it serves")
		}
		if _, err := fmt.Fprintf(out, "  %s: %s ±%s, of which Hydra and step-ca %s, the agent %s ±%s (%d starts)\n", b.Kind,
			duration(b.Whole.Median), percent(b.Whole), duration(b.Waited.Median), duration(b.Beyond.Median), percent(b.Beyond), b.Starts); err != nil {
			return err
		}
	}
	return nil
}

// measureBoot starts agents on empty directories and again on the same ones.
func (s *stand) measureBoot(ctx context.Context, path string, starts int) ([]boot, error) {
	env, waits, stop, err := s.watched(ctx)
	if err != nil {
		return nil, err
	}
	defer stop()
	kinds := []string{"first start", "start again"}
	whole, waited, beyond := make([][]float64, 2), make([][]float64, 2), make([][]float64, 2)
	for n := range starts {
		s.say("boot %d of %d", n+1, starts)
		port, err := freePort()
		if err != nil {
			return nil, err
		}
		name := "boot" + strconv.Itoa(n)
		layers := []map[string]string{s.env, env, {"NETWORK__PORT": port}}
		for k := range kinds {
			before := waits.sum(time.Now())
			dir := filepath.Join(s.dir, name)
			p, err := startProgram(ctx, s.cores.Server, path, s.dir, dir, name, environment(name, dir, layers...))
			if err != nil {
				return nil, err
			}
			asked := waits.sum(time.Now()) - before
			if err := p.stop(); err != nil {
				return nil, err
			}
			whole[k], waited[k] = append(whole[k], p.booted.Seconds()), append(waited[k], asked.Seconds())
			beyond[k] = append(beyond[k], (p.booted - asked).Seconds())
		}
	}
	var found []boot
	for k, kind := range kinds {
		found = append(found, boot{kind, starts, figureOf(whole[k]), figureOf(waited[k]), figureOf(beyond[k])})
	}
	return found, nil
}

// watched returns settings with which an agent reaches Hydra and step-ca
// through proxies, and the time in which those had to answer.
func (s *stand) watched(ctx context.Context) (map[string]string, *intervals, func(), error) {
	env, w := map[string]string{}, &intervals{}
	var proxies []*proxy
	stop := func() {
		for _, p := range proxies {
			p.close()
		}
	}
	through := map[string]string{} // host: address of its proxy
	for name, value := range maps.All(s.env) {
		u, err := url.Parse(value)
		if err != nil || u.Host == "" {
			continue
		}
		if through[u.Host] == "" {
			p, err := watch(ctx, u.Host, w)
			if err != nil {
				stop()
				return nil, nil, nil, err
			}
			proxies = append(proxies, p)
			through[u.Host] = p.addr()
		}
		u.Host = through[u.Host]
		env[name] = u.String()
	}
	if len(env) == 0 {
		return nil, nil, nil, errors.New("the authority has no addresses")
	}
	return env, w, stop, nil
}

// freePort returns a port that was free a moment ago: an agent whose address
// changes between starts has its registration repaired.
func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	_, port, err := net.SplitHostPort(l.Addr().String())
	return port, errors.Join(err, l.Close())
}
