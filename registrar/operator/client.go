package operator

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"syscall"

	"github.com/getbindu/bindu-go/internal/usersocket"
)

// Client asks the registrar of a directory. Close it.
type Client struct {
	http *http.Client
	// served is true where the registrar serves the user that we run as.
	served atomic.Bool
	// connected is true once somebody listened.
	connected atomic.Bool
}

// NewClient returns a client for the registrar that runs in a directory. It connects
// with the first call. Errors of calls are [ErrNotRunning], [ErrNotTheOperator],
// [ErrRefused], [ErrEnded], those of the file system, and *[Fault].
func NewClient(directory string) *Client {
	c := new(Client)
	c.http = &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		conn, uid, err := dial(ctx, directory)
		c.served.Store(usersocket.Serves(os.Geteuid(), uid))
		c.connected.Store(err == nil)
		return conn, err
	}}}
	return c
}

// Close closes the connection.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// dial connects, and returns which user the registrar runs as, -1 where nobody knows.
func dial(ctx context.Context, directory string) (conn net.Conn, uid int, err error) {
	if !usersocket.Known {
		return nil, -1, fmt.Errorf("the operator's socket: %w", errors.ErrUnsupported)
	}
	at, release, err := usersocket.Path(filepath.Join(directory, Dir), Socket)
	if err != nil {
		return nil, -1, notRunning(directory, err)
	}
	defer release()
	conn, err = new(net.Dialer).DialContext(ctx, "unix", at)
	if err != nil {
		return nil, -1, notRunning(directory, err)
	}
	own, uid := os.Geteuid(), -1
	if unix, ok := conn.(*net.UnixConn); ok {
		uid, err = usersocket.User(unix)
	}
	// Root asks the registrar of any user.
	if err == nil && own != 0 && !usersocket.Serves(uid, own) {
		err = fmt.Errorf("%w: it is user %d", ErrNotTheOperator, uid)
	}
	if err != nil {
		return nil, uid, errors.Join(err, conn.Close())
	}
	return conn, uid, nil
}

func notRunning(directory string, err error) error {
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ECONNREFUSED) {
		return fmt.Errorf("%w: %s", ErrNotRunning, directory)
	}
	return err
}

// maxAnswer is more than any answer has.
const maxAnswer = 16 << 20

// ask makes one call.
func ask[A any](ctx context.Context, c *Client, path string, body any) (answer A, err error) {
	data, err := json.Marshal(body)
	if err != nil {
		return answer, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://registrar"+path, bytes.NewReader(data))
	if err != nil {
		return answer, err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := c.http.Do(req)
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		err = wrapped.Err // its address says nothing
	}
	switch {
	case err != nil && c.connected.Load() && ctx.Err() == nil:
		// Whatever net/http calls it: it has errors of its own for who hangs up early.
		return answer, gone(err, c.served.Load())
	case err != nil:
		return answer, err
	}
	defer resp.Body.Close()
	data, err = io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return answer, hungUp(err, c.served.Load())
	}
	if resp.StatusCode != http.StatusOK {
		return answer, faultIn(resp.StatusCode, data)
	}
	return answer, json.Unmarshal(data, &answer)
}

// hangups are what a connection fails with whose other side is gone.
var hangups = []error{io.EOF, io.ErrUnexpectedEOF, syscall.ECONNRESET, syscall.EPIPE}

// hungUp tells what it means where a connection failed because the other side is gone.
func hungUp(err error, served bool) error {
	if slices.ContainsFunc(hangups, func(hangup error) bool { return errors.Is(err, hangup) }) {
		return gone(err, served)
	}
	return err
}

// gone tells why the other side is gone: it hangs up on users that it does not serve,
// and has ended, or gave up, where it serves us.
func gone(err error, served bool) error {
	if served {
		return fmt.Errorf("%w: %w", ErrEnded, err)
	}
	return fmt.Errorf("%w: %w", ErrRefused, err)
}

func faultIn(status int, data []byte) error {
	var f Fault
	if json.Unmarshal(data, &f) != nil || f.Reason == "" {
		return fmt.Errorf("the registrar answers with status %d", status)
	}
	return &f
}

