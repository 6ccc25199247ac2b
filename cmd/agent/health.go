package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/getbindu/bindu-go/admin"
	"github.com/getbindu/bindu-go/agent"
	"github.com/getbindu/bindu-go/internal/cli"
	"github.com/getbindu/bindu-go/settings"
)

// errNotReady: the agent runs and does not serve.
var errNotReady = errors.New("the agent is not ready")

const maxReadyz = 4 << 10

func newHealth() *cobra.Command {
	var timeout time.Duration
	var live bool
	cmd := &cobra.Command{
		Use:   "health",
		Short: "Ask the agent of these settings whether it is ready",
		Long: `health asks /readyz of the admin port. It exits 0 if the agent serves, and 1 with
the reasons if it does not, or does not answer. It is the health check of a
container without a shell.

With --live it asks /livez: whether the process lives, whatever it waits for.`,
		Args: cli.Args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			set, err := loadSettings()
			if err != nil {
				return err
			}
			if set.Network.AdminPort == 0 {
				return cli.Usage(errors.New("NETWORK__ADMIN_PORT is 0, so the agent chose a port that nobody else knows; set it to a number"))
			}
			ctx, cancel := context.WithTimeout(cmd.Context(), timeout)
			defer cancel()
			path, word := "/readyz", "ready"
			if live {
				path, word = "/livez", "alive"
			}
			if !live {
				fmt.Fprintf(cmd.ErrOrStderr(), "by these settings tokens and keys of callers are asked of %s\n", cli.ForTerminal(agent.AuthorityOf(set)))
			}
			return checkHealth(ctx, adminURL(set.Network)+path, word, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	cmd.Flags().BoolVar(&live, "live", false, "ask whether the process lives, not whether it serves")
	cmd.Flags().DurationVar(&timeout, "timeout", 5*time.Second, "how long to wait for the answer")
	return cmd
}

// checkHealth wants a 200 from url, and says word then. The proxies of the environment are not asked.
func checkHealth(ctx context.Context, url, word string, out, errOut io.Writer) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
	if err != nil {
		return &reasonedError{"admin_unreachable",
			`start it with "agent serve", or compare NETWORK__ADMIN_HOST and NETWORK__ADMIN_PORT with its settings`,
			fmt.Errorf("the agent does not answer: %w", err)}
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxReadyz))
	if err != nil {
		return fmt.Errorf("reading the answer of %s: %w", url, err)
	}
	if resp.StatusCode == http.StatusOK {
		fmt.Fprintln(out, word)
		var answer admin.Readyz
		if json.Unmarshal(body, &answer) == nil {
			for _, warning := range answer.Warnings {
				fmt.Fprintf(errOut, "warning: %s\n", cli.ForTerminal(warning))
			}
		}
		return nil
	}
	return notReady(resp.StatusCode, body)
}

// notReady names the reasons that the agent gives, or shows what came instead.
func notReady(status int, body []byte) error {
	var answer admin.Readyz
	if json.Unmarshal(body, &answer) != nil || len(answer.Reasons) == 0 {
		return fmt.Errorf("%w: status %d: %s", errNotReady, status, strings.TrimSpace(string(body)))
	}
	return &reasonedError{answer.Reasons[0], "", fmt.Errorf("%w: %s", errNotReady, strings.Join(answer.Reasons, ", "))}
}

// adminURL is where the admin port answers from this machine: an address that
// means every interface is reached as localhost.
func adminURL(n settings.Network) string {
	host := n.AdminHost
	if ip, err := netip.ParseAddr(string(host)); err == nil && ip.IsUnspecified() {
		host = "localhost"
	}
	return "http://" + net.JoinHostPort(string(host), strconv.Itoa(int(n.AdminPort)))
}
