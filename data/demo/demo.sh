#!/usr/bin/env bash
# SPDX-License-Identifier: AGPL-3.0-or-later
# The demonstration lab: called by ./dev demo after building. Starts a server with its private
# database, gives it a configuration and a user once, and opens the desktop client signed in.
set -euo pipefail
top=$(cd "$(dirname "$0")/../.." && pwd)
build=$top/build
headless=0
port=0
live_seconds=600
state=${XDG_STATE_HOME:-$HOME/.local/state}/meniscus-demo
while [ $# -gt 0 ]; do
  case "$1" in
    --headless) headless=1 ;;
    --port) port=$2; shift ;;
    --state) state=$2; shift ;;
    --run-seconds) live_seconds=$2; shift ;;
    *) echo "./dev demo: unknown option $1" >&2; exit 2 ;;
  esac
  shift
done
mkdir -p -m 700 "$state"
state=$(cd "$state" && pwd)
password=$state/demo-password
user=ada

if [ "$port" = 0 ] && [ -f "$state/port" ]; then
  port=$(cat "$state/port")
elif [ "$port" = 0 ]; then
  port=8420
fi
echo "$port" >"$state/port"

fifo=$state/ready
rm -f "$fifo"
mkfifo -m 600 "$fifo"
mkdir -p -m 700 "$state/runs"
"$build/server/meniscus-server" --state "$state/server" --listen "127.0.0.1:$port" \
  --run-root "$state/runs" >"$fifo" 2>>"$state/server.log" &
server=$!
sequencer=
stop() {
  [ -z "$sequencer" ] || kill "$sequencer" 2>/dev/null || true
  kill "$server" 2>/dev/null && wait "$server" 2>/dev/null || true
  rm -f "$fifo"
}
trap stop EXIT
trap 'exit 0' INT TERM
read -r word url <"$fifo" || { tail -5 "$state/server.log" >&2; exit 1; }
[ "$word" = ready ] || { echo "the server said: $word $url" >&2; exit 1; }

if ! [ -f "$password" ]; then
  umask 077
  echo "Demo-$(od -An -N6 -tx1 /dev/urandom | tr -d ' \n')" >"$password.new"
  "$build/server/admin/meniscusctl" --state "$state/server" config import "$top/data/demo/demo.json" >&2
  "$build/server/admin/meniscusctl" --state "$state/server" user add "$user" --role "System Administrator" \
    --password-file "$password.new" >&2
  "$build/server/admin/meniscusctl" --state "$state/server" user add mira --role Researcher \
    --password-file "$password.new" >&2
  mv "$password.new" "$password"
fi

# A fake sequencer: a run that is over, and one that goes on while you watch. Each start of the
# demonstration is a run more; the oldest go.
runs=$(find "$state/runs" -mindepth 1 -maxdepth 1 -type d | wc -l)
if [ "$runs" -gt 20 ]; then rm -rf "$state/runs"; mkdir -m 700 "$state/runs"; runs=0; fi
count=$(($(cat "$state/run-count" 2>/dev/null || echo 0) + 1))
echo "$count" >"$state/run-count"
sequence=$build/server/instruments/meniscus-run
# One that was left when the demonstration ended: it comes no further.
for run in "$state"/runs/miseq-*; do
  [ ! -d "$run" ] || [ -e "$run/RTAComplete.txt" ] || touch "$run/RTAComplete.txt"
done
[ "$runs" -gt 0 ] || "$sequence" generate --preset novaseq6000-s1 --reads 51,8i,8i,51 --swaths 2 \
  --tiles 24 --seed "$count" "$state/runs/novaseq-$count" >&2 || true
nice -n 10 "$sequence" generate --live --seconds "$live_seconds" --preset miseq \
  --reads 76,8i,8i,76 --seed "$((count + 100))" "$state/runs/miseq-$count" >&2 &
sequencer=$!

echo "ready $url"
echo "user $user (and mira), password in $password" >&2
if [ "$headless" = 1 ]; then
  wait "$server"
else
  "$build/desktop/meniscus" --server "$url" --user "$user" --password-file "$password" \
    --state "$state/client"
fi
