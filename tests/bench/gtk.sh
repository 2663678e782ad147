#!/usr/bin/env bash
# SPDX-License-Identifier: AGPL-3.0-or-later
# The start of the desktop client and its scrolling, on a display of its own.
set -eu
exec bash "$MNS_SOURCE"/tests/desktop/ui-session.sh -w openbox python3 -B "$MNS_SOURCE"/tests/bench/gtk.py
