#!/usr/bin/env bash
# Fuzzes each target for FUZZ_SECONDS (default 60), or those that are named. Needs a nightly compiler and cargo-fuzz.
# A failure leaves its input in fuzz/artifacts; copy it to fuzz/corpus/TARGET to keep it as a test.
set -euo pipefail
cd "$(dirname "$0")"
targets=("$@")
if [ ${#targets[@]} = 0 ]; then
  mapfile -t targets < <(ls corpus)
fi
cargo +nightly fuzz build parser
for target in "${targets[@]}"; do
  echo "== $target"
  mkdir -p "found/$target" "artifacts/$target"
  # New inputs go to the first folder, which git ignores.
  FUZZ_TARGET=$target cargo +nightly fuzz run parser "found/$target" "corpus/$target" -- \
    -max_total_time="${FUZZ_SECONDS:-60}" -timeout=10 -rss_limit_mb=2048 -max_len=65536 -print_final_stats=1 \
    -artifact_prefix="artifacts/$target/" 2>&1 | grep -E "^(stat::|==|SUMMARY|Test unit|thread|panicked|Done)|ERROR" || true
  if [ -n "$(ls "artifacts/$target")" ]; then
    echo "$target failed: $(ls "artifacts/$target")" >&2
    exit 1
  fi
done
