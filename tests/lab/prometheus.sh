#!/usr/bin/env bash
# Provides Prometheus and promtool for the live tests and prints the folder they are in.
#   prometheus.sh            unpack Debian's package into .lab if it is not there: nothing is installed, no root is needed
#   prometheus.sh --path     print the folder only; fail when there is none
# PROMETHEUS_BIN, when it is set, is the folder to use instead; else both programs are taken from PATH if they are there.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
other="install Prometheus (https://prometheus.io/download, 'brew install prometheus') so that prometheus and promtool are on PATH, or set PROMETHEUS_BIN to their folder"
fail() { echo "the test lab has no Prometheus: $1" >&2; exit 1; }
holds() { [ -x "$1/prometheus" ] && [ -x "$1/promtool" ]; }
if [ -n "${PROMETHEUS_BIN:-}" ]; then
  holds "$PROMETHEUS_BIN" || fail "PROMETHEUS_BIN=$PROMETHEUS_BIN does not hold prometheus and promtool"
  (cd "$PROMETHEUS_BIN" && pwd)
  exit 0
fi
if found=$(command -v prometheus) && holds "$(dirname "$found")"; then
  dirname "$found"
  exit 0
fi
# Which version it is, the distribution decides: this script and the machine are the key.
key=$({ cat "$here/prometheus.sh"; uname -sm; } | sha256sum | cut -c1-16)
dest=$root/.lab/prometheus-$key
if [ -f "$dest/complete" ]; then
  echo "$dest"
  exit 0
fi
[ "${1:-}" != --path ] || fail "run 'make lab', or $other"
if ! command -v apt-get >/dev/null || ! command -v dpkg >/dev/null; then
  fail "without apt-get and dpkg it cannot be fetched; $other"
fi
mkdir -p "$root/.lab"
work=$(mktemp -d "$root/.lab/prometheus.XXXXXX")
trap 'rm -rf "$work"' EXIT
refresh() {
  [ "$(id -u)" = 0 ] || fail "$1: run 'sudo apt-get update' and then this again, or $other"
  apt-get update
}
download() { (cd "$work" && apt-get -o APT::Sandbox::User="$(id -un)" download prometheus); }
known() {
  local candidate
  candidate=$(LC_ALL=C apt-cache policy prometheus | sed -n 's/^  Candidate: //p')
  [ "${candidate:-(none)}" != '(none)' ]
}
{
  if ! known; then
    refresh "apt knows no package 'prometheus'"
    known || fail "apt offers no package 'prometheus'; $other"
  fi
  # What apt knows may be older than what its mirror still has.
  if ! download; then
    refresh "apt could not download the package 'prometheus'"
    download || fail "apt could not download the package 'prometheus'; $other"
  fi
  dpkg -x "$work"/prometheus_*.deb "$work/package"
  chmod 755 "$work/package/usr/bin"
  "$work/package/usr/bin/prometheus" --version
  holds "$work/package/usr/bin" || fail "the package holds no promtool; $other"
  touch "$work/package/usr/bin/complete"
  # As a whole or not at all; somebody else may have been faster.
  mv -T "$work/package/usr/bin" "$dest" || [ -f "$dest/complete" ]
} >&2
echo "$dest"
