#!/usr/bin/env bash
# cli_test.sh EDGESIM: help, exit codes, and that bad input gives one line, exit 2 and no output folder.
set -uo pipefail
edgesim=$(realpath "$1")
configs=$(realpath "$(dirname "$0")/../experiments/configs")
data=$(realpath "$(dirname "$0")/cli/data")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0
fail() { echo "FAILED: $*"; failed=1; : >"$work/.failed"; }  # the file: behind a pipe a variable is lost

quick="--set replicas=2 --set episodes.train=4 --set episodes.eval=3 --set optimum.draws=100"
good=$(cat "$configs/six_actions.yaml")

# bad NAME EXPECTED-REGEX: stdin is the config. One stderr line that matches, exit 2, nothing written.
bad() {
  cat >"$1.yaml"
  "$edgesim" run "$1.yaml" >out 2>err
  local code=$?
  [ $code -eq 2 ] || fail "$1: exit $code, not 2"
  [ "$(wc -l <err)" -eq 1 ] || fail "$1: $(wc -l <err) lines on stderr"
  grep -Eq "$2" err || fail "$1: '$(cat err)' does not match '$2'"
  [ -s out ] && fail "$1: wrote to stdout"
  [ -e runs ] && fail "$1: left a folder"
  return 0
}
: | bad empty '^edgesim: empty.yaml:1:1: '
printf -- '- a\n- b\n' | bad list 'list.yaml:1:1: .*must be a map'
echo "${good/  limit_j/$'\t'limit_j}" | bad tab 'tab.yaml:17:1: .*tab'
printf '%s\nseed: 2\n' "$good" | bad duplicate "duplicate.yaml:29:1: key 'seed' stands twice"
echo "${good/limit_j/limt_j}" | bad unknown "unknown.yaml:17:3: unknown key 'limt_j' .*did you mean 'limit_j'"
echo "${good/12000/lots}" | bad type "type.yaml:17:12: 'limit_j' must be a number from"
echo "${good/replicas: 20/replicas: 0}" | bad range 'range.yaml:5:11: .*allowed: 1 to'
echo "${good/rtx3070/rtx3080}" | bad device "device.yaml:10:12: unknown profile .*did you mean 'laptop-rtx3070'"
printf 'a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n' | bad bomb 'bomb.yaml:2:8: aliases'
printf 'a: %s%s\n' "$(printf '[%.0s' $(seq 5000))" "$(printf ']%.0s' $(seq 5000))" | bad deep 'deep.yaml:1:[0-9]+: nested deeper'
printf 'name: x\0y\n' | bad nul 'nul.yaml:1:8: a NUL'
printf 'name: x\xff\n' | bad utf8 'utf8.yaml:1:8: not valid UTF-8'
printf '%s\npower_cap: {limit_w: 120, mode: throttle}\n' "$good" | bad throttle "throttle.yaml:29:33: .*allowed: observe, terminate"
echo "${good/name: six_actions/name: ..\/x}" | bad path "path.yaml:3:7: 'name'"

for target in missing.yaml .; do
  "$edgesim" run "$target" >out 2>err
  [ $? -eq 2 ] && [ "$(wc -l <err)" -eq 1 ] && grep -Fq "$target" err || fail "run $target: $(cat err)"
done
for arguments in "" "frobnicate" "run" "run x --nope" "compare one"; do
  # shellcheck disable=SC2086
  "$edgesim" $arguments >out 2>err
  [ $? -eq 2 ] && [ "$(wc -l <err)" -eq 1 ] || fail "edgesim $arguments: exit or lines: $(cat err)"
done

# misspelt ARGUMENTS EXPECTED-TEXT: exit 2 and one line that suggests.
misspelt() {
  # shellcheck disable=SC2086
  "$edgesim" $1 >out 2>err
  [ $? -eq 2 ] && [ "$(wc -l <err)" -eq 1 ] && grep -Fq -- "$2" err || fail "$1: $(cat err)"
}
misspelt "run x --treads 2" "unknown option '--treads'; did you mean '--threads'?; see edgesim run --help"
misspelt "policy exprt" "unknown command 'exprt'; there is export; did you mean 'export'?"
misspelt "policy" "a command is required: export; see edgesim policy --help"
misspelt "--versoin" "unknown option '--versoin'; did you mean '--version'?"
misspelt "plot x --episode -1" "--episode: '-1': a whole number from 0 on is needed; see edgesim plot --help"
misspelt "run" "config is required; see edgesim run --help"
: >file
misspelt "plot file" "file: is no folder; a run folder"

