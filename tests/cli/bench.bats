# gpuvet bench and compare, on the SIMULATED GPU: what is measured there is a CPU's, and only that it is measured is tested.
load helpers

# Of a few lines each, so that a round takes seconds.
measured() {
    LD_LIBRARY_PATH=$driver NVIDIA_VISIBLE_DEVICES=all "$GPUVET" bench -q "$@"
}

rounds() {
    python3 -c 'import json, sys; print(*[len(t["figure"]["rounds"]) for t in json.load(open(sys.argv[1]))["trials"] if "figure" in t])' "$1"
}

# edited FROM TO CODE - the saved run, changed by a line of Python on `trials` that have a figure.
edited() {
    python3 - "$@" <<'PY'
import json, sys
run = json.load(open(sys.argv[1]))
trials = [t for t in run["trials"] if "figure" in t]
exec(sys.argv[3])
json.dump(run, open(sys.argv[2], "w"))
PY
}

@test "a measurement of two rounds is the median of both, proves its work, and its run compares with itself as the same" {
    run measured --rounds 2 -p bench.memory.read -o "$out"
    [ "$status" -eq 0 ]
    [[ "$output" == *"Measured, the median of 2 rounds:"*"bench.memory.read@gpu0"*"GB/s"* ]]
    [ "$(rounds "$out")" = 2 ]
    [ "$(verdict bench.memory.read@gpu0)" = pass ]

    edited "$out" "$BATS_TEST_TMPDIR/a.json" 'trials[0]["figure"]["rounds"] = [4000, 4001, 3999]'
    edited "$out" "$BATS_TEST_TMPDIR/b.json" 'trials[0]["figure"]["rounds"] = [3800, 3801, 3799]'
    run "$GPUVET" compare "$BATS_TEST_TMPDIR/a.json" "$BATS_TEST_TMPDIR/a.json"
    [ "$status" -eq 0 ]
    [[ "$output" == *"the same program, machine, driver and GPUs"*"gpuvet: PASS - 1 measurement: 1 the same"* ]]
    run "$GPUVET" compare "$BATS_TEST_TMPDIR/a.json" "$BATS_TEST_TMPDIR/b.json"
    [ "$status" -eq 1 ]
    [[ "$output" == *"slower      bench.memory.read@gpu0"*"4000      3800 GB/s      -5.00 %"*"gpuvet: FAIL"*"1 slower"* ]]
    run "$GPUVET" compare "$BATS_TEST_TMPDIR/b.json" "$BATS_TEST_TMPDIR/a.json"
    [ "$status" -eq 0 ]
    [[ "$output" == *"faster "* ]]

    # Judged as another model's, it is far below what is healthy.
    edited "$BATS_TEST_TMPDIR/a.json" "$BATS_TEST_TMPDIR/h200.json" 'run["devices"][0].update(name="NVIDIA H200", sms=132); trials[0]["saw"] = [o for o in trials[0]["saw"] if o["key"] != "peak"]'
    run "$GPUVET" judge "$BATS_TEST_TMPDIR/h200.json"
    [ "$status" -eq 1 ]
    [[ "$output" == *"4000 GB/s are 83.1 % of the 4814 of the datasheet; a healthy GPU reaches 90 %"* ]]
    run "$GPUVET" compare "$BATS_TEST_TMPDIR/a.json" "$BATS_TEST_TMPDIR/h200.json"
    [[ "$output" == *"differs     gpu0.name: SIMULATED GPU (CPU twin), then NVIDIA H200"* ]]
}

@test "a kernel that does not do its work measures nothing" {
    FAKE_FAULT=wrong:cuLaunchKernel@stream_write_2,wrong:cuLaunchKernel@stream_write_4,wrong:cuLaunchKernel@stream_write_8 \
        run measured --rounds 1 -p bench.memory.write -o "$out"
    [ "$status" -eq 1 ]
    [[ "$(field bench.memory.write@gpu0 why)" == *"what was measured did not do its work"* ]]
    [ "$(rounds "$out")" = "" ]
}

@test "no level of a run measures, and a run by name does" {
    run simulated --plan --level full
    [[ "$output" != *bench.* ]]
    run simulated --plan -p bench.memory.copy
    [[ "$output" == *bench.memory.copy@gpu0* ]]
}

