#!/usr/bin/env bash
# SPDX-License-Identifier: AGPL-3.0-or-later
# Commands and views on a device, at 10,000 and at 1,000,000 samples side by side.
set -eu
exec "$MNS_BUILD"/tests/bench/bench-replica local
