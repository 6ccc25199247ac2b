package costtest

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Input is a JSON value with what makes it special.
type Input struct {
	Name string
	JSON string
}

// Ordinary is a value of about n bytes as agents send it: text, a few numbers,
// some structure.
func Ordinary(n int) Input {
	const part = `{"kind":"text","text":"Ein Satz mit \"Zitat\", 12 Worten, und \u00fcber allem etwas Umlaut.","metadata":{"lang":"de","n":12.5,"ok":true}}`
	return Input{"ordinary", repeat("[", part, "]", n)}
}

// Worst are values of about n bytes, each the worst for something that a parser
// may do. Arrays and objects nest up to depth.
func Worst(n, depth int) []Input {
	return append(append(numbers(n), structures(n, depth)...), texts(n)...)
}

func numbers(n int) []Input {
	return []Input{
		{"one digit", repeat("[", "1", "]", n)},
		{"least double", repeat("[", "5e-324", "]", n)},
		{"doubles below the normal ones", series(n, func(i int) string {
			return strconv.FormatFloat(math.Float64frombits(uint64(1+i*1_234_577)), 'g', -1, 64)
		})},
		{"short ones below the normal ones", series(n, func(i int) string { return fmt.Sprintf("%d.%de-310", 1+i%9, 1+i/9%9) })},
		{"largest below the normal ones", repeat("[", "2.225073858507201e-308", "]", n)},
		{"17 digits", series(n, func(i int) string {
			return strconv.FormatFloat(math.Ldexp(1+float64(i*7919+1)/(1<<40), i%600-300), 'g', -1, 64)
		})},
		{"between two doubles", repeat("[", "1e23", "]", n)},
		{"between two doubles, 16 digits", repeat("[", "9007199254740992e23", "]", n)},
		{"integers of 16 digits", series(n, func(i int) string { return strconv.Itoa(9007199254740992 - i) })},
		{"that grow", repeat("[", "1e+20", "]", n)},
		{"that grow too much", repeat("[", "1e20", "]", n)},
		{"long zero", "0." + strings.Repeat("0", n-2)},
		{"long one", "1." + strings.Repeat("0", n-2)},
		{"long digits", "0." + strings.Repeat("7", n-2)},
		{"long exponent", "0e" + strings.Repeat("0", n-2)},
	}
}

func structures(n, depth int) []Input {
	name := func(i int) string { return fmt.Sprintf(`"%x"`, uint32(i)*2654435761>>8) }
	deep := strings.Repeat("[", depth-1) + strings.Repeat("]", depth-1)
	unsorted := func(level int) (before, after string) {
		return strings.Repeat(`{"b":`, level), strings.Repeat(`,"a":0}`, level)
	}
	before, after := unsorted(depth - 1)
	prefix := strings.Repeat("p", 200)
	return []Input{
		{"empty objects", repeat("[", "{}", "]", n)},
		{"empty arrays", repeat("[", "[]", "]", n)},
		{"empty strings", repeat("[", `""`, "]", n)},
		{"objects of one member", repeat("[", `{"":0}`, "]", n)},
		{"nulls", repeat("[", "null", "]", n)},
		{"deep arrays", repeat("[", deep, "]", n)},
		{"many names", members(n, func(i int) string { return name(i) + ":0" })},
		{"names in order", members(n, func(i int) string { return fmt.Sprintf(`"%08d":0`, i) })},
		{"names against the order", members(n, func(i int) string { return fmt.Sprintf(`"%08d":0`, 99_999_999-i) })},
		{"names that share a prefix", members(n, func(i int) string { return `"` + prefix + name(i)[1:] + ":0" })},
		{"names with escapes", members(n, func(i int) string { return `"\u0001` + name(i)[1:] + ":0" })},
		{"names of surrogates", members(n, func(i int) string { return `"\ud83d\ude00` + name(i)[1:] + ":0" })},
		{"unsorted at every level", before + repeat("[", "0", "]", n-len(before)-len(after)) + after},
		{"white space", strings.Repeat(" ", n-2) + "[]"},
	}
}

func texts(n int) []Input {
	quoted := func(piece string) string { return `"` + strings.Repeat(piece, (n-2)/len(piece)) + `"` }
	return []Input{
		{"escaped letters", quoted(`\u0061`)},
		{"escaped controls", quoted(`\u0001`)},
		{"escaped quotes", quoted(`\"`)},
		{"surrogates", quoted(`\ud83d\ude00`)},
		{"deletes", quoted("\x7f")},
		{"two bytes", quoted("\u00fc")},
		{"escaped strings", repeat("[", `"\n"`, "]", n)},
	}
}

func repeat(before, one, after string, n int) string {
	count := max(1, (n-len(before)-len(after)+1)/(len(one)+1))
	return before + strings.Repeat(one+",", count-1) + one + after
}

func series(n int, one func(i int) string) string { return list("[", "]", n, one) }

func members(n int, one func(i int) string) string { return list("{", "}", n, one) }

func list(before, after string, n int, one func(i int) string) string {
	var b strings.Builder
	b.WriteString(before)
	for i := 0; ; i++ {
		next := one(i)
		if i > 0 && b.Len()+len(next)+2 > n {
			break
		}
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(next)
	}
	b.WriteString(after)
	return b.String()
}

// All is the ordinary value, and behind it the worst.
func All(n, depth int) []Input { return append([]Input{Ordinary(n)}, Worst(n, depth)...) }

// Repeat is an array of about n bytes of one value.
func Repeat(one string, n int) string { return repeat("[", one, "]", n) }

// Named is the worst value of a name.
func Named(name string, n, depth int) Input {
	for _, in := range Worst(n, depth) {
		if in.Name == name {
			return in
		}
	}
	panic("costtest: no input is called " + name)
}