@test "what is no figure is refused by its place, and one round cannot tell" {
    run measured --rounds 1 -p bench.launch.kernel -o "$out"
    [ "$status" -eq 0 ]
    run "$GPUVET" compare "$out" "$out"
    [ "$status" -eq 3 ]
    [[ "$output" == *"it takes two rounds of each at least"*"gpuvet: CANNOT TELL"* ]]
    edited "$out" "$BATS_TEST_TMPDIR/bad.json" 'trials[0]["figure"]["rounds"] = ["fast"]'
    run "$GPUVET" compare "$out" "$BATS_TEST_TMPDIR/bad.json"
    [ "$status" -eq 3 ]
    [[ "$output" == *"figure.rounds: what was measured is no number"* ]]
    edited "$out" "$BATS_TEST_TMPDIR/bad.json" 'trials[0]["figure"]["unit"] = "furlongs"'
    run "$GPUVET" compare "$out" "$BATS_TEST_TMPDIR/bad.json"
    [[ "$output" == *"figure.unit: nothing is measured in such a unit"* ]]
    run "$GPUVET" compare "$out"
    [ "$status" -eq 2 ]
}

@test "what disturbed a measurement is marked, with its conditions, and kept in the saved run" {
    FAKE_THROTTLE=128 FAKE_INTRUDER=1 FAKE_FAULT_PROBE=bench.memory.write run measured --rounds 1 -p bench.memory.write -o "$out"
    [ "$status" -eq 0 ]
    [[ "$(tr -s ' \n' ' ' <<<"$output")" == *"disturbed: the GPU slowed down for its power supply (HW power brake) in "*"; 1 other process computed on it"* ]]
    run "$GPUVET" judge "$out"
    [[ "$(tr -s ' \n' ' ' <<<"$output")" == *"disturbed: the GPU slowed down for its power supply"* ]]
    python3 - "$out" <<'PY'
import json, sys
trial, = [t for t in json.load(open(sys.argv[1]))["trials"] if "figure" in t]
saw = {o["key"]: o["value"] for o in trial["saw"]}
assert trial["figure"]["disturbed"] == saw["rate.disturbed"] and trial["figure"]["disturbed_rounds"] == 1, trial
assert saw["rate.gate"] == "not used" and saw["rate.pcie"] == "generation 4, 16 lanes" and saw["power.max"] == 65, saw
assert abs(saw["rate.clock"] - 1000) < 1, saw         # a twin's own: nanoseconds
PY
}

# The trace has a line for the first call of each symbol in a process.
@test "each round has a process of its own, and takes its memory anew" {
    FAKE_TRACE=$BATS_TEST_TMPDIR/trace run measured --rounds 3 -p bench.start.kernels
    [ "$status" -eq 0 ]
    for call in cuDevicePrimaryCtxRetain cuModuleLoadData cuMemAlloc_v2; do
        [ "$(grep -c "^bench.start.kernels\b.*\b$call$" "$BATS_TEST_TMPDIR/trace")" = 3 ]
    done
}

# first SEED - the measurement that a round with this seed runs first, where none takes any time.
first() {
    LD_LIBRARY_PATH=$driver NVIDIA_VISIBLE_DEVICES=all FAKE_FAULT=fail:cuEventCreate FAKE_TRACE=$BATS_TEST_TMPDIR/trace.$1 \
        "$GPUVET" bench -q --seed "$1" --rounds 1 -p 'bench.launch.*' >/dev/null || true
    grep -m 1 -w cuEventCreate "$BATS_TEST_TMPDIR/trace.$1" | cut -f1
    rm "$BATS_TEST_TMPDIR/trace.$1"
}

@test "measurements run in an order that the seed says" {
    one=$(first 1)
    [[ "$one" == bench.launch.* ]]
    [ "$(first 1)" = "$one" ]
    for seed in 2 3 4 5 6 7 8; do
        [ "$(first $seed)" = "$one" ] || return 0
    done
    false
}

@test "a quick measurement has three rounds, and a full one five" {
    FAKE_FAULT=fail:cuEventCreate run measured -p bench.launch.kernel
    [[ "$output" == *"of 3 (0 passed)"* ]]
    FAKE_FAULT=fail:cuEventCreate run measured --level full -p bench.launch.kernel
    [[ "$output" == *"of 5 (0 passed)"* ]]
}

