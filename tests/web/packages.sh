#!/usr/bin/env bash
# SPDX-License-Identifier: AGPL-3.0-or-later
# Puts the browser tests' packages in place, once for each change of the lock file.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")"
exec 9>package-lock.json.lock
flock 9
if [ ! node_modules/.stamp -nt package-lock.json ]; then
  npm ci --ignore-scripts --no-audit --no-fund --prefer-offline --loglevel=error >&2
  touch node_modules/.stamp
fi