"$edgesim" rnu >out 2>err
[ $? -eq 2 ] && grep -q "did you mean 'run'" err || fail "rnu: $(cat err)"
"$edgesim" run nope.yaml 2>&-
[ $? -eq 2 ] || fail "closed stderr"
"$edgesim" version >/dev/full 2>err
[ $? -eq 2 ] || fail "full stdout"
"$edgesim" run $'no\nsuch\e[31m' >out 2>err
[ $? -eq 2 ] && [ "$(wc -l <err)" -eq 1 ] && ! grep -q $'\e' err || fail "control characters: $(cat -v err)"
"$edgesim" compare --margin nan . . >out 2>err
[ $? -eq 2 ] || fail "--margin nan"

# Fit: what is wrong with the arguments is said before anything is fitted; a good fit can be run.
awk 'BEGIN { print "action,question_id,t_s,soc_w"; for (q = 1; q <= 9; ++q) for (a = 0; a < 2; ++a) for (t = -2; t < 40 + q; ++t)
  print (a ? "big-4b-q4_0" : "tiny-1b-q4_0") "," q "," t / 10 + 0.05 "," (t < 0 ? 2 : (a ? 9 : 5) + (t * 7 + q * 3) % 5 / 5) }' >traces.csv
awk 'BEGIN { print "action,question_id,completion_tokens,duration_s"; for (q = 1; q <= 9; ++q) {
  print "tiny-1b-q4_0," q ",100," 4 + q / 10; print "big-4b-q4_0," q ",100," 4 + q / 10 } }' >requests.csv
fit() { "$edgesim" fit --traces traces.csv --requests requests.csv --name board --source test --recorded 2026-01-02 "$@" >out 2>err; }
for wrong in "-o traces.csv" "-o ." "-o no/such/folder.json" "-o x.json --name a/b" "-o x.json --recorded yesterday" \
  "-o x.json --folds 10" "-o x.json --model npu=ramp" "-o x.json --model soc=rampp" "-o x.json --model free=0" \
  "-o x.json --restarts 0"; do
  # shellcheck disable=SC2086
  fit $wrong
  [ $? -eq 2 ] && [ "$(wc -l <err)" -eq 1 ] || fail "fit $wrong: $(cat err)"
done
fit -o x.json --model npu=ramp
grep -q "no rail 'npu'; rails are soc" err || fail "unknown rail: $(cat err)"
head -1 traces.csv | grep -q soc_w || fail "fit overwrote its input"
fit -o board.json --model 'free=2 level' && grep -q 'profile in board.json' out && [ ! -s err ] || fail "fit: $(cat out err)"
words() { grep -o '; soc: [^"]*' board.json; }
fit -o board.json --restarts 1 --model free=1 && [ "$(words)" = '; soc: free=1 gaussian gamma' ] || fail "--model for all rails: $(cat err; words)"
fit -o board.json --restarts 1 --model 'soc=free=1 level' --model free=2 && [ "$(words)" = '; soc: free=1 gaussian gamma level' ] ||
  fail "--model of a rail: $(cat err; words)"
printf 'question_id,category,prompt_tokens\n1,short,5\n2,long,50\n' >q.csv
printf 'question_id,action,prompt_tokens,output_tokens,score\n1,tiny-1b-q4_0,5,80,4\n1,big-4b-q4_0,5,90,7\n2,tiny-1b-q4_0,50,100,3\n2,big-4b-q4_0,50,100,8\n' >a.csv
printf 'name: mine\ndevice: {profile: ./board.json}\nworkload: {questions: ./q.csv, answers: ./a.csv, requests: 10}\nenergy_budget: {limit_j: 300}\npolicies: [q-learning]\n' >mine.yaml
# shellcheck disable=SC2086
"$edgesim" run mine.yaml $quick --out mine >out 2>err && grep -q 'always-big-4b-q4_0' out || fail "own experiment: $(cat err)"
sed -i '/^2,big/d' a.csv
"$edgesim" run mine.yaml >out 2>err
[ $? -eq 2 ] && grep -q 'no answer for 1 (question, action) pairs: (2, big-4b-q4_0)' err || fail "holes: $(cat err)"

