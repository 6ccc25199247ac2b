package grpcframe

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// Status is a google.rpc.Status whose details are ErrorInfo. A status that is zero says
// that all went well.
type Status struct {
	Code    Code
	Message string
	Details []ErrorInfo
}

// ErrorInfo is a google.rpc.ErrorInfo.
type ErrorInfo struct {
	Reason, Domain string
	Metadata       map[string]string
}

const errorInfoType = "type.googleapis.com/google.rpc.ErrorInfo"

// Names of what says a status, in headers or trailers.
const (
	// StatusHeader is the one that every status has.
	StatusHeader = "Grpc-Status"

	statusName  = StatusHeader
	messageName = "Grpc-Message"
	detailsName = "Grpc-Status-Details-Bin"
)

// Set says the status in h. Each name stands behind prefix, which is
// [http.TrailerPrefix] where the answer has begun, else "".
func (s Status) Set(h http.Header, prefix string) {
	h[prefix+statusName] = []string{strconv.Itoa(int(s.Code))}
	if s.Code == OK {
		return
	}
	h[prefix+messageName] = []string{escape(s.Message)}
	h[prefix+detailsName] = []string{base64.RawStdEncoding.EncodeToString(s.marshal())}
}

// Fields of google.rpc.Status, google.protobuf.Any and google.rpc.ErrorInfo.
const (
	statusCode, statusMessage, statusDetails = 1, 2, 3
	anyType, anyValue                        = 1, 2
	infoReason, infoDomain, infoMetadata     = 1, 2, 3
	entryKey, entryValue                     = 1, 2
)

func (s Status) marshal() []byte {
	b := binary.AppendUvarint(appendTag(nil, statusCode, varint), uint64(s.Code))
	b = appendText(b, statusMessage, s.Message)
	for _, d := range s.Details {
		info := appendText(appendText(nil, infoReason, d.Reason), infoDomain, d.Domain)
		for _, name := range slices.Sorted(maps.Keys(d.Metadata)) {
			entry := appendText(appendText(nil, entryKey, name), entryValue, d.Metadata[name])
			info = appendBytes(info, infoMetadata, entry)
		}
		b = appendBytes(b, statusDetails, appendBytes(appendText(nil, anyType, errorInfoType), anyValue, info))
	}
	return b
}

// ErrStatus: what should say a status says none.
var ErrStatus = errors.New("there is no status of gRPC, or none that can be read")

// Raw is what headers or trailers say of a status: the code, the text, and the bytes of the
// details, if any. Each may stand there once. Fails with [ErrStatus].
func Raw(h http.Header) (code Code, message string, details []byte, err error) {
	n, err := strconv.ParseUint(h.Get(statusName), 10, 16)
	if err != nil || len(h[statusName]) != 1 || len(h[messageName]) > 1 || len(h[detailsName]) > 1 {
		return 0, "", nil, ErrStatus
	}
	text := strings.TrimRight(h.Get(detailsName), "=") // with or without padding
	if details, err = base64.RawStdEncoding.DecodeString(text); err != nil {
		return 0, "", nil, ErrStatus
	}
	return Code(n), unescape(h.Get(messageName)), details, nil
}

// ReadStatus reads what [Status.Set] said, of whichever of headers and trailers it is
// in. Details of other kinds are passed over. Fails with [ErrStatus].
func ReadStatus(h http.Header) (Status, error) {
	code, message, details, err := Raw(h)
	if err != nil {
		return Status{}, err
	}
	s := Status{Code: code, Message: message}
	if s.Code == OK {
		return s, nil
	}
	return s, s.unmarshal(details)
}

// unmarshal reads the details alone: code and message are beside them.
func (s *Status) unmarshal(raw []byte) error {
	return fields(raw, func(n uint64, value []byte) error {
		if n != statusDetails {
			return nil
		}
		var kind string
		var info []byte
		err := fields(value, func(n uint64, value []byte) error {
			switch n {
			case anyType:
				kind = string(value)
			case anyValue:
				info = value
			}
			return nil
		})
		if err != nil || kind != errorInfoType {
			return err
		}
		d, err := readInfo(info)
		s.Details = append(s.Details, d)
		return err
	})
}

func readInfo(raw []byte) (d ErrorInfo, err error) {
	d.Metadata = make(map[string]string)
	return d, fields(raw, func(n uint64, value []byte) error {
		switch n {
		case infoReason:
			d.Reason = readText(value)
		case infoDomain:
			d.Domain = readText(value)
		case infoMetadata:
			var entry [entryValue + 1]string
			err := fields(value, func(n uint64, value []byte) error {
				if n <= entryValue {
					entry[n] = readText(value)
				}
				return nil
			})
			d.Metadata[entry[entryKey]] = entry[entryValue]
			return err
		}
		return nil
	})
}

// readText replaces what is not UTF-8.
func readText(value []byte) string { return strings.ToValidUTF8(string(value), "\ufffd") }
