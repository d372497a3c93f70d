#!/usr/bin/env bash
# cli_calibrate_test.sh EDGESIM [exercise]: what `edgesim calibrate`, `predict` and `exercise` refuse, and what
# `predict` says of a hand-made profile; with a second word instead one small run of `exercise`. Measures nothing else.
set -uo pipefail
edgesim=$(realpath "$1")
toy=$(realpath "$(dirname "$0")/cli/data/toy_host.json")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/run" && cd "$work/run" || exit 1
failed=0
fail() { echo "FAILED: $*"; failed=1; }
cp "$toy" toy.json
elsewhere=(--profile toy.json --other-host)
size=(--prompt 8 --generate 2)

if [ "${2:-}" = exercise ]; then
  # 4: the machine had no quiet moment. Either way the prediction was made and the kernels ran.
  "$edgesim" exercise smollm-135m q8_0 "${size[@]}" --threads 1 "${elsewhere[@]}" >../out 2>../err
  case $? in
    0)
      grep -q '^smollm-135m q8_0, prompt of 8, 2 generated, 1 thread$' ../out || fail "opens with: $(head -1 ../out)"
      for row in 'time to first token' 'further token, median' 'further tokens, sum' total memory; do
        grep -Eq "^$row +[0-9]+\.[0-9]+ +[0-9]+\.[0-9]+ +(ms|MB) +[+-][0-9.]+ %$" ../out || fail "no row '$row': $(cat ../out)"
      done
      grep -q '^The profile is that of another host' ../out || fail "not said: another host"
      ;;
    4) grep -q '^edgesim: the machine is not quiet' ../err && [ "$(wc -l <../err)" -eq 1 ] || fail "exit 4: $(cat ../err)" ;;
    *) fail "exercise: $(cat ../err)" ;;
  esac
  exit $failed
fi

# refuses COMMAND.. -- REGEX: exit 2, one line on stderr that matches, nothing printed or written. What is refused is
# refused at once: a calibration that began is stopped, and fails the test.
run=()
refuses() {
  local arguments=()
  while [ "$1" != -- ]; do arguments+=("$1") && shift; done
  ls -A >../before
  timeout 10 ${run[@]+"${run[@]}"} "$edgesim" "${arguments[@]}" >../out 2>../err
  local code=$?
  [ $code -eq 2 ] || fail "${arguments[*]}: exit $code, not 2: $(cat ../err)"
  [ "$(wc -l <../err)" -eq 1 ] || fail "${arguments[*]}: $(wc -l <../err) lines on stderr"
  grep -Eq -- "$2" ../err || fail "${arguments[*]}: '$(cat ../err)' does not match '$2'"
  [ -s ../out ] && fail "${arguments[*]}: wrote to stdout"
  ls -A | cmp -s - ../before || fail "${arguments[*]}: wrote a file"
  return 0
}

# Calibrate.
mkdir folder
whole='a whole number from 1 to 4096 is needed'
for n in 0 -1 text 1.5 5000 1,0; do
  refuses calibrate --quick --threads $n -- "^edgesim: --threads: '${n#1,}': $whole"
done
refuses calibrate --quick --threads 4096 -- "^edgesim: --threads: 4096 threads, but this machine has [0-9]+ cores?$"
refuses calibrate --quick --threads 1,4095 -- '4095 threads, but'
refuses calibrate --quick --out no/such/x.json -- '^edgesim: --out no/such/x.json: there is no folder'
refuses calibrate --quick --out folder -- '^edgesim: --out folder: is a folder, a file is needed'
refuses calibrate --quick --out '' -- '--out: nothing given, a file is needed'
refuses calibrate --quick --name '' -- '--name: nothing given, a name is needed'
refuses calibrate --quick extra -- 'not expected: extra'
refuses calibrate --qick -- "unknown option '--qick'; did you mean '--quick'"

