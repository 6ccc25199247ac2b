package freeform_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/a2aproject/a2a-go/v2/a2a"

	"github.com/getbindu/bindu-go/internal/costtest"
	"github.com/getbindu/bindu-go/internal/freeform"
)

func message(part, metadata string) []byte {
	return []byte(`{"messageId":"m","role":"ROLE_USER","parts":[` + part + `],"metadata":` + metadata + `}`)
}

func decode(t *testing.T, body []byte) a2a.Message {
	t.Helper()
	var m a2a.Message
	if err := freeform.UnmarshalStrict(body, &m); err != nil {
		t.Fatalf("%.200s: %v", body, err)
	}
	return m
}

// What is sent in the usual way is what encoding/json makes of it.
func TestFewValuesAreDecoded(t *testing.T) {
	t.Parallel()
	m := decode(t, message(`{"data":{"a":[1,"x",null,{"b":true}],"n":0.5}},{"data":"text"},{"data":[1]},{"data":null}`, `{"k":{"x":-1.5e3},"n":null}`))
	want := []any{map[string]any{"a": []any{1.0, "x", nil, map[string]any{"b": true}}, "n": 0.5}, "text", []any{1.0}, nil}
	for i, w := range want {
		if got := m.Parts[i].Data(); !reflect.DeepEqual(got, w) {
			t.Errorf("data %#v, want %#v", got, w)
		}
	}
	if meta := map[string]any{"k": map[string]any{"x": -1500.0}, "n": nil}; !reflect.DeepEqual(m.Metadata, meta) {
		t.Errorf("metadata %#v", m.Metadata)
	}
}

// Null is data, and no other content; text and null are two.
func TestNullIsDataAlone(t *testing.T) {
	t.Parallel()
	for part, want := range map[string]a2a.PartContent{
		`{"data":null}`: a2a.Data{}, `{"text":null,"data":null}`: a2a.Data{}, `{"text":"","url":null}`: a2a.Text(""),
		`{}`: nil, `{"text":null}`: nil, `{"raw":null,"url":null}`: nil, `{"text":"","data":null}`: nil, `{"data":null,"raw":""}`: nil,
	} {
		for _, filling := range []string{"0", costtest.Repeat("1", 64<<10)} {
			var m a2a.Message
			err := freeform.UnmarshalStrict(message(part, `{"k":`+filling+`}`), &m)
			if want == nil && !errors.Is(err, freeform.ErrPart) || want != nil && (err != nil || !reflect.DeepEqual(m.Parts[0].Content, want)) {
				t.Errorf("%s: %+v, %v", part, m.Parts, err)
			}
		}
	}
}

// What is crowded with values stays text, but an object is still a map: A2A 0.3
// knows no other data.
func TestHostile164ManyValuesStayText(t *testing.T) {
	t.Parallel()
	crowded := costtest.Repeat("1", 64<<10)
	m := decode(t, message(`{"data":{"a":`+crowded+`,"b":null}},{"data":`+crowded+`}`, `{"k":`+crowded+`}`))
	if got := m.Parts[0].Data(); !reflect.DeepEqual(got, map[string]any{"a": json.RawMessage(crowded), "b": nil}) {
		t.Errorf("object: %.100v", got)
	}
	if got := m.Parts[1].Data(); !reflect.DeepEqual(got, json.RawMessage(crowded)) {
		t.Errorf("array: %.100v", got)
	}
	if got := m.Metadata["k"]; !reflect.DeepEqual(got, json.RawMessage(crowded)) {
		t.Errorf("metadata: %.100v", got)
	}
}

