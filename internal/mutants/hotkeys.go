package main

// hotkeys gives other verdicts than crypto/ed25519, or lets who signs nothing decide what
// is kept.
func hotkeys() []mutant {
	in := func(name, file, old, new string) mutant {
		return mutant{name, "identity/hotkeys/" + file, old, new, []string{"./identity/hotkeys"}}
	}
	return []mutant{
		in("S may be any number", "verify.go", "return false // S is not below L", "return h.verify(message, append(sig[:32:32], make([]byte, 32)...))"),
		in("what is hashed is not the key that came", "verify.go", "hash.Write(h.encoded[:])", "hash.Write(make([]byte, 32))"),
		in("the commitment is not hashed", "verify.go", "hash.Write(sig[:32])", "hash.Write(sig[32:])"),
		in("half of the commitment is compared", "verify.go", "bytes.Equal(sig[:32], r[:])", "bytes.Equal(sig[:31], r[:31])"),
		in("a digit that carries is not negative", "sum.go", "s.add(&multiples[-digit-1], true)", "s.add(&multiples[-digit-1], false)"),
		in("a digit across words is cut", "sum.go", "bit+t.width > 64", "bit+t.width > 128"),
		in("what is no point is encoded", "sum.go", "if err != nil {\n\t\treturn false\n\t}\n\tcopy", "if err != nil {\n\t\treturn true\n\t}\n\tcopy"),
		in("a signature that fails makes a key hot", "keys.go", "\t\treturn false\n\t}\n\tk.used(key)", "\t\tk.used(key)\n\t\treturn false\n\t}\n\tk.used(key)"),
		in("a key is hot at once", "keys.go", "count.Add(1) != usesBefore", "count.Add(1) != 1"),
		in("any number of keys is hot", "keys.go", "MaximumSize: atMost,", "MaximumSize: 1 << 20 * atMost,"),
		in("any number of keys is counted", "keys.go", "MaximumSize: counted * atMost,", "MaximumSize: 1 << 20 * atMost,"),
		{"tables are kept where none are wanted", "identity/hotkeys/keys.go", "atMost <= 0 ||", "", []string{"./identity/hotkeys"}},
	}
}
