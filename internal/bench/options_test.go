package main

import (
	"io"
	"testing"
	"time"
)

func TestOptions(t *testing.T) {
	o, err := parse(nil, io.Discard)
	if err != nil || len(o.loads()) != 5 || o.dids+o.tasks != 0 {
		t.Errorf("%d loads, %d DIDs, %d tasks, %v; want 5 and none", len(o.loads()), o.dids, o.tasks, err)
	}
	o, err = parse([]string{"-all", "-tasks", "7"}, io.Discard)
	if err != nil || len(o.loads()) != 9 || o.dids != 100_000 || o.tasks != 7 {
		t.Errorf("-all: %d loads, %d DIDs, %d tasks, %v; want 9, 100000 and 7", len(o.loads()), o.dids, o.tasks, err)
	}
	o, err = parse([]string{"-connections", "4", "-bodies", "512,600", "-rows", "task,read", "-parts", "cells", "-each", "1s"}, io.Discard)
	if err != nil || len(o.loads()) != 2 || len(o.rows) != 2 || o.rows[0].Key != durable.Key || o.has("boot") || !o.has("cells") || o.each != time.Second {
		t.Errorf("%+v, %v", o, err)
	}
	for _, args := range [][]string{
		{"-connections", "0"}, {"-bodies", "many"}, {"-rows", "bare"}, {"-parts", "cells,other"}, {"-rounds", "0"},
		{"-each", "0s"}, {"-each", "5m"}, {"-tasks", "-1"}, {"-pace", "0"}, {"surplus"},
	} {
		if _, err := parse(args, io.Discard); err == nil {
			t.Errorf("%q are taken", args)
		}
	}
}

func TestRowsAreFoundByTheirKeys(t *testing.T) {
	for _, r := range append(requestRows(), bare, unread, handshake, resumed) {
		if got, ok := rowOf(r.Key); !ok || got.Name != r.Name {
			t.Errorf("%s: %q, %t", r.Key, got.Name, ok)
		}
	}
	if r, ok := rowOf("other"); ok {
		t.Errorf("found %q", r.Name)
	}
}

func TestBodiesAreAsLongAsAsked(t *testing.T) {
	for _, r := range requestRows() {
		for _, size := range []int{256, 1 << 10, 16 << 10} {
			if got := len(r.Body(size, "9f3c7d1e-0000-4000-8000-000000000000")); got < size || got > size+32 {
				t.Errorf("%s: %d bytes, want %d", r.Key, got, size)
			}
		}
	}
}
