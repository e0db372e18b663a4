#!/usr/bin/env bash
# Creates docs/images/demo.png from the output of `demo`. Needs aha, chromium and the fonts below (Debian packages aha,
# chromium, fonts-dejavu, fonts-noto-cjk, fonts-noto-color-emoji). The height is 21 px for each line, plus 44 px.
set -euo pipefail
cd "$(dirname "$0")/.."
page=$(mktemp -d)
trap 'rm -rf "$page"' EXIT
{
  cat <<'H'
<!doctype html><meta charset="utf-8"><style>
body { margin: 0; background: #0d1117; }
pre { margin: 0; padding: 22px 26px; color: #e6edf3; font: 15px/1.4 "DejaVu Sans Mono", "Noto Sans Mono CJK TC", "Noto Color Emoji", monospace; }
</style><pre>
H
  echo '<span style="color:#7d8590">$ kubectl healthcheck demo</span>'
  cargo run --release --quiet -- demo --fail-on never --color always --width 116 --lang en | aha --no-header --black
  echo '</pre>'
} >"$page/demo.html"
chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking \
  --disable-component-update --disable-sync --hide-scrollbars --user-data-dir="$page/profile" \
  --force-device-scale-factor=2 --window-size=1120,569 --screenshot=docs/images/demo.png "file://$page/demo.html" 2>/dev/null
