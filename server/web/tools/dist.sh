#!/bin/sh
# SPDX-License-Identifier: AGPL-3.0-or-later
# Puts the built client into a release tarball (meson dist), for builds without npm.
set -eu
cd "$MESON_DIST_ROOT/server/web"
npm ci --ignore-scripts --no-audit --no-fund --prefer-offline --loglevel=error
node tools/build.mjs dist ../../po
rm -rf node_modules
