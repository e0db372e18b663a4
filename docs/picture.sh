#!/usr/bin/env bash
# Creates docs/images/demo.png from the output of `demo`. Needs aha and chromium (Debian packages).
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
  --force-device-scale-factor=2 --window-size=1120,505 --screenshot=docs/images/demo.png "file://$page/demo.html" 2>/dev/null
