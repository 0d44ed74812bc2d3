# gpuvet selftest: every detector catches the faults that are put in front of it, and one that is broken is told by name.
load helpers

selftest() {
    LD_LIBRARY_PATH=$driver NVIDIA_VISIBLE_DEVICES=all "$GPUVET" selftest -q "$@"
}

# cell FAULT DETECTOR - of the table of gpu0 in $output: ok, NO, - or ?.
cell() {
    awk -v fault="$1" -v detector="$2" '
        /^on /                         { wanted = $2 == "gpu0:"; next }
        wanted && head == ""           { for (i = 1; i <= NF; i++) if ($i == detector) head = i + 1; next }
        wanted && $1 == fault          { print $head }' <<<"$output"
}

@test "every fault is caught by its detector, and a right result by none" {
    run selftest -o "$out"
    [ "$status" = 0 ]
    [[ "$output" == *"gpuvet: PASS - 1 GPU proved"*"; of "*" faults that gpuvet put in itself "*" were caught"* ]]
    python3 - "$out" <<'PY'
import json, sys
trials = {t["id"]: t for t in json.load(open(sys.argv[1]))["trials"] if t["id"].startswith("selftest.")}
must = {"exact": "bit shift scale nan zeros stale", "close": "bit shift scale nan zeros stale", "vote": "odd",
        "whole@gpu0": "bit shift scale nan zeros stale first tf32", "tiles@gpu0": "bit shift scale nan zeros stale first tf32 1000th",
        "round@gpu0": "bit shift scale nan zeros stale cut", "reals@gpu0": "shift scale nan zeros stale tf32",
        "repeat@gpu0": "bit shift zeros stale first 1000th", "sums@gpu0": "bit shift scale nan zeros stale",
        "pattern@gpu0": "bit stuck alias", "march@gpu0": "bit stuck alias", "sm@gpu0": "sm lost", "guard@gpu0": "before behind"}
assert set(trials) == {"selftest." + m for m in must}, sorted(trials)
for name, faults in must.items():
    t = trials["selftest." + name]
    assert t["verdict"] == "pass", t
    seen = {}
    for s in t["saw"]:
        seen.setdefault(s["key"], []).append(s.get("value"))
    assert set(seen["alarms"]) == {0}, t["id"]
    assert {k for k in seen if k.startswith("caught.")} == {"caught." + f for f in faults.split()}, (t["id"], sorted(seen))
    assert all(v == 1 for k in seen if k.startswith("caught.") for v in seen[k])
PY
    [ "$(cell 1000th tiles)" = ok ]
    [ "$(cell cut whole)" = - ]
    ! grep -qE " NO( |$)" <<<"$output"
}

# bats test_tags=lie
@test "other data, other GPUs, and kernels by PTX: all are caught" {
    run selftest --seed 77
    [ "$status" = 0 ]
    FAKE_CC=70 FAKE_SMS=5 run selftest --kernels ptx
    [ "$status" = 0 ]
    FAKE_GPUS=2 run selftest -d gpu1
    [ "$status" = 0 ]
    [[ "$output" == *"on gpu1:"* ]]
    [[ "$output" != *"on gpu0:"* ]]
}

# A kernel that is launched and writes nothing makes a detector that is deaf, or one that always complains.
# bats test_tags=lie
@test "a detector that is broken is told, and gpuvet says not to trust it here" {
    FAKE_FAULT=stale:cuLaunchKernel@compare_rounded run selftest -o "$out"
    [ "$status" = 1 ]
    [[ "$output" == *"gpuvet: FAIL - selftest.round@gpu0: gpuvet itself cannot be trusted on this machine: a fault that it put into a right result was not caught: bit (fp16): "* ]]
    for fault in bit shift scale nan zeros stale cut; do
        [ "$(cell $fault round)" = NO ]
    done
    [ "$(cell none round)" = NO ]               # it says itself that it looked at nothing
    others_pass selftest.round@gpu0
    FAKE_FAULT=stale:cuLaunchKernel@hash_columns run selftest -o "$out"
    [ "$status" = 1 ]
    [ "$(cell 1000th repeat)" = NO ]
    others_pass selftest.repeat@gpu0 selftest.reals@gpu0
}

@test "a detector that finds fault with a right result is told, too" {
    FAKE_FAULT=stale:cuLaunchKernel@contract_channel run selftest -o "$out"
    [ "$status" = 1 ]
    [ "$(cell none sums)" = NO ]
    [[ "$(field selftest.sums@gpu0 why)" == "gpuvet itself cannot be trusted on this machine"* ]]
    others_pass selftest.sums@gpu0
    FAKE_SMS=4 FAKE_SM=fma:2:-1:13 run selftest -o "$out"
    [ "$status" = 1 ]
    [ "$(cell none sm)" = NO ]
    [[ "$(field selftest.sm@gpu0 why)" == *"gpuvet itself cannot be trusted on this machine"* ]]
    others_pass selftest.sm@gpu0
}

