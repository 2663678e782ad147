#!/usr/bin/env bash
# SPDX-License-Identifier: AGPL-3.0-or-later
# Pokes to 2,000 listeners, and whether the feed misses anything.
set -eu
ulimit -n 8192 2>/dev/null || ulimit -n "$(ulimit -Hn)"
exec python3 -B "$MNS_SOURCE"/tests/bench/poke.py
