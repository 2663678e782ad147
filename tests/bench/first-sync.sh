#!/usr/bin/env bash
# SPDX-License-Identifier: AGPL-3.0-or-later
# A device's first sync of 100,000 and of 1,000,000 samples.
set -eu
exec python3 -B "$MNS_SOURCE"/tests/bench/first-sync.py
