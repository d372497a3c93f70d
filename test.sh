#!/usr/bin/env bash
# Installs what is missing, builds with warnings as errors and runs every test.
# --all also installs what the documentation and the tests of pages are built and looked at with; those tests skip
# without it. EDGESIM_DATA_DIR names a folder with recorded traces; tests that need it skip without it.
set -euo pipefail
cd "$(dirname "$0")"
. cmake/packages.sh

case "${1:-}" in
  --all) ensure_packages "${run_packages[@]}" "${test_packages[@]}" "${page_packages[@]}" ;;
  "") ensure_packages "${run_packages[@]}" "${test_packages[@]}" ;;
  *) echo "test.sh: unknown argument '$1'; there is --all" >&2; exit 2 ;;
esac
quietly cmake --preset ci -DPython3_EXECUTABLE="$PYTHON3" -DEDGESIM_DATA_DIR="${EDGESIM_DATA_DIR:-}"
echo "Building (a few minutes) ..." >&2
quietly cmake --build --preset ci
ctest --preset ci -j "$(nproc)"
