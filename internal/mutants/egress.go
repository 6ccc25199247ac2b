package main

// egress lets a program call that may not, or whom it may not.
func egress() []mutant {
	in := func(name, file, old, new string) mutant {
		return mutant{name, "egress/" + file, old, new, []string{"./egress"}}
	}
	return []mutant{
		in("a page calls as the agent", "access.go", "case len(r.Header[\"Origin\"]) > 0:", "case false:"),
		in("a rebound name is ours", "access.go", "case !t.proxied && !t.byAuthority && !isOwnHost(r.Host):", "case false:"),
		in("any secret is the secret", "access.go", "return known == 1", "return known >= 0"),
		in("dots lead out of a path", "target.go", "|| plain != \"\" && strings.Trim(plain, \".\") == \"\" {", "|| plain == \"?\" {"),
		in("all headers of a program go out", "pass.go", "copyAsked(req.Header, x.r.Header)", "req.Header = x.r.Header.Clone()"),
		in("a body is sent otherwise than it came", "pass.go", "bytes.NewReader(body))", "bytes.NewReader(bytes.ReplaceAll(body, []byte(\"  \"), []byte(\" \"))))"),
	}
}
