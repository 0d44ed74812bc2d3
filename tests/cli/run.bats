# Exit codes, bad input, interruption: what a gate and a person rely on.
load helpers

@test "no GPU is meant: 77, and the reason is said once" {
    run "$GPUVET" run -q --no-gpu --stack "$GPUVET_FAKES/toolkit" -s toolkit-13.0
    [ "$status" = 77 ]
    [[ "$output" == *"gpuvet: SKIP - no GPU is meant for this process: --no-gpu"* ]]
}

@test "a required GPU that is not there: 1" {
    run env NVIDIA_VISIBLE_DEVICES=void "$GPUVET" run -q --require gpu -p 'driver.*'
    [ "$status" = 1 ]
    [[ "$output" == *"required: gpu"* ]]
}

@test "exactly the required number of GPUs, no more and no less" {
    FAKE_GPUS=2 run simulated -p cuda.launch --require gpu=2
    [ "$status" = 0 ]
    FAKE_GPUS=2 run simulated -p cuda.launch --require gpu=1
    [ "$status" = 1 ]
    FAKE_GPUS=1 run simulated -p cuda.launch --require gpu=2
    [ "$status" = 1 ]
}

@test "a required probe that is skipped: 1" {
    run "$GPUVET" run -q --no-gpu --stack "$GPUVET_FAKES/toolkit" -s toolkit-13.0 --require blas.gemm.fp32
    [ "$status" = 1 ]
    [[ "$output" == *"required: blas.gemm.fp32"* ]]
}

@test "usage errors: 2, before anything runs" {
    for bad in "-p no.such.probe" "--nonsense" "-s nothing*" "-d gpu9" "--require gpu=0" "--require gpu=x" "--require what" \
               "--timeout" "--timeout 0" "--limit x" "--color maybe" "extra" "--json=yes" "--no-gpu --require gpu" "-p ''"; do
        run bash -c "\"$GPUVET\" run -q --stack \"$GPUVET_FAKES/toolkit\" $bad"
        [ "$status" = 2 ] || { echo "$bad: $status $output"; false; }
        [[ "$output" == gpuvet:* ]]
    done
    run "$GPUVET" nonsense
    [ "$status" = 2 ]
    run "$GPUVET" list nonsense
    [ "$status" = 2 ]
}

@test "abbreviated options are refused" {
    run "$GPUVET" run --js
    [ "$status" = 2 ]
}

@test "a folder without a stack is one clear failure" {
    mkdir "$BATS_TEST_TMPDIR/empty"
    run "$GPUVET" run -q --no-gpu --stack "$BATS_TEST_TMPDIR/empty" -s "dir:*"
    [ "$status" = 1 ]
    [[ "$output" == *"no torch in its site-packages"* ]]
    run "$GPUVET" run -q --no-gpu --stack /no/such/folder -s "dir:*"
    [ "$status" = 1 ]
    [[ "$output" == *"no such"* ]]
}

@test "a full disk is not a success" {
    run bash -c "'$GPUVET' run -q --no-gpu -p stack.files >/dev/full"
    [ "$status" = 3 ]
    [[ "$output" == *"cannot write"* ]]
    run bash -c "'$GPUVET' list >/dev/full"
    [ "$status" = 3 ]
}

@test "a report that cannot be saved is said before anything runs" {
    run simulated -p cuda.context -o /no/such/folder/run.json
    [ "$status" = 3 ]
    [[ "$output" == *"cannot write /no/such/folder/run.json"* ]]
}

@test "the saved run and standard output hold the same document" {
    LD_LIBRARY_PATH=$driver NVIDIA_VISIBLE_DEVICES=all \
        "$GPUVET" run -q --stack "$GPUVET_FAKES/toolkit" -s toolkit-13.0 -p cuda.launch --json -o "$out" >"$out.2"
    cmp "$out" "$out.2"
    [ ! -e "$out.part" ]
}

@test "Ctrl-C leaves a partial report: 130, and what was proved is in it" {
    LD_LIBRARY_PATH=$driver NVIDIA_VISIBLE_DEVICES=all FAKE_FAULT=hang:ncclCommInitAll \
        "$GPUVET" run -q --stack "$GPUVET_FAKES/toolkit" -s toolkit-13.0 -o "$out" >"$BATS_TEST_TMPDIR/text" &
    pid=$!
    for _ in $(seq 200); do
        grep -qs '"dnn.conv.fp32@gpu0' "$out.part" && break
        sleep 0.1
    done
    kill -INT $pid
    wait $pid && code=0 || code=$?
    [ "$code" = 130 ]
    grep -q "gpuvet: INTERRUPTED" "$BATS_TEST_TMPDIR/text"
    [ "$(verdict blas.gemm.fp32@gpu0/toolkit-13.0)" = pass ]
    [ "$(verdict nccl.kernel@gpu0/toolkit-13.0)" = skip ]
}

