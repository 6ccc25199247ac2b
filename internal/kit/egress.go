package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"

	"github.com/getbindu/bindu-go/agent"
	"github.com/getbindu/bindu-go/internal/grpcframe"
	"github.com/getbindu/bindu-go/settings"
)

// through is where the egress of an agent has the agent that is tested.
const through = "/peer/kit"

// egress has an agent serve local programs on a socket, and lists callee alone.
func egress(set *settings.Settings, dir string, callee *agent.Agent) error {
	peers := filepath.Join(dir, "peers.yaml")
	set.Egress.Socket, set.Egress.PeersFile = settings.Path(filepath.Join(dir, "egress.sock")), settings.Path(peers)
	return os.WriteFile(peers, fmt.Appendf(nil, "peers:\n  kit: {url: %q, did: %q}\n", callee.URL(), callee.DID()), 0o600)
}

// local forwards requests to the egress on a socket, which adds what proves them.
type local struct {
	socket string
	here   string // the address of the plain port
	ids    messageIDs
}

func (l *local) handler() http.Handler {
	forward, grpc := l.reverse(through, nil), l.reverse("", http.Header{"X-Egress-Peer": {"kit"}})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		body = l.ids.unique(body)
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
		if grpcframe.SaysGRPC(r.Header.Get("Content-Type")) {
			grpc.ServeHTTP(w, r)
			return
		}
		forward.ServeHTTP(w, r)
	})
}

// reverse forwards to paths below a prefix. What has a name of the peer beside it speaks
// HTTP/2.
func (l *local) reverse(prefix string, beside http.Header) *httputil.ReverseProxy {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(beside == nil)
	protocols.SetUnencryptedHTTP2(beside != nil)
	return &httputil.ReverseProxy{
		Transport: &http.Transport{DisableCompression: true, Protocols: protocols, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", l.socket)
		}},
		ModifyResponse: l.relocate,
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(&url.URL{Scheme: "http", Host: l.here, Path: prefix})
			r.Out.Host = l.here // which the card's addresses begin with
			maps.Copy(r.Out.Header, beside)
		},
	}
}

// relocate writes the address of the plain port into a card, where gRPC is, too: as this
// port has one peer, it needs no name there.
func (l *local) relocate(resp *http.Response) error {
	const interfaces = `"supportedInterfaces":[`
	return rewrite(resp, "http://"+l.here+through, "http://"+l.here,
		interfaces, interfaces+`{"protocolBinding":"GRPC","protocolVersion":"1.0","url":"`+l.here+`"},`)
}
