#!/usr/bin/env bash
# cli_segment_test.sh EDGESIM: `edgesim sample` and `edgesim segment`, what they write and what they refuse.
set -uo pipefail
edgesim=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0
fail() { echo "FAILED: $*"; failed=1; }

# bad COMMAND.. - REGEX: exit 2, one stderr line that matches, nothing on stdout, no out.csv.
bad() {
  local arguments=()
  while [ "$1" != - ]; do arguments+=("$1"); shift; done
  "$edgesim" "${arguments[@]}" -o out.csv >out 2>err
  local code=$?
  [ $code -eq 2 ] || fail "${arguments[*]}: exit $code, not 2"
  [ "$(wc -l <err)" -eq 1 ] && grep -Eq -- "$2" err || fail "${arguments[*]}: '$(cat err)' does not match '$2'"
  [ -s out ] && fail "${arguments[*]}: wrote to stdout"
  [ -e out.csv ] && fail "${arguments[*]}: wrote a file"
  return 0
}

# A board of one rail whose two actions differ in power.
awk 'BEGIN { print "action,question_id,t_s,soc_w"; for (q = 1; q <= 12; ++q) for (a = 0; a < 2; ++a) for (t = 0; t < 60; ++t)
  print (a ? "big-4b-q4_0" : "tiny-1b-q4_0") "," q "," t / 10 + 0.05 "," ((t < 8 + q % 3 ? 2 : (a ? 9 : 5)) + (t * 7 + q * 3) % 5 / 50) }' >traces.csv
awk 'BEGIN { print "action,question_id,completion_tokens,duration_s"; for (q = 1; q <= 12; ++q) {
  print "tiny-1b-q4_0," q ",100,6"; print "big-4b-q4_0," q ",100,6" } }' >requests.csv
fit() { "$edgesim" fit "${@:2}" --recorded 2026-01-02 --model 'ramp=1 level' --restarts 2 -o "$1" >out 2>err || fail "fit $*: $(cat err)"; }
traces=(--traces traces.csv --requests requests.csv)
fit board.json "${traces[@]}"

# Sample: the same seed the same file, another seed another; one request without columns that tell requests apart.
sample() { "$edgesim" sample board.json "$@" >out 2>err; }
sample --action tiny-1b-q4_0 --duration 3 -o one.csv && [ ! -s err ] || fail "sample: $(cat err)"
[ "$(head -1 one.csv)" = t_s,soc_w ] && [ "$(wc -l <one.csv)" -eq 31 ] || fail "one sample: $(head -3 one.csv)"
grep -q '1 request of 3.000 s on average, one reading per 0.1 s, in one.csv' out || fail "sample says: $(cat out)"
sample --action tiny-1b-q4_0 --duration 3 -o again.csv; cmp -s one.csv again.csv || fail "sample is not repeatable"
sample --action tiny-1b-q4_0 --duration 3 --seed 2 -o again.csv; cmp -s one.csv again.csv && fail "another seed gave the same trace"
sample --action Big-4B-Q4_0 --tokens 50 --requests 40 -o many.csv || fail "sample --tokens: $(cat err)"
[ "$(head -1 many.csv)" = action,question_id,t_s,soc_w ] && [ "$(wc -l <many.csv)" -eq 1201 ] || fail "samples: $(head -3 many.csv)"
grep -q '40 requests of 3.000 s' out || fail "sample --tokens says: $(cat out)"

# A fit to what was drawn draws the same energy: 12 levels of the fit tell the mean to well below 2 %.
energy() { "$edgesim" sample "$1" --action "$2" --duration 6 --requests 300 --seed 5 -o drawn.csv | awk '$1 == "soc" { print $2 }'; }
for action in tiny-1b-q4_0 big-4b-q4_0; do
  sample --action $action --duration 6 --requests 60 -o $action.csv || fail "$action: $(cat err)"
done
cat tiny-1b-q4_0.csv <(tail -n +2 big-4b-q4_0.csv) >synthetic.csv
fit grouped.json synthetic.csv --group question_id --action action
for action in tiny-1b-q4_0 big-4b-q4_0; do
  awk -v a="$(energy board.json $action)" -v b="$(energy grouped.json $action)" 'BEGIN { exit !(a > 10 && b / a < 1.02 && b / a > 0.98) }' ||
    fail "energy of $action: $(energy board.json $action) J drawn, $(energy grouped.json $action) J by the refit"
done

# What a profile without latency cannot tell is said.
"$edgesim" sample grouped.json --action tiny-1b-q4_0 --duration 3 -o one.csv >out 2>err && ! grep -q noticed out || fail "one kind: $(cat out err)"
sed 's/"classes": 1,/"classes": 2,/' grouped.json >kinds.json
"$edgesim" sample kinds.json --action tiny-1b-q4_0 --duration 3 -o one.csv >out 2>err && grep -q 'noticed: the 2 kinds .* equally often' out || fail "kinds: $(cat out err)"
bad sample grouped.json --action tiny-1b-q4_0 --tokens 50 - "--tokens: action 'tiny-1b-q4_0' has no latency"

