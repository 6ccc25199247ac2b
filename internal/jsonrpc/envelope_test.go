package jsonrpc_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/internal/jsonrpc"
)

func TestParse(t *testing.T) {
	t.Parallel()
	nested := func(depth int) string {
		// The envelope and params are the first two levels.
		return `{"jsonrpc":"2.0","id":1,"method":"m","params":{"a":` +
			strings.Repeat("[", depth-2) + strings.Repeat("]", depth-2) + `}}`
	}
	tests := map[string]struct {
		body   string
		method string
		id     string // raw; "" means nil
		params string
		err    error
	}{
		"smallest":                     {body: `{"jsonrpc":"2.0","id":1,"method":"GetTask"}`, method: "GetTask", id: "1"},
		"with params":                  {body: `{"params":{"id":"x"},"method":"m","id":"a","jsonrpc":"2.0"}`, method: "m", id: `"a"`, params: `{"id":"x"}`},
		"by-position params":           {body: `{"params":[1],"method":"m","id":"a","jsonrpc":"2.0"}`, method: "m", id: `"a"`, params: `[1]`},
		"null params are absent":       {body: `{"params":null,"method":"m","id":"a","jsonrpc":"2.0"}`, method: "m", id: `"a"`},
		"surrounded by space":          {body: " \r\n\t{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"m\"} \n", method: "m", id: "1"},
		"null id":                      {body: `{"jsonrpc":"2.0","id":null,"method":"m"}`, method: "m", id: "null"},
		"id keeps its escapes":         {body: `{"jsonrpc":"2.0","id":"\u0041<","method":"m"}`, method: "m", id: `"\u0041<"`},
		"largest integer id":           {body: `{"jsonrpc":"2.0","id":9007199254740992,"method":"m"}`, method: "m", id: "9007199254740992"},
		"smallest integer id":          {body: `{"jsonrpc":"2.0","id":-9007199254740992,"method":"m"}`, method: "m", id: "-9007199254740992"},
		"escaped member name":          {body: `{"jsonrpc":"2.0","id":1,"\u006dethod":"m"}`, method: "m", id: "1"},
		"other case is another member": {body: `{"jsonrpc":"2.0","id":1,"method":"tasks/get","Method":"tasks/cancel","ID":2}`, method: "tasks/get", id: "1"},
		"long s is another letter":     {body: `{"jſonrpc":"2.0","id":1,"method":"m"}`, id: "1", method: "m", err: jsonrpc.ErrVersion},
		"only other case":              {body: `{"jsonrpc":"2.0","id":1,"Method":"m"}`, id: "1", err: jsonrpc.ErrMethod},
		"depth 64":                     {body: nested(64), method: "m", id: "1", params: `{"a":` + strings.Repeat("[", 62) + strings.Repeat("]", 62) + `}`},

		"depth 65":                  {body: nested(65), err: jsonrpc.ErrTooDeep},
		"depth 1000000":             {body: strings.Repeat("[", 1_000_000), err: jsonrpc.ErrTooDeep},
		"brackets in strings":       {body: `{"jsonrpc":"2.0","id":"` + strings.Repeat(`[{\"`, 100) + `","method":"m"}`, method: "m", id: `"` + strings.Repeat(`[{\"`, 100) + `"`},
		"empty":                     {body: "", err: jsonrpc.ErrSyntax},
		"space":                     {body: " ", err: jsonrpc.ErrSyntax},
		"truncated":                 {body: `{"jsonrpc":"2.0","id":1`, err: jsonrpc.ErrSyntax},
		"byte order mark":           {body: "\ufeff{}", err: jsonrpc.ErrSyntax},
		"single quotes":             {body: `{'jsonrpc':'2.0'}`, err: jsonrpc.ErrSyntax},
		"trailing comma":            {body: `{"jsonrpc":"2.0",}`, err: jsonrpc.ErrSyntax},
		"NaN":                       {body: `{"jsonrpc":"2.0","id":NaN}`, err: jsonrpc.ErrSyntax},
		"lone surrogate":            {body: `{"jsonrpc":"2.0","id":"\ud800","method":"m"}`, err: jsonrpc.ErrSyntax},
		"not UTF-8":                 {body: "{\"jsonrpc\":\"2.0\",\"id\":\"\xff\",\"method\":\"m\"}", err: jsonrpc.ErrNotUTF8},
		"two objects":               {body: `{"jsonrpc":"2.0","id":1,"method":"m"}{}`, err: jsonrpc.ErrTrailing},
		"trailing garbage":          {body: `{"jsonrpc":"2.0","id":1,"method":"m"} garbage`, err: jsonrpc.ErrTrailing},
		"trailing NUL":              {body: "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"m\"}\x00", err: jsonrpc.ErrTrailing},
		"duplicate method":          {body: `{"jsonrpc":"2.0","id":1,"method":"a","method":"b"}`, err: jsonrpc.ErrDuplicateKey},
		"duplicate by escape":       {body: `{"jsonrpc":"2.0","id":1,"method":"a","\u006dethod":"b"}`, err: jsonrpc.ErrDuplicateKey},
		"duplicate deep in params":  {body: `{"jsonrpc":"2.0","id":1,"method":"a","params":{"m":[{"x":1,"x":2}]}}`, err: jsonrpc.ErrDuplicateKey},
		"duplicate beats bad id":    {body: `{"jsonrpc":"2.0","id":1.5,"method":"a","method":"a"}`, err: jsonrpc.ErrDuplicateKey},
		"batch":                     {body: `[{"jsonrpc":"2.0","id":1,"method":"m"}]`, err: jsonrpc.ErrBatch},
		"empty batch":               {body: `[]`, err: jsonrpc.ErrBatch},
		"string":                    {body: `"x"`, err: jsonrpc.ErrNotObject},
		"null":                      {body: `null`, err: jsonrpc.ErrNotObject},
		"notification":              {body: `{"jsonrpc":"2.0","method":"message/send","params":{}}`, method: "message/send", params: "{}", err: jsonrpc.ErrNotification},
		"no version":                {body: `{"id":7,"method":"m"}`, method: "m", id: "7", err: jsonrpc.ErrVersion},
		"version 1.0":               {body: `{"jsonrpc":"1.0","id":7,"method":"m"}`, method: "m", id: "7", err: jsonrpc.ErrVersion},
		"version as a number":       {body: `{"jsonrpc":2.0,"id":7,"method":"m"}`, method: "m", id: "7", err: jsonrpc.ErrVersion},
		"no method":                 {body: `{"jsonrpc":"2.0","id":7}`, id: "7", err: jsonrpc.ErrMethod},
		"empty method":              {body: `{"jsonrpc":"2.0","id":7,"method":""}`, id: "7", err: jsonrpc.ErrMethod},
		"method not a string":       {body: `{"jsonrpc":"2.0","id":7,"method":["m"]}`, id: "7", err: jsonrpc.ErrMethod},
		"params a string":           {body: `{"jsonrpc":"2.0","id":7,"method":"m","params":"x"}`, method: "m", id: "7", err: jsonrpc.ErrParams},
		"id with a fraction":        {body: `{"jsonrpc":"2.0","id":1.0,"method":"m"}`, method: "m", err: jsonrpc.ErrID},
		"id with an exponent":       {body: `{"jsonrpc":"2.0","id":1e3,"method":"m"}`, method: "m", err: jsonrpc.ErrID},
		"id beyond 2^53":            {body: `{"jsonrpc":"2.0","id":9007199254740993,"method":"m"}`, method: "m", err: jsonrpc.ErrID},
		"id beyond 64 bits":         {body: `{"jsonrpc":"2.0","id":1000000000000000000000,"method":"m"}`, method: "m", err: jsonrpc.ErrID},
		"id an object":              {body: `{"jsonrpc":"2.0","id":{},"method":"m"}`, method: "m", err: jsonrpc.ErrID},
		"id a boolean":              {body: `{"jsonrpc":"2.0","id":true,"method":"m"}`, method: "m", err: jsonrpc.ErrID},
		"large batch":               {body: "[" + strings.Repeat(`{"jsonrpc":"2.0","id":1,"method":"m"},`, 9_999) + "1]", err: jsonrpc.ErrBatch},
		"unknown members are legal": {body: `{"jsonrpc":"2.0","id":1,"method":"m","extra":{"a":[]}}`, method: "m", id: "1"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env, err := jsonrpc.Parse([]byte(tt.body), jsonrpc.MaxDepth)
			if !errors.Is(err, tt.err) {
				t.Fatalf("Parse: error %v, want %v", err, tt.err)
			}
			if env.Method != tt.method || string(env.ID) != tt.id || string(env.Params) != tt.params {
				t.Errorf("Parse = %q, id %s, params %s; want %q, %s, %s", env.Method, env.ID, env.Params, tt.method, tt.id, tt.params)
			}
		})
	}
}
