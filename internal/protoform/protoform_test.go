package protoform_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"

	a2apb "github.com/a2aproject/a2a-go/v2/a2apb/v1"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/dynamicpb"
	"google.golang.org/protobuf/types/known/structpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/getbindu/bindu-go/internal/protoform"
)

// wide are bounds that nothing here reaches.
var wide = protoform.Bounds{Bytes: 1 << 20, Depth: 64}

// service are the methods as they are officially defined.
func service(t testing.TB) map[string]protoreflect.MethodDescriptor {
	t.Helper()
	s := a2apb.File_a2av1_proto.Services().ByName("A2AService")
	all := make(map[string]protoreflect.MethodDescriptor)
	for i := range s.Methods().Len() {
		m := s.Methods().Get(i)
		all[string(m.Name())] = m
		if got, want := protoform.Path(string(m.Name())), "/"+string(s.FullName())+"/"+string(m.Name()); got != want {
			t.Errorf("path %s, want %s", got, want)
		}
	}
	return all
}

// The table of fields is that of the official definition.
func TestTheTableIsThatOfTheDefinition(t *testing.T) {
	known := protoform.Methods()
	for name, d := range service(t) {
		m, ok := protoform.MethodOf(name)
		if !ok || m.Stream != d.IsStreamingServer() || d.IsStreamingClient() {
			t.Errorf("%s: %t, %+v", name, ok, m)
			continue
		}
		delete(known, name)
		protoform.Compare(t, m.Request, d.Input())
		protoform.Compare(t, m.Response, d.Output())
	}
	if len(known) > 0 {
		t.Errorf("methods that are not defined: %v", known)
	}
}

func data(t testing.TB, v any) *structpb.Value {
	t.Helper()
	value, err := structpb.NewValue(v)
	if err != nil {
		t.Fatal(err)
	}
	return value
}

// everything has each field, and each kind of value.
func everything(t testing.TB) *a2apb.SendMessageRequest {
	t.Helper()
	free := map[string]any{"null": nil, "list": []any{1.0, "x", []any{}, map[string]any{}, true}, "object": map[string]any{"": 0.5}, "n": 1e300, "minus": -1e-9, "no": false, "é\u2028<": "\x00\"\\"}
	object := data(t, free).GetStructValue()
	two := int32(2)
	return &a2apb.SendMessageRequest{
		Message: &a2apb.Message{
			MessageId: "m", ContextId: "c", TaskId: "t", Role: a2apb.Role_ROLE_USER, Metadata: object, Extensions: []string{"a", ""}, ReferenceTaskIds: []string{"x"},
			Parts: []*a2apb.Part{
				{Content: &a2apb.Part_Text{Text: "hello \u00e9\U0001f600\x7f\n"}, Metadata: object}, {Content: &a2apb.Part_Text{}},
				{Content: &a2apb.Part_Raw{Raw: []byte{0, 255, 1}}, Filename: "f", MediaType: "image/png"}, {Content: &a2apb.Part_Raw{}},
				{Content: &a2apb.Part_Url{Url: "https://h/"}}, {Content: &a2apb.Part_Data{Data: data(t, free)}}, {Content: &a2apb.Part_Data{Data: data(t, []any{1.0})}},
				{Content: &a2apb.Part_Data{Data: structpb.NewNullValue()}}, {Content: &a2apb.Part_Text{Text: strings.Repeat("long", 100)}},
			},
		},
		Configuration: &a2apb.SendMessageConfiguration{
			AcceptedOutputModes: []string{"text/plain"}, HistoryLength: &two, ReturnImmediately: true,
			TaskPushNotificationConfig: &a2apb.TaskPushNotificationConfig{Id: "i", TaskId: "t", Url: "u", Token: "k", Authentication: &a2apb.AuthenticationInfo{Scheme: "Bearer", Credentials: "c"}},
		},
		Metadata: &structpb.Struct{},
	}
}

func marshal(t testing.TB, m proto.Message) []byte {
	t.Helper()
	wire, err := proto.MarshalOptions{Deterministic: true}.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return wire
}

