package protoform_test

import (
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/dynamicpb"

	"github.com/getbindu/bindu-go/internal/protoform"
)

// FuzzAnswer reads bytes as what a peer answers. What is read is a message to the official
// implementation, too, and can be written again.
func FuzzAnswer(f *testing.F) {
	names := []string{"SendMessage", "SubscribeToTask", "ListTasks", "ListTaskPushNotificationConfigs", "GetExtendedAgentCard"}
	f.Add(byte(0), field(1, join(field(1, 't'), field(3, varint(1, 3)...))...))
	f.Add(byte(1), field(3, join(field(1, 't'), field(3, join(varint(1, 2), field(3, varint(1, 1767225600)...))...))...))
	f.Add(byte(1), field(4, join(field(1, 't'), field(3, field(4, field(4, field(6, field(1, varint(4, 1)...)...)...)...)...), varint(4, 1))...))
	f.Add(byte(2), join(field(1, field(1, 't')...), varint(4, 1)))
	f.Add(byte(3), field(1, join(field(2, 'i'), field(6, field(1, 's')...))...))
	f.Add(byte(4), marshal(f, wholeCard(everything(f))))
	defined := service(f)
	f.Fuzz(func(t *testing.T, which byte, wire []byte) {
		name := names[int(which)%len(names)]
		m, _ := protoform.MethodOf(name)
		got, err := m.Response.JSON(wire, wide)
		if err != nil {
			return
		}
		official := dynamicpb.NewMessage(defined[name].Output())
		if err := proto.Unmarshal(wire, official); err != nil {
			t.Fatalf("%x is read as %s, officially %v", wire, got, err)
		}
		if _, err := m.Response.Append(nil, got); err != nil && !unknownEnum(official) {
			t.Fatalf("%s: %v", got, err)
		}
	})
}
