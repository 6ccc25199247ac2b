// Command bench measures what the gates cost. In one run it starts a bare Go
// server that echoes over mutual TLS and an agent with every gate on, drives
// both with the same load at several concurrencies, and prints throughput,
// latency and their ratio.
//
// Requests are signed before the clock starts: only the server's work differs.
// Client and servers share the processors, so look at the ratios.
package main

import (
	"context"
	"crypto/tls"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"text/tabwriter"
	"time"

	"github.com/getbindu/bindu-go/agent"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/authority"
	"github.com/getbindu/bindu-go/internal/probe"
	"github.com/getbindu/bindu-go/settings"
)

func main() {
	duration := flag.Duration("duration", 3*time.Second, "how long each cell of the table runs")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *duration, os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		stop()
		os.Exit(1)
	}
}

func run(ctx context.Context, duration time.Duration, out, progress io.Writer) (err error) {
	dir, err := os.MkdirTemp("", "agent-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	server, stop, err := startAgent(ctx, dir, progress)
	if err != nil {
		return err
	}
	defer stop()
	echo, stopEcho, err := startEcho(server)
	if err != nil {
		return err
	}
	defer stopEcho()
	fmt.Fprintf(out, "%s %s/%s, GOMAXPROCS %d, TLS 1.3, client and servers in one process\n",
		runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.GOMAXPROCS(0))
	return table(ctx, out, progress, server, echo, duration)
}

// startAgent boots an agent that calls itself: one caller is the worst case for
// every lock that callers could share.
func startAgent(ctx context.Context, dir string, progress io.Writer) (*agent.Agent, func(), error) {
	programs, err := authority.Build(ctx, authority.BuildConfig{Progress: progress})
	if err != nil {
		return nil, nil, err
	}
	process, err := programs.Start(ctx, authority.Config{Dir: filepath.Join(dir, "authority"), Progress: progress})
	if err != nil {
		return nil, nil, err
	}
	env, err := authority.ReadEnv(filepath.Join(dir, "authority"))
	if err != nil {
		return nil, nil, err
	}
	environ := []string{
		"AGENT__NAME=bench", "AGENT__AUTHOR=bench@example.com", "AGENT__DIR=" + filepath.Join(dir, "bench"),
		"NETWORK__PORT=0", "NETWORK__ADMIN_PORT=0", "LIMITS__RATE_PER_DID=10000000", "LIMITS__RATE_BURST=1000000",
		"LIMITS__REPLAY_ENTRIES=10000000", "LIMITS__CONNECTION_AGE=1h", "TASK__MAX_PER_DID=10000000", "TASK__MAX_BYTES_PER_DID=1000GiB",
	}
	for k, v := range env {
		environ = append(environ, k+"="+v)
	}
	set, err := settings.Load(settings.Options{Environ: environ, SkipDotEnv: true})
	if err != nil {
		return nil, nil, err
	}
	a, err := agent.New(agent.Options{Settings: set})
	if err != nil {
		return nil, nil, err
	}
	runCtx, cancel := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() { done <- a.Run(runCtx) }()
	stop := func() {
		cancel()
		<-done
		_ = process.Stop()
	}
	select {
	case <-a.Serving():
		return a, stop, nil
	case err := <-done:
		cancel()
		_ = process.Stop()
		return nil, nil, err
	}
}

// startEcho serves the yardstick with the agent's own certificate and trust.
func startEcho(a *agent.Agent) (url string, stop func(), err error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	config, err := echoTLS(a)
	if err != nil {
		return "", nil, err
	}
	server := &http.Server{
		ReadHeaderTimeout: time.Second,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				return
			}
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write(body)
		}),
	}
	done := make(chan error, 1)
	go func() { done <- server.Serve(tls.NewListener(ln, config)) }()
	return "https://" + ln.Addr().String(), func() {
		_ = server.Close()
		<-done
	}, nil
}

func echoTLS(a *agent.Agent) (*tls.Config, error) {
	client := a.Outbound().TLS(did.DID{})
	cert, err := client.GetClientCertificate(&tls.CertificateRequestInfo{})
	if err != nil {
		return nil, err
	}
	// Any certificate will do for the yardstick: the cost of the handshake is
	// the same, and every measured request runs on an open connection.
	return &tls.Config{
		MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{*cert},
		ClientAuth: tls.RequireAnyClientCert, NextProtos: []string{"http/1.1"},
	}, nil
}

// target is one column of the table: where to send, and what.
type target struct {
	name string
	url  string
	body func() []byte
	sign bool
	rate int // requests signed ahead for each second
}

func table(ctx context.Context, out, progress io.Writer, a *agent.Agent, echo string, duration time.Duration) error {
	targets := []target{
		{"bare mTLS echo", echo, cardQuery, false, 40_000},
		{"three gates", a.URL(), cardQuery, true, 25_000},
		{"three gates and a task", a.URL(), func() []byte { return probe.Message("hello") }, true, 6_000},
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "connections\ttarget\treq/s\tp50\tp99\tratio to echo\t")
	for _, connections := range []int{1, 16, 64} {
		base := 0.0
		for _, t := range targets {
			fmt.Fprintf(progress, "bench: %s at %d connections\n", t.name, connections)
			m, err := measure(ctx, a, t, connections, duration)
			if err != nil {
				return fmt.Errorf("%s: %w", t.name, err)
			}
			if base == 0 {
				base = m.perSecond
			}
			fmt.Fprintf(w, "%d\t%s\t%.0f\t%s\t%s\t%.2f\t\n", connections, t.name, m.perSecond, micro(m.p50), micro(m.p99), m.perSecond/base)
		}
	}
	return w.Flush()
}

func micro(d time.Duration) string { return d.Round(time.Microsecond).String() }
