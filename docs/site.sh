#!/usr/bin/env bash
# Builds the documentation as a site with search, in target/site/book: pages for each kind of user, the reference, and the pages of the
# checks in three languages. The folders are as in the repository, so that all links stay. Installs mdBook below .lab if it is missing.
#   docs/site.sh
#   docs/site.sh --install
set -euo pipefail
cd "$(dirname "$0")/.."
version=0.5.4
mdbook=.lab/mdbook-$version
[ -x "$mdbook/bin/mdbook" ] ||
  cargo install mdbook --version "$version" --locked --no-default-features --features search --quiet --root "$mdbook"
[ "${1:-}" = --install ] && exit

users=(laptop ci cronjob exporter chat agents)
reference=(install checking reports incidents changes keys profiles logs hosts rightsize service rights reliability performance
  dependencies)
title() { sed -n 's/^# //p;/^# /q' "$1"; }
entry() { echo "$1- [$(title "$2")]($2)"; }

rm -rf target/site
mkdir -p target/site/src
cp docs/book.toml target/site
cp -r README.md CHANGELOG.md CONTRIBUTING.md SECURITY.md LICENSE docs deploy examples skills target/site/src
cd target/site/src
# mdBook writes README.md as index.html, and would show the head of a skill as text.
find . -name '*.md' -exec sed -i -E 's#(\]\([^)]*)README\.md#\1index.md#g' {} +
skill=skills/kubectl-healthcheck/SKILL.md
sed -i '1{/^---$/d};1,/^---$/d' "$skill"
{
  echo "# Summary"
  echo "[kubectl healthcheck](README.md)"
  echo "# For each user"
  for page in "${users[@]}"; do entry "" "docs/$page.md"; done
  entry "  " "$skill"
  echo "# Reference"
  for page in "${reference[@]}"; do entry "" "docs/$page.md"; done
  entry "" docs/checks.md
  for page in docs/checks/*.md; do
    case $page in *.zh-??.md) ;; *) entry "  " "$page" ;; esac
  done
  for lang in zh-TW:檢查項目 zh-CN:检查项; do
    echo "# ${lang#*:}"
    for page in docs/checks/*."${lang%:*}".md; do entry "" "$page"; done
  done
  echo "# The project"
  for page in SECURITY CONTRIBUTING CHANGELOG deploy/README; do entry "" "$page.md"; done
} >SUMMARY.md
for page in docs/*.md docs/checks/*.md; do
  grep -qF "($page)" SUMMARY.md || { echo "$page is on no page of the site" >&2; exit 1; }
done
cd ..
"../../$mdbook/bin/mdbook" build
