#!/usr/bin/env bash
# cli_fit_test.sh EDGESIM: what `edgesim fit` makes of good traces, and that what would mislead gives one
# line, exit 2 and no file. EDGESIM_STREAM_MB: size of the streamed recording, default 100.
set -uo pipefail
edgesim=$(realpath "$1")
root=$(realpath "$(dirname "$0")/..")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/run" && cd "$work/run" || exit 1
failed=0
fail() { echo "FAILED: $*"; failed=1; }

# course ROWS EXPRESSION: a generic csv, ten readings a second; the awk expression of i gives the watts.
course() { awk "BEGIN { print \"t_s,soc_w\"; for (i = 0; i < $1; ++i) printf \"%.1f,%s\n\", i / 10, $2 }"; }
steps='(int(i / 15) % 2 ? 9 : 5) + (i * 7919 % 13) / 10'
course 300 "$steps" >good.csv
quick=(--model free=2 --restarts 1)

# refuses FILES... -- REGEX: exit 2, one line that matches, nothing printed or written.
refuses() {
  local arguments=()
  while [ "$1" != -- ]; do arguments+=("$1") && shift; done
  ls -A >before
  "$edgesim" fit "${arguments[@]}" >../out 2>../err
  local code=$?
  [ $code -eq 2 ] || fail "fit ${arguments[*]}: exit $code, not 2: $(cat ../err)"
  [ "$(wc -l <../err)" -eq 1 ] || fail "fit ${arguments[*]}: $(wc -l <../err) lines on stderr"
  grep -Eq -- "$2" ../err || fail "fit ${arguments[*]}: '$(cat ../err)' does not match '$2'"
  [ -s ../out ] && fail "fit ${arguments[*]}: wrote to stdout"
  ls -A | cmp -s - before || fail "fit ${arguments[*]}: wrote a file"
  return 0
}

# Recordings that would mislead.
course 12 "$steps" >few.csv
course 300 5 >constant.csv
course 300 "$steps" | awk 'NR == 100 { print "3.0,5"; next } 1' >back.csv
course 300 "i == 150 ? \"nan\" : $steps" >nan.csv
course 300 "i == 150 ? -1 : $steps" >negative.csv
course 300 "(i < 150 ? 1 : 1000) * ($steps)" >units.csv
course 300 "$steps" | sed 's/soc_w/soc_w,soc_mw/; s/\(.*\),\(.*[0-9]\)$/\1,\2,\2000/' >both_units.csv
course 300 "$steps" | sed 's/soc_w/soc/' >no_unit.csv
course 300 "$steps" | head -c 2000 >cut.csv
: >empty.csv
head -c 4096 "$edgesim" >junk.csv
printf 'just some text\n' >text.csv
gzip -k good.csv
mkdir folder
refuses few.csv -o x.json -- '^edgesim: few.csv: 12 samples, at least 20 are needed'
refuses constant.csv -o x.json -- 'constant.csv: soc is constant, 5 W'
refuses back.csv -o x.json -- 'back.csv:100:1: time goes back'
refuses nan.csv -o x.json -- "nan.csv:152:[0-9]+: .*nan"
refuses negative.csv -o x.json -- 'negative.csv: soc, t = 15 s: -1 W is negative'
refuses units.csv -o x.json -- 'units.csv: soc, t = 15 s: jumps from .*does the unit change'
refuses both_units.csv -o x.json -- "rail 'soc' stands twice, .* in another unit"
refuses no_unit.csv -o x.json -- "no column '<rail>_w' or '<rail>_mw'; the columns are t_s, soc"
refuses cut.csv -o x.json -- 'the recording was cut off there'
refuses empty.csv -o x.json -- 'empty.csv:1:1: the file is empty'
refuses junk.csv -o x.json -- 'junk.csv:1:1: not a known recording of power'
refuses text.csv -o x.json -- 'the formats are tegrastats'
refuses folder -o x.json -- 'folder: is a folder, not a file'
refuses missing.csv -o x.json -- 'missing.csv: no such file'
refuses good.csv.gz -o x.json -- 'good.csv.gz: is compressed; unpack it first: gunzip -k good.csv.gz'
refuses good.csv few.csv -o x.json -- 'few.csv: 12 samples'

