#!/usr/bin/env bash
# SPDX-License-Identifier: AGPL-3.0-or-later
# Commands a second through the store against pgbench.
set -eu
exec "$MNS_BUILD"/tests/bench/bench-commands 4