// same holds the forms of a message against those of the official implementation.
func same(t testing.TB, method string, response bool, m proto.Message) {
	t.Helper()
	known, _ := protoform.MethodOf(method)
	kind := known.Request
	if response {
		kind = known.Response
	}
	official, err := protojson.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	wire := marshal(t, m)
	got, err := kind.JSON(wire, wide)
	if err != nil {
		t.Fatalf("%s of %s: %v", method, official, err)
	}
	if !equalJSON(t, got, official) {
		t.Errorf("%s: %s\nwant %s", method, got, official)
	}
	for _, text := range [][]byte{got, official} {
		back, err := kind.Append([]byte("before"), text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		read := m.ProtoReflect().New().Interface()
		rest, _ := bytes.CutPrefix(back, []byte("before"))
		if err := proto.Unmarshal(rest, read); err != nil || !proto.Equal(read, m) {
			t.Errorf("%s comes back as %v, %v", text, read, err)
		}
	}
}

func equalJSON(t testing.TB, a, b []byte) bool {
	t.Helper()
	var x, y any
	if err := json.Unmarshal(a, &x); err != nil {
		t.Fatalf("%s: %v", a, err)
	}
	if err := json.Unmarshal(b, &y); err != nil {
		t.Fatalf("%s: %v", b, err)
	}
	p, _ := json.Marshal(x)
	q, _ := json.Marshal(y)
	return bytes.Equal(p, q)
}

func TestBothFormsAreTheOfficialOnes(t *testing.T) {
	all := everything(t)
	zero, yes, minus := int32(0), true, int32(-5)
	at := &timestamppb.Timestamp{Seconds: 1767225600, Nanos: 123456789}
	task := &a2apb.Task{
		Id: "t", ContextId: "c", Status: &a2apb.TaskStatus{State: a2apb.TaskState_TASK_STATE_AUTH_REQUIRED, Message: all.GetMessage(), Timestamp: at}, History: []*a2apb.Message{all.GetMessage(), {}},
		Artifacts: []*a2apb.Artifact{{ArtifactId: "a", Name: "n", Description: "d", Parts: all.GetMessage().GetParts(), Metadata: all.GetMetadata(), Extensions: []string{"e"}}}, Metadata: all.GetMessage().GetMetadata(),
	}
	same(t, "SendMessage", false, all)
	same(t, "SendMessage", false, &a2apb.SendMessageRequest{})
	same(t, "SendMessage", true, &a2apb.SendMessageResponse{Payload: &a2apb.SendMessageResponse_Task{Task: task}})
	same(t, "SendMessage", true, &a2apb.SendMessageResponse{Payload: &a2apb.SendMessageResponse_Message{Message: all.GetMessage()}})
	same(t, "SubscribeToTask", true, &a2apb.StreamResponse{Payload: &a2apb.StreamResponse_StatusUpdate{StatusUpdate: &a2apb.TaskStatusUpdateEvent{TaskId: "t", ContextId: "c", Status: task.GetStatus(), Metadata: task.GetMetadata()}}})
	same(t, "SubscribeToTask", true, &a2apb.StreamResponse{Payload: &a2apb.StreamResponse_ArtifactUpdate{ArtifactUpdate: &a2apb.TaskArtifactUpdateEvent{TaskId: "t", Artifact: task.GetArtifacts()[0], Append: true, LastChunk: true}}})
	same(t, "GetTask", false, &a2apb.GetTaskRequest{Tenant: "x", Id: "t", HistoryLength: &zero})
	same(t, "GetTask", true, task)
	same(t, "ListTasks", false, &a2apb.ListTasksRequest{ContextId: "c", Status: a2apb.TaskState_TASK_STATE_FAILED, PageSize: &minus, PageToken: "p", StatusTimestampAfter: at, IncludeArtifacts: &yes})
	same(t, "ListTasks", false, &a2apb.ListTasksRequest{StatusTimestampAfter: &timestamppb.Timestamp{Seconds: -62135596800}})
	same(t, "ListTasks", true, &a2apb.ListTasksResponse{Tasks: []*a2apb.Task{task, task}, NextPageToken: "n", PageSize: 1, TotalSize: math.MaxInt32})
	same(t, "GetExtendedAgentCard", true, wholeCard(all))
	same(t, "ListTaskPushNotificationConfigs", true, &a2apb.ListTaskPushNotificationConfigsResponse{Configs: []*a2apb.TaskPushNotificationConfig{all.GetConfiguration().GetTaskPushNotificationConfig()}})
}

// field is a field with a length.
func field(n protowire.Number, value ...byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(nil, n, protowire.BytesType), value)
}

func varint(n protowire.Number, v uint64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(nil, n, protowire.VarintType), v)
}

