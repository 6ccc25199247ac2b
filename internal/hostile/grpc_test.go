package hostile

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"strings"
	"testing"

	sdk "github.com/a2aproject/a2a-go/v2/a2a"
	"github.com/a2aproject/a2a-go/v2/a2aclient"
	a2agrpc "github.com/a2aproject/a2a-go/v2/a2agrpc/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/proto"

	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/internal/grpcframe"
	"github.com/getbindu/bindu-go/internal/hydratest"
)

// signedBytes is a message that was written already: what is signed is what is sent.
type signedBytes []byte

// signedCodec writes what was signed.
type signedCodec struct{}

func (signedCodec) Name() string { return "proto" }

func (signedCodec) Marshal(v any) ([]byte, error) { return v.(signedBytes), nil }

func (signedCodec) Unmarshal(data []byte, v any) error {
	return proto.Unmarshal(data, v.(proto.Message))
}

// grpcProver adds the three proofs of a caller to what a client of gRPC sends.
type grpcProver struct {
	h      *house
	caller *caller
	token  string
}

// prove writes the message, and signs the frame that it is sent in.
func (p *grpcProver) prove(ctx context.Context, method string, m any) (context.Context, signedBytes, error) {
	wire, err := proto.Marshal(m.(proto.Message))
	if err != nil {
		return nil, nil, err
	}
	frame := append(grpcframe.Begin(nil), wire...)
	if err := grpcframe.End(frame); err != nil {
		return nil, nil, err
	}
	signed, err := signature.SignHeader(p.caller.key, signature.Octets1, signature.Request{
		DID: p.caller.name, Audience: p.h.DID(), Timestamp: p.h.clock.now().Unix(), Method: "POST",
		Target: method, ContentType: "application/grpc+proto", Body: frame,
	}, rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	ctx = metadata.AppendToOutgoingContext(ctx, "authorization", "Bearer "+p.token)
	for name, values := range signed {
		ctx = metadata.AppendToOutgoingContext(ctx, strings.ToLower(name), values[0])
	}
	return ctx, wire, nil
}

func (p *grpcProver) unary(ctx context.Context, method string, req, reply any, cc *grpc.ClientConn, invoke grpc.UnaryInvoker, opts ...grpc.CallOption) error {
	ctx, wire, err := p.prove(ctx, method, req)
	if err != nil {
		return err
	}
	return invoke(ctx, method, wire, reply, cc, append(opts, grpc.ForceCodec(signedCodec{}))...)
}

func (p *grpcProver) stream(ctx context.Context, desc *grpc.StreamDesc, cc *grpc.ClientConn, method string, begin grpc.Streamer, opts ...grpc.CallOption) (grpc.ClientStream, error) {
	return &provedStream{begin: func(m any) (grpc.ClientStream, signedBytes, error) {
		ctx, wire, err := p.prove(ctx, method, m)
		if err != nil {
			return nil, nil, err
		}
		s, err := begin(ctx, desc, cc, method, append(opts, grpc.ForceCodec(signedCodec{}))...)
		return s, wire, err
	}}, nil
}

// provedStream begins when its one request is known, whose signature is in the headers.
type provedStream struct {
	grpc.ClientStream
	begin func(any) (grpc.ClientStream, signedBytes, error)
}

func (s *provedStream) SendMsg(m any) error {
	under, wire, err := s.begin(m)
	if err != nil {
		return err
	}
	s.ClientStream = under
	return under.SendMsg(wire)
}

// grpcClient is the official client of gRPC.
func grpcClient(t *testing.T, h *house) *a2aclient.Client {
	t.Helper()
	c := h.newCaller(t)
	p := &grpcProver{h, c, h.hydra.IssueToken(hydratest.TokenSpec{ClientID: c.name.String(), Scopes: []string{"agent:read", "agent:write"}})}
	card := &sdk.AgentCard{SupportedInterfaces: []*sdk.AgentInterface{{URL: h.Addr().String(), ProtocolBinding: sdk.TransportProtocolGRPC, ProtocolVersion: "1.0"}}}
	client, err := a2aclient.NewFromCard(t.Context(), card, a2aclient.WithDefaultsDisabled(), a2agrpc.WithGRPCTransport(
		grpc.WithTransportCredentials(credentials.NewTLS(&tls.Config{InsecureSkipVerify: true, Certificates: []tls.Certificate{c.cert}})),
		grpc.WithChainUnaryInterceptor(p.unary), grpc.WithChainStreamInterceptor(p.stream),
	))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Destroy() })
	return client
}

// The official client goes through the gates of a real agent, by gRPC alone.
func TestClientOfTheSDKOverGRPC(t *testing.T) {
	h := newTown(t).house("")
	useEveryMethod(t, h, grpcClient(t, h), grpcClient(t, h))
}
