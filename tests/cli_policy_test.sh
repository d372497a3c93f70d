#!/usr/bin/env bash
# cli_policy_test.sh EDGESIM CC: saved and resumed policies, exported tables (the C header is compiled and held against
# the JSON), and why: each through the command line.
set -uo pipefail
edgesim=$(realpath "$1")
cc=$2
configs=$(realpath "$(dirname "$0")/../experiments/configs")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0
fail() { echo "FAILED: $*"; failed=1; }
# refused EXPECTED-REGEX ARGUMENTS...: exit 2, one line that matches on stderr, nothing on stdout.
refused() {
  local expected=$1
  shift
  "$edgesim" "$@" >out 2>err
  local code=$?
  [ $code -eq 2 ] && [ "$(wc -l <err)" -eq 1 ] && [ ! -s out ] && grep -Eq "$expected" err || fail "$*: exit $code: $(cat out err)"
}
small=(--set replicas=2 --set episodes.train=40 --set episodes.eval=6 --set optimum.draws=500)
learners='policies=[q-learning, random, {name: shielded, kind: q-learning, shield: {epsilon: 0.05}}]'

run() { "$edgesim" run "$configs/s3_powercap.yaml" "${small[@]}" --set "$learners" "$@" >out 2>err || fail "run $*: $(cat err)"; }
run --out plain
[ ! -e plain/policies ] || fail "policies saved unasked"
run --out saved --save-policies
[ "$(ls saved/policies | tr '\n' ' ')" = 'q-learning.0.json q-learning.1.json shielded.0.json shielded.1.json ' ] || fail "saved: $(ls saved/policies)"
cmp plain/evaluation.csv saved/evaluation.csv || fail "saving changed the run"
# 40 episodes and 40 more are 80 (q-learning's epsilon does not depend on their number).
run --out resumed --resume-policies saved
run --out whole --set episodes.train=80 --save-policies
for name in q-learning.0 shielded.1; do
  cmp "resumed/policies/$name.json" "whole/policies/$name.json" || fail "$name resumed is not as at once"
done
cmp resumed/evaluation.csv whole/evaluation.csv || fail "resumed evaluation"

resume() { refused "$1" run "$configs/s3_powercap.yaml" "${small[@]}" --set "$learners" --resume-policies "$2" "${@:3}" --out never; }
resume 'plain: holds no saved policies' plain
resume 'no saved policies' nowhere
cp -r saved cut && head -c 500 saved/policies/q-learning.1.json >cut/policies/q-learning.1.json
resume 'cut/policies/q-learning.1.json: not a saved policy, or cut' cut
cp -r saved version && sed -i 's/"schema_version":1/"schema_version":2/' version/policies/q-learning.0.json
resume 'schema_version is 2, this edgesim reads 1' version
resume 'it has requests: 20, the experiment 10' saved --set workload.requests=10
resume 'q-learning.2.json: no such file' saved --set replicas=3
[ ! -e never ] || fail "a refused run left a folder"

# Exported, run again, compiled.
for policy in q-learning shielded exact-dp always-a2; do
  "$edgesim" policy export saved --policy $policy --replica 1 -o $policy.json 2>err || fail "export $policy: $(cat err)"
  "$edgesim" policy export saved --policy $policy --replica 1 --format c -o policy.h 2>err || fail "export $policy: $(cat err)"
  [ "$("$edgesim" policy export saved --policy $policy --replica 1)" = "$(cat $policy.json)" ] || fail "export to stdout"
  cat >dump.c <<'C'
#include "policy.h"
#include <stdio.h>

