#!/usr/bin/env bash
# Installs what is missing, builds with warnings as errors and runs every test.
# EDGESIM_DATA_DIR names a folder with recorded traces; tests that need it skip without it.
set -euo pipefail
cd "$(dirname "$0")"
. cmake/packages.sh

ensure_packages "${run_packages[@]}" "${test_packages[@]}"
quietly cmake --preset ci -DPython3_EXECUTABLE="$PYTHON3" -DEDGESIM_DATA_DIR="${EDGESIM_DATA_DIR:-}"
echo "Building (a few minutes) ..." >&2
quietly cmake --build --preset ci
ctest --preset ci -j "$(nproc)"
