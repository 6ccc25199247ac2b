package gate

import (
	"errors"
	"net/http"

	"github.com/getbindu/bindu-go/internal/grpcframe"
	"github.com/getbindu/bindu-go/internal/jsonrpc"
	"github.com/getbindu/bindu-go/internal/protoform"
)

// messages reports whether a route that is one of gRPC calls what gRPC can.
func (r Route) messages() bool {
	if !r.GRPC {
		return true
	}
	_, known := protoform.MethodOf(r.Calls[http.MethodPost])
	return known && len(r.Calls) == 1
}

// speaksGRPC reports whether who sent a request reads answers of gRPC, which needs the
// trailers of HTTP/2.
func speaksGRPC(r *http.Request) bool {
	return r.ProtoMajor >= 2 && grpcframe.SaysGRPC(only(r.Header, "Content-Type"))
}

// messageHeaders accepts protobuf that is not compressed, over HTTP/2.
func messageHeaders(r *http.Request) *Denial {
	if e := r.Header.Get("Content-Encoding"); e != "" && e != "identity" {
		return deny(ContentEncoding, nil)
	}
	switch contentType := only(r.Header, "Content-Type"); {
	case r.ProtoMajor < 2 && grpcframe.SaysGRPC(contentType):
		return deny(HTTP2Required, nil)
	case !grpcframe.IsContentType(contentType):
		d := deny(ContentType, nil)
		d.Hint = "At this path send Content-Type: application/grpc, and messages in protobuf."
		return d
	}
	return nil
}

// messageErrors says what is wrong with a message.
var messageErrors = []mapping{
	{grpcframe.ErrCompressed, ContentEncoding},
	{protoform.ErrTooDeep, JSONTooDeep},
	{protoform.ErrTooLarge, PayloadTooLarge},
	{protoform.ErrHeld, RateLimited},
	{jsonrpc.ErrDuplicateKey, JSONDuplicateKey},
}

// strictMessage reads the message of a body as the parameters of the method that the
// route calls. What they hold in JSON is charged like the body, and bounded like one.
func (c *Chain) strictMessage(x *exchange) *Denial {
	err := c.readMessage(x)
	if err == nil {
		return nil
	}
	d := lookup(messageErrors, err, MessageMalformed)
	switch d.Reason {
	case ContentEncoding:
		d.Hint = "Send the message without compression."
	case JSONTooDeep:
		d.Hint = c.depthHint()
	case PayloadTooLarge:
		d.Hint = c.tooLarge().Hint
	case RateLimited:
		d = limitDenial(errBodyShare)
	}
	return d
}

func (c *Chain) readMessage(x *exchange) error {
	message, err := grpcframe.Message(x.body)
	if err != nil {
		return err
	}
	method, ok := protoform.MethodOf(x.envelope.Method)
	if !ok { // unreachable: the routes were looked at
		return errors.New("gate: no method of gRPC")
	}
	params, err := method.Request.JSON(message, protoform.Bounds{
		Bytes: int(c.cfg.Limits.BodyBytes), Depth: c.cfg.Limits.JSONDepth, Hold: x.place.Hold,
	})
	if err != nil {
		return err
	}
	if jsonrpc.HasDuplicateNames(params) {
		return jsonrpc.ErrDuplicateKey
	}
	x.envelope.Params = params
	return nil
}
