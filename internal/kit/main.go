package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"path/filepath"
	"time"

	"github.com/getbindu/bindu-go/agent"
	"github.com/getbindu/bindu-go/settings"
	"github.com/getbindu/bindu-go/task"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "kit:", err)
		os.Exit(1)
	}
}

func run() error {
	listen := flag.String("listen", "127.0.0.1:3774", "the plain port")
	dir := flag.String("dir", "kit-agents", "directory of the two agents")
	port := flag.Int("port", 3775, "the first of four ports of theirs")
	slow := flag.Duration("slow", 6*time.Second, "how long a task takes that is to be subscribed to")
	open := flag.Bool("open", false, "leave tasks open that the kit says nothing of")
	plain := flag.Bool("plain", false, "add no proofs")
	viaEgress := flag.Bool("egress", false, "have the egress of the second agent add the proofs")
	viaUpstream := flag.Bool("upstream", false, "have a plain agent of the official SDK answer behind the first")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	set, err := settings.Load(settings.Options{})
	if err != nil {
		return err
	}
	var answers task.Executor = executor{slow: *slow, open: *open}
	if *viaUpstream {
		if answers, err = behind(ctx, executor{slow: *slow, open: *open}); err != nil {
			return err
		}
	}
	callee, err := start(ctx, set, "kit", *dir, *port, answers)
	if err != nil {
		return err
	}
	if *viaEgress {
		if err := egress(&set, *dir, callee); err != nil {
			return err
		}
	}
	caller, err := start(ctx, set, "tester", *dir, *port+2, nil)
	if err != nil {
		return err
	}
	if *viaEgress {
		return serve(ctx, *listen, (&local{socket: string(set.Egress.Socket), here: *listen}).handler())
	}
	target, err := url.Parse(callee.URL())
	if err != nil {
		return err
	}
	p := &proxy{caller: caller.Outbound(), callee: callee.DID(), target: target, here: *listen, plain: *plain}
	return serve(ctx, *listen, p.handler())
}

// start runs an agent until ctx ends.
func start(ctx context.Context, set settings.Settings, name, dir string, port int, e task.Executor) (*agent.Agent, error) {
	set.Agent.Name, set.Agent.Dir = settings.DIDPart(name), settings.Path(filepath.Join(dir, name))
	set.Agent.URL = settings.Origin(fmt.Sprintf("https://127.0.0.1:%d", port))
	set.Network.Port, set.Network.AdminPort = settings.Int(port), settings.Int(port+1)
	if err := set.Validate(); err != nil {
		return nil, err
	}
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	a, err := agent.New(agent.Options{Settings: set, Executor: e, Logger: log})
	if err != nil {
		return nil, err
	}
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }()
	select {
	case <-a.Serving():
		return a, nil
	case err := <-ended:
		return nil, errors.Join(errors.New(name+" has ended"), err)
	}
}

// serve serves the plain port, HTTP/2 without TLS for gRPC among it, until ctx ends.
func serve(ctx context.Context, address string, h http.Handler) error {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	protocols.SetUnencryptedHTTP2(true)
	server := &http.Server{Handler: h, Protocols: protocols, ReadHeaderTimeout: time.Minute}
	stopped := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stopped()
	fmt.Println("ready at http://" + address)
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
