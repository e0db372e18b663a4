#!/usr/bin/env bash
# Runs a real control plane on loopback until standard input ends.
#   BIN=folder PORT=… ETCD=… PEER=… control-plane.sh DIR
# Prints "ready" when the API server is ready. When standard input ends, it stops every process by its pid, so that no
# control plane outlives its test.
# DIR/kubeconfig: context `lab` is cluster-admin, context `limited` has no permissions until a test grants some.
# FULL=1 adds kube-controller-manager, kube-scheduler and kwok (nodes annotated kwok.x-k8s.io/node=fake run pods, see
# kwok.yaml).
# APISERVER_FLAGS adds flags to kube-apiserver, CONTROLLER_FLAGS to kube-controller-manager. LEADER_ELECT=true makes the controllers
# hold leases.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
cd "$1"
BIN=${BIN:?folder with etcd, kube-apiserver and kubectl}
pids=()
controllers=()
start() { local name=$1; shift; "$@" >"$name.log" 2>&1 </dev/null & pids=($! "${pids[@]}"); }
stop() {
  # In reverse order, one after the other: an API server without its etcd keeps its port open.
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
etcd=${pids[0]}
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
    --bind-address 127.0.0.1 --secure-port 0 --leader-elect="${LEADER_ELECT:-false}" --controllers='*,-node-ipam-controller' \
    --kube-api-qps 500 --kube-api-burst 1000 ${CONTROLLER_FLAGS:-}
  start sched "$BIN/kube-scheduler" --kubeconfig kubeconfig --bind-address 127.0.0.1 --secure-port 0 --leader-elect="${LEADER_ELECT:-false}"
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
# The line "restart" kills and restarts the API server. The line "freeze" kills all controllers permanently; the file
# "frozen" exists when they are gone. The line "pause" stops etcd without ending it; then the file "paused" exists.
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
    pause)
      kill -STOP "$etcd"
      touch paused
      ;;
  esac
done
