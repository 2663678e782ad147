#!/usr/bin/env bash
# SPDX-License-Identifier: AGPL-3.0-or-later
# Commands through push against pgbench.
set -eu
exec python3 -B "$MNS_SOURCE"/tests/bench/push.py
