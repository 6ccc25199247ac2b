package fetch_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/getbindu/bindu-go/internal/fetch"
)

func jsonOnly(h http.Header) bool { return h.Get("Content-Type") == "application/json" }

// TestClientClasses: each way in which an exchange gives nothing to read.
func TestClientClasses(t *testing.T) {
	const limit = 16
	answers := map[string]struct {
		status int
		media  string
		body   string
		want   fetch.Class // "" for an answer
	}{
		"good":                   {200, "application/json", `{}`, ""},
		"as long as is read":     {200, "application/json", strings.Repeat("x", limit), ""},
		"one byte more":          {200, "application/json", strings.Repeat("x", limit+1), fetch.TooLong},
		"a redirect":             {302, "application/json", `{}`, fetch.Declined},
		"an error":               {500, "application/json", strings.Repeat("x", limit+1), fetch.Declined},
		"a page":                 {200, "text/html", `<html>`, fetch.Malformed},
		"a status that is asked": {418, "application/json", `{}`, ""},
	}
	for name, tt := range answers {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", tt.media)
				w.Header().Set("Location", "/elsewhere")
				w.WriteHeader(tt.status)
				_, _ = io.WriteString(w, tt.body)
			}))
			defer server.Close()
			answer, err := fetch.NewClient(server.Client()).Do(t.Context(), fetch.Question{
				Method: http.MethodGet, URL: server.URL, Timeout: time.Minute, Limit: limit, Media: jsonOnly,
				Statuses: func(status int) bool { return status == 200 || status == 418 },
			})
			if tt.want == "" {
				if err != nil || answer.Status != tt.status || string(answer.Body) != tt.body {
					t.Errorf("%d %q, %v", answer.Status, answer.Body, err)
				}
				return
			}
			failed, ok := errors.AsType[*fetch.Failure](err)
			if !ok || failed.Class != tt.want || failed.Status != tt.status || answer.Body != nil {
				t.Errorf("%v, want %s with status %d", err, tt.want, tt.status)
			}
		})
	}
}

// TestClientIsNotTheOneGiven: redirects are not followed and cookies not kept,
// whatever the given client does, on the calls of a library too.
func TestClientIsNotTheOneGiven(t *testing.T) {
	var requests, cookies atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		cookies.Add(int64(len(r.Cookies())))
		http.SetCookie(w, &http.Cookie{Name: "a", Value: "b"})
		http.Redirect(w, r, "/elsewhere", http.StatusFound)
	}))
	defer server.Close()
	given := server.Client()
	var err error
	if given.Jar, err = cookiejar.New(nil); err != nil {
		t.Fatal(err)
	}
	client := fetch.NewClient(given)
	for range 2 {
		if _, err := client.Do(t.Context(), fetch.Question{Method: http.MethodGet, URL: server.URL, Timeout: time.Minute, Limit: 1}); err == nil {
			t.Error("a redirect was taken for an answer")
		}
	}
	resp, err := client.Bounded(4).Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if _, err := io.ReadAll(resp.Body); !errors.Is(err, fetch.ErrTooLong) {
		t.Errorf("a library read %v, want ErrTooLong", err)
	}
	if requests.Load() != 3 || cookies.Load() != 0 || given.CheckRedirect != nil {
		t.Errorf("%d requests with %d cookies, want 3 without; the given client is changed: %v", requests.Load(), cookies.Load(), given.CheckRedirect != nil)
	}
}

func TestClientSendsAForm(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, password, _ := r.BasicAuth()
		_, retry := r.Header["Idempotency-Key"]
		if r.PostFormValue("a") != "b c" || user != "u" || password != "p" || r.Header.Get("Accept") != "text/x" || retry {
			w.WriteHeader(http.StatusTeapot)
		}
	}))
	defer server.Close()
	_, err := fetch.NewClient(server.Client()).Do(t.Context(), fetch.Question{
		Method: http.MethodPost, URL: server.URL, Accept: "text/x", Form: url.Values{"a": {"b c"}}, Basic: url.UserPassword("u", "p"),
		Timeout: time.Minute, Limit: 1,
	})
	if err != nil {
		t.Error(err)
	}
}

// late answers the moment the time is over, whatever is asked.
type late struct{ body io.Reader }

func (l late) RoundTrip(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return &http.Response{StatusCode: 200, Body: io.NopCloser(l.body), Request: r}, nil
}

// TestClientTakesNoLateAnswer: good, too long or none, after its own time and
// after that of its caller.
func TestClientTakesNoLateAnswer(t *testing.T) {
	for name, size := range map[string]int{"good": 1, "too long": 3, "empty": 0} {
		synctest.Test(t, func(t *testing.T) {
			client := fetch.NewClient(&http.Client{Transport: late{strings.NewReader(strings.Repeat("x", size))}})
			began := time.Now()
			q := fetch.Question{Method: http.MethodGet, URL: "http://a.example", Timeout: 2 * time.Second, Limit: 2}
			_, err := client.Do(t.Context(), q)
			checkUnavailable(t, name, err, context.DeadlineExceeded)
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(time.Second, cancel)
			_, err = client.Do(ctx, q)
			checkUnavailable(t, name, err, context.Canceled)
			if took := time.Since(began); took != 3*time.Second {
				t.Errorf("%s: %s", name, took)
			}
		})
	}
}

func checkUnavailable(t *testing.T, name string, err, want error) {
	t.Helper()
	failed, ok := errors.AsType[*fetch.Failure](err)
	if !ok || failed.Class != fetch.Unavailable || failed.Status != 0 || !errors.Is(err, want) {
		t.Errorf("%s: %v, want %v and no status", name, err, want)
	}
}

func TestClientCannotAskNonsense(t *testing.T) {
	_, err := fetch.NewClient(&http.Client{}).Do(t.Context(), fetch.Question{Method: "GET", URL: "http://a b/", Timeout: time.Minute, Limit: 1})
	if failed, ok := errors.AsType[*fetch.Failure](err); !ok || failed.Class != fetch.Unasked {
		t.Errorf("%v, want an address that cannot be asked", err)
	}
}

// TestClientSendsABodyAsItIs, with the headers that go with it.
func TestClientSendsABodyAsItIs(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil || string(body) != "as it is" || r.Header.Get("Content-Type") != "text/x" || r.Header.Get("X-Signature") != "abc" || r.Header.Get("Accept") != "application/json" {
			t.Errorf("%q with %v, %v", body, r.Header, err)
		}
		w.Header().Set("Retry-After", "7")
	}))
	defer server.Close()
	answer, err := fetch.NewClient(server.Client()).Do(t.Context(), fetch.Question{
		Method: http.MethodPut, URL: server.URL, Timeout: time.Minute, Limit: 1, Accept: "application/json",
		Body: []byte("as it is"), Header: http.Header{"Content-Type": {"text/x"}, "X-Signature": {"abc"}},
	})
	if err != nil || answer.Header.Get("Retry-After") != "7" {
		t.Errorf("%+v, %v", answer, err)
	}
}
