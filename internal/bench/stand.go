package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/getbindu/bindu-go/internal/authority"
)

// stand is everything that a measurement needs, running: the authorities, the
// agents, the bare server and the load generator, each in its process.
type stand struct {
	dir      string
	cores    cores
	env      map[string]string // of whoever uses the authorities
	progress io.Writer
	floor    target
	stops    []func() error

	orders  *json.Encoder
	answers chan answer // closed when the generator is gone
}

// authorities starts Hydra and step-ca, and returns a stand without servers.
func authorities(ctx context.Context, dir string, c cores, progress io.Writer) (*stand, error) {
	programs, err := authority.Build(ctx, authority.BuildConfig{Progress: progress})
	if err != nil {
		return nil, err
	}
	state := filepath.Join(dir, "authority")
	var process *authority.Process
	err = pinned(c.Load, func() error {
		process, err = programs.Start(ctx, authority.Config{Dir: state})
		return err
	})
	if err != nil {
		return nil, err
	}
	s := &stand{dir: dir, cores: c, progress: progress, stops: []func() error{process.Stop}}
	if s.env, err = authority.ReadEnv(state); err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

// close ends all processes, the last one first.
func (s *stand) close() error {
	var err error
	for _, stop := range slices.Backward(s.stops) {
		err = errors.Join(err, stop())
	}
	s.stops = nil
	return err
}

func (s *stand) say(format string, values ...any) {
	fmt.Fprintf(s.progress, "bench: "+format+"\n", values...)
}

// agent starts a built agent on a directory of its own, which is kept if it is
// there, with the layers of settings above its own. It ends with the stand.
func (s *stand) agent(ctx context.Context, path, name string, layers ...map[string]string) (*program, error) {
	dir := filepath.Join(s.dir, name)
	env := environment(name, dir, append([]map[string]string{s.env}, layers...)...)
	p, err := startProgram(ctx, s.cores.Server, path, s.dir, dir, name, env)
	if err != nil {
		return nil, err
	}
	s.say("agent %q is process %d", name, p.PID) // for a profiler
	s.stops = append(s.stops, p.stop)
	return p, nil
}

// startFloor starts the bare server with the certificate of an agent.
func (s *stand) startFloor(of *program) error {
	out, in, err := os.Pipe()
	if err != nil {
		return err
	}
	defer out.Close()
	c, err := spawnRole(s.cores.Server, roleFloor, nil, in, of.dir)
	_ = in.Close() // it is the child's now
	if err != nil {
		return err
	}
	s.stops = append(s.stops, func() error { return c.stop(c.closeInput) })
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return fmt.Errorf("the bare server: %w\n%s", err, c.said)
	}
	s.floor = target{Name: bareServer, URL: strings.TrimSpace(line), DID: of.DID, PID: c.pid(), Bare: true}
	return nil
}

// startLoad starts the load generator and waits until it has its certificate.
func (s *stand) startLoad() error {
	out, in, err := os.Pipe()
	if err != nil {
		return err
	}
	env := environment("load", filepath.Join(s.dir, "load"), s.env, map[string]string{"LOG__LEVEL": "error"})
	c, err := spawnRole(s.cores.Load, roleLoad, env, in)
	_ = in.Close() // it is the child's now
	if err != nil {
		return errors.Join(err, out.Close())
	}
	s.orders, s.answers = json.NewEncoder(c.stdin), make(chan answer)
	done := make(chan struct{})
	go func() {
		defer close(s.answers)
		defer out.Close()
		for answers := json.NewDecoder(out); ; {
			var a answer
			if answers.Decode(&a) != nil {
				return
			}
			select {
			case s.answers <- a:
			case <-done:
			}
		}
	}()
	s.stops = append(s.stops, func() error {
		close(done)
		err := c.stop(c.closeInput)
		for range s.answers { // until the reader has ended
		}
		return err
	})
	_, err = s.hear(context.Background())
	return err
}

// ask has the load generator carry out an order.
func (s *stand) ask(ctx context.Context, o order) (sample, error) {
	if err := s.orders.Encode(o); err != nil {
		return sample{}, err
	}
	return s.hear(ctx)
}

func (s *stand) hear(ctx context.Context) (sample, error) {
	select {
	case a, ok := <-s.answers:
		switch {
		case !ok:
			return sample{}, errors.New("the load generator is gone")
		case a.Error != "":
			return sample{}, errors.New(a.Error)
		}
		return a.Sample, nil
	case <-ctx.Done():
		return sample{}, ctx.Err()
	case <-time.After(10 * patience):
		return sample{}, context.DeadlineExceeded
	}
}
