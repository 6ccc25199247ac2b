package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/getbindu/bindu-go/agent"
	"github.com/getbindu/bindu-go/internal/cli"
	"github.com/getbindu/bindu-go/settings"
)

func newEgress() *cobra.Command {
	var takeover, recreate bool
	cmd := &cobra.Command{
		Use:   "egress",
		Short: "Let programs of this machine call other agents with plain HTTP",
		Long: `egress is the half of "agent serve" that calls: it has the agent's key, certificate
and token, and opens no port for others. Programs of this machine call the agents
that EGRESS__PEERS_FILE lists through it, with plain HTTP and whatever client they
have, and know nothing of certificates, tokens and signatures. "agent serve" does the
same beside serving, where EGRESS__PORT or EGRESS__SOCKET is set; one process has a
directory at a time.

peers.yaml:

  peers:
    critic:
      url: https://critic.example.com:3773
      did: did:bindu:...        # without it: who was met there first

A peer is asked for by its name, or by its address through the port as a proxy. The
port wants the secret that a start leaves in egress.secret in the agent's directory:
as Authorization: Bearer, X-Egress-Secret, Proxy-Authorization, or as the password in
the URL. A Unix socket knows its user and wants none.

Who is pinned because it was met first is forgotten with "agent egress forget NAME".`,
		Example: `  EGRESS__PORT=3775 EGRESS__PEERS_FILE=peers.yaml agent egress

  curl -H "X-Egress-Secret: $(cat .bindu/egress.secret)" http://127.0.0.1:3775/peer/critic/.well-known/agent-card.json
  curl -x "http://agent:$(cat .bindu/egress.secret)@127.0.0.1:3775" http://critic.example.com:3773/.well-known/agent-card.json
  curl --unix-socket egress.sock http://localhost/peer/critic/ -H 'Content-Type: application/json' -d '{"jsonrpc":"2.0",...}'`,
		Args: cli.Args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return serveEgress(cmd.Context(), cmd.ErrOrStderr(), agent.Options{Takeover: takeover, Recreate: recreate, OutwardsOnly: true})
		},
	}
	cmd.Flags().BoolVar(&takeover, "takeover", false,
		"replace a registration of this agent's DID that is not known to be its own; whoever made it is locked out")
	cmd.Flags().BoolVar(&recreate, "recreate", false,
		"register this agent again although its client was deleted at Hydra; for one start, not for a unit file")
	cmd.AddCommand(newEgressForget())
	return cmd
}

func serveEgress(ctx context.Context, errOut io.Writer, options agent.Options) error {
	set, err := completeSettings(ctx)
	if err != nil {
		return err
	}
	if !set.Egress.Enabled() {
		return cli.Usage(errors.New("neither EGRESS__PORT nor EGRESS__SOCKET is set, so that nobody could call: set one of them"))
	}
	return serve(ctx, errOut, options)
}

func newEgressForget() *cobra.Command {
	return &cobra.Command{
		Use:   "forget NAME",
		Short: "Forget who was met first at a peer's address",
		Long: `forget has the next call to the peer NAME of EGRESS__PEERS_FILE see anew who answers
there, and remember that. It is for a peer that moved to another agent or another key
(peer_changed), once its operator has said so. It works beside the running agent.`,
		Args: cli.Args(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			set, err := settings.Load(settings.Options{AllowIncomplete: true})
			if err != nil {
				return cli.Usage(err)
			}
			known, err := agent.ForgetPeer(set, args[0])
			if err != nil {
				return err
			}
			became := "forgotten"
			if !known {
				became = "nothing was remembered"
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s: %s\n", args[0], became)
			return err
		},
	}
}
