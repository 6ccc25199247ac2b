package card_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/a2a/card"
)

// A list in a card is read to its bound, and a longer one makes the card useless.
func TestListsOfACardAreBounded(t *testing.T) {
	t.Parallel()
	for list, form := range map[string]string{
		"supportedInterfaces":  `{"supportedInterfaces":[{"url":"https://h/","protocolBinding":"JSONRPC","protocolVersion":"1.0"}%s]}`,
		"additionalInterfaces": `{"url":"https://h/","additionalInterfaces":[{}%s]}`,
		"extensions":           `{"url":"https://h/","capabilities":{"extensions":[{}%s]}}`,
	} {
		t.Run(list, func(t *testing.T) {
			t.Parallel()
			if _, err := card.Parse(fmt.Appendf(nil, form, strings.Repeat(",{}", 255))); err != nil {
				t.Errorf("256 entries: %v", err)
			}
			if c, err := card.Parse(fmt.Appendf(nil, form, strings.Repeat(",{}", 256))); !errors.Is(err, card.ErrUnusable) {
				t.Errorf("257 entries: %+v, %v, want ErrUnusable", c, err)
			}
		})
	}
}
