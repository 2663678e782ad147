#!/usr/bin/env bash
# SPDX-License-Identifier: AGPL-3.0-or-later
# Reading a sequencer's run against cat of the same files: whole process, warm cache, best of five.
set -eu
exec "$MNS_BUILD"/tests/bench/bench-interop "$MNS_BUILD"/server/instruments/meniscus-run