bad sample board.json --action tiny-1b-q4 --duration 3 - "'tiny-1b-q4' is not in the profile; .*did you mean 'tiny-1b-q4_0'"
bad sample board.json --duration 3 - '--action is needed: .*big-4b-q4_0'
bad sample board.json --action tiny-1b-q4_0 - 'either --duration or --tokens'
bad sample board.json --action tiny-1b-q4_0 --duration 3 --tokens 5 - 'either --duration or --tokens'
bad sample board.json --action tiny-1b-q4_0 --duration -1 - '--duration: seconds above 0'
bad sample board.json --action tiny-1b-q4_0 --duration nan - '--duration: seconds above 0'
bad sample board.json --action tiny-1b-q4_0 --tokens 0 - '--tokens: a number above 0'
bad sample board.json --action tiny-1b-q4_0 --duration inf - 'readings are too many'
bad sample board.json --action tiny-1b-q4_0 --duration 3 --requests 0 - 'requests'
bad sample board.json --action tiny-1b-q4_0 --duration 1e6 --requests 1000 - 'readings are too many'
bad sample board.json --action tiny-1b-q4_0 --duration 3 --seed -1 - "--seed: '-1': a whole number from 0"
bad sample nowhere.json --action tiny-1b-q4_0 --duration 3 - 'nowhere.json'
bad sample laptop-rtx3080 --action x --duration 3 - "did you mean 'laptop-rtx3070'"
"$edgesim" sample board.json --action tiny-1b-q4_0 --duration 3 -o ./board.json >out 2>err
[ $? -eq 2 ] && grep -q 'would overwrite an input' err && grep -q schema_version board.json || fail "sample over its profile: $(cat err)"

# Segment: every reading has its state, and the states are where the power is.
segment() { "$edgesim" segment board.json "$@" >out 2>err; }
segment "${traces[@]}" -o states.csv && [ ! -s err ] || fail "segment: $(cat err)"
[ "$(head -1 states.csv)" = action,request,rail,t_s,watts,state,level_w,class ] || fail "header: $(head -1 states.csv)"
[ "$(wc -l <states.csv)" -eq 1441 ] || fail "states: $(wc -l <states.csv) lines"
awk -F, 'NR > 1 && ($6 ~ "idle") != ($5 < 4)' states.csv | grep -q . && fail "idle: $(awk -F, 'NR > 1 && ($6 ~ "idle") != ($5 < 4)' states.csv | head -3)"
awk -F, 'NR > 1 && $6 !~ /^(idle_[12]|settle_[12]|plateau)$/' states.csv | grep -q . && fail "names: $(cut -d, -f6 states.csv | sort | uniq -c)"
grep -q '^idle_1  *12  *0\.[78]' out || fail "table: $(cat out)"
paste -d, traces.csv states.csv | awk -F, 'NR > 1 && ($3 != $8 || $4 != $9)' | grep -q . && fail "states.csv has other readings than traces.csv"
cp states.csv first.csv
segment "${traces[@]}" -o states.csv; cmp -s first.csv states.csv || fail "segment is not repeatable"

# A recording that is grouped, one whose action is told, and one sampled faster.
segment many.csv --group question_id --action action -o states.csv && grep -q '^40 requests in states.csv' out || fail "grouped: $(cat out err)"
segment one.csv --as tiny-1b-q4_0 -o states.csv && grep -q 'tiny-1b-q4_0,one.csv,soc,' states.csv || fail "--as: $(cat out err)"
grep -q 'noticed: the profile is of requests: ' out || fail "recording with a profile of requests: $(cat out)"
awk 'BEGIN { print "t_s,soc_w"; for (t = 0; t < 100; ++t) print t / 50 "," (t < 50 ? 2 : 5) + t % 7 / 10 }' >fast.csv
segment fast.csv --as tiny-1b-q4_0 -o states.csv && grep -q 'noticed: readings every 0.02 s are averaged over' out && [ "$(wc -l <states.csv)" -eq 21 ] ||
  fail "resampled: $(wc -l <states.csv) $(cat out err)"

# An hour without readings is said, and is in no stay.
awk -F, 'NR > 1 && $1 > 1.5 { $1 += 3600 } { print $1 "," $2 }' one.csv >gap.csv
segment gap.csv --as tiny-1b-q4_0 -o states.csv && grep -q 'warning: 1 request has over five sampling periods without a reading, up to 3.6e+03 s; that time is in no stay' err ||
  fail "a gap: $(cat out err)"
awk '$1 ~ /^(idle|settle|plateau)/ && $2 > 0 && $3 > 3.5 { bad = 1 } END { exit bad }' out || fail "a gap is in a stay: $(cat out)"

(cat one.csv; echo 10000000,5) >far.csv
bad segment board.json far.csv --as tiny-1b-q4_0 - 'sampling periods, but 31 readings'
bad segment board.json - 'no traces'
bad segment board.json nowhere.csv - 'nowhere.csv'
bad segment board.json one.csv - '--as is needed: .*tiny-1b-q4_0'
bad segment board.json one.csv --as tiny-1b - "--as 'tiny-1b' is not in the profile"
bad segment laptop-rtx3070 "${traces[@]}" - "the profile has no rail 'soc', only cpu, gpu; --rails"
bad segment laptop-rtx3070 many.csv --group question_id --action action --rails gpu=soc_w - "the traces' action 'big-4b-q4_0' is not in the profile"
awk 'BEGIN { print "t_s,soc_w"; for (t = 0; t < 30; ++t) print t "," 2 + t % 7 }' >slow.csv
bad segment board.json slow.csv --as tiny-1b-q4_0 - 'a reading every 1 s, .*one every 0.1 s'
sed 's/"schema_version": 2/"schema_version": 1/' board.json >old.json
bad segment old.json "${traces[@]}" - 'old.json'
before=$(cksum <traces.csv)
"$edgesim" segment board.json "${traces[@]}" -o traces.csv >out 2>err
[ $? -eq 2 ] && [ "$before" = "$(cksum <traces.csv)" ] || fail "segment over its input: $(cat err)"

for command in segment sample; do
  "$edgesim" $command board.json one.csv -o '' >out 2>err
  [ $? -eq 2 ] && [ "$(wc -l <err)" -eq 1 ] || fail "$command -o '': $(cat err)"
  "$edgesim" $command --help >out 2>err && grep -q PROFILE out || fail "$command --help"
done
exit $failed
