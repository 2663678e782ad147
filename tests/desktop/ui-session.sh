#!/bin/bash
# SPDX-License-Identifier: AGPL-3.0-or-later
#
# ui-session.sh [-w WINDOW-MANAGER] COMMAND...
# Runs COMMAND with an X server, home, runtime folder and session bus of its own, so that tests of
# windows can run side by side and without a screen; cleans up after it.
set -eu
wm=
if [ "$1" = -w ]; then wm=$2; shift 2; fi
dir=$(mktemp -d -t mns-ui.XXXXXX)
mkdir -m 700 "$dir/run" "$dir/home"
Xvfb -displayfd 3 -screen 0 1280x900x24 -nolisten tcp -noreset \
  3>"$dir/display" >"$dir/xvfb.log" 2>&1 &
xvfb=$!
clean_up() {
  kill "$xvfb"; wait "$xvfb"
  umount "$dir/run/doc" # the document portal's mount, where one was started
  rm -rf "$dir"
}
trap 'clean_up 2>/dev/null || true' EXIT
until [ -s "$dir/display" ]; do
  kill -0 "$xvfb" 2>/dev/null || { cat "$dir/xvfb.log" >&2; exit 1; }
  sleep 0.05
done

DISPLAY=":$(cat "$dir/display")"
export DISPLAY XDG_RUNTIME_DIR="$dir/run" HOME="$dir/home"
export GSETTINGS_BACKEND=memory GSK_RENDERER=cairo GDK_BACKEND=x11 LC_ALL=C.UTF-8
export ADW_DISABLE_PORTAL=1
unset WAYLAND_DISPLAY DBUS_SESSION_BUS_ADDRESS AT_SPI_BUS_ADDRESS

# What the bus starts must not write into the output of COMMAND.
exec 4>&1
dbus-run-session -- bash -c '
  if [ -n "$0" ]; then "$0" >/dev/null 2>&1 & wm=$!; sleep 0.5; fi
  rc=0; "$@" >&4 || rc=$?
  if [ -n "$0" ]; then kill "$wm"; fi
  exit $rc' "$wm" "$@" >&2
