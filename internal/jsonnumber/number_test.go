package jsonnumber_test

import (
	stdjson "encoding/json"
	"errors"
	"math/big"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/getbindu/bindu-go/internal/costtest"
	"github.com/getbindu/bindu-go/internal/jsonnumber"
)

func TestParse(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]any{
		"0": 0.0, "-1": -1.0, "1.5": 1.5, "1e3": 1000.0, "0.1": 0.1, "1.7976931348623157e308": 1.7976931348623157e308, "1e-290": 1e-290,
		"12345678901234567": 12345678901234567.0, "0.00012345678901234567": 0.00012345678901234567,
		"5e-324": stdjson.Number("5e-324"), "1E-291": stdjson.Number("1E-291"), "0.123456789012345678": stdjson.Number("0.123456789012345678"),
		"1e400": stdjson.Number("1e400"), "0e-9999999999999999999": 0.0,
		"0." + strings.Repeat("0", 30) + "1": stdjson.Number("0." + strings.Repeat("0", 30) + "1"),
	} {
		if got := jsonnumber.Parse([]byte(text)); got != want {
			t.Errorf("Parse(%s) = %v (%T), want %v", text, got, got, want)
		}
	}
}

func limitDigits(plus int64) string {
	n := new(big.Int).Lsh(big.NewInt(1), 1024)
	n.Sub(n, new(big.Int).Lsh(big.NewInt(1), 970))
	return n.Add(n, big.NewInt(plus)).String()
}

// Where the range ends, to the last of 309 digits, in any notation.
func TestBeyondRange(t *testing.T) {
	t.Parallel()
	below, at, above := limitDigits(-1), limitDigits(0), limitDigits(1)
	for text, want := range map[string]bool{
		below: false, at: true, above: true, "-" + below: false, "-" + at: true, below + ".9": false, at + ".0": true,
		below[:1] + "." + below[1:] + "e308": false, at[:1] + "." + at[1:] + "E+308": true, "0." + below + "e309": false, "0." + at + "e309": true,
		"0.000" + at + "e312": true, "00" + below: false, at + strings.Repeat("0", 10) + "e-10": true, below + "e-0": false, at + "e-1": false, below + "e1": true,
		"1e308": false, "1e309": true, "1.8e308": true, "1.7976931348623158e308": false, "1.7976931348623159e308": true,
		"0e999999999999": false, "0.0": false, "1e999999999999": true, "1e-999999999999": false, "1e00000000000000000000308": false,
	} {
		if got := jsonnumber.BeyondRange([]byte(text)); got != want {
			t.Errorf("BeyondRange(%.40s…) = %v", text, got)
		}
	}
}

func FuzzNumber(f *testing.F) {
	for _, s := range []string{"0", "-1.5e300", "1e309", "1.7976931348623158e308", "5e-324", "0.000e5", limitDigits(0), "123456789012345678901234567890"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if !stdjson.Valid([]byte(text)) || strings.Trim(text, "0123456789+-.eE") != "" || len(text) > 700 {
			return // strconv itself misplaces the point of more than 800 digits
		}
		want, err := strconv.ParseFloat(text, 64)
		if got := jsonnumber.BeyondRange([]byte(text)); got != (err != nil) {
			t.Fatalf("BeyondRange(%s) = %v; strconv: %v", text, got, err)
		}
		switch got := jsonnumber.Parse([]byte(text)).(type) {
		case float64:
			if err != nil || got != want {
				t.Fatalf("Parse(%s) = %v; strconv: %v, %v", text, got, want, err)
			}
		case stdjson.Number:
			if string(got) != text {
				t.Fatalf("Parse(%s) = %s", text, got)
			}
		}
	})
}

func TestBoundedRefusesWhatIsOutOfRange(t *testing.T) {
	t.Parallel()
	var v map[string]any
	if err := json.Unmarshal([]byte(`{"a":1,"b":[1e400]}`), &v, jsonnumber.Bounded); !errors.Is(err, jsonnumber.ErrRange) {
		t.Errorf("error %v, want ErrRange", err)
	}
	if err := json.Unmarshal([]byte(`{"a":1,"b":["x",2.5,5e-324]}`), &v, jsonnumber.Bounded); err != nil || v["a"] != 1.0 {
		t.Errorf("%v, %v", v, err)
	}
}

// A token is read before its signature is known to be good.
func TestHostile165NumbersOfAClaimSetCostWhatTheirLengthDoes(t *testing.T) {
	const size = 8 << 10
	limit := costtest.Limit{Times: 25, Floor: 4 * time.Millisecond, Bytes: 128 * size}
	costtest.Bounded(t, costtest.All(size, 60), limit, func(body []byte) {
		var v any
		_ = json.Unmarshal(body, &v, jsonnumber.Bounded)
	})
}