# Arguments.
refuses -o x.json -- 'no traces: name recordings'
refuses good.csv -- '--out is required'
refuses good.csv --traces good.csv -o x.json -- 'exclude each other'
refuses --traces good.csv -o x.json -- '--traces needs --requests'
refuses good.csv --rails sox -o x.json -- "no column 'sox'.*did you mean 'soc"
refuses good.csv --group run -o x.json -- "no column 'run' to group by; the columns are t_s, soc_w"
refuses good.csv --action run -o x.json -- '--action needs --group'
refuses good.csv --format csv -o x.json -- "unknown format 'csv', allowed: tegrastats, spl"
refuses good.csv --model fre=2 -o x.json -- "'fre=2' is not a word for a model; allowed are .*; did you mean 'free'"
refuses good.csv --model soc=gama -o x.json -- "--model soc: 'gama' is not a word for a model"
refuses good.csv --model atuo -o x.json -- "did you mean 'auto'"
refuses good.csv --model sco=free=2 -o x.json -- "did you mean 'soc'"
refuses good.csv -o no/such/x.json -- '--out no/such/x.json: there is no folder'
refuses good.csv -o good.csv -- '--out good.csv: would overwrite an input'
refuses good.csv -o folder -- '--out folder: is a folder'
refuses good.csv -o x.json --report good.csv -- '--report good.csv: would overwrite an input'
refuses good.csv -o x.json --report ./x.json -- 'the same file'
refuses good.csv -o x.json --name 'a b' -- "--name 'a b'"
refuses good.csv -o x.json --recorded today -- "'today' is not a date"
refuses good.csv -o x.json --interval 0.05 -- 'shorter than the sampling period'
refuses good.csv -o x.json --interval -1 -- '--interval'
refuses good.csv -o x.json --folds 3 -- '--folds needs requests'
refuses good.csv -o x.json --bootstrap 1 -- '--bootstrap'
refuses good.csv -o x.json --session-level-sd 1 -- '--session-level-sd needs --bootstrap'
refuses good.csv "${quick[@]}" -o x.json --bootstrap 2 --session-level-sd 5 -- 'a third of the mean power'
course 60 "$steps" >short.csv
refuses short.csv -o x.json -- 'too little data to choose a model: short.csv has 60 readings, 100 are needed; name one'
mkdir kept.boot && touch kept.boot/mine
refuses good.csv -o kept.json --bootstrap 2 -- 'kept.boot holds mine, which is no profile of an ensemble'


# What a stranger's trial gave: names left empty, numbers that are none, tables that contradict themselves.
for option in -o --report --group --action --rails; do
  refuses good.csv -o x.json $option '' -- "${option/#-o/--out}.*: .*needed"
done
refuses good.csv -o x.json --rails =soc_w -- 'RAIL or NAME=COLUMN is needed'
refuses good.csv -o x.json --interval nan -- "--interval: 'nan': seconds above 0 are needed"
refuses good.csv -o x.json --interval inf -- "--interval: 'inf'"
refuses good.csv -o x.json --interval 0 -- "--interval: '0': seconds above 0 are needed"
refuses good.csv -o x.json --bootstrap 2 --session-level-sd -1 -- "--session-level-sd: '-1': watts from 0 on are needed"
refuses good.csv -o x.json --model 'auto ar' -- 'auto stands alone'
refuses good.csv -o x.json --model VDD=free=2 -- "no rail 'VDD'; rails are soc"
refuses good.csv -o x.json --model 'free=2 gausian' -- "hmm, .*; did you mean 'gaussian'"
[ -d /proc/self ] && refuses good.csv -o /proc/x.json -- '--out /proc/x.json: no .* in /proc'
sed '1s/t_s/t_s,t_ms/; 2,$s/,/,0,/' good.csv >two_times.csv
refuses two_times.csv -o x.json -- "two_times.csv:1:5: time stands twice"
course 300 "1000 * ($steps)" >milli.csv
refuses milli.csv -o x.json -- 'W, allowed: 0 to 5000; is the column in mW. Then name it soc_mw'
awk -F, 'NR == 1 { print "t_s,a_w,b_w,c_w,d_w,e_w"; next } { print $0 "," $2 + 1 "," $2 + 2 "," $2 + 3 "," $2 + 4 }' good.csv >five.csv
refuses five.csv "${quick[@]}" -o x.json -- '5 rails; a profile holds at most 4; choose with --rails a,b'
awk 'NR == 100 { printf "9.8,5%cx\n", 0; next } 1' good.csv >nul.csv
refuses nul.csv -o x.json -- "nul.csv:100:5: column 'soc_w': '5.x' is not a finite number"
table() { printf 'action,question_id,completion_tokens,start_s,duration_s\n'; printf '%s\n' "$@"; }
table ',1,50,0,2.5' >bad.csv
refuses good.csv --requests bad.csv -o x.json -- 'bad.csv:2: the action has no name'
table 'a,,50,0,2.5' >bad.csv
refuses good.csv --requests bad.csv -o x.json -- 'bad.csv:2: the question_id is empty'
table 'Tiny,1,50,0,2.5' 'tiny,2,50,3,2.5' >bad.csv
refuses good.csv --requests bad.csv -o x.json -- "bad.csv:3: action 'tiny' differs from 'Tiny' of line 2 in case only"
table 'a,1,50,0,2.5' | tr , ';' >bad.csv
refuses good.csv --requests bad.csv -o x.json -- 'bad.csv:1: cells are separated by semicolons'
table 'a,1,50,0,2.5' >bad.csv
refuses good.csv --requests bad.csv "${quick[@]}" --bootstrap 2 -o x.json -- '--bootstrap: a has a single request'
awk -F, 'NR == 1 { print "action,question_id,t_s,soc_mw"; next } $1 < 7 { print "a," ($1 < 3.5 ? 1 : 2) "," $1 % 3.5 "," 1000 * $2 }' good.csv >milli_traces.csv
printf 'action,question_id,completion_tokens,duration_s\na,1,50,3.5\na,2,50,500\n' >milli_requests.csv
refuses --traces milli_traces.csv --requests milli_requests.csv "${quick[@]}" -o x.json -- \
  'milli_requests.csv:3: a, question 2: duration_s is 500, but its samples in milli_traces.csv end at 3.4 s'

