#!/usr/bin/env bash
# regenerate.sh [EDGESIM]: makes the golden runs anew. Say why under "Results changed" in CHANGELOG.md.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/settings.sh"
edgesim=${1:-$here/../../build/release/edgesim}
for name in $golden_configs; do
  rm -rf "${here:?}/$name"
  # shellcheck disable=SC2086  # the settings are words
  "$edgesim" run "$here/../../experiments/configs/$name.yaml" $(golden_settings_of "$name") --out "$here/$name" >/dev/null
  rm "$here/$name/manifest.json"  # host and time are not golden
done
