#!/usr/bin/env bash
# Provides a DNS server (nsd) and nginx for the live tests of hosts and prints the folder they are in; their libraries are in
# lib below it.
#   hosts.sh            unpack Debian's packages into .lab if they are not there: nothing is installed, no root is needed
#   hosts.sh --path     print the folder only; fail when there is none
# HOSTS_BIN, when it is set, is the folder to use instead; else both programs are taken from PATH if they are there.
set -euo pipefail
# shellcheck source=tests/lab/debian.sh
. "$(dirname "$0")/debian.sh"
name=hosts what="DNS server and nginx" given=${HOSTS_BIN:-} programs="nsd nginx" packages="nsd nginx"
other="install nsd and nginx so that both are on PATH in one folder, or set HOSTS_BIN to it"
# The machine's own C library is the only one that fits.
libraries() {
  LC_ALL=C apt-cache depends nsd nginx | sed -n 's/^ *Depends: \(lib[^<:]*\)$/\1/p' | sort -u | grep -vxE 'libc6|libcrypt1|libsystemd0'
}
unpack() {
  local package
  for package in "$work"/*.deb; do
    dpkg -x "$package" "$work/package"
  done
  mkdir "$1/lib"
  cp "$work/package/usr/sbin/nsd" "$work/package/usr/sbin/nginx" "$1/"
  find "$work/package" -name '*.so*' \( -type f -o -type l \) -path '*/lib/*' -exec cp -P {} "$1/lib/" \;
  LD_LIBRARY_PATH=$1/lib "$1/nsd" -v || true
  LD_LIBRARY_PATH=$1/lib "$1/nginx" -v
}
provide "$@"
