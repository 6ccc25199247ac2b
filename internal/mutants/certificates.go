package main

// certificates lets a certificate be issued that the registrar should have refused, or
// leaves a side door unseen.
func certificates() []mutant {
	hook := func(name, file, old, new string) mutant {
		return mutant{name, "registrar/webhook/" + file, old, new, []string{"./registrar/webhook -short", "./registrar/webhook"}}
	}
	door := func(name, file, old, new string) mutant {
		return mutant{name, "registrar/sidedoor/" + file, old, new, []string{"./registrar/sidedoor -short", "./registrar/sidedoor"}}
	}
	return []mutant{
		hook("who is revoked gets a certificate", "handler.go", "case revoked:", "case revoked && d.IsZero():"),
		hook("who is not registered gets a certificate", "handler.go", "case !registered && d != h.cfg.Self:", "case !registered && d.IsZero():"),
		hook("a TLS key needs no announcement", "handler.go", "case !announced:", "case !announced && d.IsZero():"),
		hook("the registrar's DID needs no announcement", "handler.go", "case h.listed[d]:", "case h.listed[d] || d == h.cfg.Self:"),
		hook("a registry that is away allows", "handler.go", "case err != nil:\n\t\treturn Unavailable, err\n\tcase revoked:", "case revoked:"),
		hook("anybody asks in place of the CA", "caller.go", "if err := checkCA(leaf, h.cfg.CAHost); err != nil {", "if err := checkCA(leaf, h.cfg.CAHost); err != nil && leaf.IsCA {"),
		hook("any host asks in place of the CA", "caller.go", "return leaf.VerifyHostname(host)", "return nil"),
		hook("who asks outlives its certificate", "caller.go", "case now.Before(leaf.NotBefore) || now.After(leaf.NotAfter):", "case now.IsZero():"),
		hook("the listener verifies no client", "tls.go", "tls.RequireAndVerifyClientCert", "tls.RequestClientCert"),
		hook("a question may have unknown members", "body.go", "json.RejectUnknownMembers(true)", "json.RejectUnknownMembers(false)"),
		hook("a certificate may have two names", "body.go", "len(c.SANs)+len(c.URIs) != 1", "len(c.SANs)+len(c.URIs) == 0"),
		hook("a certificate may have host names", "body.go", "len(c.DNSNames)+len(c.EmailAddresses)+len(c.IPAddresses) != 0", "false"),
		hook("a certificate may have extensions", "body.go", "if !absent(v) {", "if !absent(v) && v.Kind() == 't' {"),
		hook("a certificate may begin later", "validity.go", "!w.notBefore.After(now.Add(maxAhead)) &&", "!w.notBefore.IsZero() &&"),
		{
			"the webhook's certificate is for any host", "registrar/webhook/tls.go", "if leaf.VerifyHostname(p.cfg.Host) != nil {", "if p.cfg.Host == \"\" {",
			[]string{"./registrar/webhook -short", "./cmd/registrar -short"},
		},
		door("a renewal is no side door", "provisioners.go", "if !p.Claims.DisableRenewal {", "if false {"),
		door("another provisioner is no side door", "provisioners.go", "s.open(OtherProvisioner, fmt.Sprintf(\"%q of type %q\", p.Name, p.Type))", "_ = p.Type"),
		door("a webhook elsewhere will do", "provisioners.go", "w.URL != s.cfg.Webhook ||", ""),
		door("an API in place of nothing is no side door", "check.go", "case answer.Status != http.StatusNotFound:", "case answer.Status == http.StatusOK:"),
		door("what cannot be looked at is shut", "check.go", "errs = append(errs, fmt.Errorf(\"%w: %w\", ErrLook, err))", "_ = ErrLook"),
	}
}
