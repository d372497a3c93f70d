#!/usr/bin/env bash
# check.sh EDGESIM CONFIG: runs the config as its golden run was made and gates it with `edgesim compare`.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/settings.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Every shipped config has a golden run, or a new one would go unwatched.
for config in "$here"/../../experiments/configs/*.yaml; do
  name=$(basename "$config" .yaml)
  case " $golden_configs " in *" $name "*) ;; *) echo "$name has no golden run; see regenerate.sh"; exit 1 ;; esac
done

# shellcheck disable=SC2086  # the settings are words
"$1" run "$here/../../experiments/configs/$2.yaml" $(golden_settings_of "$2") --out "$work/new" >/dev/null
"$1" compare "$here/$2" "$work/new"

# The gate must be able to fail: a random policy that earns 0.5 less is a regression.
mkdir "$work/worse"
cp "$work/new"/*.json "$work/new"/curves.csv "$work/worse"
awk -F, -v OFS=, 'NR > 1 && $1 == "random" { $4 -= 0.5 } { print }' "$work/new/evaluation.csv" >"$work/worse/evaluation.csv"
if "$1" compare "$here/$2" "$work/worse" >"$work/said"; then
  echo "compare did not see a reward 0.5 lower"
  exit 1
fi
grep -q 'BROKEN  random, evaluation reward' "$work/said"
