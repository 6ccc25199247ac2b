package agent

import (
	"context"
	"fmt"

	"github.com/getbindu/bindu-go/internal/idle"
)

// boot takes the steps of a start in order. Each takes what those before it
// returned, so that none can come too early, and leaves behind what stops what
// it started.
func (a *Agent) boot(ctx context.Context) (standing, error) {
	if err := a.step("check the settings", a.preflight(ctx)); err != nil {
		return standing{}, err
	}
	who, err := a.become(ctx)
	if err != nil {
		return standing{}, err
	}
	at, err := a.takeAddress(ctx)
	if err != nil {
		return standing{}, err
	}
	if who, err = a.join(ctx, who); err != nil {
		return standing{}, err
	}
	by, err := a.decideTrust()
	if err != nil {
		return standing{}, err
	}
	with, err := a.getProofs(ctx, who, at)
	if err != nil {
		return standing{}, err
	}
	is := standing{self: who, proofs: with, url: at.url, tokens: a.ownTokens(by.own, with.client)}
	return is, a.open(ctx, is, at, by)
}

// become finds out who the agent is, and what it accepted before as that.
func (a *Agent) become(ctx context.Context) (self, error) {
	dir, err := a.lockDirectory(ctx)
	if err := a.step("lock the directory", err); err != nil {
		return self{}, err
	}
	id, err := a.loadIdentity(dir)
	if err := a.step("load the identity", err); err != nil {
		return self{}, err
	}
	accepted, err := a.openReplay(dir, id)
	if err := a.step("open the replay memory", err); err != nil {
		return self{}, err
	}
	keys, err := a.openKeyMemory(dir)
	if err := a.step("open the memory of keys", err); err != nil {
		return self{}, err
	}
	if err := a.step("record the identity", dir.Record(id, a.keyPassword())); err != nil {
		return self{}, err
	}
	return self{Identity: id, home: dir, accepted: accepted, keys: keys}, nil
}

// join finds out what others know who are the same agent.
func (a *Agent) join(ctx context.Context, who self) (self, error) {
	var err error
	if who.shared, err = a.openShared(ctx, who); who.shared != nil && who.shared.accepted != nil {
		who.accepted = who.shared.accepted
	}
	return who, a.step("open the database", err)
}

// takeAddress opens the admin port, and finds the address of the private one.
func (a *Agent) takeAddress(ctx context.Context) (at address, err error) {
	if err := a.step("open the admin port", a.openAdmin()); err != nil {
		return at, err
	}
	if a.opts.OutwardsOnly {
		return a.addressOfNone(), nil
	}
	if err := a.step("look for the private port", a.checkPrivatePort(ctx)); err != nil {
		return at, err
	}
	at, err = a.learnAddress()
	return at, a.step("learn our address", err)
}

// decideTrust finds out whose tokens and which rules count, and who gives us ours.
func (a *Agent) decideTrust() (t trust, err error) {
	t.policy, err = a.openPolicy()
	if err := a.step("read the policy", err); err != nil {
		return t, err
	}
	t.issuers, err = a.trustIssuers()
	if err := a.step("trust the token issuers", err); err != nil {
		return t, err
	}
	t.own, err = a.prepareOwnTokens()
	return t, a.step("prepare our own tokens", err)
}

// getProofs waits for Hydra and the CA, until there is what the agent proves
// itself with.
func (a *Agent) getProofs(ctx context.Context, who self, at address) (p proofs, err error) {
	p.issuer, err = a.learnIssuer(ctx)
	if err := a.step("learn the issuer", err); err != nil {
		return p, err
	}
	p.authority, err = a.findAuthority(who, p.issuer)
	if err := a.step("find the authority", err); err != nil {
		return p, err
	}
	p.client, err = a.reconcile(ctx, who, p.authority, at.url)
	if err := a.step("reconcile the Hydra client", err); err != nil {
		return p, err
	}
	p.certificate, err = a.obtainCertificate(ctx, who, p.client, p.issuer)
	return p, a.step("obtain a certificate", err)
}

// openOutwards opens what local programs call other agents through. It is open longer
// than any task runs, whose command may be such a program.
func (a *Agent) openOutwards(ctx context.Context, is standing) (others, error) {
	others, err := a.learnOthers(is)
	if err := a.step("learn whom keys are asked of", err); err != nil {
		return others, err
	}
	err = a.step("open egress", a.openEgress(ctx, is))
	if err == nil && a.opts.OutwardsOnly {
		a.followAlone(others)
		a.watchClient(is.client)
	}
	return others, err
}

// open arms the gates, and then opens the private port.
func (a *Agent) open(ctx context.Context, is standing, at address, by trust) error {
	others, err := a.openOutwards(ctx, is)
	if err != nil || a.opts.OutwardsOnly {
		return err
	}
	tasks, err := a.openTasks(ctx, is.self)
	if err := a.step("open the tasks", err); err != nil {
		return err
	}
	tools, err := a.openMCP(is.self)
	if err := a.step("find the MCP server", err); err != nil {
		return err
	}
	gates, err := a.armGates(is, by, others, tasks, tools)
	if err := a.step("arm the gates", err); err != nil {
		return err
	}
	memory := idle.New()
	a.background("give memory back while idle", memory.Run)
	if err := a.step("listen", a.listen(at, is.certificate, memory.Watching(gates))); err != nil {
		return err
	}
	a.onStop(func(context.Context) error { // first of all: others are answered before the port closes
		tasks.EndStreams()
		tools.EndStreams()
		return nil
	})
	a.watchClient(is.client)
	return a.step("watch our client", nil)
}

// step names the step that failed, and tells of one that was taken.
func (a *Agent) step(name string, err error) error {
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	a.log.Debug("boot", "step", name)
	return nil
}
