package egress_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/egress"
	"github.com/getbindu/bindu-go/internal/stepcatest"
)

// raw sends bytes as they are and reads one answer.
func raw(t *testing.T, at, request string) reply {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(at, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, request); err != nil {
		t.Fatal(err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return reply{resp.StatusCode, resp.Header, string(body)}
}

// A client that only knows a proxy calls a peer by its address: the port speaks TLS.
func TestAProxysClientCallsAPeerByItsAddress(t *testing.T) {
	ca := stepcatest.NewCA(t, nil)
	a := newAgent(t, ca, "critic")
	l := open(t, ca, entry("critic", a))
	proxy, err := url.Parse(strings.Replace(l.url, "http://", "http://anybody:"+secret+"@", 1))
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Transport: &http.Transport{Proxy: http.ProxyURL(proxy), DisableKeepAlives: true}}
	resp, err := client.Post(strings.Replace(a.url, "https://", "http://", 1)+"/?x=1", "application/json", strings.NewReader(message))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	if all := a.requests(); resp.StatusCode != 200 || len(all) != 1 || all[0].wrong != nil || all[0].target != "/?x=1" || all[0].body != message || all[0].header.Get("Proxy-Authorization") != "" {
		t.Errorf("%d %s: %+v", resp.StatusCode, body, all)
	}
	if resp, err := client.Get(strings.Replace(a.url, "https://", "http://", 1) + "/.well-known/agent-card.json"); err != nil {
		t.Error(err)
	} else {
		defer resp.Body.Close()
		text, _ := io.ReadAll(resp.Body)
		if own := `"url":"http://` + strings.TrimPrefix(a.url, "https://") + `/"`; !strings.Contains(string(text), own) || strings.Contains(string(text), "https://1") {
			t.Errorf("the card has not %s: %s", own, text)
		}
	}
}

// What a proxy is asked for that is not a listed peer goes nowhere.
func TestAProxyGoesNowhereElse(t *testing.T) {
	ca := stepcatest.NewCA(t, nil)
	a := newAgent(t, ca, "critic")
	l := open(t, ca, entry("critic", a))
	host := strings.TrimPrefix(a.url, "https://")
	_, port, _ := net.SplitHostPort(host)
	const own = egress.HeaderSecret + ": " + secret + "\r\n"
	for name, tt := range map[string]struct {
		request string
		status  int
		word    string
	}{
		"a tunnel":                  {"CONNECT " + host + " HTTP/1.1\r\nHost: " + host + "\r\n" + own, 405, "connect_refused"},
		"somebody else":             {"GET http://127.0.0.1:1/ HTTP/1.1\r\nHost: 127.0.0.1:1\r\n" + own, 403, "peer_unlisted"},
		"metadata of a cloud":       {"GET http://169.254.169.254/latest/ HTTP/1.1\r\nHost: x\r\n" + own, 403, "peer_unlisted"},
		"another name of a peer":    {"GET http://localhost:" + port + "/ HTTP/1.1\r\nHost: x\r\n" + own, 403, "peer_unlisted"},
		"a peer without its port":   {"GET http://127.0.0.1/ HTTP/1.1\r\nHost: 127.0.0.1\r\n" + own, 403, "peer_unlisted"},
		"TLS in the request line":   {"GET https://" + host + "/ HTTP/1.1\r\nHost: " + host + "\r\n" + own, 400, "path_malformed"},
		"another scheme":            {"GET ftp://" + host + "/ HTTP/1.1\r\nHost: " + host + "\r\n" + own, 400, "path_malformed"},
		"without the secret":        {"GET http://" + host + "/ HTTP/1.1\r\nHost: " + host + "\r\n", 407, "proxy_secret_required"},
		"a page through a proxy":    {"GET http://" + host + "/ HTTP/1.1\r\nHost: " + host + "\r\nOrigin: http://x\r\n" + own, 403, "origin_refused"},
		"a peer by the Host header": {"GET / HTTP/1.1\r\nHost: " + host + "\r\n" + own, 400, "path_malformed"},
		"a peer's name as the host": {"GET / HTTP/1.1\r\nHost: critic\r\n" + own, 421, "host_refused"},
		"the whole server":          {"OPTIONS * HTTP/1.1\r\nHost: 127.0.0.1\r\n" + own, 405, "method_not_allowed"},
		"a path of our own":         {"GET http://" + host + "/peer/critic/../ HTTP/1.1\r\nHost: x\r\n" + own, 400, "path_malformed"},
		"an upgrade":                {"GET http://" + host + "/tasks HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nA2A-Version: 1.0\r\n" + own, 200, ""},
		"a length and chunks at once": {"POST http://" + host + "/ HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n" + own +
			"\r\n2\r\n{}\r\n0\r\n", 200, ""},
	} {
		t.Run(name, func(t *testing.T) {
			got := raw(t, l.url, tt.request+"\r\n")
			if got.status != tt.status || got.word() != tt.word {
				t.Errorf("%d %s: %s", got.status, got.word(), got.body)
			}
		})
	}
	for _, q := range a.requests() {
		if q.header.Get("Upgrade") != "" || q.header.Get("Transfer-Encoding") != "" || q.wrong != nil {
			t.Errorf("%+v", q)
		}
	}
	if n := len(a.requests()); n != 2 {
		t.Errorf("the peer got %d requests, want those that are in order", n)
	}
	if got := raw(t, l.url, "GET http://"+host+"/ HTTP/1.1\r\nHost: x\r\n\r\n"); got.header.Get("Proxy-Authenticate") == "" {
		t.Error("a client is not asked for the secret")
	}
}