# What predict and exercise have in common: the request.
for command in predict exercise; do
  q8=("$command" smollm-135m q8_0)
  whole='a whole number from 1 to 1000000 is needed'
  for n in 0 -1 text 1.5 1e3 nan '' 1000001; do
    refuses "${q8[@]}" --prompt "$n" --generate 2 "${elsewhere[@]}" -- "^edgesim: --prompt: '$n': $whole"
  done
  refuses "${q8[@]}" --prompt 8 --generate 0 "${elsewhere[@]}" -- "^edgesim: --generate: '0': $whole"
  refuses "${q8[@]}" --prompt 8 "${elsewhere[@]}" -- '--generate is required'
  refuses "${q8[@]}" --generate 8 "${elsewhere[@]}" -- '--prompt is required'
  refuses "$command" smollm-135m "${size[@]}" -- 'quantization is required'
  refuses "${q8[@]}" "${size[@]}" "${elsewhere[@]}" --threads 0 -- "^edgesim: --threads: '0': $whole"
  refuses "${q8[@]}" "${size[@]}" "${elsewhere[@]}" --threads 3 -- \
    '^edgesim: toy.json: has no laws for 3 threads; it has laws for 1, 2$'
  refuses "$command" smolm-135m q8_0 "${size[@]}" "${elsewhere[@]}" -- "unknown model 'smolm-135m'.*did you mean 'smollm-135m'"
  refuses "$command" gemma-2-2 q8_0 "${size[@]}" "${elsewhere[@]}" -- \
    "unknown model 'gemma-2-2'; there is gemma-2-2b, .*; did you mean 'gemma-2-2b'"
  refuses "$command" ./card.json q8_0 "${size[@]}" "${elsewhere[@]}" -- '^edgesim: card.json: no such file$'
  refuses "$command" gemma-2-2b q4_k_x "${size[@]}" "${elsewhere[@]}" -- \
    "'gemma-2-2b' has no quantization 'q4_k_x'; it has bf16, .*; did you mean 'q4_k_m'"
  refuses "$command" smollm-135m q5_k_m "${size[@]}" "${elsewhere[@]}" -- 'no law for q5_k weights on 2 threads'

  # The profile.
  refuses "${q8[@]}" "${size[@]}" -- '^edgesim: host-profile.json: no such file; `edgesim calibrate` measures a host profile$'
  refuses "${q8[@]}" "${size[@]}" --profile no/such/x.json -- '^edgesim: no/such/x.json: no such file; `edgesim calibrate`'
  refuses "${q8[@]}" "${size[@]}" --profile '' -- "--profile: nothing given, a host profile's file is needed"
  refuses "${q8[@]}" "${size[@]}" --profile toy.json -- \
    "^edgesim: toy.json: was measured on 'Toy CPU @ 1 GHz' with scalar, this host is '.*' with .*; --other-host predicts"
done

# spoilt FILE REGEX: a file that is no host profile, whatever the host.
spoilt() { refuses predict smollm-135m q8_0 "${size[@]}" --other-host --profile "$1" -- "^edgesim: $1:?$2"; }
sed 's,edgesim-host-profile/1,edgesim-host-profile/2,' toy.json >newer.json
spoilt newer.json " /schema: 'edgesim-host-profile/2' is newer than this edgesim, which reads 'edgesim-host-profile/1'$"
sed 's,edgesim-host-profile/1,profile,' toy.json >schema.json
spoilt schema.json " /schema: is 'profile', must be 'edgesim-host-profile/1'"
head -c 1000 toy.json >cut.json
spoilt cut.json '[0-9]+:[0-9]+: not valid JSON$'
sed '0,/10000000000.0/s//10000000001.0/' toy.json >digit.json
spoilt digit.json ' /checksum: does not fit the content: the file was edited or damaged; calibrate again$'
sed 's/"cores": 2/"cores": 4/' toy.json >cores.json
spoilt cores.json ' /checksum: does not fit'
sed '/"checksum"/d' toy.json >unsigned.json
spoilt unsigned.json " 'checksum' is missing"
sed 's/"scalar"/"scalar", "turbo": true/' toy.json >key.json
spoilt key.json " /host: unknown key 'turbo'; there is cpu, isa"
echo 'just some text' >text.json
spoilt text.json '1:1: not valid JSON$'
: >empty.json
spoilt empty.json '1:1: not valid JSON$'
head -c 4096 "$edgesim" >junk.json
spoilt junk.json '1:1: not valid JSON$'
echo '{"name": "mine"}' >other.json
spoilt other.json " is no host profile: 'schema' is missing$"
spoilt folder ' is a folder, not a file$'
cp toy.json secret.json && chmod 000 secret.json
[ -r secret.json ] && run=(setpriv --bounding-set=-dac_override,-dac_read_search)  # root reads everything else
${run[@]+"${run[@]}"} true 2>/dev/null && spoilt secret.json ' cannot be read$'
run=()

