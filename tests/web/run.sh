#!/usr/bin/env bash
# SPDX-License-Identifier: AGPL-3.0-or-later
# Runs the browser tests against a server of their own with its own database, and stops both.
# run.sh [FILE...]: files of e2e/, all of them by default. Needs MNS_BUILD; writes TAP.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
build=${MNS_BUILD:-$top/build}

skip() {
  echo "1..0 # SKIP $1"
  exit 0
}

server=$build/server/meniscus-server
ctl=$build/server/admin/meniscusctl
[ -x "$server" ] && [ -x "$ctl" ] || skip 'this build has no server program'
CHROMIUM=${CHROMIUM:-$(command -v chromium || true)}
[ -n "$CHROMIUM" ] || skip 'there is no chromium'
[ "$#" -gt 0 ] || set -- "$here"/e2e/*.test.mjs

"$here/packages.sh"
cd "$here"

state=$(mktemp -d "${TMPDIR:-/tmp}/meniscus-web-XXXXXX")
chmod 700 "$state"
mkfifo "$state/ready"
env -u G_DEBUG "$server" --throwaway --state "$state/server" --listen 127.0.0.1:0 \
  >"$state/ready" 2>"$state/server.log" &
pid=$!
finish() {
  kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null || true
  rm -rf "$state"
}
trap finish EXIT
if ! read -r word BASE <"$state/ready" || [ "$word" != ready ]; then
  sed 's/^/# /' "$state/server.log"
  echo 'Bail out! the server did not start'
  exit 1
fi

umask 077
printf 'Web-%s\n' "$(od -An -N8 -tx1 /dev/urandom | tr -d ' \n')" >"$state/password"
"$ctl" --state "$state/server" config import "$top/data/demo/demo.json" >&2
"$ctl" --state "$state/server" user add ada --role 'System Administrator' \
  --password-file "$state/password" >&2

export BASE CHROMIUM USER_NAME=ada
export PASSWORD=$(cat "$state/password") SHOTS=$build/shots
export DIST=$build/server/web/web-resources.c.dist
node --test --test-concurrency=1 --test-reporter=tap "$@" "$here/budget.test.mjs"
