#!/usr/bin/env bash
# record_test.sh EDGESIM: `edgesim record` on a machine made of files and scripts. Timing is never held to the clock, only
# to bounds that a busy machine keeps.
set -uo pipefail
edgesim=$(realpath "$1")
work=$(mktemp -d)
mover=
trap '[ -n "$mover" ] && kill "$mover" 2>/dev/null; rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0
fail() { echo "FAILED: $*"; failed=1; }

mkdir bin && printf '#!/bin/sh\nexit 9\n' >bin/nvidia-smi && cp bin/nvidia-smi bin/vcgencmd && chmod +x bin/*
export PATH="$work/bin:$PATH"
zone=sys/class/powercap/intel-rapl:0
range=20000000  # 20 J: wraps every two seconds at 10 W
mkdir -p "$zone" "$zone:0"
echo package-0 >$zone/name
echo core >$zone:0/name
for folder in $zone $zone:0; do
  echo $range >$folder/max_energy_range_uj
  echo 19000000 >$folder/energy_uj
done
# Counters by the real clock: 10 W for the package and 4 W for the cores, from 1 J before the wrap. Renamed into place, so
# that no reading sees half a number.
move() {
  local start now energy
  start=${EPOCHREALTIME/[.,]/}
  while :; do
    now=$((${EPOCHREALTIME/[.,]/} - start))
    echo $(((19000000 + now * 10) % range)) >next && mv next $zone/energy_uj
    echo $(((19000000 + now * 4) % range)) >next && mv next $zone:0/energy_uj
    sleep 0.002
  done
}
move &
mover=$!
record() { "$edgesim" record --sysfs-root sys --interval 0.02 --lead 0.2 --tail 0.2 "$@" >out 2>err; }
# check FILE HEADER: the header, ascending time from before 0 to after it, and no part left behind.
check() {
  [ "$(head -1 "$1")" = "$2" ] || fail "$1: header $(head -1 "$1")"
  awk -F, 'NR > 1 { if (NF != n || (NR > 2 && $1 <= t)) bad = 1; t = $1; if (NR == 2) first = t } NR == 1 { n = NF }
    END { exit bad || NR < 4 || first >= 0 || t <= 0 }' "$1" || fail "$1: rows: $(cat "$1")"
  ls -A | grep -q part && fail "a part file is left: $(ls -A)"
  return 0
}

record -o run.csv -- sh -c 'echo "to stdout $1"; sleep 1.5; exit 3' sh '--list'
[ $? -eq 3 ] || fail "the command's exit status is lost: $(cat err)"
[ "$(cat out)" = "to stdout --list" ] || fail "stdout is not the command's alone: $(cat out)"
check run.csv t_s,package-0_w,core_w
awk -F, 'NR > 1 && $1 > 0 { p += $2; c += $3; ++n; if ($2 < 0 || $2 > 10000) bad = 1 }
  END { exit bad || p / n < 7 || p / n > 13 || c / n < 2.8 || c / n > 5.2 }' run.csv || fail "watts: $(cat run.csv)"
# 1.5 s at 10 W across a wrap: 15 J, and the printed energy belongs to the printed mean.
awk '/^package-0 / { found = $3 > 10 && $3 < 30 && $2 > 7 && $2 < 13 } END { exit !found }' err || fail "energy: $(cat err)"
for word in 'exit status 3' 'deadlines missed' 'recording in run.csv' 'edgesim fit'; do
  grep -q "$word" err || fail "summary has no '$word': $(cat err)"
done

record --rails core -- sleep 0.3 || fail "--rails: $(cat err)"
check power.csv t_s,core_w
record -- sleep 0.3 && [ -f power-2.csv ] || fail "default names are not numbered"
record --rails package-1 -- touch ran
[ $? -eq 2 ] && [ "$(tail -1 err)" = "edgesim: --rails: unknown rail 'package-1'; there is package-0, core; did you mean 'package-0'?" ] ||
  fail "unknown rail: $(cat err)"
[ -e ran ] && fail "ran the command all the same"

# The command sends SIGINT to edgesim alone, which passes it on; the csv is complete and so is its tail.
record -o interrupted.csv -- bash -c 'trap "echo caught; exit 7" INT; sleep 0.2; kill -INT $PPID; for ((i = 0; i < 600; ++i)); do sleep 0.1; done'
[ $? -eq 7 ] && grep -q caught out || fail "SIGINT was not passed on: $(cat err)"
check interrupted.csv t_s,package-0_w,core_w
record -o killed.csv -- sh -c 'sleep 0.1; kill -TERM $$'
[ $? -eq 143 ] && [ -s killed.csv ] || fail "a killed command: $(cat err)"

"$edgesim" record --list --sysfs-root sys >out 2>err && grep -Eq '^core +[0-9.]+  processor cores' out && [ "$(wc -l <out)" -eq 3 ] ||
  fail "--list: $(cat out err)"

# A board that reports by itself joins the counters.
cat >bin/nvidia-smi <<'END'
#!/bin/bash
case "$*" in
  *--loop-ms=20*) while echo '0, 33.50'; do sleep 0.02; done ;;
  *) echo '0, 30.00, NVIDIA Fake' ;;
esac
END
record -o both.csv --rails package-0,gpu -- sleep 0.5 || fail "with a graphics board: $(cat err)"
check both.csv t_s,package-0_w,gpu_w
awk -F, 'NR > 1 && $3 != 33.5 { bad = 1 } END { exit bad }' both.csv || fail "gpu: $(cat both.csv)"
# One that ends early is told, and what is there is kept.
sed -i "s/while .*/for i in 1 2 3 4 5; do echo '0, 33.50'; sleep 0.02; done ;;/" bin/nvidia-smi
record -o early.csv -- sleep 2.5
[ $? -eq 2 ] && grep -q 'rail gpu gave no readings after' err && [ -s early.csv ] || fail "an ended sensor: $(cat err)"

# What cannot be done is said in one line, and nothing is run or written.
printf '#!/bin/sh\nexit 9\n' >bin/nvidia-smi
bad() { # EXPECTED-REGEX ARGUMENTS...
  local regex=$1
  shift
  "$edgesim" record "$@" >out 2>err
  local code=$?
  [ $code -eq 2 ] && [ "$(grep -vc '^note: ' err)" -eq 1 ] && grep -Eq "$regex" err || fail "record $*: exit $code: $(cat err)"
  [ -e ran ] && fail "record $*: ran the command"
  [ -s out ] && fail "record $*: wrote to stdout"
  return 0
}
mkdir empty
bad 'no power sensor found, so nothing was run; looked for RAPL \(empty/class/powercap\), .*nvidia-smi: fails' --sysfs-root empty -- touch ran
bad 'no power sensor found' --sysfs-root empty --list
bad 'record needs a command' --sysfs-root sys
bad 'no-such-program: cannot be run' --sysfs-root sys --lead 0 -- no-such-program
bad 'interval' --sysfs-root sys --interval 0 -- touch ran
bad 'lead' --sysfs-root sys --lead=-1 -- touch ran
bad "lead: 'nan': seconds from 0 to 3600" --sysfs-root sys --lead nan -- touch ran
bad "interval: 'nan': seconds from 0.001 to 60" --sysfs-root sys --interval nan -- touch ran
bad 'is a folder' --sysfs-root sys -o empty -- touch ran
bad 'there is no folder' --sysfs-root sys -o no/such/x.csv -- touch ran
"$edgesim" record --help | grep -q -- '--interval' || fail "--help"
exit $failed
