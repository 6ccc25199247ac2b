package admin

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
)

// maxAnswer is more than /readyz says, in bytes.
const maxAnswer = 4 << 10

// Heard is what an admin port answered.
type Heard struct {
	Readyz        // as far as it could be read
	Status int    // of HTTP
	Text   string // the answer as it came, at most 4 KiB
}

// OK reports whether the answer is yes: ready, or alive.
func (h Heard) OK() bool { return h.Status == http.StatusOK }

// IsOf reports whether the port is a program's. One of an earlier version does not say.
func (h Heard) IsOf(program string) bool { return h.Program == "" || h.Program == program }

// Ask asks an admin port, at a URL with /readyz or /livez. The error is that of a port
// that does not answer. The proxies of the environment are not asked.
func Ask(ctx context.Context, url string) (Heard, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return Heard{}, err
	}
	resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
	if err != nil {
		return Heard{}, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return Heard{}, err
	}
	h := Heard{Status: resp.StatusCode, Text: strings.TrimSpace(string(body))}
	if json.Unmarshal(body, &h.Readyz) != nil {
		h.Readyz = Readyz{}
	}
	return h, nil
}

// URL is where an admin port that listens on host and port answers from this machine:
// an address that means every interface is reached as localhost.
func URL(host string, port int) string {
	if ip, err := netip.ParseAddr(host); err == nil && ip.IsUnspecified() {
		host = "localhost"
	}
	return "http://" + net.JoinHostPort(host, strconv.Itoa(port))
}
