#!/usr/bin/env bash
# Runs docker-compose.yml as it is: up, a message each way, refusals, an intruder at Hydra's admin port, a restart of each
# service, down.
#
# Images that are not on this machine and cannot be pulled are built out of the same real programs: standin/README.md.
# KEEP=1 leaves everything running at the end.
set -euo pipefail
cd "$(dirname "$0")/.."

project=bindu-compose-test
export POET_PORT=${POET_PORT:-0} CRITIC_PORT=${CRITIC_PORT:-0} # 0: any free port
if docker compose version >/dev/null 2>&1; then
	compose() { docker compose -p "$project" "$@"; }
else
	compose() { docker-compose -p "$project" "$@"; }
fi

services=(hydra hydra-admin step-ca registrar poet critic)

say() { printf '[%3ds] %s\n' "$SECONDS" "$*"; }

fail() {
	say "FAILED: $*"
	exit 1
}

# Stand-ins and our own image go away at the end, so that nobody takes them for the real ones.
built=()
clean() {
	status=$?
	if [ "$status" -ne 0 ]; then
		compose ps || true
		compose logs --no-color --tail 40 || true
	fi
	if [ "${KEEP:-}" != 1 ]; then
		say "down"
		compose --profile sidecar --profile program down --volumes --remove-orphans --timeout 10 >/dev/null 2>&1 || true
		docker image rm --force "${built[@]:-none}" >/dev/null 2>&1 || true
		docker image prune --force --filter label=org.bindu.stage=build >/dev/null 2>&1 || true
	fi
	exit "$status"
}
trap clean EXIT

# images finds the images that the compose file and the Dockerfile name, or makes stand-ins for them.
images() {
	for image in golang:1.26 oryd/hydra:v2.3.0 smallstep/step-ca:0.30.2; do
		label=$(docker image inspect --format '{{index .Config.Labels "org.bindu.standin"}}' "$image" 2>/dev/null || echo absent)
		if [ -z "$label" ]; then
			say "$image: the official one is on this machine"
		elif [ "$label" = absent ] && timeout 300 docker pull --quiet "$image" >/dev/null 2>&1; then
			say "$image: the official one was pulled"
		else
			say "$image: building a stand-in"
			dev/standin/build.sh "$image" >/dev/null
			built+=("$image")
		fi
	done
}

healthy() {
	for _ in $(seq 240); do
		state=$(docker inspect --format '{{.State.Status}} {{.State.Health.Status}}' "$(compose ps -q "$1")")
		case $state in
		*" healthy") return ;;
		exited*) fail "$1 has exited" ;;
		esac
		sleep 0.5
	done
	fail "$1 is not healthy after 2 minutes"
}

# message FROM TO [FLAG] sends a message and wants the echo of it.
message() {
	text="hello from $1, $RANDOM"
	answer=$(compose run --rm -T ${3:+"$3"} "$1" call "https://$2:3773" "$text" 2>&1) || fail "$1 cannot reach $2: $answer"
	case $answer in
	*"$text"*) say "$1 -> $2: answered" ;;
	*) fail "$1 -> $2: answered $answer" ;;
	esac
}

both_ways() {
	message poet critic ${1:+"$1"}
	message critic poet ${1:+"$1"}
}

# refused wants the TLS alert that a caller without a certificate gets.
refused() {
	address=$(compose port poet 3773)
	if out=$(curl --silent --show-error --insecure --max-time 10 "https://$address/" 2>&1); then
		fail "a caller without a certificate was answered: $out"
	fi
	case $out in
	*"certificate required"*) say "without a certificate: refused in the handshake" ;;
	*) fail "a caller without a certificate was refused for another reason: $out" ;;
	esac
}

# answers NETWORK HOST:PORT asks for Hydra's admin API from a container of its own on a network. The command waits 10 s for
# an answer itself; where a web server is not the admin API it says "undefined response type".
answers() {
	timeout --kill-after 10 120 docker run --rm --network "${project}_$1" oryd/hydra:v2.3.0 \
		list oauth2-clients --endpoint "http://$2" --page-size 1 2>&1
}

# addresses prints where Hydra and what stands beside it can be reached, and the machine itself, by number.
addresses() {
	for service in hydra hydra-admin registrar step-ca; do
		docker inspect --format '{{range .NetworkSettings.Networks}}{{.IPAddress}}
{{.Gateway}}
{{end}}' "$(compose ps -q "$service")"
	done | sed '/^$/d' | sort -u
}

