#!/bin/bash
# SPDX-License-Identifier: AGPL-3.0-or-later
#
# template.sh OUT.pot
# All texts that are translated, of the C sources and of the web client, as one gettext template:
# what po/LANGUAGE.po is made from and compared with.
#   po/template.sh /tmp/all.pot && msgmerge --update --no-fuzzy-matching po/de.po /tmp/all.pot
# The web client's part needs Node and its packages; without them the script says so and ends with 77.
set -eu
out=$(realpath "$1")
top=$(dirname "$(dirname "$(realpath "$0")")")
dir=$(mktemp -d -t mns-pot.XXXXXX)
trap 'rm -rf "$dir"' EXIT
cd "$top"

common=(--from-code=UTF-8 --add-comments=Translators --package-name=meniscus)
keywords=(-k_ -kN_ -kC_:1c,2 -kngettext:1,2
  # what the rules say: an English format, translated where it is read
  -kmns_call_fault:4 -kmns_call_fault_values:5 -kmns_result_add_fault:5 -kmns_call_conflict:5
  -kmns_result_set_conflict:3 -kmns_drift_add:7 -krefuse_value:7 -krefuse_line:5
  --flag=mns_call_fault:4:c-format)
grep -E '\.(c|ui)$' po/POTFILES | xgettext "${common[@]}" "${keywords[@]}" -f - -o "$dir/c.pot"
grep -E '\.desktop\.in$' po/POTFILES | xgettext "${common[@]}" -L Desktop -f - -o "$dir/desktop.pot"
grep -E '\.metainfo\.xml\.in$' po/POTFILES | while read -r file; do
  cp "$file" "$dir/$(basename "$file" .in)" # the rules for the format go by the name
done
(cd "$dir" && xgettext "${common[@]}" -o metainfo.pot ./*.metainfo.xml)
parts=("$dir/c.pot" "$dir/desktop.pot" "$dir/metainfo.pot")
rc=0
if command -v node >"$dir/node" && [ -d server/web/node_modules/esbuild ]; then
  node server/web/tools/pot.mjs "$dir/web.pot"
  parts+=("$dir/web.pot")
else
  echo "no Node or no packages of the web client: its texts are left out" >&2
  rc=77
fi
msgcat --use-first -o "$out" "${parts[@]}"
exit $rc
