#!/bin/bash
# SPDX-License-Identifier: AGPL-3.0-or-later
#
# Every text of the program is translated: the list of files is whole, each catalogue is well
# formed, lacks nothing and guesses nothing.
set -u
cd "$MNS_SOURCE" || exit 1
dir=$(mktemp -d -t mns-po.XXXXXX)
trap 'rm -rf "$dir"' EXIT
n=0
failed=0

report() { # RC TEXT: one test point; what went wrong stands in $dir/log
  n=$((n + 1))
  if [ "$1" = 0 ]; then
    echo "ok $n $2"
  else
    sed 's/^/# /' "$dir/log"
    echo "not ok $n $2"
    failed=1
  fi
}

# What is marked for translation, and what the list has. What the rules say is marked by being said.
says='mns_call_fault|mns_call_fault_values|mns_result_add_fault|mns_call_conflict|mns_result_set_conflict|mns_drift_add|refuse_value|refuse_line'
find data desktop sync server/*/ -path server/web -prune -o \( -name '*.c' -o -name '*.ui' \) -print0 |
  xargs -0 grep -lE "(\b_ ?\(|\bN_ ?\(|\bngettext ?\(|translatable=\"yes\"|\b($says) ?\()" >"$dir/marked"
ls data/*.desktop.in data/*.metainfo.xml.in >>"$dir/marked"
sort -o "$dir/marked" "$dir/marked"
grep -vE '^(#|$)' po/POTFILES | sort >"$dir/listed"
diff "$dir/marked" "$dir/listed" >"$dir/log"
report $? "po/POTFILES lists every file with texts, and no other"

po/template.sh "$dir/all.pot" 2>"$dir/log"
rc=$?
web=whole
if [ "$rc" = 77 ]; then
  web=$(cat "$dir/log")
  rc=0
fi
report "$rc" "a template can be made ($web)"

while read -r language; do
  po=po/$language.po
  msgfmt -c -o "$dir/$language.mo" "$po" 2>"$dir/log"
  report $? "$po is well formed"
  msgattrib --only-fuzzy --no-location "$po" >"$dir/log" 2>&1
  test ! -s "$dir/log"
  report $? "$po guesses nothing"
  msgmerge -q --no-fuzzy-matching "$po" "$dir/all.pot" -o "$dir/merged.po" 2>"$dir/log" &&
    msgattrib --untranslated --no-location "$dir/merged.po" >"$dir/log"
  test ! -s "$dir/log"
  report $? "$po lacks nothing"
done < <(grep -vE '^(#|$)' po/LINGUAS)
echo "1..$n"
exit $failed