@test "kill -9 leaves what was proved in the journal" {
    LD_LIBRARY_PATH=$driver NVIDIA_VISIBLE_DEVICES=all FAKE_FAULT=hang:ncclCommInitAll \
        "$GPUVET" run -q --stack "$GPUVET_FAKES/toolkit" -s toolkit-13.0 -o "$out" >/dev/null &
    pid=$!
    for _ in $(seq 200); do
        grep -qs '"dnn.conv.fp32@gpu0' "$out.part" && break
        sleep 0.1
    done
    kill -KILL $pid
    wait $pid || true
    python3 -c 'import json, sys; lines = [json.loads(l) for l in open(sys.argv[1])]; assert any(t.get("id", "").startswith("blas.gemm") and t["verdict"] == "pass" for t in lines)' "$out.part"
}

@test "the whole run ends within its time limit, and what did not run is not called good" {
    export FAKE_FAULT=hang:cublasCreate_v2
    run simulated --timeout 3 -o "$out"
    [ "$status" = 1 ] || [ "$status" = 3 ]
    [[ "$(field nccl.kernel@gpu0/toolkit-13.0 why)" == *"--timeout"* ]]
    [ "$(verdict nccl.kernel@gpu0/toolkit-13.0)" = broken ]
}

@test "the plan says what would run, and why the rest would not" {
    run "$GPUVET" run --plan --no-gpu --stack "$GPUVET_FAKES/toolkit" -s toolkit-13.0
    [ "$status" = 0 ]
    [[ "$output" == *"run   stack.loads/toolkit-13.0"* ]]
    [[ "$output" == *"skip  blas.gemm.fp32@gpu/toolkit-13.0"*"left out: --no-gpu"* ]]
}

@test "a trial can be run again by the line that the report gives" {
    run simulated -p cuda.launch -o "$out"
    rerun=$(field cuda.launch@gpu0 rerun)
    LD_LIBRARY_PATH=$driver run bash -c "$rerun"
    [ "$status" = 0 ]
    [[ "$output" == *"device.wrong"*"0"*"end"* ]]
}

@test "a library ahead on LD_LIBRARY_PATH is named, and the environment is called the cause" {
    mkdir "$BATS_TEST_TMPDIR/ahead"
    echo garbage >"$BATS_TEST_TMPDIR/ahead/libcublasLt.so.13"
    run env LD_LIBRARY_PATH="$BATS_TEST_TMPDIR/ahead" "$GPUVET" run -q --no-gpu --stack "$GPUVET_FAKES/toolkit" -s toolkit-13.0
    [ "$status" = 1 ]
    [[ "$output" == *"$BATS_TEST_TMPDIR/ahead/libcublasLt.so.13"* ]]
    [[ "$output" == *"the environment is the cause"* ]]
}

@test "a part of the probes still asks the driver which GPUs there are" {
    run simulated -p nvrtc.compile -o "$out"
    [ "$(verdict nvrtc.compile@gpu0/toolkit-13.0)" = pass ]
    FAKE_CC=70 run simulated -p nvrtc.compile -o "$out"
    [ "$(verdict nvrtc.compile@gpu0/toolkit-13.0)" = skip ]
    [[ "$(field nvrtc.compile@gpu0/toolkit-13.0 why)" == *"not this GPU's sm_70"* ]]
}

@test "few descriptors are enough, and too few are said" {
    run bash -c "ulimit -n 32; '$GPUVET' run -q --no-gpu -p stack.files --stack '$GPUVET_FAKES/toolkit' -s toolkit-13.0"
    [ "$status" = 77 ]
    run bash -c "ulimit -n 9; '$GPUVET' run -q --no-gpu -p stack.files --stack '$GPUVET_FAKES/toolkit' -s toolkit-13.0"
    [ "$status" != 0 ]
}

@test "closed standard streams do not matter but for the report" {
    "$GPUVET" run -q --no-gpu -p stack.files --stack "$GPUVET_FAKES/toolkit" -s toolkit-13.0 -o "$out" <&- >&- 2>&- && code=0 || code=$?
    [ "$code" = 3 ]
    [ "$(verdict stack.files/toolkit-13.0)" = pass ]
}

@test "what failed in one round of several failed, and the round is named" {
    run simulated -p cuda.launch --repeat 3 -o "$out"
    [ "$status" = 0 ]
    [[ "$output" == *"each run 3 times)"* ]]
    [ "$(field cuda.launch@gpu0 passes)" = 3 ]
    export FAKE_FAULT=fail:cuMemAlloc_v2:1:999 FAKE_FAULT_AT=2:$BATS_TEST_TMPDIR/turns
    run simulated -p cuda.launch --repeat 4 -o "$out"
    [ "$status" = 1 ]
    [ "$(verdict cuda.launch@gpu0)" = fail ]
    [ "$(field cuda.launch@gpu0 passes)" = 3 ]
    [[ "$(field cuda.launch@gpu0 why)" == "in round 2 of 4 (3 passed): cuMemAlloc_v2 failed"* ]]
}