@test "a level says what is measured, how closely and how long that may take; a name, whatever its level" {
    run measured --plan
    [ "$status" -eq 0 ]
    [[ "$output" == *"run   bench.memory.read@gpu0"* && "$output" != *bench.cache.read* ]]
    [[ "$output" == *"3 rounds, with 4 windows of 0.25 s at most for each measurement: at most "*" s of a GPU, and "*"after the second, no round begins that would end beyond 90 s"* ]]
    run measured --plan --level full
    [[ "$output" == *"run   bench.cache.read@gpu0"*"5 rounds, with 6 windows of 0.50 s at most"*"beyond 480 s"* ]]
    run measured --plan --rounds 7 -p bench.cache.read
    [[ "$output" == *"run   bench.cache.read@gpu0"*"7 rounds, with 4 windows"* && "$output" != *"after the second"* ]]
    run measured --level full --rounds 1 -p bench.launch.kernel -o "$out"
    [ "$status" -eq 0 ]
    grep -q '"full: windows of 500 ms, 6 at most"' "$out"
    grep -q -- '--level full' "$out"
}

@test "a launch, a kernel of a graph and an event are told in microseconds, and of kernels that all ran" {
    run simulated -p 'bench.launch.*' -o "$out"
    [ "$status" -eq 0 ]
    for what in kernel graph event; do [[ "$output" =~ bench.launch.$what@gpu0\ +[0-9.]+\ us ]]; done
    # The 150th launch is one of many in a row, or one that a graph does.
    FAKE_FAULT=stale:cuLaunchKernel@tick:150 run simulated --isolate -p bench.launch.kernel -p bench.launch.graph -o "$out"
    [ "$status" -eq 1 ]
    for what in kernel graph; do
        [[ "$(field bench.launch.$what@gpu0 why)" == "what was measured did not do its work: kernels that ran: "*" of "* ]]
    done
    FAKE_FAULT=fail:cuGraphLaunch run simulated -p bench.launch.graph -o "$out"
    [ "$(verdict bench.launch.graph@gpu0)" = fail ]
    [[ "$(field bench.launch.graph@gpu0 why)" == "cuGraphLaunch failed in "* ]]
}

@test "what a program waits for before its first result is told by parts, each in a process of its own" {
    run simulated -p 'bench.start.*' -o "$out"
    [ "$status" -eq 0 ]
    for what in context@gpu0 kernels@gpu0 product@gpu0/toolkit-13.0 convolution@gpu0/toolkit-13.0; do
        [[ "$output" =~ bench.start.$what\ +[0-9.e+-]+\ ms ]]
    done
    python3 - "$out" <<'PY'
import json, sys
trials = {t["probe"]: {o["key"]: o.get("value") for o in t["saw"]} for t in json.load(open(sys.argv[1]))["trials"]}
for probe, parts in {"context": ("driver", "context"), "kernels": ("load",), "product": ("open", "create"), "convolution": ("open", "create", "describe")}.items():
    saw = trials[f"bench.start.{probe}"]
    total = sum(saw[f"time.{part}"] for part in parts) + saw["time.first_call"]
    assert abs(total - saw["time"]) < 1e-3 + 1e-6 * total, (probe, total, saw["time"])
PY
    FAKE_FAULT=wrong:cublasSgemm_v2,zero:cudnnConvolutionForward,stale:cuLaunchKernel@tick run simulated --isolate -p 'bench.start.*' -o "$out"
    [ "$status" -eq 1 ]
    [ "$(field bench.start.product@gpu0/toolkit-13.0 why)" = "the first result is wrong in 1 element" ]
    [[ "$(field bench.start.convolution@gpu0/toolkit-13.0 why)" == "the first result is wrong in "*" elements" ]]
    [ "$(verdict bench.start.kernels@gpu0)" = fail ]
    [ "$(verdict bench.start.context@gpu0)" = pass ]
}