# Models of which too little is known, and machines too small.
refuses predict gemma-3n-e4b q4_0 "${size[@]}" "${elsewhere[@]}" -- \
  "'gemma-3n-e4b' cannot be predicted: neither its shape nor a size is published"
refuses predict qwen3.5-2b q4_0 "${size[@]}" "${elsewhere[@]}" -- "no known size as 'q4_0'; it has q3_k_m"
refuses exercise qwen3.5-2b q3_k_m "${size[@]}" "${elsewhere[@]}" -- \
  "^edgesim: model 'qwen3.5-2b' cannot be run: its shape is not published$"
if awk '$1 == "MemAvailable:" { found = $2 < 3e8 } END { exit !found }' /proc/meminfo; then  # keys and values: 344 GB
  refuses exercise gemma-2-9b q8_0 --prompt 1000000 --generate 2 --threads 1 "${elsewhere[@]}" -- \
    'gemma-2-9b q8_0 needs [0-9.]+ GB of memory, this machine has [0-9.]+ GB left$'
fi

# Predictions: for another host only when asked, and said; an alias in capitals; JSON.
predict() { "$edgesim" predict "$@" "${elsewhere[@]}" >../out 2>../err && [ ! -s ../err ] || fail "predict $*: $(cat ../err)"; }
says() { grep -Eq -- "$1" ../out || fail "no line '$1': $(cat ../out)"; }
predict gemma-2-2b q4_k_m --prompt 128 --generate 64
says '^gemma-2-2b q4_k_m, prompt of 128 tokens, 64 generated, on 2 threads$'
says '^of Toy CPU @ 1 GHz \(scalar\); toy.json of 2026-01-02T03:04:05Z, a quick calibration$'
says '^Not this host: the profile was measured on another one\.$'
says '^time to first token  [0-9.]+ (ms|s), [0-9.]+ tokens/s of prompt$'
says '^each further token   [0-9.]+ ms with 128 before it, [0-9.]+ ms with 159 before it, [0-9.]+ ms with 190 before it; [0-9.]+ tokens/s$'
says '^total                [0-9.]+ s$'
says '^read per token       1\.70 GB of weights, [0-9.]+ MB of keys and values by the last$'
says '^memory               1\.[0-9]+ GB: weights 1\.70 GB, KV cache of 191 tokens [0-9.]+ MB, buffers [0-9.]+ MB$'
says '^where the time goes +prompt +share +further tokens +share$'
says '^Measured over predicted time in the calibration: 0\.93 to 1\.07 for eight of ten, 1\.00 in the median\.$'
says '^attention +20 +5\.0 % +10\.0 % +\+2\.0 %$'
cp ../out ../small_letters
predict GEMMA-2-2B-IT Q4_K_M --prompt 128 --generate 64
cmp -s ../out ../small_letters || fail "alias in capitals: $(head -1 ../out)"
predict smollm-135m q8_0 --prompt 8 --generate 1 --threads 1
says ', on 1 thread$'
grep -q 'each further token' ../out && fail "a single token has further ones: $(cat ../out)"
predict qwen3.5-2b q3_k_m --prompt 8 --generate 4
says '^time to first token  not known: the model.s shape is not published'
predict gemma-2-2b q4_k_m "${size[@]}" --json
says '^  "for_other_host": true,$'
says '^  "model": "gemma-2-2b",$'
says '^  "time_to_first_token_s": 0\.[0-9]+,$'
exit $failed
