#!/usr/bin/env bash
# SPDX-License-Identifier: AGPL-3.0-or-later
# Builds the fuzz targets with clang and runs each for some seconds (the first
# argument, 10 if absent), beginning with made-up files. Ends with 1 at the first finding.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.."
seconds=${1:-10}

[ -f build-fuzz/build.ninja ] || CC=clang meson setup build-fuzz -Dfuzz=true \
  -Db_sanitize=address,undefined -Db_lundef=false >/dev/null
targets=$(ninja -C build-fuzz -t targets all | grep -oE '^tests/fuzz/fuzz-[a-z-]+:' | tr -d :)
# shellcheck disable=SC2086
ninja -C build-fuzz -j2 $targets server/instruments/meniscus-run >/dev/null

seeds=$(mktemp -d)
trap 'rm -rf "$seeds"' EXIT
for preset in miseq iseq hiseq4000 nextseq2000-p2 novaseqx-25b; do
  ASAN_OPTIONS=detect_leaks=0 build-fuzz/server/instruments/meniscus-run generate \
    --preset $preset --lanes 1 --swaths 1 --tiles 1 --reads 3,2i --samples 2 "$seeds/$preset"
done
n=0
for target in $targets; do
  corpus=$seeds/corpus-$(basename "$target")
  mkdir -p "$corpus"
  case $target in
  *interop*) # the made-up files of this metric; those of the others do no harm
    for file in "$seeds"/*/InterOp/*.bin; do
      n=$((n + 1))
      cp "$file" "$corpus/$n"
    done ;;
  *)
    for file in "$seeds"/*/*.xml "$seeds"/*/*.csv; do
      n=$((n + 1))
      cp "$file" "$corpus/$n"
    done ;;
  esac
  build-fuzz/"$target" -max_total_time="$seconds" -max_len=4096 -print_final_stats=1 \
    -artifact_prefix="$seeds/" "$corpus" >"$seeds/log" 2>&1 || { tail -40 "$seeds/log"; exit 1; }
  echo "$(basename "$target"): $(grep -oE 'number_of_executed_units: [0-9]+' "$seeds/log" | grep -oE '[0-9]+') inputs, no finding"
done
