#!/usr/bin/env bash
# Builds the archive for this platform in dist/ and writes dist/healthcheck.yaml from krew-manifest.yaml.
# The manifest includes archives of other platforms that are already in dist/.
#   URL=https://…       the address of the published archives (default: this folder, for local tests)
#   HOMEPAGE=https://…  the home page of the project (default: URL)
set -euo pipefail
cd "$(dirname "$0")/.."
version=$(cat VERSION)
os=$(uname -s | tr '[:upper:]' '[:lower:]')
case $(uname -m) in x86_64) arch=amd64 ;; aarch64 | arm64) arch=arm64 ;; *) echo "unknown machine $(uname -m)" >&2; exit 1 ;; esac
mkdir -p dist
url=${URL:-file://$PWD/dist}
homepage=${HOMEPAGE:-$url}
cargo build --locked --profile dist
tar -czf "dist/kubectl-healthcheck_${os}_$arch.tar.gz" -C target/dist kubectl-healthcheck -C ../.. LICENSE
manifest=$(sed -e "/^#/d" -e "s|@VERSION@|$version|; s|@URL@|$url|; s|@HOMEPAGE@|$homepage|" krew-manifest.yaml)
for platform in linux_amd64 linux_arm64 darwin_amd64 darwin_arm64 windows_amd64; do
  archive=dist/kubectl-healthcheck_$platform.tar.gz
  if [ -f "$archive" ]; then
    sum=$(sha256sum "$archive" | cut -d' ' -f1)
    manifest=$(sed "s|@SHA256_$platform@|$sum|" <<<"$manifest")
  else
    # A platform has four lines, from selector to bin.
    line=$(grep -n "os: ${platform%_*}, arch: ${platform#*_}" <<<"$manifest" | cut -d: -f1)
    manifest=$(sed "${line},$((line + 3))d" <<<"$manifest")
  fi
done
printf '%s\n' "$manifest" >dist/healthcheck.yaml
echo "dist/healthcheck.yaml"
