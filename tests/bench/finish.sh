#!/usr/bin/env bash
# SPDX-License-Identifier: AGPL-3.0-or-later
# Plates finished, of what PostgreSQL alone does.
set -eu
exec python3 -B "$MNS_SOURCE"/tests/bench/finish.py
