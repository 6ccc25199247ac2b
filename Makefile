# Targets that people and CI share. `make help` lists them.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
GO      ?= go
TOOL     = $(GO) tool -modfile=tools/go.mod
PKGS     = ./...
FUZZTIME ?= 20s
VERSION  ?= $(shell git describe --always --dirty 2>/dev/null)

.PHONY: help build test e2e lint fmt vet vuln generate bench bench-compare fuzz chaos replicas proofs soak flakes mutants demo compose-test clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 16

build: ## build the agent and the registrar into bin/
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags '-X main.linked=$(VERSION)' -o bin/ ./cmd/agent ./cmd/registrar

test: ## everything that needs only Go and a C compiler, real Hydra and step-ca included
	$(GO) test -race -shuffle=on -p 2 $$($(GO) list ./... | grep -vE '/internal/(e2e|soak)$$')
	cd dev/authority && $(GO) test -race -shuffle=on ./...
	$(MAKE) e2e

e2e: ## the end-to-end tests against the real Hydra and step-ca, by name, and a minute of soak
	$(GO) test -race -shuffle=on -count=1 -timeout 40m -v ./internal/e2e | grep -vE '^=== |^time='
	$(GO) test -race -count=1 -v ./internal/soak | grep -v '^=== '

lint: fmt vet ## formatting, go vet, staticcheck, import rules
	$(TOOL) staticcheck $(PKGS)
	$(TOOL) depguard $(PKGS)

fmt:
	@out=$$(gofmt -l $$(git ls-files '*.go')); test -z "$$out" || { echo "gofmt these files:"; echo "$$out"; exit 1; }

vet:
	$(GO) vet $(PKGS)
	cd dev/authority && $(GO) vet ./...
	cd testdata/library && $(GO) vet -mod=readonly ./...

vuln: ## known vulnerabilities, where the database can be reached
	.ci/vuln

generate: ## regenerate docs and fixtures
	$(GO) generate $(PKGS)

BENCH_FLAGS ?=
bench: ## what the gates cost: the agent and a bare mTLS echo, processes of their own, under the same load; BENCH_FLAGS=-all for everything
	$(GO) run ./internal/bench $(BENCH_FLAGS)

BASE      ?= HEAD
BENCH_OUT ?= dist/bench
BENCHSTAT ?= $(GO) run golang.org/x/perf/cmd/benchstat@v0.0.0-20260908200009-22c9c6c9d4da
bench-compare: ## the agent of the git ref BASE and this one in the same rounds, their ratio, and benchstat's verdict where that can be had
	$(GO) run ./internal/bench -base $(BASE) -out $(BENCH_OUT) $(BENCH_FLAGS)
	-$(BENCHSTAT) $(BENCH_OUT)/base.txt $(BENCH_OUT)/agent.txt

fuzz: ## every fuzz target for FUZZTIME
	.ci/fuzz $(FUZZTIME)

CHAOS_ROUNDS ?= 1000
LOAD_SCALE   ?= 1
SCENARIOS     = RevocationUnderLoad|HydraLosesATable|RootIsReplaced|ColdStart$$
chaos: ## kill -9 the program CHAOS_ROUNDS times, fail its disk, rotate, stop it under load, flood it; the e2e scenarios at LOAD_SCALE
	CHAOS_ROUNDS=$(CHAOS_ROUNDS) LOAD_SCALE=$(LOAD_SCALE) $(GO) test -count=1 -v -timeout 1h ./internal/chaos | grep -vE '^\s*=== |^\s+--- PASS'
	LOAD_SCALE=$(LOAD_SCALE) $(GO) test -count=1 -v -timeout 1h -run '$(SCENARIOS)' ./internal/e2e | grep -vE '^=== |^time='

REPLICAS_TIME ?= 10m
replicas: ## three processes of one agent under load over one PostgreSQL, one of them killed every 20 s, for REPLICAS_TIME
	REPLICAS_TIME=$(REPLICAS_TIME) $(GO) test -count=1 -v -timeout 3h -run 'Replicas' ./internal/chaos | grep -v '^=== '

PROOFS = EndToEndThief|ThroughTheRegistrar|RegistrarKilled|RegistrarOutages
proofs: ## the registrar at LOAD_SCALE: a thief, a thousand agents that start, two hundred kills, outages
	LOAD_SCALE=$(LOAD_SCALE) $(GO) test -count=1 -v -timeout 1h -run '$(PROOFS)' ./internal/e2e | grep -vE '^=== |^time='

SOAK_TIME ?= 24h
SOAK_RPS  ?= 500
soak: ## the program under load for SOAK_TIME while certificates end and Hydra and step-ca restart
	SOAK_TIME=$(SOAK_TIME) SOAK_RPS=$(SOAK_RPS) $(GO) test -count=1 -v -timeout 0 ./internal/soak | grep -v '^=== '

FLAKES_COUNT ?= 20
FLAKES_E2E   ?= 5
FLAKES_PKGS  ?=
flakes: ## look for tests that fail by chance: FLAKES_PKGS (all) FLAKES_COUNT times, e2e FLAKES_E2E times, one core kept busy
	.ci/flakes $(FLAKES_COUNT) $(FLAKES_E2E) $(FLAKES_PKGS)

mutants: ## remove one check at a time and see that at least two tests notice
	$(GO) run ./internal/mutants

demo: ## two agents, and what they refuse
	$(GO) run ./cmd/demo

compose-test: ## docker-compose.yml with stand-ins built from the real programs
	dev/compose-test.sh

clean:
	rm -rf bin dist
