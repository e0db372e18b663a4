#!/usr/bin/env bash
# Provides a DNS server (nsd) and nginx for the live tests of hosts and prints the folder they are in; their libraries are in
# lib below it.
#   hosts.sh            unpack Debian's packages into .lab if they are not there: nothing is installed, no root is needed
#   hosts.sh --path     print the folder only; fail when there is none
# HOSTS_BIN, when it is set, is the folder to use instead; else both programs are taken from PATH if they are there.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
other="install nsd and nginx so that both are on PATH in one folder, or set HOSTS_BIN to it"
fail() { echo "the test lab has no DNS server and nginx: $1" >&2; exit 1; }
holds() { [ -x "$1/nsd" ] && [ -x "$1/nginx" ]; }
if [ -n "${HOSTS_BIN:-}" ]; then
  holds "$HOSTS_BIN" || fail "HOSTS_BIN=$HOSTS_BIN does not hold nsd and nginx"
  (cd "$HOSTS_BIN" && pwd)
  exit 0
fi
if found=$(PATH=$PATH:/usr/sbin command -v nsd) && holds "$(dirname "$found")"; then
  dirname "$found"
  exit 0
fi
# Which versions they are, the distribution decides: this script and the machine are the key.
key=$({ cat "$here/hosts.sh"; uname -sm; } | sha256sum | cut -c1-16)
dest=$root/.lab/hosts-$key
if [ -f "$dest/complete" ]; then
  echo "$dest"
  exit 0
fi
[ "${1:-}" != --path ] || fail "run 'make lab', or $other"
if ! command -v apt-get >/dev/null || ! command -v dpkg >/dev/null; then
  fail "without apt-get and dpkg they cannot be fetched; $other"
fi
mkdir -p "$root/.lab"
work=$(mktemp -d "$root/.lab/hosts.XXXXXX")
trap 'rm -rf "$work"' EXIT
refresh() {
  [ "$(id -u)" = 0 ] || fail "$1: run 'sudo apt-get update' and then this again, or $other"
  apt-get update
}
# The libraries that the two need; the machine's own C library is the only one that fits.
libraries() {
  LC_ALL=C apt-cache depends nsd nginx | sed -n 's/^ *Depends: \(lib[^<:]*\)$/\1/p' | sort -u | grep -vxE 'libc6|libcrypt1|libsystemd0'
}
download() {
  local libraries
  libraries=$(libraries)
  # shellcheck disable=SC2086 # one word a package
  (cd "$work" && apt-get -o APT::Sandbox::User="$(id -un)" download nsd nginx $libraries)
}
known() {
  local candidates
  candidates=$(LC_ALL=C apt-cache policy nsd nginx | sed -n 's/^  Candidate: //p' | grep -vxF '(none)' | wc -l)
  [ "$candidates" = 2 ]
}
{
  if ! known; then
    refresh "apt knows no packages 'nsd' and 'nginx'"
    known || fail "apt offers no packages 'nsd' and 'nginx'; $other"
  fi
  # What apt knows may be older than what its mirror still has.
  if ! download; then
    refresh "apt could not download the packages"
    download || fail "apt could not download the packages; $other"
  fi
  for package in "$work"/*.deb; do
    dpkg -x "$package" "$work/package"
  done
  mkdir -p "$work/done/lib"
  cp "$work/package/usr/sbin/nsd" "$work/package/usr/sbin/nginx" "$work/done/"
  find "$work/package" -name '*.so*' \( -type f -o -type l \) -path '*/lib/*' -exec cp -P {} "$work/done/lib/" \;
  LD_LIBRARY_PATH=$work/done/lib "$work/done/nsd" -v || true
  LD_LIBRARY_PATH=$work/done/lib "$work/done/nginx" -v
  holds "$work/done" || fail "the packages hold neither; $other"
  touch "$work/done/complete"
  # As a whole or not at all; somebody else may have been faster.
  mv -T "$work/done" "$dest" || [ -f "$dest/complete" ]
} >&2
echo "$dest"
