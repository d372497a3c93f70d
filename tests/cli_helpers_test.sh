#!/usr/bin/env bash
# cli_helpers_test.sh EDGESIM: what helps to begin and to go on: new, doctor, explain, plot, report, schema, completion, manual.
set -uo pipefail
edgesim=$(realpath "$1")
source=$(realpath "$(dirname "$0")/..")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0
fail() { echo "FAILED: $*"; failed=1; }
skip() { echo "skipped: $*"; }

# bad REGEX ARGUMENTS...: exit 2, one line on stderr that matches, nothing on stdout.
bad() {
  local expected=$1
  shift
  "$edgesim" "$@" >out 2>err
  [ $? -eq 2 ] && [ "$(wc -l <err)" -eq 1 ] && [ ! -s out ] || fail "$*: exit or lines: $(cat out err)"
  grep -Eq "$expected" err || fail "$*: '$(cat err)' does not match '$expected'"
}

# new: what it writes runs, and nothing is overwritten.
small="--set replicas=2 --set episodes.train=4 --set episodes.eval=5 --set optimum.draws=100"
for kind in experiment device; do
  "$edgesim" new $kind my-$kind >out 2>err || fail "new $kind: $(cat err)"
  grep -q "edgesim run my-$kind.yaml" out || fail "new $kind says: $(cat out)"
  # shellcheck disable=SC2086
  "$edgesim" run my-$kind.yaml $small --out "run-$kind" >out 2>err || fail "run of a new $kind: $(cat err)"
  grep -q q-learning out || fail "table of a new $kind: $(cat out)"
  before=$(cat my-$kind.yaml)
  bad "my-$kind.yaml: exists" new $kind my-$kind
  [ "$before" = "$(cat my-$kind.yaml)" ] || fail "new $kind replaced a file"
done
ln -s nowhere link.yaml
bad 'link.yaml: exists' new experiment link
bad "'../x' is no name" new experiment ../x
[ -e ../x.yaml ] && fail "new wrote outside the folder"
bad "'my-policy' is no name" new policy my-policy
bad 'kind: ' new polcy x
"$edgesim" new policy Thrifty >out 2>err && grep -q 'class Thrifty(edgesim.Policy)' Thrifty.py || fail "new policy: $(cat err)"

# plot: training above power; ASCII where the locale has no UTF-8; no colours in a file.
LC_ALL=C.UTF-8 "$edgesim" plot run-experiment >out 2>err || fail "plot: $(cat err)"
grep -q 'reward per training episode' out && grep -q 'power, W: ' out && grep -q $'\u2502' out || fail "plot: $(cat out)"
grep -q $'\e' out && fail "plot: colours in a file"
LC_ALL=C "$edgesim" plot run-experiment --policy pacing --replica 1 --episode 4 >out 2>err || fail "plot in ASCII: $(cat err)"
LC_ALL=C grep -q '[^ -~]' out && fail "plot: not ASCII: $(cat -v out)"
grep -q 'pacing, replica 1, evaluation episode 4' out || fail "plot of an episode: $(cat out)"
LC_ALL=C "$edgesim" plot run-device >out 2>err && grep -q 'cap 100 W' out || fail "plot with a cap: $(cat out err)"
bad 'no such folder' plot nowhere
bad "did you mean 'pacing'" plot run-experiment --policy pacin
bad 'no evaluation episode 5, allowed: 0 to 4' plot run-experiment --episode 5
bad 'no replica 2, allowed: 0 to 1' plot run-experiment --replica 2

# explain: figures of a profile, a card and a run.
"$edgesim" explain gemma-2-2b-it-q6_k.energy >out 2>err && grep -q '^gemma-2-2b-it-q6_k.energy = 58[0-9]' out &&
  grep -q 'commit 90300915' out || fail "explain energy: $(cat out err)"
"$edgesim" explain gemma-2-2b.shape/vocab >out && grep -q '256000' out || fail "explain a card: $(cat out)"
"$edgesim" explain qwen2.5-1.5b >out && grep -q 'kv_bytes_per_token' out || fail "explain lists: $(cat out)"
"$edgesim" explain run-experiment/q-learning.reward >out && grep -q simulated out || fail "explain a result: $(cat out)"
bad "did you mean 'gemma-2-2b'" explain gema-2-2b
bad "did you mean 'energy'" explain gemma-2-2b-it-q6_k.enrgy
bad "did you mean 'q-learning'" explain run-experiment/q-lerning
bad 'no such file|unknown profile' explain x.energy --profile nowhere.json

# doctor: text and JSON, exit 0 here.
"$edgesim" doctor >out 2>err || fail "doctor: $(cat out err)"
for what in processor kernels threads noise 'shipped files' python 'host profile' terminal; do
  grep -q "^\(ok\|note\) *$what" out || fail "doctor says nothing of $what: $(cat out)"
done
"$edgesim" doctor --json >out 2>err && grep -q '"findings"' out || fail "doctor --json: $(cat err)"

