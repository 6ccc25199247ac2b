package grpcframe_test

import (
	"encoding/base64"
	"errors"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	rpcstatus "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/getbindu/bindu-go/internal/grpcframe"
)

var example = grpcframe.Status{
	Code: grpcframe.CodeOf("NOT_FOUND"), Message: "no such 100 % task\n\u00e9",
	Details: []grpcframe.ErrorInfo{{Reason: "TASK_NOT_FOUND", Domain: "a2a-protocol.org", Metadata: map[string]string{"reason": "task_not_found", "hint": strings.Repeat("\u00e9", 100), "empty": ""}}},
}

// What is said is what the official types read, and the other way round.
func TestAStatusIsTheOfficialOne(t *testing.T) {
	t.Parallel()
	h := http.Header{}
	example.Set(h, "")
	if h.Get("Grpc-Status") != "5" || h.Get("Grpc-Message") != "no such 100 %25 task%0A%C3%A9" {
		t.Errorf("%v", h)
	}
	raw, err := base64.RawStdEncoding.DecodeString(h.Get("Grpc-Status-Details-Bin"))
	if err != nil {
		t.Fatal(err)
	}
	var official rpcstatus.Status
	var info errdetails.ErrorInfo
	if err := proto.Unmarshal(raw, &official); err != nil || len(official.GetDetails()) != 1 {
		t.Fatalf("%v, %v", &official, err)
	}
	if err := official.GetDetails()[0].UnmarshalTo(&info); err != nil {
		t.Fatal(err)
	}
	if want := example.Details[0]; official.GetCode() != 5 || official.GetMessage() != example.Message || info.GetReason() != want.Reason || info.GetDomain() != want.Domain || !reflect.DeepEqual(info.GetMetadata(), want.Metadata) {
		t.Errorf("%v %v", &official, &info)
	}
	retry, err := anypb.New(&durationpb.Duration{Seconds: 1})
	if err != nil {
		t.Fatal(err)
	}
	official.Details = append(official.Details, retry)
	if raw, err = proto.Marshal(&official); err != nil {
		t.Fatal(err)
	}
	h.Set("Grpc-Status-Details-Bin", base64.StdEncoding.EncodeToString(raw)) // with padding, and a detail of another kind
	if got, err := grpcframe.ReadStatus(h); err != nil || !reflect.DeepEqual(got, example) {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestASuccessSaysNothingMore(t *testing.T) {
	t.Parallel()
	h := http.Header{}
	grpcframe.Status{Message: "x"}.Set(h, http.TrailerPrefix)
	if len(h) != 1 || h[http.TrailerPrefix+"Grpc-Status"][0] != "0" {
		t.Errorf("%v", h)
	}
}

func TestNoStatus(t *testing.T) {
	t.Parallel()
	for name, h := range map[string]http.Header{
		"none": {}, "a word": {"Grpc-Status": {"OK"}}, "negative": {"Grpc-Status": {"-1"}}, "two": {"Grpc-Status": {"0", "0"}},
		"no base64": {"Grpc-Status": {"5"}, "Grpc-Status-Details-Bin": {"?"}}, "cut off": {"Grpc-Status": {"5"}, "Grpc-Status-Details-Bin": {"GgU"}},
		"a group": {"Grpc-Status": {"5"}, "Grpc-Status-Details-Bin": {base64.RawStdEncoding.EncodeToString([]byte{0x23, 0x24})}},
	} {
		if got, err := grpcframe.ReadStatus(h); !errors.Is(err, grpcframe.ErrStatus) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

func TestCodesAreTheOfficialOnes(t *testing.T) {
	t.Parallel()
	for c := codes.OK; c <= codes.Unauthenticated; c++ {
		var official codes.Code
		if err := official.UnmarshalJSON([]byte(`"` + grpcframe.Code(c).String() + `"`)); err != nil || official != c {
			t.Errorf("%d is %s, %v", c, grpcframe.Code(c), err)
		}
		if got := grpcframe.CodeOf(grpcframe.Code(c).String()); got != grpcframe.Code(c) {
			t.Errorf("%d comes back as %d", c, got)
		}
	}
	if grpcframe.CodeOf("x") != 2 || grpcframe.Code(17).String() != "UNKNOWN" || grpcframe.Code(-1).String() != "UNKNOWN" {
		t.Error("what is no code is another than UNKNOWN")
	}
}

func TestDeadlines(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]time.Duration{
		"1H": time.Hour, "2M": 2 * time.Minute, "3S": 3 * time.Second, "4m": 4 * time.Millisecond, "5u": 5 * time.Microsecond, "6n": 6, "0S": 0, "00000001S": time.Second,
		"99999999H": 1<<63 - 1, "99999999S": 99999999 * time.Second,
	} {
		if got, ok := grpcframe.Timeout(value); !ok || got != want {
			t.Errorf("%s: %s, %t", value, got, ok)
		}
	}
	for _, value := range []string{"", "S", "1", "1s", "-1S", "+1S", "1.5S", " 1S", "1S ", "123456789S", "1_0S", "0x1S"} {
		if got, ok := grpcframe.Timeout(value); ok {
			t.Errorf("%q is %s", value, got)
		}
	}
}

func TestContentTypes(t *testing.T) {
	t.Parallel()
	for value, want := range map[string][2]bool{
		"application/grpc": {true, true}, "application/grpc+proto": {true, true}, "Application/GRPC": {true, true}, "application/grpc+json": {false, true}, "application/grpc;charset=utf-8": {false, true},
		"application/grpc-web": {false, false}, "application/json": {false, false}, "": {false, false}, "application/grpcx": {false, false},
	} {
		if got := [2]bool{grpcframe.IsContentType(value), grpcframe.SaysGRPC(value)}; got != want {
			t.Errorf("%q: %t, want %t", value, got, want)
		}
	}
}

// FuzzStatus reads what says a status: what is read is said again as it was.
func FuzzStatus(f *testing.F) {
	h := http.Header{}
	example.Set(h, "")
	f.Add(h.Get("Grpc-Status"), h.Get("Grpc-Message"), h.Get("Grpc-Status-Details-Bin"))
	f.Add("0", "", "")
	f.Add("16", "%", "=")
	f.Add("7", "%e9%zz%C3%A9", "GgA")
	f.Fuzz(func(t *testing.T, code, message, details string) {
		s, err := grpcframe.ReadStatus(http.Header{"Grpc-Status": {code}, "Grpc-Message": {message}, "Grpc-Status-Details-Bin": {details}})
		if err != nil || s.Code == grpcframe.OK {
			return
		}
		h := http.Header{}
		s.Set(h, "")
		if strings.Trim(h.Get("Grpc-Message"), " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~") != "" {
			t.Fatalf("%q", h)
		}
		again, err := grpcframe.ReadStatus(h)
		if err != nil || again.Code != s.Code || again.Message != s.Message || len(again.Details) != len(s.Details) {
			t.Fatalf("%+v comes back as %+v, %v", s, again, err)
		}
	})
}
