#!/usr/bin/env bash
# SPDX-License-Identifier: AGPL-3.0-or-later
# Undecided commands taken off and put on again, against running them once.
set -eu
exec "$MNS_BUILD"/tests/bench/bench-replica rebase