# intruder wants Hydra's admin API to be out of reach for a container on the network of the agents, by every name and
# address. What it asks with is answered on the network of the registrar, and reaches Hydra's public port.
intruder() {
	out=$(answers authority hydra-admin:4445) || fail "the admin API cannot be asked at all: $out"
	for service in "${services[@]}"; do
		[ -z "$(docker port "$(compose ps -q "$service")" 4445 2>/dev/null)" ] || fail "$service publishes the admin port"
	done
	tried=0
	for at in hydra hydra-admin registrar-webhook registrar step-ca $(addresses); do
		out=$(answers agents "$at:4445") && fail "an intruder among the agents is answered by the admin API at $at: $out"
		case $out in
		*"connection refused"* | *"no such host"* | *"context deadline exceeded"* | *"Client.Timeout exceeded"* | *"no route to host"* | *"unreachable"*) ;;
		*) fail "an intruder at port 4445 of $at came to another end than nowhere: $out" ;;
		esac
		tried=$((tried + 1))
	done
	[ "$tried" -ge 10 ] || fail "an intruder tried $tried addresses alone"
	out=$(answers agents hydra:4444) && fail "the public port answers as the admin API: $out"
	case $out in
	*"undefined response type"*) say "the admin API: out of reach from the agents at $tried addresses, the public port is not" ;;
	*) fail "an intruder does not reach the public port either, so this shows nothing: $out" ;;
	esac
}

# enrolled wants both agents to be the registrar's, each by a token.
enrolled() {
	clients=$(compose exec -T registrar registrar clients --json) || fail "the registrar does not list its clients"
	for name in poet critic; do
		case $clients in
		*"did:bindu:you_at_example_com:$name:"*) ;;
		*) fail "$name is not registered: $clients" ;;
		esac
	done
	[ "$(grep -c '"did"' <<<"$clients")" = 2 ] || fail "not two agents are registered: $clients"
	[ "$(compose exec -T registrar registrar token list | grep -c 'used 1 of 1')" = 2 ] || fail "the agents used other tokens than one each"
	say "poet and critic are enrolled, with a token each"
}

# program runs the official client beside reader.
program() { compose --profile sidecar --profile program run --rm -T --no-deps program "$@" 2>&1; }

# sidecars wants one unmodified program to be answered by another through an agent on either side, and neither without.
sidecars() {
	say "sidecars: up"
	compose --profile sidecar up -d muse plain reader >/dev/null 2>&1 || fail "the profile sidecar does not start"
	healthy muse
	for _ in $(seq 120); do
		secret=$(docker cp "$(compose --profile sidecar ps -q reader):/data/.bindu/egress.secret" - 2>/dev/null | tar -xO 2>/dev/null) || true
		[ -n "$secret" ] && break
		sleep 0.5
	done
	export READER_PROXY="http://any:$secret@127.0.0.1:3775"
	text="hello through two, $RANDOM"
	for _ in $(seq 20); do # its port is open a moment after the secret is written
		answer=$(program send http://muse:3773 "$text") && break
		sleep 0.5
	done
	case $answer in
	*"$text"*) say "program -> reader -> muse -> plain: answered" ;;
	*) fail "program -> reader -> muse -> plain: $answer" ;;
	esac
	unset READER_PROXY
	if answer=$(program send http://muse:3773 "$text"); then
		fail "muse answers a program without a sidecar: $answer"
	fi
	say "program -> muse, without a sidecar: refused"
}

compose config --quiet
images
say "bindu-agent and bindu-registrar: building"
built+=(bindu-agent bindu-registrar bindu-plain)
export BUILD_VERSION=compose-test-$$
compose --profile sidecar build --force-rm init registrar plain
case $(compose run --rm -T --no-deps poet version 2>&1) in
*"$BUILD_VERSION"*) say "the image says which build it is" ;;
*) fail "the image does not say that it is $BUILD_VERSION: $(compose run --rm -T --no-deps poet version 2>&1)" ;;
esac

say "up"
compose up -d
for service in "${services[@]}"; do healthy "$service"; done
both_ways
refused
enrolled
intruder

for service in "${services[@]}"; do
	say "restart $service"
	compose restart --timeout 10 "$service" >/dev/null 2>&1
	healthy "$service"
	both_ways --no-deps # without it, the services that run once would do so each time
done

say "up again: nothing is made twice"
compose up -d >/dev/null 2>&1
for service in "${services[@]}"; do healthy "$service"; done
both_ways
enrolled
sidecars
say "docker-compose.yml works"