# Beside so different figures, how loaded this machine is does not matter.
@test "a run is compared with a saved one as it ends: what is slower fails it, what differs is told first, what was not asked is not missing" {
    run measured --rounds 1 -p bench.launch.kernel -o "$out"
    [ "$status" -eq 0 ]
    [ "$(verdict device.facts@gpu0)" = pass ]
    [ "$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["devices"][0]["clock_mhz"])' "$out")" = 1000 ]
    edited "$out" "$BATS_TEST_TMPDIR/fast.json" 'f = trials[0]["figure"]; f["rounds"] = [1e-12, 1e-12]; run["gpuvet"] = "0.0.1"'
    run measured --rounds 2 -p bench.launch.kernel --baseline "$BATS_TEST_TMPDIR/fast.json" -o "$out.now"
    [ "$status" -eq 1 ]
    [[ "$output" == *"Measured, "*"fast.json, then now"*"differs "*"0.0.1, then "*"slower      bench.launch.kernel@gpu0"*"gpuvet: FAIL - compared with "*"1 slower"* ]]
    [[ "$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["exit_code"])' "$out.now")" == 1 ]]
    for again in report judge; do
        run "$GPUVET" "$again" "$out.now"
        [[ "$output" == *"fast.json, then now"*"differs "*"0.0.1, then "*"slower      bench.launch.kernel@gpu0"*"gpuvet: FAIL - compared with "*"1 slower"* ]]
    done
    [ "$status" -eq 1 ]
    edited "$out" "$BATS_TEST_TMPDIR/slow.json" 'f = trials[0]["figure"]; f["rounds"] = [1e12, 1e12]'
    run measured --rounds 2 -p bench.launch.kernel --baseline "$BATS_TEST_TMPDIR/slow.json"
    [ "$status" -eq 0 ]
    [[ "$output" == *"faster      bench.launch.kernel@gpu0"*"gpuvet: PASS - 1 GPU proved"* ]]
    run measured --rounds 2 -p bench.launch.event --baseline "$BATS_TEST_TMPDIR/slow.json"
    [[ "$output" != *"missing"*"bench.launch.kernel"* ]]
    [[ "$output" == *"gpuvet: BROKEN - could not find out: "*"slow.json has no measurement that this run has, too"* ]]
    [ "$status" -eq 3 ]
    run measured --baseline "$BATS_TEST_TMPDIR/none.json"
    [ "$status" -eq 3 ]
    [[ "$output" == *none.json* ]]
}

@test "a baseline with which nothing can be compared is refused before anything is measured" {
    run simulated -p cuda.launch -o "$out"
    [ "$status" -eq 0 ]
    run measured -p bench.memory.read --baseline "$out"
    [ "$status" -eq 3 ]
    [ "$output" = "gpuvet: $out: nothing was measured in it: what gpuvet bench -o saved can be compared with" ]
    run measured -p bench.memory.read --rounds 1 --baseline "$out"
    [ "$status" -eq 2 ]
    [[ "$output" == *"--baseline: two rounds are needed to compare; --rounds 2 or more"* ]]
    run "$GPUVET" compare "$out" "$out"
    [ "$status" -eq 3 ]
    [[ "$output" == *"gpuvet: CANNOT TELL - the first run measured nothing: is it one of gpuvet bench?" ]]
}

# rounds_of N - waits until the journal has so many rounds of it.
rounds_of() {
    for _ in $(seq 300); do
        [ "$(grep -cs '"id":"bench.start.context@gpu0".*"verdict":"pass"' "$out.part")" -ge "$1" ] && return
        sleep 0.1
    done
    false
}

@test "what a bench had measured when it was killed, or ended by Ctrl-C, is told: by the journal and by the report" {
    LD_LIBRARY_PATH=$driver NVIDIA_VISIBLE_DEVICES=all "$GPUVET" bench -q --rounds 1000 -p bench.start.context -o "$out" >/dev/null 2>&1 &
    pid=$!
    rounds_of 2
    kill -KILL $pid
    wait $pid || true
    for verb in judge report; do
        run "$GPUVET" $verb "$out.part"
        [[ "$output" == *"Measured, the median of "*" rounds:"*"bench.start.context@gpu0 "*" ms +-"*"gpuvet: INTERRUPTED - partial: PASS"*" measurement"* ]]
    done
    rm "$out.part"
    LD_LIBRARY_PATH=$driver NVIDIA_VISIBLE_DEVICES=all "$GPUVET" bench -q --rounds 1000 -p bench.start.context -o "$out" >"$BATS_TEST_TMPDIR/told" 2>&1 &
    pid=$!
    rounds_of 2
    kill -TERM $pid
    status=0
    wait $pid || status=$?
    [ "$status" -eq 143 ]
    [ ! -e "$out.part" ]
    [ "$(rounds "$out")" -ge 2 ]
    [[ "$(cat "$BATS_TEST_TMPDIR/told")" == *"Measured, the median of "*" rounds:"*"gpuvet: INTERRUPTED - partial: "* ]]
}
