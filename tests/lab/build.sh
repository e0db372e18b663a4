#!/usr/bin/env bash
# Builds the test lab's Kubernetes from the pinned Go modules beside this script and prints the folder it is in.
#   build.sh            build what is missing: about 15 minutes on two cores the first time
#   build.sh --path     print the folder only; fail when it is not built
# KUBEBUILDER_ASSETS, when it is set and holds the binaries, is used instead (the convention of envtest).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
if [ -n "${KUBEBUILDER_ASSETS:-}" ] && [ -x "$KUBEBUILDER_ASSETS/kube-apiserver" ] && [ -x "$KUBEBUILDER_ASSETS/etcd" ] && [ -x "$KUBEBUILDER_ASSETS/kubectl" ]; then
  echo "$KUBEBUILDER_ASSETS"
  exit 0
fi
# The pins are the key: other pins are another folder.
key=$(cat "$here"/*/go.mod "$here"/*/go.sum "$here/build.sh" | sha256sum | cut -c1-16)
dest=$root/.lab/$key
if [ -f "$dest/complete" ]; then
  echo "$dest"
  exit 0
fi
if [ "${1:-}" = --path ]; then
  echo "the test lab is not built: run 'make lab' (it needs Go), or set KUBEBUILDER_ASSETS" >&2
  exit 1
fi
command -v go >/dev/null || { echo "the test lab is built with Go, which is not on PATH (https://go.dev/dl)" >&2; exit 1; }
mkdir -p "$dest"
export CGO_ENABLED=0
{
  version=$(cd "$here/kube" && go list -m -f '{{.Version}}' k8s.io/kubernetes)
  v=k8s.io/component-base/version
  stamp="-X $v.gitVersion=$version -X $v.gitMajor=1 -X $v.gitMinor=$(cut -d. -f2 <<<"$version") -X $v.gitTreeState=clean"
  (cd "$here/etcd" && go build -trimpath -ldflags="-s -w" -o "$dest/etcd" go.etcd.io/etcd/server/v3)
  (cd "$here/kube" && go build -trimpath -ldflags="-s -w $stamp" -o "$dest/" tool)
  (cd "$here/kwok" && go build -trimpath -ldflags="-s -w" -o "$dest/kwok" sigs.k8s.io/kwok/cmd/kwok)
  touch "$dest/complete"
} >&2
echo "$dest"
