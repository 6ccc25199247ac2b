package card_test

import (
	"fmt"

	"github.com/getbindu/bindu-go/a2a/card"
)

// A caller decides by the card what to speak and how to sign.
func ExampleParse() {
	poet, err := card.Parse([]byte(`{
		"name": "poet", "version": "1.0.0",
		"supportedInterfaces": [{"url": "https://poet.example:3773/", "protocolBinding": "JSONRPC", "protocolVersion": "1.0"}],
		"capabilities": {"extensions": [
			{"uri": "did:bindu:a_at_example_com:poet:01890a5d-ac96-774b-bcce-b302099a8057"},
			{"uri": "https://getbindu.com/ext/did-signature/v1", "params": {"schemes": ["reference", "jcs-1"]}}
		]}
	}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(poet.JSONRPC.URL, poet.ProtocolVersion, poet.Schemes)
	// Output: https://poet.example:3773/ 1.0 [reference jcs-1]
}
