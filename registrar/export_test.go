package registrar

import "context"

// VerifyNothing takes all places of signatures that are verified at once.
func (r *Registrar) VerifyNothing() (release func()) {
	_ = r.verifying.Acquire(context.Background(), verifiedAtOnce()) // it does not end
	return func() { r.verifying.Release(verifiedAtOnce()) }
}

// Described returns method, path and name of each operation, as OpenAPI spells paths.
func Described() (all []string) {
	for _, op := range operations {
		path := op.path.before
		if !op.path.bare {
			path += "{did}"
		}
		all = append(all, op.method+" "+path+op.path.after+" "+op.name)
	}
	return all
}