# A calibrated host as the device: its power is assumed, which is said.
cp "$data/toy_host.json" host.json
printf 'question_id,action,prompt_tokens,output_tokens,score\n1,gemma-2-2b-q4_0,5,80,4\n1,gemma-2-2b-q8_0,5,90,7\n2,gemma-2-2b-q4_0,50,100,3\n2,gemma-2-2b-q8_0,50,100,8\n' >host.csv
printf 'name: host\ndevice: {host_profile: ./host.json, threads: 1, power_w: 15}\nactions: [gemma-2-2b-q4_0, gemma-2-2b-q8_0]\nworkload: {questions: ./q.csv, answers: ./host.csv, requests: 10}\nenergy_budget: {limit_j: 3000}\npolicies: [q-learning]\n' >host.yaml
# shellcheck disable=SC2086
"$edgesim" run host.yaml $quick --out host >out 2>err && grep -q '^Power is assumed, not measured: 15 W' out && grep -q 'Power is assumed' host/manifest.json ||
  fail "run on a host: $(cat out err)"
"$edgesim" actions host.yaml --set optimum.draws=100 >out 2>err && grep -q '^Power is assumed' out || fail "actions of a host: $(cat err)"
"$edgesim" run host.yaml --set actions=[gemma-2-2b-q6_k] >out 2>err
[ $? -eq 2 ] && [ "$(wc -l <err)" -eq 1 ] && grep -q gemma-2-2b-q6_k err || fail "host without answers: $(cat err)"

"$edgesim" --help >out 2>err && grep -q compare out || fail "--help"
for command in run actions predict fit fidelity compare version; do
  "$edgesim" $command --help >out 2>err && [ -s out ] || fail "$command --help"
done
"$edgesim" version | grep -Eq '^edgesim [0-9]+\.[0-9]+\.[0-9]+$' || fail version

# Predict: with a profile of made-up numbers, which is that of another host.
predict() { "$edgesim" predict "$@" >out 2>err; }
predict gemma-2-2b q4_k_m --prompt 16 --generate 4
[ $? -eq 2 ] && grep -q 'host-profile.json: no such file; .edgesim calibrate' err || fail "predict without profile: $(cat err)"
cp "$data/toy_host.json" host-profile.json
predict gemma-2-2b q4_k_m --prompt 16 --generate 4
[ $? -eq 2 ] && grep -q "was measured on 'Toy CPU @ 1 GHz'.*--other-host" err || fail "predict for another host: $(cat err)"
predict Gemma-2-2b-it Q4_K_M --prompt 16 --generate 4 --threads 1 --other-host && grep -q '^time to first token ' out && grep -q '^Not this host' out ||
  fail "predict: $(cat out err)"
predict gemma-2-2b q4_k_m --prompt 16 --generate 4 --other-host --json && grep -q '"for_other_host": true' out || fail "predict --json: $(cat err)"
# NAME: model quantisation and options; expected in the one line of the error.
while IFS='|' read -r arguments expected; do
  # shellcheck disable=SC2086
  predict $arguments --other-host
  [ $? -eq 2 ] && [ "$(wc -l <err)" -eq 1 ] && grep -Eq -- "$expected" err && [ ! -s out ] || fail "predict $arguments: $(cat err)"
done <<'CASES'
gemma-2-3b q4_0 --prompt 1 --generate 1|unknown model.*did you mean 'gemma-2-2b'
gemma-2-2b q4_1 --prompt 1 --generate 1|no quantization 'q4_1'; it has .*did you mean 'q4_0'
gemma-2-2b q4_0 --prompt 0 --generate 1|--prompt: '0': a whole number from 1
gemma-2-2b q4_0 --prompt 1 --generate 0|--generate: '0': a whole number from 1
gemma-2-2b q4_0 --prompt -1 --generate 1|--prompt: '-1'
gemma-2-2b q4_0 --prompt 1 --generate 1 --threads 3|no laws for 3 threads; it has laws for 1, 2
gemma-2-2b q5_k_m --prompt 1 --generate 1|no law for q5_k weights on 2 threads
gemma-2-2b q4_0 --prompt 1|--generate is required
gemma-2-2b q4_0 --prompt 1 --generate 1 --profile no.json|no.json: no such file
CASES
sed 's/"score_s": 1e-09/"score_s": 2e-09/' "$data/toy_host.json" >host-profile.json
predict gemma-2-2b q4_k_m --prompt 16 --generate 4 --other-host
[ $? -eq 2 ] && grep -q 'host-profile.json: /checksum: does not fit the content' err || fail "edited profile: $(cat err)"
head -c 900 "$data/toy_host.json" >host-profile.json
predict gemma-2-2b q4_k_m --prompt 16 --generate 4 --other-host
[ $? -eq 2 ] && grep -Eq 'host-profile.json:[0-9]+:[0-9]+: not valid JSON' err || fail "cut profile: $(cat err)"