// Whether decoded or not, what is written again is what was read.
func TestHostile164WhatIsReadIsWritten(t *testing.T) {
	t.Parallel()
	const size = 64 << 10
	for _, in := range costtest.All(size, 40) {
		first, err := json.Marshal(decode(t, message(`{"data":{"d":`+in.JSON+`}}`, `{}`)))
		if err != nil {
			t.Fatal(err)
		}
		var again a2a.Message
		if err := freeform.Unmarshal(first, &again); err != nil {
			t.Fatal(err)
		}
		second, err := json.Marshal(again)
		if err != nil || string(first) != string(second) {
			t.Errorf("%s: %.80s became %.80s (%v)", in.Name, first, second, err)
		}
		if !sameValue(t, in.JSON, second) {
			t.Errorf("%s: another value", in.Name)
		}
	}
}

// sameValue compares with what encoding/json reads, numbers as they are nearest.
func sameValue(t *testing.T, sent string, written []byte) bool {
	t.Helper()
	var want any
	var got struct {
		Parts []struct{ Data struct{ D any } }
	}
	if json.Unmarshal([]byte(sent), &want) != nil || json.Unmarshal(written, &got) != nil || len(got.Parts) != 1 {
		return false
	}
	return reflect.DeepEqual(got.Parts[0].Data.D, want)
}

func TestStrictRefusesNumbersThatWouldChange(t *testing.T) {
	t.Parallel()
	filling := costtest.Repeat("1", 64<<10)
	for number, want := range map[string]error{
		"9007199254740992": nil, "-9007199254740992": nil, "9007199254740993": freeform.ErrInteger, "-9007199254740993": freeform.ErrInteger,
		strings.Repeat("9", 100): freeform.ErrInteger, "1e308": nil, "1e309": freeform.ErrRange, "-1e400": freeform.ErrRange, "1e-400": nil,
		"9007199254740993.0": nil, `"9007199254740993"`: nil, `"\"1e400"`: nil,
	} {
		for _, part := range []string{`{"data":[%]}`, `{"data":{"a":{"b":%}}}`, `{"text":"","metadata":{"a":%}}`, `{"data":[` + filling + `,%]}`, `{"data":{"x":` + filling + `,"a":%}}`} {
			body := message(strings.Replace(part, "%", number, 1), "{}")
			var m a2a.Message
			if err := freeform.UnmarshalStrict(body, &m); !errors.Is(err, want) || (err == nil) != (want == nil) {
				t.Errorf("%s in %.40s: %v, want %v", number, part, err, want)
			}
			if err := freeform.Unmarshal(body, &m); err != nil {
				t.Errorf("%s in %.40s, from the store: %v", number, part, err)
			}
		}
	}
}

func TestPartsHaveOneContent(t *testing.T) {
	t.Parallel()
	for part, want := range map[string]error{
		`{}`: freeform.ErrPart, `{"text":"","url":"u"}`: freeform.ErrPart, `{"Text":"x"}`: freeform.ErrPart,
		`{"raw":""}`: nil, `{"data":{}}`: nil, `{"data":0}`: nil, `{"text":""}`: nil,
	} {
		var m a2a.Message
		if err := freeform.UnmarshalStrict(message(part, "{}"), &m); !errors.Is(err, want) || (err == nil) != (want == nil) {
			t.Errorf("%s: %v, want %v", part, err, want)
		}
	}
}

func FuzzUnmarshal(f *testing.F) {
	crowded := costtest.Repeat("[]", 20<<10)
	for _, data := range []string{`{"a":[1,2.5,5e-324,null]}`, `[9007199254740993]`, `"x"`, `1e400`, `{"a":{}}`, `null`, `{"x":` + crowded + `}`, `[0.1,` + crowded + `]`} {
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data string) {
		if !json.Valid([]byte(data)) {
			return
		}
		var m, again a2a.Message
		if freeform.UnmarshalStrict(message(`{"data":`+data+`}`, `{"m":`+data+`}`), &m) != nil {
			return
		}
		first, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		if err := freeform.Unmarshal(first, &again); err != nil {
			t.Fatalf("%s: %v", first, err)
		}
		if second, err := json.Marshal(again); err != nil || string(second) != string(first) {
			t.Fatalf("%s became %s (%v)", first, second, err)
		}
	})
}