// CreateToken makes an enrolment token, and returns it with its text.
func (c *Client) CreateToken(ctx context.Context, t NewToken) (Token, error) {
	return ask[Token](ctx, c, pathTokenCreate, t)
}

// Tokens returns all enrolment tokens, without their texts.
func (c *Client) Tokens(ctx context.Context) ([]Token, error) {
	return ask[[]Token](ctx, c, pathTokenList, nothing{})
}

// RevokeToken ends an enrolment token.
func (c *Client) RevokeToken(ctx context.Context, id string) error {
	_, err := ask[nothing](ctx, c, pathTokenRevoke, named{id})
	return err
}

// Pending returns who waits for approval.
func (c *Client) Pending(ctx context.Context) ([]Waiting, error) {
	return ask[[]Waiting](ctx, c, pathPending, nothing{})
}

// Approve lets in who waits by that DID with the key of that fingerprint.
func (c *Client) Approve(ctx context.Context, did, fingerprint string) error {
	_, err := ask[nothing](ctx, c, pathApprove, about{DID: did, Fingerprint: fingerprint})
	return err
}

// Deny takes who waits off the list.
func (c *Client) Deny(ctx context.Context, did, fingerprint string) error {
	_, err := ask[nothing](ctx, c, pathDeny, about{DID: did, Fingerprint: fingerprint})
	return err
}

// Revoke revokes a DID, known or not.
func (c *Client) Revoke(ctx context.Context, did, note string) (Revocation, error) {
	return ask[Revocation](ctx, c, pathRevoke, about{DID: did, Note: note})
}

// Restore lets a DID register again.
func (c *Client) Restore(ctx context.Context, did, note string) error {
	_, err := ask[nothing](ctx, c, pathRestore, about{DID: did, Note: note})
	return err
}

// Grant replaces the scopes that a DID has by name; none takes them away.
func (c *Client) Grant(ctx context.Context, did string, scopes []string) (Granted, error) {
	return ask[Granted](ctx, c, pathGrant, about{DID: did, Scopes: scopes})
}

// NewEpoch begins a new epoch.
func (c *Client) NewEpoch(ctx context.Context) (Epoch, error) {
	return ask[Epoch](ctx, c, pathNewEpoch, nothing{})
}

// EndSecret ends the client secret of a DID, and with it its tokens.
func (c *Client) EndSecret(ctx context.Context, did string) (Ended, error) {
	return ask[Ended](ctx, c, pathEndSecret, about{DID: did})
}

// Prospects calls each with every client at the authorization server that is an agent's,
// and returns which can be none.
func (c *Client) Prospects(ctx context.Context, each func(Prospect) error) (left LeftOut, err error) {
	for after := ""; ; {
		some, err := ask[prospects](ctx, c, pathProspects, page{after})
		if err != nil {
			return left, err
		}
		left.Others += some.Left.Others
		left.Unfit = append(left.Unfit, some.Left.Unfit...)
		for _, one := range some.Agents {
			if err := each(one); err != nil {
				return left, err
			}
		}
		if after = some.Next; after == "" {
			return left, nil
		}
	}
}

// Import binds a DID to the key that its client at the authorization server has, which
// is that of the fingerprint.
func (c *Client) Import(ctx context.Context, did, fingerprint string) (Imported, error) {
	return ask[Imported](ctx, c, pathImport, about{DID: did, Fingerprint: fingerprint})
}

// Show returns what is known of a DID.
func (c *Client) Show(ctx context.Context, did string) (Agent, error) {
	return ask[Agent](ctx, c, pathShow, about{DID: did})
}

// Clients calls each with every DID that is bound or revoked, in order.
func (c *Client) Clients(ctx context.Context, each func(Agent) error) error {
	for after := ""; ; {
		some, err := ask[[]Agent](ctx, c, pathClients, page{after})
		if err != nil || len(some) == 0 {
			return err
		}
		for _, one := range some {
			if err := each(one); err != nil {
				return err
			}
			after = one.DID
		}
	}
}
