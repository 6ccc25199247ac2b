#!/usr/bin/env bash
# Builds the stand-in for one image out of real programs: build.sh NAME:TAG. See README.md.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
repo=$(cd "$here/../.." && pwd)
label=org.bindu.standin
image=$1

work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
root=$work/rootfs
mkdir -p "$root/tmp"
chmod 1777 "$root/tmp"

hydra() {
	(cd "$repo/dev/authority/hydra" && CGO_ENABLED=1 go build \
		-tags sqlite,sqlite_omit_load_extension,osusergo,netgo \
		-ldflags '-s -w -linkmode external -extldflags -static' -o "$root/usr/bin/hydra" .)
}

step_ca() {
	version=$(cd "$here" && go list -m -f '{{.Version}}' github.com/smallstep/certificates)
	mkdir -p "$root/home/step" "$root/usr/local/bin"
	(cd "$here" && CGO_ENABLED=0 go build -ldflags "-s -w -X main.Version=${version#v}" -o "$root/usr/local/bin/" \
		github.com/smallstep/certificates/cmd/step-ca github.com/smallstep/cli/cmd/step)
}

# golang is the part of the toolchain that compiles and links, and of the module cache what the programs are made of: no
# network is needed inside.
golang() {
	goroot=$(go env GOROOT)
	cache=$(go env GOMODCACHE)
	mkdir -p "$root/usr/local/go" "$root/go/pkg/mod" "$root/root" "$root/etc/ssl/certs"
	cp "$(certificates)" "$root/etc/ssl/certs/ca-certificates.crt"
	(cd "$goroot" && tar --exclude=testdata --exclude='*_test.go' --exclude=src/cmd -cf - \
		VERSION go.env bin/go pkg/include pkg/tool/*/{asm,compile,link} src) | tar -C "$root/usr/local/go" -xf -
	(cd "$repo" && module_files) | sed "s|^$cache/||" | sort -u >"$work/files"
	tar -C "$cache" -T "$work/files" -cf - | tar -C "$root/go/pkg/mod" -xf -
}

# module_files lists the source of every package of the programs outside this module, and what the go command wants to see
# of their modules: the go.mod of all in the graph, and the proofs that those in use were verified.
module_files() {
	CGO_ENABLED=0 go list -deps -f '{{$dir := .Dir}}{{if .Module}}{{if not .Module.Main}}{{range .GoFiles}}{{$dir}}/{{.}}
{{end}}{{range .SFiles}}{{$dir}}/{{.}}
{{end}}{{range .HFiles}}{{$dir}}/{{.}}
{{end}}{{range .EmbedFiles}}{{$dir}}/{{.}}
{{end}}{{end}}{{end}}' "${programs[@]}" | sed '/^$/d'
	CGO_ENABLED=0 go list -deps -f '{{with .Module}}{{if not .Main}}{{.GoMod}}{{end}}{{end}}' "${programs[@]}" | sed '/^$/d; s/\.mod$//' | sort -u |
		while read -r base; do
			for suffix in info ziphash; do
				if [ -f "$base.$suffix" ]; then echo "$base.$suffix"; fi
			done
		done
	go list -m -f '{{if not .Main}}{{.GoMod}}{{end}}' all | sed '/^$/d'
}

programs=(./cmd/agent ./cmd/registrar github.com/a2aproject/a2a-go/v2/cmd/a2a)

certificates() {
	for file in /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/cert.pem; do
		if [ -f "$file" ]; then
			echo "$file"
			return
		fi
	done
	echo "no file of CA certificates found" >&2
	return 1
}

owner=0
case $image in
oryd/hydra:v2.3.0) hydra; name=hydra ;;
smallstep/step-ca:0.30.2) step_ca; name=step-ca; owner=1000 ;;
golang:1.26) golang; name=golang ;;
*)
	echo "no stand-in is known for $image" >&2
	exit 2
	;;
esac

tar -C "$root" --owner=0 --group=0 --numeric-owner --exclude=./home/step -cf "$work/rootfs.tar" .
if [ -d "$root/home/step" ]; then
	tar -C "$root" --owner=$owner --group=$owner --numeric-owner -rf "$work/rootfs.tar" ./home/step
fi
rm -rf "$root"
cp "$here/images/$name.Dockerfile" "$work/Dockerfile"
docker build --quiet --label "$label=true" --tag "$image" "$work"
