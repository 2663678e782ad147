#!/usr/bin/env bash
# SPDX-License-Identifier: AGPL-3.0-or-later
# Reads and plates of the server, of what PostgreSQL alone does.
set -eu
exec python3 -B "$MNS_SOURCE"/tests/bench/server-reads.py
