#!/usr/bin/env bash
# Installs what is missing, builds edgesim and runs it: the default experiment, or with the given arguments.
set -euo pipefail
root=$(cd "$(dirname "$0")" && pwd)
. "$root/cmake/packages.sh"

ensure_packages "${run_packages[@]}"
[ -x "$root/build/release/edgesim" ] || echo "Building (some ten minutes on two cores) ..." >&2
(
  cd "$root"
  [ -f build/release/build.ninja ] || quietly cmake --preset release -DPython3_EXECUTABLE="$PYTHON3"
  quietly cmake --build --preset release
)
if [ $# -eq 0 ]; then set -- run "$root/experiments/configs/six_actions.yaml"; fi
exec "$root/build/release/edgesim" "$@"
