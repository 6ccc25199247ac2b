package protoform_test

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"

	a2apb "github.com/a2aproject/a2a-go/v2/a2apb/v1"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/getbindu/bindu-go/internal/protoform"
)

// inJSON is what a double is in a message, in JSON.
func inJSON(t *testing.T, f float64) string {
	t.Helper()
	send, _ := protoform.MethodOf("SendMessage")
	wire := marshal(t, &a2apb.SendMessageRequest{Metadata: &structpb.Struct{Fields: map[string]*structpb.Value{"n": structpb.NewNumberValue(f)}}})
	object, err := send.Request.JSON(wire, wide)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSuffix(strings.TrimPrefix(string(object), `{"metadata":{"n":`), "}}")
}

// inMessage is the double that a number in JSON is in a message.
func inMessage(t *testing.T, number string) float64 {
	t.Helper()
	send, _ := protoform.MethodOf("SendMessage")
	wire, err := send.Request.Append(nil, []byte(`{"metadata":{"n":`+number+`}}`))
	if err != nil {
		t.Fatal(err)
	}
	var m a2apb.SendMessageRequest
	if err := proto.Unmarshal(wire, &m); err != nil {
		t.Fatal(err)
	}
	return m.GetMetadata().GetFields()["n"].GetNumberValue()
}

// Each double is written so that it is read as itself, and a whole one that integers
// cannot be trusted with is not written as one.
func TestDoublesInJSON(t *testing.T) {
	for f, want := range map[float64]string{
		0: "0", math.Copysign(0, -1): "-0", 1: "1", -1.5: "-1.5", 1000000: "1000000", 1e-6: "0.000001", 1e-7: "1e-07", 1 << 53: "9007199254740992", 1<<53 + 2: "9.007199254740994e+15",
		1e300: "1e+300", math.MaxFloat64: "1.7976931348623157e+308", 5e-324: "4.9406564584124654e-324", leastNormal: "2.2250738585072014e-308",
	} {
		if got := inJSON(t, f); got != want {
			t.Errorf("%g is %s, want %s", f, got, want)
		}
		if back, err := strconv.ParseFloat(inJSON(t, f), 64); err != nil || back != f {
			t.Errorf("%g comes back as %g", f, back)
		}
	}
}

const leastNormal = 0x1p-1022

// A number is the double that strconv makes of it, however it is written, and of the
// least ones nearly.
func TestNumbersInMessages(t *testing.T) {
	for _, number := range []string{
		"0", "-0", "0.0", "-0.0e5", "1", "-12.5", "1E3", "1e-3", "0.001", "123456789012345678901234567890", "-0.1000000000000000055511151231257827", "9007199254740993", "1e308", "0.000000000000000000000000000001e30",
		"1e-300", "2.5e-307", "-1e-291", "0e999999", "0." + strings.Repeat("0", 400), "0." + strings.Repeat("0", 400) + "1e401", strings.Repeat("9", 300), "1" + strings.Repeat("0", 300) + "e-300", "0." + strings.Repeat("7", 100), "1e-400", "1e-99999999999999999999", "-1e-5000",
	} {
		want, _ := strconv.ParseFloat(number, 64)
		if got := inMessage(t, number); got != want && math.Abs(got-want) > math.Abs(want)*1e-15 || math.Signbit(got) != math.Signbit(want) && want != 0 {
			t.Errorf("%s is %g, want %g", number, got, want)
		}
	}
	for _, number := range []string{"5e-324", "-4.9406564584124654e-324", "1.2345678901234567e-310", "2.225073858507201e-308", "0." + strings.Repeat("0", 310) + "1234"} {
		want, _ := strconv.ParseFloat(number, 64)
		if got := inMessage(t, number); math.Abs(got-want) > 5e-324 || math.Signbit(got) != math.Signbit(want) {
			t.Errorf("%s is %g, want %g", number, got, want)
		}
	}
	send, _ := protoform.MethodOf("SendMessage")
	for _, number := range []string{"1e309", "-1e999999999999", strings.Repeat("9", 400)} {
		if _, err := send.Request.Append(nil, fmt.Appendf(nil, `{"metadata":{"n":%s}}`, number)); err == nil {
			t.Errorf("%s is a double", number)
		}
	}
}
