# Sourced by quickstart.sh and test.sh: makes sure that what the build needs is there.
# Each entry: Debian 12 package, then a command or header that shows it on systems without dpkg.

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
)
test_packages=(
  "coinor-libclp-dev coin/ClpSimplex.hpp"
  "libgmock-dev gmock/gmock.h"
  "libgtest-dev gtest/gtest.h"
)

is_there() {  # package probe
  if command -v dpkg-query >/dev/null; then
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
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