int main(void) {
  int left, c, i;
  for (left = 1; left <= EDGESIM_POLICY_REQUESTS; ++left)
    for (c = 0; c < EDGESIM_POLICY_CLASSES; ++c)
      for (i = 0; i <= 1000; ++i) {
        const double energy = EDGESIM_POLICY_BUDGET_J * i / 1000;
        printf("%d %s %d %s\n", left, edgesim_policy_classes[c], i,
               edgesim_policy_actions[edgesim_policy_choose(energy, left, c)]);
      }
  /* out of range: as at the nearest end */
  if (edgesim_policy_choose(-5, 3, 0) != edgesim_policy_choose(0, 3, 0)) return 1;
  if (edgesim_policy_choose(90, -1, -7) != edgesim_policy_choose(90, 1, 0)) return 1;
  if (edgesim_policy_choose(1e300, 9999, 9999) !=
      edgesim_policy_choose(EDGESIM_POLICY_BUDGET_J, EDGESIM_POLICY_REQUESTS, EDGESIM_POLICY_CLASSES - 1)) return 1;
  return 0;
}
C
  "$cc" -std=c99 -pedantic -Wall -Wextra -Werror -o dump dump.c || fail "$policy: the header does not compile"
  ./dump >from_c || fail "$policy: out of range is not clamped"
  if command -v python3 >/dev/null; then
    python3 - $policy.json >from_json <<'PY' || fail "$policy: JSON"
import bisect, json, sys
table = json.load(open(sys.argv[1]))
rows = {(t["requests_left"], t["class"]): t for t in table["tables"]}
for left in range(1, table["requests"] + 1):
    for c in table["classes"]:
        row = rows[left, c]
        for i in range(1001):
            at = bisect.bisect_right(row["from_j"], table["budget_j"] * i / 1000) - 1
            print(left, c, i, row["action"][at])
PY
    cmp from_c from_json || fail "$policy: C and JSON choose differently"
  fi
  # The table in the same experiment under the name of its policy: the same rows.
  "$edgesim" run "$configs/s3_powercap.yaml" "${small[@]}" --set "policies=[{name: again, kind: table, file: $work/$policy.json}]" \
    --out "again-$policy" >out 2>err || fail "table of $policy: $(cat err)"
  rows() { grep "^$2,1," "$1/evaluation.csv" | cut -d, -f2-; }
  [ -n "$(rows saved $policy)" ] && [ "$(rows saved $policy)" = "$(rows again-$policy again)" ] || fail "table of $policy: other rows"
done
grep -q '"provenance"' q-learning.json && grep -q '"replica": 1' q-learning.json || fail "provenance"
refused "policy 'random' draws at random" policy export saved --policy random
refused "no policy 'q-lerning'.*did you mean 'q-learning'" policy export saved --policy q-lerning
refused 'no replica 2, allowed: 0 to 1' policy export saved --policy q-learning --replica 2
refused 'no such folder' policy export nowhere --policy q-learning
refused 'format' policy export saved --policy q-learning --format xml
refused 'a command is required' policy

# Why: trained anew or loaded, the same story; an edited row is seen.
"$edgesim" why plain --policy shielded --episode 3 --replica 1 >one 2>err || fail "why: $(cat err)"
"$edgesim" why saved --policy shielded --episode 3 --replica 1 >other 2>err || fail "why: $(cat err)"
cmp one other || fail "why: loaded is not as trained anew"
grep -q '^total: reward .* exact-dp on the same noise: .*; difference ' one || fail "why: $(cat one)"
reward=$(grep '^shielded,1,3,' plain/evaluation.csv | cut -d, -f4)
grep -q "^total: reward $reward," one || fail "why: not $reward"
"$edgesim" why saved --policy exact-dp --episode 0 | grep -q 'difference +0.000000$' || fail "why of the optimum"
"$edgesim" why saved --policy q-learning --episode 0 --json | grep -q '"optimum_reward"' || fail "why --json"
refused "did you mean 'q-learning'" why saved --policy q-learnin --episode 0
refused 'no evaluation episode 6, allowed: 0 to 5' why saved --policy q-learning --episode 6
refused 'no replica 9' why saved --policy q-learning --episode 0 --replica 9
sed -i 's/^\(q-learning,0,2,\)[0-9.]*/\199.000000/' plain/evaluation.csv
refused "evaluation.csv:[0-9]+: says 'q-learning,0,2,99.000000" why plain --policy q-learning --episode 2

exit $failed
