# What prometheus.sh and hosts.sh have in common: programs of Debian's packages, unpacked into .lab. Nothing is installed, and no
# root is needed. They say:
#   name     how the folder in .lab begins
#   what     what the lab does not have without it, for messages
#   other    what else can be done
#   programs the programs, which stand in one folder
#   packages the packages
# and have a function `unpack FOLDER`, which unpacks $work/*.deb and leaves programs in FOLDER.
# It prints the folder they are in; with --path it fetches nothing. $given is a folder to use instead; else they are taken from PATH.
# shellcheck shell=bash disable=SC2154 # whoever sources this sets them
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
fail() { echo "the test lab has no $what: $1" >&2; exit 1; }
holds() {
  local program
  for program in $programs; do [ -x "$1/$program" ] || return 1; done
}
refresh() {
  [ "$(id -u)" = 0 ] || fail "$1: run 'sudo apt-get update' and then this again, or $other"
  apt-get update
}
known() {
  local package candidate
  for package in $packages; do
    candidate=$(LC_ALL=C apt-cache policy "$package" | sed -n 's/^  Candidate: //p')
    [ "${candidate:-(none)}" != '(none)' ] || return 1
  done
}
# What the packages need beside them; none unless the script says so.
libraries() { :; }
download() {
  local more
  more=$(libraries)
  # shellcheck disable=SC2086 # one word a package
  (cd "$work" && apt-get -o APT::Sandbox::User="$(id -un)" download $packages $more)
}
fetch() {
  if ! known; then
    refresh "apt does not know the packages $packages"
    known || fail "apt does not offer the packages $packages; $other"
  fi
  # What apt knows may be older than what its mirror still has.
  if ! download; then
    refresh "apt could not download the packages $packages"
    download || fail "apt could not download the packages $packages; $other"
  fi
  mkdir "$work/done"
  unpack "$work/done"
  holds "$work/done" || fail "the packages do not hold $programs; $other"
  touch "$work/done/complete"
  # As a whole or not at all; somebody else may have been faster.
  mv -T "$work/done" "$dest" || [ -f "$dest/complete" ]
}
provide() {
  local found
  if [ -n "$given" ]; then
    holds "$given" || fail "$given does not hold $programs"
    (cd "$given" && pwd)
    return
  fi
  # shellcheck disable=SC2086 # the first of them
  set -- "${1:-}" $programs
  if found=$(PATH=$PATH:/usr/sbin command -v "$2") && holds "$(dirname "$found")"; then
    dirname "$found"
    return
  fi
  # Which versions they are, the distribution decides: the scripts and the machine are the key.
  dest=$root/.lab/$name-$({ cat "$0" "${BASH_SOURCE[0]}"; uname -sm; } | sha256sum | cut -c1-16)
  if [ ! -f "$dest/complete" ]; then
    [ "$1" != --path ] || fail "run 'make lab', or $other"
    if ! command -v apt-get >/dev/null || ! command -v dpkg >/dev/null; then
      fail "without apt-get and dpkg it cannot be fetched; $other"
    fi
    mkdir -p "$root/.lab"
    work=$(mktemp -d "$root/.lab/$name.XXXXXX")
    trap 'rm -rf "$work"' EXIT
    fetch >&2
  fi
  echo "$dest"
}
