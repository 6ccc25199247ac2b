package policy_test

import (
	"context"
	"fmt"

	"github.com/getbindu/bindu-go/identity"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/policy"
)

func ExamplePolicy_Explain() {
	p, err := policy.Parse([]byte(`
version: 1
default: deny
rules:
  - name: no-large-messages
    effect: deny
    when: request.size > 65536
  - name: poets-may-send
    effect: allow
    when: caller.did == "did:bindu:you_at_example_com:poet:9f3c" && request.method == "SendMessage"
`))
	if err != nil {
		fmt.Println(err)
		return
	}
	d, err := did.Parse("did:bindu:you_at_example_com:poet:9f3c")
	if err != nil {
		fmt.Println(err)
		return
	}
	decision, steps := p.Explain(context.Background(), identity.Caller{DID: d}, policy.Request{Method: "SendMessage", Size: 100})
	for _, s := range steps {
		fmt.Println(s.Effect, s.Rule, s.Holds, s.Decided)
	}
	fmt.Println(decision.Allowed, decision.Rule)
	// Output:
	// deny no-large-messages false false
	// allow poets-may-send true true
	// deny default true false
	// true poets-may-send
}