# One reading far from the rest is fitted, without the check that has to split the recording.
for lone in 60 330; do
  (cat good.csv; echo "$lone,5") >lone.csv
  "$edgesim" fit lone.csv "${quick[@]}" -o lone.json >out 2>err || fail "lone reading: $(cat err)"
  grep -q 'no held-out scores: the second half of lone.csv has 1 reading, 30 are needed' out || fail "lone reading: $(cat out)"
done
awk -F, 'NR == 2 { print "-50,5" } 1' good.csv >lone.csv
"$edgesim" fit lone.csv "${quick[@]}" -o lone.json >out 2>err && grep -q 'the first half of lone.csv has 1 reading' out || fail "lone first reading: $(cat err)"
grep -q '"idle": {' lone.json && fail "a recording without requests has an idle power: $(grep idle lone.json)"
(cat good.csv; echo '10000000,5') >far.csv
refuses far.csv "${quick[@]}" -o x.json -- '1e.08 sampling periods, but 301 readings; .*cut the recording at its longest gap, 1e.07 s'
refuses lone.csv -o x.json -- 'too little data to choose a model: the first half of lone.csv has 1 reading, .*; name one'

course 120 "$steps" >small.csv
# One recording, nothing but it: the model is chosen, and naming the choice gives the same profile.
"$edgesim" fit small.csv -o auto.json --restarts 1 --date 2026-01-02 --report auto-report.json -j 1 >out 2>err ||
  fail "auto: $(cat err)"
words=$(sed -n 's/^chosen: --model "\(.*\)"$/\1/p' out)
grep -q 'soc: models tried' out && [ -n "$words" ] || fail "auto: $(cat out)"
grep -q '"name": "small"' auto.json && grep -q '"date": "unknown"' auto.json || fail "auto: defaults"
"$edgesim" fit small.csv -o named.json --restarts 1 --date 2026-01-02 --model "$words" --report named-report.json -j 2 >out 2>err ||
  fail "--model $words: $(cat err)"
cmp -s auto.json named.json || fail "naming the chosen model gives another profile"
grep -q 'Intervals hold for the recorded session: ' out || fail "scope: $(cat out)"
"$edgesim" fit small.csv -o again.json --restarts 1 --date 2027-01-02 --report again-report.json -j 2 >out 2>err
cmp -s auto-report.json again-report.json || fail "the report depends on the day or the threads"
printf 'question_id,category,prompt_tokens\n1,short,5\n' >one.csv
printf 'question_id,action,prompt_tokens,output_tokens,score\n1,recording,5,40,4\n' >answer.csv
printf 'name: none\ndevice: {profile: ./auto.json}\nworkload: {questions: ./one.csv, answers: ./answer.csv, requests: 3}\nenergy_budget: {limit_j: 300}\npolicies: [random]\n' >none.yaml
"$edgesim" run none.yaml >out 2>err
[ $? -eq 2 ] && [ "$(wc -l <err)" -eq 1 ] && grep -q "action 'recording' has power but no latency" err || fail "run without latency: $(cat err)"

# Averaging, and the tool's own step.
"$edgesim" fit good.csv "${quick[@]}" -o slow.json --interval 0.5 >out 2>err && grep -q '"emission_interval_s": 0.5,' slow.json ||
  fail "--interval: $(cat err)"

