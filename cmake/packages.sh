# Sourced by quickstart.sh and test.sh: makes sure that what the build needs is there.
# Each entry: Debian 12 package, then a command or header that shows it on systems without dpkg; `-` for
# Python packages, which are there with the interpreter or not at all.

# The packages below belong to the system's interpreter; another python3 may come first on the path.
PYTHON3=${PYTHON3:-/usr/bin/python3}

run_packages=(
  "g++ c++"
  "cmake cmake"
  "ninja-build ninja"
  "libboost-dev boost/version.hpp"
  "libcli11-dev CLI/CLI.hpp"
  "libcsv-dev csv.h"
  "libeigen3-dev eigen3/Eigen/Core"
  "libfmt-dev fmt/format.h"
  "librandom123-dev Random123/philox.h"
  "libtbb-dev tbb/version.h"
  "libyaml-cpp-dev yaml-cpp/yaml.h"
  "nlohmann-json3-dev nlohmann/json.hpp"
  "pybind11-dev pybind11/pybind11.h"
  "python3-dev python3-config"
  "python3-jinja2 -"
  "python3-matplotlib -"
  "python3-numpy -"
  "python3-pandas -"
  "python3-tqdm -"
)
test_packages=(
  "coinor-libclp-dev coin/ClpSimplex.hpp"
  "libgmock-dev gmock/gmock.h"
  "libgtest-dev gtest/gtest.h"
  "mypy mypy"
  "python3-ipykernel -"
  "python3-jsonschema -"
  "python3-nbclient -"
  "python3-nbconvert -"
  "python3-pip -"
  "python3-pytest -"
  "python3-setuptools -"
  "python3-wheel -"
  "python3-yaml -"
)
# Pages looked at and documentation built: the tests that need them skip without.
page_packages=(
  "chromium-headless-shell chromium-headless-shell"
  "doxygen doxygen"
  "fonts-dejavu-core -"
  "man-db man"
  "python3-breathe -"
  "python3-myst-parser -"
  "python3-sphinx -"
  "zsh zsh"
  "fish fish"
)

is_there() {  # package probe
  if command -v dpkg-query >/dev/null; then
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
  elif [ "$2" = - ]; then
    "$PYTHON3" -c "import $(echo "${1#python3-}" | tr - _)" >/dev/null 2>&1
  elif [[ $2 == *.h || $2 == */* ]]; then
    c++ -x c++ -E -include "$2" /dev/null >/dev/null 2>&1
  else
    command -v "$2" >/dev/null
  fi
}

# Installs the missing ones of the given entries as root on Debian; elsewhere names them and stops.
ensure_packages() {
  local entry missing=()
  for entry in "$@"; do
    # shellcheck disable=SC2086  # an entry is two words
    is_there $entry || missing+=("${entry% *}")
  done
  [ ${#missing[@]} -eq 0 ] && return
  if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    echo "Missing packages (Debian names): ${missing[*]}" >&2
    echo "Install them, e.g. with: sudo apt-get install --no-install-recommends ${missing[*]}" >&2
    exit 1
  fi
  echo "Installing: ${missing[*]}" >&2
  export DEBIAN_FRONTEND=noninteractive
  quietly apt-get update
  quietly apt-get install -y --no-install-recommends "${missing[@]}"
}

# Runs a command without its output, unless it fails.
quietly() {
  local log
  log=$(mktemp)
  if ! "$@" >"$log" 2>&1; then
    tail -n 40 "$log" >&2
    rm -f "$log"
    echo "Failed: $*" >&2
    exit 1
  fi
  rm -f "$log"
}
