package main

// layers weakens the proofs themselves.
func layers() []mutant {
	keys, mtls := []string{"./identity/did"}, []string{"./transport/mtls -skip=^TestReal", "./internal/hostile"}
	hydra, files := []string{"./oauth/hydra"}, []string{"./internal/safefile", "./task/sqlite", "./cmd/agent"}
	return []mutant{
		{"a weak key passes: small order", "identity/did/publickey.go", `return fmt.Errorf("%w: small order", ErrWeakKey)`, "return nil", keys},
		{"a weak key passes: not canonical", "identity/did/publickey.go", `return fmt.Errorf("%w: not the canonical encoding", ErrWeakKey)`, "return nil", keys},
		{"a CA certificate passes as a leaf", "transport/mtls/verify.go", "if leaf.IsCA {", "if false {", mtls},
		{"a certificate for another usage passes", "transport/mtls/verify.go", "!slices.Contains(leaf.ExtKeyUsage, usage)", "false && !slices.Contains(leaf.ExtKeyUsage, usage)", mtls},
		{"an expired certificate passes", "transport/mtls/verify.go", "now.After(cert.NotAfter)", "false", mtls},
		{"a certificate of another issuer passes", "transport/mtls/peerdid.go", `issuer == "" || string(found) != issuer`, "false", mtls},
		{"a caller accepts any peer", "transport/mtls/client.go", "!peer.IsZero() && got != peer", "false", mtls},
		{"a token for the CA passes", "oauth/hydra/verdict.go", "slices.ContainsFunc(o.ForbiddenAudiences, in.claims.HasAudience)", "false", hydra},
		{"a token for the CA goes to a peer", "peer/token.go", "if slices.Contains(c.cfg.ForbiddenAudiences, audience) {", "if false {", []string{"./peer"}},
		{"audiences that are read two ways go to a peer", "peer/token.go", "return fmt.Errorf(\"%w: its audiences cannot be read\", ErrToken)", "return nil", []string{"./peer"}},
		{"an expired token passes", "oauth/hydra/verdict.go", "!now.Before(in.claims.ExpiresAt)", "false", hydra},
		{"a refresh token passes", "oauth/hydra/verdict.go", `in.claims.TokenUse != "access_token"`, "false", hydra},
		{"a key that others can read is used", "internal/safefile/read.go", "extra := info.Mode().Perm() &^ allow; extra != 0", "extra := info.Mode().Perm() &^ allow; false && extra != 0", files},
		{"a hard link is followed", "internal/safefile/check.go", "ok && st.Nlink > 1", "ok && st.Nlink > 99", files},
	}
}