# Default folders are numbered; a finished run in a named folder is kept.
run() { "$edgesim" run "$configs/six_actions.yaml" $quick "$@"; }
run >out 2>err && [ -f runs/six_actions/summary.json ] || fail "first run: $(cat err)"
run >out 2>err && grep -q 'runs/six_actions-2' out && [ -f runs/six_actions-2/curves.csv ] || fail "second run"
run --out named/deep >out 2>err && [ -f named/deep/evaluation.csv ] || fail "--out"
before=$(cat named/deep/summary.json)
run --out named/deep --seed 7 >out 2>err
[ $? -eq 2 ] && grep -q -- '--force' err && [ "$before" = "$(cat named/deep/summary.json)" ] || fail "overwrote without --force"
run --out named/deep --seed 7 --force >out 2>err || fail "--force: $(cat err)"
[ "$before" != "$(cat named/deep/summary.json)" ] || fail "another seed gave the same summary"
mkdir other && touch other/precious
run --out other --force >out 2>err
[ $? -eq 2 ] && [ "$(ls other)" = precious ] || fail "touched a folder that holds no run"
ls -A | grep -q '^\.edgesim' && fail "left a part folder"

# The resolved config gives the same run.
"$edgesim" run named/deep/config.resolved.yaml --out again >out 2>err || fail "resolved: $(cat err)"
for file in summary.json evaluation.csv curves.csv; do
  cmp -s "named/deep/$file" "again/$file" || fail "resolved config: other $file"
done
"$edgesim" compare named/deep again >out 2>err || fail "compare of equal runs: $(cat out err)"
"$edgesim" compare named/deep again --json compared.json >as_json 2>err && cmp -s out as_json || fail "compare --json: $(cat err)"
[ "$(grep -c '"broken": false' compared.json)" -eq "$(grep -c '^ok ' out)" ] && ! grep -q '"broken": true' compared.json || fail "compare --json: $(cat compared.json)"
"$edgesim" compare named/deep again --json no/such/folder.json >out 2>err
[ $? -eq 2 ] && [ "$(wc -l <err)" -eq 1 ] && grep -q -- '--json no/such/folder.json: there is no folder' err && [ ! -s out ] || fail "compare --json into no folder: $(cat err)"
"$edgesim" compare named/deep runs/six_actions >out 2>err
[ $? -eq 2 ] && grep -q 'seed is' err || fail "compared runs of different seeds"
"$edgesim" actions "$configs/six_actions_cap.yaml" --set optimum.draws=200 >out 2>err && grep -q 'over 120 W' out || fail actions

# Fidelity: bad configs as above; the result does not depend on the number of threads.
judge() { "$edgesim" fidelity "$configs/fidelity/jetson.yaml" --set draws=50 --set seeds=2 --set restarts=1 "$@"; }
bad_fidelity() {
  judge --set "$1" >out 2>err
  [ $? -eq 2 ] && [ "$(wc -l <err)" -eq 1 ] && grep -Eq "$2" err && [ ! -s out ] && [ ! -e fidelity ] || fail "fidelity $1: $(cat err)"
}
bad_fidelity drwas=3 "unknown key 'drwas' .*did you mean 'draws'"
bad_fidelity 'traces.recordings=[no.csv]' 'no file .*no.csv'
bad_fidelity models.hsmm.all=fre=2 "unknown word 'fre=2'|'fre=2'"
bad_fidelity models.hsmm.gpu=iid "no rail 'gpu'; allowed: all, VDD_IN"
bad_fidelity compare.against=hmn "no model 'hmn'.*did you mean 'hmm'"
models='models=[{name: ar1, all: free=1 ar}, {name: iid, all: iid}]'
small=(--set "$models" --set 'compare={reference: ar1, against: iid}')
judge "${small[@]}" -j 1 >out 2>err || fail "fidelity: $(cat err)"
[ -f fidelity/jetson/fidelity.json ] && head -n -1 out | cmp -s - fidelity/jetson/fidelity.txt || fail "fidelity: files"
judge "${small[@]}" -j 2 --out judged >out 2>err || fail "fidelity --out: $(cat err)"
cmp -s <(grep -v fit_s fidelity/jetson/fidelity.json) <(grep -v fit_s judged/fidelity.json) || fail "fidelity depends on -j"
judge "${small[@]}" --out judged >out 2>err
[ $? -eq 2 ] && grep -q -- '--force' err || fail "fidelity overwrote without --force"
[ -e "$work/.failed" ] && failed=1
exit $failed