@test "memory that is bad in earnest is an alarm of the march" {
    FAKE_CELL=stuck1:7:3 run selftest -o "$out"
    [ "$status" = 1 ]
    [ "$(cell none march)" = NO ]
    [ "$(cell none pattern)" = NO ]
}

@test "without a GPU the detectors of the CPU are tested, and 77 is the answer" {
    LD_LIBRARY_PATH= run "$GPUVET" selftest -q --no-gpu -o "$out"
    [ "$status" = 77 ]
    [[ "$output" == *"on the CPU:"*"  bit "* ]]
    [[ "$output" != *"on gpu0:"* ]]
    [ "$(verdict selftest.exact)" = pass ]
    [ "$(verdict selftest.tiles@gpu)" = skip ]
    NVIDIA_VISIBLE_DEVICES=void run "$GPUVET" selftest -q
    [ "$status" = 77 ]
    NVIDIA_VISIBLE_DEVICES=all run "$GPUVET" selftest -q -o "$out"       # one is meant, and there is no driver
    [ "$status" = 1 ]
    [ "$(verdict selftest.exact)" = pass ]
}

@test "a call that hangs or fails is its own finding, and the rest goes on" {
    FAKE_FAULT=hang:cuLaunchKernel@compare_rounded run selftest --limit 15 -o "$out"
    [ "$status" = 1 ]
    [[ "$(field selftest.round@gpu0 why)" == "did not end within 15 s, in cuLaunchKernel"* ]]
    [ "$(cell bit round)" = "?" ]
    others_pass selftest.round@gpu0
    FAKE_FAULT=fail:cuLaunchCooperativeKernel:1:700 run selftest -o "$out"
    [ "$status" = 1 ]
    [[ "$(field selftest.sm@gpu0 why)" == "cuLaunchCooperativeKernel failed in "* ]]
    CUDA_MPS_ACTIVE_THREAD_PERCENTAGE=50 run selftest -o "$out"
    [ "$status" = 0 ]
    [ "$(verdict selftest.sm@gpu0)" = skip ]
}

@test "Ctrl-C leaves a partial report: 130" {
    LD_LIBRARY_PATH=$driver NVIDIA_VISIBLE_DEVICES=all FAKE_FAULT=hang:cuLaunchKernel@compare_rounded \
        "$GPUVET" selftest -q -o "$out" >"$BATS_TEST_TMPDIR/text" &
    pid=$!
    for _ in $(seq 200); do
        grep -qs '"selftest.tiles@gpu0' "$out.part" && break
        sleep 0.1
    done
    kill -INT $pid
    wait $pid && code=0 || code=$?
    [ "$code" = 130 ]
    grep -q "gpuvet: INTERRUPTED" "$BATS_TEST_TMPDIR/text"
    grep -q "^on gpu0:" "$BATS_TEST_TMPDIR/text"
    [ "$(verdict selftest.tiles@gpu0)" = pass ]
}

@test "a saved self-test is judged again, with its table" {
    FAKE_FAULT=stale:cuLaunchKernel@hash_columns run selftest -o "$out" --junit "$out.xml"
    run "$GPUVET" judge "$out"
    [ "$status" = 1 ]
    [ "$(cell first repeat)" = NO ]
    grep -q 'name="selftest.repeat"' "$out.xml"
}

@test "it is no part of a run, unless it is named" {
    run simulated --plan
    [[ "$output" != *selftest* ]]
    run simulated --level full --plan
    [[ "$output" != *selftest* ]]
    run simulated -p selftest.guard -o "$out"
    [ "$status" = 0 ]
    [ "$(verdict selftest.guard@gpu0)" = pass ]
    [[ "$output" != *selftest.tiles* ]]
}

@test "what it takes, and what not" {
    run "$GPUVET" selftest cuda
    [ "$status" = 2 ]
    run "$GPUVET" selftest -s toolkit-13.0
    [ "$status" = 2 ]
    [[ "$output" == *"gpuvet selftest has no option -s"* ]]
    run "$GPUVET" help selftest
    [ "$status" = 0 ]
    for fault in $("$GPUVET" selftest -q --no-gpu --json | python3 -c 'import json, sys; print(*{s["key"][7:] for t in json.load(sys.stdin)["trials"] for s in t["saw"] if s["key"].startswith("caught.")})'); do
        [[ "$output" == *"$fault"* ]]
    done
}