# Requests in one recording: by a column, and by a table with the recording's clock.
awk -F, 'NR == 1 { print $0 ",run"; next } { print $0 "," int((NR - 2) / 30) }' good.csv >runs.csv
"$edgesim" fit runs.csv --group run "${quick[@]}" --folds 3 -o runs.json >out 2>err || fail "--group: $(cat err)"
grep -q 'left out (3 folds)' out && grep -q '"latency": null' runs.json || fail "--group: $(cat out)"
awk 'BEGIN { print "action,question_id,completion_tokens,start_s,duration_s"; for (i = 0; i < 9; ++i) print "tiny-1b-q4_0," i ",50," 3 * i ",2.5" }' >table.csv
"$edgesim" fit good.csv --requests table.csv "${quick[@]}" -o cut.json >out 2>err || fail "--requests: $(cat err)"
grep -q '"name": "tiny-1b-q4_0"' cut.json && grep -q seconds_per_output_token cut.json || fail "--requests: no latency"

# An ensemble: the same whatever the threads, and it replaces the one before.
"$edgesim" fit good.csv --requests table.csv "${quick[@]}" -o cut.json --bootstrap 3 --session-level-sd 0.5 --date 2026-01-02 -j 1 >out 2>err ||
  fail "--bootstrap: $(cat err)"
grep -q '3 resampled profiles in cut.boot' out && grep -q 'a level between sessions of 0.5 W' out || fail "--bootstrap: $(cat out)"
cp -r cut.boot first
"$edgesim" fit good.csv --requests table.csv "${quick[@]}" -o cut.json --bootstrap 2 --session-level-sd 0.5 --date 2026-01-02 -j 2 >out 2>err
[ "$(ls cut.boot)" = "$(printf '001.json\n002.json')" ] || fail "an old ensemble was left: $(ls cut.boot)"
diff <(sed 's/ of 2,/ of 3,/; s/ of 2"/ of 3"/' cut.boot/002.json) first/002.json >differs || fail "--bootstrap depends on -j: $(head -5 differs)"
cmp -s first/001.json first/002.json && fail "replicates are equal"

# README: the profile in an experiment; docs/fitting.md: the ensemble.
printf 'question_id,category,prompt_tokens\n1,short,5\n2,long,50\n' >q.csv
printf 'question_id,action,prompt_tokens,output_tokens,score\n1,tiny-1b-q4_0,5,40,4\n2,tiny-1b-q4_0,50,60,3\n' >a.csv
printf 'name: mine\ndevice: {profile: ./other.json}\nworkload: {questions: ./q.csv, answers: ./a.csv, requests: 10}\nenergy_budget: {limit_j: 200}\npolicies: [random]\nreplicas: 2\nepisodes: {train: 2, eval: 3}\noptimum: {draws: 100}\n' >my_experiment.yaml
"$edgesim" run my_experiment.yaml --set device.profile=./cut.json >out 2>err && grep -q always-tiny-1b-q4_0 out || fail "own experiment: $(cat err)"
for p in cut.boot/*.json; do
  "$edgesim" run my_experiment.yaml --set device.profile=./$p --out "runs/boot/$(basename "$p" .json)" >out 2>err || fail "$p: $(cat err)"
done
cmp -s runs/boot/001/summary.json runs/boot/002/summary.json && fail "two members give the same result"

# A large stream is refused in bounded memory and time, whatever it is.
megabytes=${EDGESIM_STREAM_MB:-100}
stream() { echo 't_s,soc_w'; awk 'BEGIN { for (i = 0;; ++i) printf "%d,%d\n", i, 5 + i * 7919 % 13 }' | head -c "${megabytes}M"; }
mkfifo pipe
stream >pipe 2>/dev/null &
(ulimit -v 1000000 && exec timeout 120 "$edgesim" fit pipe -o x.json -j 2) >out 2>err
code=$?
wait
[ $code -eq 2 ] && [ "$(wc -l <err)" -eq 1 ] && grep -Eq 'pipe: over 5000000 samples; take a part of it' err || fail "stream: exit $code: $(cat err)"
(ulimit -v 1000000 && exec timeout 120 "$edgesim" fit <(tr '\0' x </dev/zero | head -c "${megabytes}M") -o x.json -j 2) >out 2>err
[ $? -eq 2 ] && grep -q 'no line end within 1 MiB\|not a known recording' err || fail "endless line: $(cat err)"
course 1000100 'i % 7 + i % 3' >million.csv
refuses million.csv --model free=1 -o x.json -- '1000100 readings are more than can be fitted, 1000000; --interval 10 averages'
rm million.csv
[ -e x.json ] && fail "wrote a profile of a stream"

# What README and docs/recording.md say of the recording that ships.
sample="$root/calibration/data/jetson-orin-nano-vlm.csv"
"$edgesim" fit "$sample" "${quick[@]}" -o jetson.json >out 2>err && [ -s jetson.json ] || fail "the sample: $(cat err)"
exit $failed
