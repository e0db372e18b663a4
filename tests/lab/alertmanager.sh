#!/usr/bin/env bash
# Provides Alertmanager and amtool for the live tests and prints the folder they are in.
#   alertmanager.sh          unpack Debian's package into .lab if it is not there: nothing is installed, no root is needed
#   alertmanager.sh --path   print the folder only; fail when there is none
# ALERTMANAGER_BIN, when it is set, is the folder to use instead.
set -euo pipefail
# shellcheck source=tests/lab/debian.sh
. "$(dirname "$0")/debian.sh"
name=alertmanager what=Alertmanager given=${ALERTMANAGER_BIN:-}
programs="prometheus-alertmanager amtool" packages=prometheus-alertmanager
other="set ALERTMANAGER_BIN to a folder with prometheus-alertmanager and amtool"
unpack() {
  dpkg -x "$work"/prometheus-alertmanager_*.deb "$work/package"
  cp "$work/package/usr/bin/prometheus-alertmanager" "$work/package/usr/bin/amtool" "$1/"
  cp "$work/package/usr/share/prometheus/alertmanager/"*.tmpl "$1/"
  # Debian's build reads its templates from a folder of an installed package. This one reads them from its working folder: a
  # path of the same length.
  local folder=/usr/share/prometheus/alertmanager
  sed -i "s#$folder#.$(printf '/%.0s' $(seq 2 ${#folder}))#g" "$1/prometheus-alertmanager"
  "$1/prometheus-alertmanager" --version
}
provide "$@"
