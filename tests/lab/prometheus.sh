#!/usr/bin/env bash
# Provides Prometheus and promtool for the live tests and prints the folder they are in.
#   prometheus.sh            unpack Debian's package into .lab if it is not there: nothing is installed, no root is needed
#   prometheus.sh --path     print the folder only; fail when there is none
# PROMETHEUS_BIN, when it is set, is the folder to use instead; else both programs are taken from PATH if they are there.
set -euo pipefail
# shellcheck source=tests/lab/debian.sh
. "$(dirname "$0")/debian.sh"
name=prometheus what=Prometheus given=${PROMETHEUS_BIN:-} programs="prometheus promtool" packages=prometheus
other="install Prometheus (https://prometheus.io/download, 'brew install prometheus') so that prometheus and promtool are on PATH, or set PROMETHEUS_BIN to their folder"
unpack() {
  dpkg -x "$work"/prometheus_*.deb "$work/package"
  cp "$work/package/usr/bin/prometheus" "$work/package/usr/bin/promtool" "$1/"
  "$1/prometheus" --version
}
provide "$@"
