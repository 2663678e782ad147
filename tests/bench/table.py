#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Turns the JSON lines of a bench into one aligned table."""
import json
import sys

for line in sys.stdin:
    row = json.loads(line)
    print(f"{row['name']:<58} {row['ratio']:>8.2f}  bar {row['bar']:>6}  "
          f"{'holds' if row['holds'] else 'DOES NOT HOLD'}")
    sys.stdout.flush()
