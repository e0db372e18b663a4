#!/usr/bin/env bash
# A real control plane on loopback for as long as somebody holds this script's standard input open.
#   BIN=folder PORT=… ETCD=… PEER=… control-plane.sh DIR
# Prints "ready" when the API server is, and stops everything, each by its pid, when standard input ends: a test
# that dies takes its control plane with it.
# DIR/kubeconfig: context `lab` is cluster-admin, context `limited` has no rights until a test grants some.
# FULL=1 adds kube-controller-manager, kube-scheduler and kwok (nodes annotated kwok.x-k8s.io/node=fake run pods, as
# kwok.yaml beside this script says).
# APISERVER_FLAGS adds flags to kube-apiserver, CONTROLLER_FLAGS to kube-controller-manager.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
cd "$1"
BIN=${BIN:?folder with etcd, kube-apiserver and kubectl}
pids=()
controllers=()
start() { local name=$1; shift; "$@" >"$name.log" 2>&1 </dev/null & pids=($! "${pids[@]}"); }
stop() {
  # the last started first, each gone before the next: an API server that outlives its etcd hangs on its port
  for pid in "${pids[@]}"; do
    kill "$pid" 2>/dev/null || true
    for _ in $(seq 50); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
    kill -9 "$pid" 2>/dev/null || true
  done
}
trap stop EXIT
openssl genrsa -out sa.key 2048 2>/dev/null
printf 'admintoken,admin,admin,"system:masters"\nlimitedtoken,limited,limited\n' >tokens.csv
start etcd "$BIN/etcd" --data-dir data --unsafe-no-fsync --quota-backend-bytes 8589934592 --max-txn-ops 2048 \
  --max-request-bytes 33554432 \
  --listen-client-urls "http://127.0.0.1:$ETCD" --advertise-client-urls "http://127.0.0.1:$ETCD" \
  --listen-peer-urls "http://127.0.0.1:$PEER" --initial-advertise-peer-urls "http://127.0.0.1:$PEER" \
  --initial-cluster "default=http://127.0.0.1:$PEER"
# shellcheck disable=SC2086 # flags are words
serve() {
  start apiserver "$BIN/kube-apiserver" --etcd-servers "http://127.0.0.1:$ETCD" --cert-dir certs \
    --bind-address 127.0.0.1 --secure-port "$PORT" --authorization-mode RBAC --token-auth-file tokens.csv \
    --service-account-issuer https://kubernetes.default.svc --service-account-key-file sa.key \
    --service-account-signing-key-file sa.key --service-cluster-ip-range 10.0.0.0/16 --allow-privileged \
    --disable-admission-plugins ServiceAccount,TaintNodesByCondition,Priority --event-ttl 24h ${APISERVER_FLAGS:-}
  apiserver=${pids[0]}
}
serve
cat >kubeconfig <<K
apiVersion: v1
kind: Config
clusters:
- {name: lab, cluster: {server: "https://127.0.0.1:$PORT", insecure-skip-tls-verify: true}}
users:
- {name: admin, user: {token: admintoken}}
- {name: limited, user: {token: limitedtoken}}
contexts:
- {name: lab, context: {cluster: lab, user: admin, namespace: default}}
- {name: limited, context: {cluster: lab, user: limited, namespace: default}}
current-context: lab
K
export KUBECONFIG=$PWD/kubeconfig
for _ in $(seq 300); do
  for pid in "${pids[@]}"; do kill -0 "$pid" 2>/dev/null || { tail -5 ./*.log >&2; exit 1; }; done
  [ "$("$BIN/kubectl" get --raw /readyz --request-timeout 2 2>/dev/null)" = ok ] && break
  sleep 0.2
done
[ "$("$BIN/kubectl" get --raw /readyz --request-timeout 2)" = ok ]
if [ "${FULL:-}" ]; then
  # shellcheck disable=SC2086 # flags are words
  start kcm "$BIN/kube-controller-manager" --kubeconfig kubeconfig --service-account-private-key-file sa.key \
    --bind-address 127.0.0.1 --secure-port 0 --leader-elect=false --controllers='*,-node-ipam-controller' \
    --kube-api-qps 500 --kube-api-burst 1000 ${CONTROLLER_FLAGS:-}
  start sched "$BIN/kube-scheduler" --kubeconfig kubeconfig --bind-address 127.0.0.1 --secure-port 0 --leader-elect=false
  start kwok "$BIN/kwok" --kubeconfig kubeconfig --config "$here/kwok.yaml" \
    --manage-nodes-with-annotation-selector kwok.x-k8s.io/node=fake
  controllers=("${pids[@]:0:3}")
fi
echo ready
forget() {
  local others=()
  for pid in "${pids[@]}"; do [ "$pid" = "$1" ] || others+=("$pid"); done
  pids=("${others[@]}")
}
# A line "restart" is the death of the API server, and its return; "freeze" that of all controllers, for good: nobody
# writes any more, and the file "frozen" says when.
while read -r line; do
  case $line in
    restart)
      kill -9 "$apiserver"
      wait "$apiserver" || true
      forget "$apiserver"
      serve
      ;;
    freeze)
      for controller in "${controllers[@]}"; do
        kill -9 "$controller"
        wait "$controller" || true
        forget "$controller"
      done
      touch frozen
      ;;
  esac
done
