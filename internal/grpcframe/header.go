package grpcframe

import (
	"mime"
	"strconv"
	"strings"
	"time"
)

// ContentType is that of requests and answers.
const ContentType = "application/grpc"

// IsContentType reports whether a content type says that messages are protobuf in
// frames of gRPC.
func IsContentType(value string) bool {
	if value == ContentType {
		return true
	}
	kind, params, err := mime.ParseMediaType(value)
	return err == nil && len(params) == 0 && (kind == ContentType || kind == ContentType+"+proto")
}

// SaysGRPC reports whether a content type is one of gRPC, whatever the messages are
// written in: who sends it reads its answers.
func SaysGRPC(value string) bool {
	const n = len(ContentType)
	return len(value) >= n && strings.EqualFold(value[:n], ContentType) && (len(value) == n || value[n] == '+' || value[n] == ';')
}

// units are those of a deadline.
var units = map[byte]time.Duration{
	'H': time.Hour, 'M': time.Minute, 'S': time.Second, 'm': time.Millisecond, 'u': time.Microsecond, 'n': time.Nanosecond,
}

// mostDigits is how many a deadline may have.
const mostDigits = 8

// Timeout reads a header grpc-timeout: how long the caller waits. One that is longer
// than can be said in time.Duration is as long as that.
func Timeout(value string) (time.Duration, bool) {
	last := len(value) - 1
	if last < 1 || last > mostDigits || strings.Trim(value[:last], "0123456789") != "" {
		return 0, false
	}
	unit, ok := units[value[last]]
	n, err := strconv.ParseInt(value[:last], 10, 64)
	if !ok || err != nil {
		return 0, false
	}
	const longest = time.Duration(1<<63 - 1)
	if n > int64(longest/unit) {
		return longest, true
	}
	return time.Duration(n) * unit, true
}

// escape writes a text as grpc-message has it: what is not printable ASCII, and the
// sign of the percent, in percent-encoding.
func escape(text string) string {
	const hex = "0123456789ABCDEF"
	text = strings.ToValidUTF8(text, "\ufffd")
	var b strings.Builder
	for i := range len(text) {
		if c := text[i]; c >= ' ' && c <= '~' && c != '%' {
			b.WriteByte(c)
		} else {
			b.Write([]byte{'%', hex[c>>4], hex[c&15]})
		}
	}
	return b.String()
}

// unescape reads what [escape] wrote. What is no percent-encoding is left as it is, and
// what is no UTF-8 is replaced.
func unescape(text string) string {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] == '%' && i+2 < len(text) {
			if c, err := strconv.ParseUint(text[i+1:i+3], 16, 8); err == nil {
				b.WriteByte(byte(c))
				i += 2
				continue
			}
		}
		b.WriteByte(text[i])
	}
	return strings.ToValidUTF8(b.String(), "\ufffd")
}
