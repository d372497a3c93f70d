#!/usr/bin/env bash
# cli_sensitivity_test.sh EDGESIM: `edgesim sensitivity`, what it prints and writes and what it refuses.
set -uo pipefail
edgesim=$(realpath "$1")
root=$(realpath "$(dirname "$0")/..")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0
fail() { echo "FAILED: $*"; failed=1; }
six="$root/experiments/configs/six_actions.yaml"
laptop="$root/devices/profiles/laptop-rtx3070.json"
quick=(--set replicas=2 --set episodes.train=4 --set episodes.eval=5 --set optimum.draws=100)

# refuses CONFIG OPTIONS.. - REGEX: exit 2, one stderr line that matches, nothing on stdout, no file.
refuses() {
  local arguments=()
  while [ "$1" != - ]; do arguments+=("$1"); shift; done
  "$edgesim" sensitivity "${arguments[@]}" --json out.json >out 2>err
  local code=$?
  [ $code -eq 2 ] || fail "${arguments[*]}: exit $code, not 2"
  [ "$(wc -l <err)" -eq 1 ] && grep -Eq -- "$2" err || fail "${arguments[*]}: '$(cat err)' does not match '$2'"
  [ -s out ] && fail "${arguments[*]}: wrote to stdout"
  [ -e out.json ] && fail "${arguments[*]}: wrote a file"
  return 0
}

# The defaults, with one and two threads: the same bytes.
for threads in 1 2; do
  "$edgesim" sensitivity "$six" "${quick[@]}" -j $threads --json $threads.json >$threads.txt 2>err || fail "defaults: $(cat err)"
done
cmp -s 1.json 2.json && cmp -s 1.txt 2.txt || fail "the result depends on -j"
for world in 'bandwidth x 0.9' 'bandwidth x 1.1' 'energy x 0.9' 'energy x 1.1' 'geometric stays'; do
  grep -q "^$world: Kendall's tau-b " 1.txt && grep -q "\"name\": \"$world\"" 1.json || fail "no world '$world'"
done
grep -q '^as it is: optimum ' 1.txt && grep -q '^over all worlds ' 1.txt || fail "tables: $(cat 1.txt)"
grep -Eq '^The order of the 5 best policies \(.*\) is the same in [0-5] of 5 worlds' 1.txt || fail "verdict: $(tail -20 1.txt)"
grep -q "whether they are more than noise is not known: 10 replicas are needed\|No two policies swap in any world" 1.txt || fail "noise: $(tail -20 1.txt)"

# The same profile as another one changes nothing; a folder of profiles is a world each.
mkdir my.boot && cp "$laptop" my.boot/002.json && sed 's/"dolly-v2-3b-q6_k"/"other-3b-q6_k"/' "$laptop" >other.json
cp "$laptop" my.boot/001.json
"$edgesim" sensitivity "$six" "${quick[@]}" --ensemble my.boot --profile "$laptop" --scale-latency 1 >out 2>err || fail "profiles: $(cat err)"
[ "$(grep -c "tau-b 1.000, optimum" out)" -eq 4 ] && grep -q '^profile my.boot/001.json: ' out || fail "profiles: $(grep tau out)"
grep -q 'is the same in 4 of 4 worlds' out || fail "the same profile: $(tail out)"
"$edgesim" sensitivity "$six" "${quick[@]}" --scale-energy 0.5,2 >out 2>err || fail "factors: $(cat err)"
grep -q '^energy x 2: ' out && [ "$(grep -c tau-b out)" -eq 3 ] || fail "factors: $(grep tau out)"

for factor in 0 -1 nan 1e9 x; do
  refuses "$six" --scale-energy=$factor - "a factor from 0.01 to 100 is needed"
done
refuses "$six" --bandwidth 0.9,0 - "a factor from 0.01 to 100 is needed"
refuses "$six" --bandwidth 0.9,0.9 - 'bandwidth x 0.9: named twice'
refuses "$six" --profile other.json - "profile other.json: the profile 'laptop-rtx3070' has no action dolly-v2-3b-q6_k; it has .*other-3b"
refuses "$six" --profile none.json - 'none.json'
refuses "$six" --ensemble nowhere - '--ensemble nowhere: there is no such folder; .*--bootstrap'
mkdir empty
refuses "$six" --ensemble empty - '--ensemble empty: no profile \(\*.json\) in it'
refuses "$six" --set 'policies=[]' - 'no policies whose ranking could change'
refuses "$root/experiments/configs/s1_hard.yaml" --geometric - 'geometric stays: .*this experiment has a synthetic one; energy, latency and bandwidth can be scaled'
refuses "$root/experiments/configs/s1_hard.yaml" --profile "$laptop" - 'this experiment has a synthetic one'
refuses missing.yaml - 'missing.yaml'
"$edgesim" sensitivity "$six" --profile other.json --json other.json >out 2>err
[ $? -eq 2 ] && grep -q 'would overwrite an input' err || fail "--json over a profile: $(cat err)"
"$edgesim" sensitivity --help | tr -s ' \n' ' ' | grep -q '1/FACTOR as long' || fail "--bandwidth is not explained"
exit $failed
