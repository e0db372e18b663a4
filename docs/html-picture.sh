#!/usr/bin/env bash
# Creates docs/images/html-report.png, the beginning of `demo -o html`. Needs chromium and the fonts of picture.sh.
set -euo pipefail
cd "$(dirname "$0")/.."
page=$(mktemp -d)
trap 'rm -rf "$page"' EXIT
cargo run --release --quiet -- demo --fail-on never -o html --lang en >"$page/report.html"
chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking \
  --disable-component-update --disable-sync --hide-scrollbars --user-data-dir="$page/profile" \
  --blink-settings=preferredColorScheme=1 --window-size=1280,800 --screenshot=docs/images/html-report.png \
  "file://$page/report.html" 2>/dev/null
