#!/bin/sh
# SPDX-License-Identifier: AGPL-3.0-or-later
# What Meson calls: build.sh MODE SOURCE DESCRIBE-PROGRAM OUT.c DEPFILE
# MODE npm: packages from the lock file, types from the tables, type check, bundle; prebuilt: take
# SOURCE/dist; none: a resource with nothing in it. Then the files become one C file.
set -eu
mode=$1 source=$2 describe=$3 out=$4 depfile=$5
here=$(pwd)
case $out in /*) ;; *) out=$here/$out ;; esac
case $depfile in /*) ;; *) depfile=$here/$depfile ;; esac
case $describe in /*) ;; *) describe=$here/$describe ;; esac
dist=$out.dist

# Two build folders of one source tree must not install at the same time.
install_packages() {
  (
    flock 9
    if [ ! node_modules/.stamp -nt package-lock.json ]; then
      npm ci --ignore-scripts --no-audit --no-fund --prefer-offline --loglevel=error
      touch node_modules/.stamp
    fi
  ) 9>"$source/package-lock.json.lock"
}

build_with_npm() {
  cd "$source"
  install_packages
  "$describe" "$out.describe.json"
  node tools/types.mjs "$out.describe.json" src/api-types.ts
  node tools/build.mjs "$dist" "$source/../../po"
}

case $mode in
  npm) build_with_npm ;;
  prebuilt) dist=$source/dist ;;
  none)
    rm -rf "$dist"
    mkdir -p "$dist"
    printf '<gresources>\n  <gresource prefix="/org/meniscus/Meniscus/web"/>\n</gresources>\n' >"$dist/web.gresource.xml"
    ;;
esac

if [ ! -f "$dist/web.gresource.xml" ]; then
  echo "the built web client is not in $dist: run 'npm run build' in server/web" >&2
  exit 1
fi
glib-compile-resources --generate-source --c-name mns_web --sourcedir "$dist" --target "$out" \
  "$dist/web.gresource.xml"

{
  printf '%s:' "$out"
  for folder in src public tools; do
    find "$source/$folder" -type f ! -name '*.test.ts' ! -name api-types.ts | sort |
      while read -r file; do printf ' \\\n  %s' "$file"; done
  done
  for file in index.html package-lock.json tsconfig.json; do
    printf ' \\\n  %s' "$source/$file"
  done
  find "$source/../../po" -name '*.po' 2>/dev/null | sort |
    while read -r file; do printf ' \\\n  %s' "$file"; done
  printf '\n'
} >"$depfile"