# report: a stub of the package, beside a copy of the binary.
mkdir -p moved/bin moved/python/edgesim
cp "$edgesim" moved/bin/edgesim
: >moved/python/edgesim/__init__.py
cat >moved/python/edgesim/report.py <<'PYTHON'
import json, os, sys
print(sys.argv[1:], os.environ["PYTHONPATH"].split(":")[-1])
sys.exit(7 if "fail" in sys.argv else 0)
PYTHON
if python=$(command -v python3); then
  PYTHONPATH=/kept EDGESIM_PYTHON=$python moved/bin/edgesim report run-experiment --out 'a b' -h >out 2>err
  [ $? -eq 0 ] && [ "$(cat out)" = "['run-experiment', '--out', 'a b', '-h'] /kept" ] || fail "report: $(cat out err)"
  EDGESIM_PYTHON=python3 moved/bin/edgesim report fail >out 2>err
  [ $? -eq 7 ] || fail "report hides the exit code"
  echo '1 / 0' >os.py && cp os.py json.py
  EDGESIM_PYTHON=$python moved/bin/edgesim report x >out 2>err || fail "report imports from this folder: $(cat err)"
  rm os.py json.py
  echo 'import no_such_module' >moved/python/edgesim/report.py
  EDGESIM_PYTHON=$python moved/bin/edgesim report x >out 2>err
  [ $? -eq 2 ] && [ "$(wc -l <err)" -eq 1 ] && grep -q "no_such_module.*edgesim doctor" err ||
    fail "report where something is not installed: $(cat err)"
else
  skip "report: no python3"
fi
EDGESIM_PYTHON=/no/python moved/bin/edgesim report x >out 2>err
[ $? -eq 2 ] && [ "$(wc -l <err)" -eq 1 ] && grep -q EDGESIM_PYTHON err || fail "report without Python: $(cat err)"

# schema and manual: the pages in docs/ are current.
"$edgesim" schema >out && grep -q '2020-12/schema' out || fail "schema"
"$edgesim" schema fidelity >out && grep -q split_share out || fail "schema fidelity"
"$edgesim" schema --markdown >out && grep -q '^| `replicas` | 20 |' out || fail "schema --markdown"
bad 'what: ' schema nothing
"$edgesim" manual --markdown >out && diff out "$source/docs/cli.md" >/dev/null || fail "docs/cli.md is not current"
"$edgesim" manual >edgesim.1
if command -v groff >/dev/null; then
  groff -ww -man -Tutf8 edgesim.1 >page 2>err || fail "groff: $(cat err)"
  [ -s err ] && fail "groff warns: $(head -3 err)"
  sed -i 's/.\x08//g' page  # bold is written over itself
  grep -q 'EXIT STATUS' page || fail "man page: $(head page)"
else
  skip "man page: no groff"
fi
if command -v man >/dev/null; then
  MANWIDTH=80 LC_ALL=C.UTF-8 man --warnings -l edgesim.1 2>err >page
  [ -s err ] && fail "man warns: $(head -3 err)"
  grep -q 'sensitivity' page || fail "man page of man: $(head page)"
else
  skip "man page: no man"
fi

# completion
bad 'shell: ' completion tcsh
for shell in bash zsh fish; do
  "$edgesim" completion $shell >complete.$shell || fail "completion $shell"
  if command -v $shell >/dev/null; then
    $shell -n complete.$shell 2>err || fail "$shell does not read its completion: $(cat err)"
  else
    skip "completion: no $shell"
  fi
done
# shellcheck disable=SC1091
source complete.bash
# completes EXPECTED WORDS...: the last word is what is completed.
completes() {
  local expected=$1
  shift
  COMP_WORDS=("$@")
  COMP_CWORD=$(($# - 1))
  COMPREPLY=()
  _edgesim
  [ "${COMPREPLY[*]}" = "$expected" ] || fail "completion of '$*' is '${COMPREPLY[*]}', not '$expected'"
}
completes run edgesim ru
completes --threads edgesim run --th
completes export edgesim policy e
completes json edgesim policy export --format j
completes 'experiment' edgesim new exp
completes 'bash' edgesim completion b
completes '' edgesim run --threads ''
completes my-device.yaml edgesim run my-d
completes moved/bin edgesim run x --out moved/b
if command -v fish >/dev/null; then
  mkdir -p home && cp complete.fish edgesim.fish
  fished=$(HOME=$work/home fish -c 'source edgesim.fish; complete -C "edgesim ru"' 2>/dev/null | cut -f1)
  [ "$fished" = run ] || fail "fish completes 'edgesim ru' to '$fished'"
  fished=$(HOME=$work/home fish -c 'source edgesim.fish; complete -C "edgesim run --th"' 2>/dev/null | cut -f1)
  [ "$fished" = --threads ] || fail "fish completes 'edgesim run --th' to '$fished'"
fi
exit $failed