func join(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

func TestWhatIsNoMessageIsRefused(t *testing.T) {
	list, _ := protoform.MethodOf("ListTasks")
	send, _ := protoform.MethodOf("SendMessage")
	get, _ := protoform.MethodOf("GetTask")
	deep := field(5) // a struct in structs
	for range 70 {
		deep = field(5, field(1, join(field(1, 'k'), field(2, deep...))...)...)
	}
	for name, tt := range map[string]struct {
		kind *protoform.Type
		wire []byte
		want error
	}{
		"cut off":                   {get.Request, field(2, 'x', 'y')[:3], protoform.ErrMalformed},
		"a tag alone":               {get.Request, []byte{0x12}, protoform.ErrMalformed},
		"field 0":                   {get.Request, []byte{0x02, 0}, protoform.ErrMalformed},
		"a group":                   {get.Request, []byte{0x2b, 0x2c}, protoform.ErrMalformed},
		"a number for a text":       {get.Request, varint(2, 1), protoform.ErrMalformed},
		"a text for a number":       {get.Request, field(3, '1'), protoform.ErrMalformed},
		"a field twice":             {get.Request, join(field(2, 'x'), field(2, 'y')), protoform.ErrMalformed},
		"no UTF-8":                  {get.Request, field(2, 0xff), protoform.ErrMalformed},
		"a number of 64 bits":       {get.Request, varint(3, 1<<32), protoform.ErrMalformed},
		"a number cut off":          {get.Request, []byte{0x18, 0x80}, protoform.ErrMalformed},
		"an unknown field cut off":  {get.Request, field(15, 'x')[:2], protoform.ErrMalformed},
		"no year 10000":             {list.Request, field(7, varint(1, 253402300800)...), protoform.ErrMalformed},
		"a second of 1e9 ns":        {list.Request, field(7, varint(2, 1e9)...), protoform.ErrMalformed},
		"a third field of a moment": {list.Request, field(7, varint(3, 1)...), protoform.ErrMalformed},
		"a list in two places":      {send.Request, field(2, join(field(7, 'a'), field(1, 'm'), field(7, 'b'))...), protoform.ErrMalformed},
		"a value of no kind":        {send.Request, field(4, field(1, join(field(1, 'k'), field(2))...)...), protoform.ErrMalformed},
		"a value of two kinds":      {send.Request, field(4, field(1, join(field(1, 'k'), field(2, join(field(3, 'a'), field(3, 'b'))...))...)...), protoform.ErrMalformed},
		"an entry without a value":  {send.Request, field(4, field(1, field(1, 'k')...)...), protoform.ErrMalformed},
		"an entry with two keys":    {send.Request, field(4, field(1, join(field(1, 'k'), field(1, 'l'), field(2, varint(1, 0)...))...)...), protoform.ErrMalformed},
		"a null of 1":               {send.Request, field(4, field(1, join(field(1, 'k'), field(2, varint(1, 1)...))...)...), protoform.ErrMalformed},
		"infinity":                  {send.Request, field(4, field(1, join(field(1, 'k'), field(2, marshal(t, structpb.NewNumberValue(math.Inf(1)))...))...)...), protoform.ErrMalformed},
		"NaN":                       {send.Request, field(4, field(1, join(field(1, 'k'), field(2, marshal(t, structpb.NewNumberValue(math.NaN()))...))...)...), protoform.ErrMalformed},
		"too deep":                  {send.Request, field(2, field(5, field(4, deep...)...)...), protoform.ErrTooDeep},
	} {
		if got, err := tt.kind.JSON(tt.wire, wide); !errors.Is(err, tt.want) {
			t.Errorf("%s: %s, %v, want %v", name, got, err, tt.want)
		}
	}
	if got, err := get.Request.JSON(join(field(2, 'x'), field(15, 'y'), varint(99, 1)), wide); err != nil || string(got) != `{"id":"x"}` {
		t.Errorf("with fields of tomorrow: %s, %v", got, err)
	}
	if got, err := list.Request.JSON(join(field(2, 'x'), field(15, 'y'), varint(99, 1)), wide); err != nil || string(got) != `{"contextId":"x","15":null,"99":null}` {
		t.Errorf("with filters that are not known: %s, %v", got, err)
	}
	if got, err := list.Request.JSON(varint(3, 99), wide); err != nil || string(got) != `{"status":99}` {
		t.Errorf("with a state of tomorrow: %s, %v", got, err)
	}
}

// What is held is asked for before it is held, and no message is larger in JSON than
// allowed.
func TestAMessageIsPaidForBeforeItIsRead(t *testing.T) {
	get, _ := protoform.MethodOf("GetTask")
	for _, text := range []string{strings.Repeat("x", 100000), strings.Repeat("\x00", 100000), strings.Repeat(`"`, 100000)} {
		wire := field(2, []byte(text)...)
		var held int64
		bounds := wide
		bounds.Hold = func(n int64) bool { held += n; return true }
		got, err := get.Request.JSON(wire, bounds)
		if err != nil || int64(cap(got)) > held || int64(len(got)) > held || held > 2*int64(len(got)) {
			t.Errorf("%d bytes of %d, %d paid, %v", len(got), cap(got), held, err)
		}
		bounds.Hold = func(n int64) bool { return n < 1000 }
		if _, err := get.Request.JSON(wire, bounds); !errors.Is(err, protoform.ErrHeld) {
			t.Errorf("not paid: %v", err)
		}
		bounds = protoform.Bounds{Bytes: len(got), Depth: 1}
		if same, err := get.Request.JSON(wire, bounds); err != nil || !bytes.Equal(same, got) {
			t.Errorf("at the bound: %v", err)
		}
		bounds.Bytes--
		if _, err := get.Request.JSON(wire, bounds); !errors.Is(err, protoform.ErrTooLarge) {
			t.Errorf("over the bound: %v", err)
		}
	}
}

func TestWhatIsNoFormOfAMessageIsNotWritten(t *testing.T) {
	send, _ := protoform.MethodOf("SendMessage")
	for _, object := range []string{
		``, `[]`, `1`, `{`, `{"other":1}`, `{"message":1}`, `{"message":[]}`, `{"message":{"messageId":1}}`, `{"message":{"role":"USER"}}`, `{"message":{"role":1}}`,
		`{"message":{"parts":{}}}`, `{"message":{"parts":[`, `{"message":{"parts":[1]}}`, `{"message":{"parts":[{"raw":"?"}]}}`, `{"message":{"parts":[{"raw":1}]}}`, `{"metadata":[]}`, `{"metadata":{"a":1e999}}`,
		`{"configuration":{"historyLength":"1"}}`, `{"configuration":{"historyLength":2147483648}}`, `{"configuration":{"historyLength":1.5}}`, `{"configuration":{"returnImmediately":1}}`,
	} {
		if got, err := send.Request.Append(nil, []byte(object)); !errors.Is(err, protoform.ErrForm) {
			t.Errorf("%s: %x, %v", object, got, err)
		}
	}
	list, _ := protoform.MethodOf("ListTasks")
	for _, object := range []string{`{"statusTimestampAfter":"yesterday"}`, `{"statusTimestampAfter":1}`} {
		if got, err := list.Request.Append(nil, []byte(object)); !errors.Is(err, protoform.ErrForm) {
			t.Errorf("%s: %x, %v", object, got, err)
		}
	}
	for _, object := range []string{`null`, `{}`, `{"message":null}`, `{"metadata":null,"tenant":""}`} {
		if got, err := send.Request.Append(nil, []byte(object)); err != nil || len(got) != 0 {
			t.Errorf("%s: %x, %v", object, got, err)
		}
	}
}

// FuzzMessage reads bytes as each request. What is read is what the official
// implementation reads, and comes back from JSON as it was.
func FuzzMessage(f *testing.F) {
	names := []string{"SendMessage", "GetTask", "ListTasks", "CancelTask", "CreateTaskPushNotificationConfig", "ListTaskPushNotificationConfigs"}
	f.Add(byte(0), marshal(f, everything(f)))
	f.Add(byte(1), field(2, 'x'))
	f.Add(byte(2), join(varint(3, 2), varint(4, 10), field(7, varint(1, 1767225600)...)))
	for _, nanoseconds := range []uint64{180_000_000, 120_000, 10} {
		f.Add(byte(2), field(7, join(varint(1, 1767225600), varint(2, nanoseconds))...))
	}
	f.Add(byte(2), field(15, 'x'))
	f.Add(byte(3), join(field(2, 'x'), field(3, field(1, join(field(1, 'k'), field(2, varint(4, 1)...))...)...)))
	f.Add(byte(4), join(field(3, 't'), field(4, 'u'), field(6, field(1, 's')...)))
	f.Add(byte(5), join(field(4, 'x'), varint(2, 1)))
	defined := service(f)
	f.Fuzz(func(t *testing.T, which byte, wire []byte) {
		name := names[int(which)%len(names)]
		m, _ := protoform.MethodOf(name)
		got, err := m.Request.JSON(wire, wide)
		if err != nil {
			return
		}
		official := dynamicpb.NewMessage(defined[name].Input())
		if err := proto.Unmarshal(wire, official); err != nil {
			t.Fatalf("%x is read as %s, officially %v", wire, got, err)
		}
		want, err := protojson.Marshal(official)
		if err != nil {
			t.Fatalf("%s, officially %v", got, err)
		}
		if hasTwice(got) || twoContents(got) || len(official.GetUnknown()) > 0 && strings.HasPrefix(name, "List") {
			return // which whoever reads the JSON refuses, and protobuf takes the last
		}
		if !equalJSON(t, got, want) {
			t.Fatalf("%s, officially %s", got, want)
		}
		again, err := m.Request.Append(nil, got)
		if err != nil {
			if !unknownEnum(official) {
				t.Fatalf("%s: %v", got, err)
			}
			return
		}
		if strings.Contains(string(got), "e-3") {
			return // of the least doubles the last digit may be another
		}
		if back, err := m.Request.JSON(again, wide); err != nil || !bytes.Equal(back, got) {
			t.Fatalf("%s comes back as %s, %v", got, back, err)
		}
	})
}
