# The order sheet: demands on the command line and in a file, written from a good machine, judged again from a saved run.
load helpers

# sheet - what this simulated machine is, as far as it is simulated.
sheet() {
    LD_LIBRARY_PATH=$driver NVIDIA_VISIBLE_DEVICES=all "$GPUVET" list --as-require --stack "$GPUVET_FAKES/toolkit" \
        | sed '/^stack = "toolkit-13.0:\//d' >"$BATS_TEST_TMPDIR/node.sheet"
}

# A run that asks each GPU for its facts and launches one kernel.
short_run() { simulated -p device.facts -p cuda.launch -o "$out" "$@"; }

@test "a sheet from a good machine is met by that machine, and says what it demands" {
    export FAKE_GPUS=2 FAKE_NVLINKS=18
    sheet
    for line in 'gpu = 2' 'gpu.name = "SIMULATED GPU (CPU twin)"' 'gpu.memory_gib >= 4' 'gpu.ecc = "off"' '# gpu.vbios = "00.00.SIMULATED"' \
                'gpu.nvlinks >= 18' 'devices.alike' 'driver >= 580.0' 'driver.cuda >= 13.0' 'stack = "toolkit-13.0"' 'blas.gemm.fp32'; do
        grep -qxF "$line" "$BATS_TEST_TMPDIR/node.sheet"
    done
    ! grep -q '^torch.cnn' "$BATS_TEST_TMPDIR/node.sheet"           # no PyTorch is here
    run simulated --require "$BATS_TEST_TMPDIR/node.sheet" -o "$out"
    [ "$status" = 0 ]
    [[ "$output" =~ required\ \ \(([0-9]+)\ of\ ([0-9]+)\ met\) ]]
    [ "${BASH_REMATCH[1]}" = "${BASH_REMATCH[2]}" ]
}

@test "no sheet from a machine that could not tell everything" {
    LD_LIBRARY_PATH=$driver NVIDIA_VISIBLE_DEVICES=all FAKE_FAULT=fail:nvmlDeviceGetMemoryInfo:0:999 run "$GPUVET" list --as-require
    [ "$status" = 3 ]
    [[ "$output" == *"no order sheet: device.facts@gpu0: "* ]]
    [[ "$output" != *"gpu ="* ]]
}

@test "one GPU less, an older driver, a link that is down: each demand that is not met is named" {
    export FAKE_GPUS=2 FAKE_NVLINKS=18
    sheet
    FAKE_GPUS=1 run simulated --require "$BATS_TEST_TMPDIR/node.sheet"
    [ "$status" = 1 ]
    [[ "$output" == *"required: gpu = 2: GPUs that answer: 1, proved: 1"* ]]
    FAKE_NVML=570.10 FAKE_NVLINKS=17 run simulated --require "$BATS_TEST_TMPDIR/node.sheet"
    [ "$status" = 1 ]
    [[ "$output" == *"required: driver >= 580.0: it is 570.10"* ]]
    [[ "$output" == *"required: gpu.nvlinks >= 18: gpu0 (0000:01:00.0): gpu.nvlinks is 17"* ]]
}

@test "the odd GPU is a warning, and a failure where all must be alike" {
    for what in vbios memory ecc power width nvlink; do
        export FAKE_GPUS=3 FAKE_NVLINKS=18 FAKE_ODD=$what FAKE_ODD_GPU=1
        run short_run
        [ "$status" = 0 ]
        [[ "$(tr -s ' \n' ' ' <<<"$output")" == *"[warn] device.facts@gpu1 "*"gpu1 (0000:02:00.0): gpu."*"for the other 2 SIMULATED"* ]]
        run short_run --require devices.alike
        [ "$status" = 1 ]
        [[ "$output" == *"required: devices.alike: gpu1 (0000:02:00.0): gpu."* ]]
        run short_run --strict
        [ "$status" = 1 ]
    done
}

@test "of two GPUs that differ neither is called odd" {
    FAKE_GPUS=2 FAKE_ODD=vbios FAKE_ODD_GPU=1 run short_run --require devices.alike
    [ "$status" = 1 ]
    [[ "$output" == *"gpu.vbios differs, and no value has a majority: gpu0 00.00.SIMULATED, gpu1 00.01.SIMULATED"* ]]
}

@test "a demand on a GPU means that one is meant: none there is 1, not 77" {
    NVIDIA_VISIBLE_DEVICES=void run "$GPUVET" run -q -p 'driver.*' --require 'gpu.name = NVIDIA H200'
    [ "$status" = 1 ]
}

@test "what could not be found out drains nothing" {
    FAKE_USED=3500 run simulated --require 'gpu = 1' --require 'stack = toolkit-13.0' --require 'driver >= 580'
    [ "$status" = 3 ]
    [[ "$output" == *"[broken]  required: stack = toolkit-13.0: "*"not reached: cuda.context@gpu0 is broken"* ]]
    FAKE_USED=3500 run simulated --require 'gpu = 1' --require cuda.context --require 'driver >= 580'
    [ "$status" = 3 ]
    [[ "$output" == *"[broken]  required: gpu = 1: GPUs that answer: 1, proved: 0"* ]]
}

@test "what asks the driver does not end, and is ended: nothing is known of the GPUs" {
    for demand in 'gpu = 1' 'gpu.name = NVIDIA H200' devices.alike 'gpu.memory_gib >= 1' 'driver.cuda >= 12'; do
        FAKE_FAULT=hang:cuInit run simulated --timeout 1 --require "$demand"
        [ "$status" = 3 ] || { echo "$demand: $output"; false; }
        [[ "$output" == *"[broken]  required: $demand: "* ]]
    done
}

@test "a part that is asked for runs what is required, too" {
    run simulated -p cuda.launch --require 'gpu.memory_gib >= 1' --require 'nccl.*' --require devices.alike -o "$out"
    [ "$status" = 0 ]
    [ "$(verdict nccl.kernel@gpu0/toolkit-13.0)" = pass ]
    run "$GPUVET" judge "$out" --require 'dnn.*'
    [ "$status" = 3 ]
}

@test "a GPU that is named and does not answer is a failure with its report, not a usage error" {
    FAKE_FAULT=fail:cuInit run simulated -d gpu0 -o "$out"
    [ "$status" = 1 ]
    [[ "$output" == *"cuInit failed"* ]]
    [ -s "$out" ]
    run simulated -d gpu7
    [ "$status" = 2 ]
}

@test "a sheet that makes no sense is a usage error with its line" {
    printf 'gpu = 1\n\ngpu.ecc > on\n' >"$BATS_TEST_TMPDIR/bad.sheet"
    run simulated --require "$BATS_TEST_TMPDIR/bad.sheet"
    [ "$status" = 2 ]
    [[ "$output" == *"bad.sheet:3: "*"use =, <= or >="* ]]
    run simulated --require "$BATS_TEST_TMPDIR/none.sheet"
    [ "$status" = 2 ]
    [[ "$output" == *"none.sheet: No such file"* ]]
    head -c 100 /dev/zero >"$BATS_TEST_TMPDIR/zero.sheet"
    run simulated --require "$BATS_TEST_TMPDIR/zero.sheet"
    [ "$status" = 2 ]
    mkfifo "$BATS_TEST_TMPDIR/pipe.sheet"
    run timeout 10 "$GPUVET" run -q --require "$BATS_TEST_TMPDIR/pipe.sheet"
    [ "$status" = 2 ]
    run simulated --require gpu.colour=red
    [ "$status" = 2 ]
    [[ "$output" == *"gpuvet help require"* ]]
}

@test "a saved run is judged again: with its own demands, or with others" {
    export FAKE_GPUS=2
    short_run --require 'gpu = 2' >/dev/null
    run "$GPUVET" judge "$out"
    [ "$status" = 0 ]
    [[ "$output" == *"required  (1 of 1 met)"*"gpuvet: PASS - 2 GPUs proved"* ]]
    [[ "$output" != *"judged again"* ]]
    run "$GPUVET" judge "$out" --require 'gpu.ecc = on' --require 'gpu >= 2' -o "$BATS_TEST_TMPDIR/again.json"
    [ "$status" = 1 ]
    [[ "$(tr -s ' \n' ' ' <<<"$output")" == *"judged again; that run itself closed with: PASS - 2 GPUs proved"* ]]
    [[ "$output" == *"gpuvet: FAIL - required gpu.ecc = on: gpu0 (0000:01:00.0): gpu.ecc is off"* ]]
    run "$GPUVET" judge "$BATS_TEST_TMPDIR/again.json"
    [ "$status" = 1 ]
}

@test "judging again finds what failed, in the same words, and a failure stays one without demands" {
    FAKE_FAULT=wrong:cublasSgemm_v2 run simulated -p blas.gemm.fp32 -o "$out"
    [ "$status" = 1 ]
    why=$(field blas.gemm.fp32@gpu0/toolkit-13.0 why)
    run "$GPUVET" judge "$out" --json
    [ "$status" = 1 ]
    [[ "$(python3 -c 'import json, sys; print(next(t["why"] for t in json.load(sys.stdin)["trials"] if t["verdict"] == "fail"))' <<<"$output")" == "$why" ]]
}

@test "the journal of a run that was killed is judged as far as it went" {
    LD_LIBRARY_PATH=$driver NVIDIA_VISIBLE_DEVICES=all FAKE_FAULT=hang:cublasSgemm_v2 \
        "$GPUVET" run -q --stack "$GPUVET_FAKES/toolkit" -s toolkit-13.0 -o "$out" >/dev/null &
    for _ in $(seq 200); do
        grep -qs '"stack.archs' "$out.part" && break
        sleep 0.1
    done
    kill -9 $!
    run "$GPUVET" judge "$out.part"
    [ "$status" = 3 ]
    [[ "$output" == *"[ok]      toolkit-13.0"*"gpuvet: INTERRUPTED - partial: "* ]]
    [ "$(grep -c '^\[ok\] *toolkit-13.0 ' <<<"$output")" = 2 ]      # by itself and on gpu0: one line each
    [[ "$output" == *"on $(uname -n): "*"gpu0  SIMULATED GPU"* ]]
    run "$GPUVET" judge "$out.part" --require 'gpu = 1' --require 'blas.*' --require 'driver >= 580' -o "$BATS_TEST_TMPDIR/again.json"
    [ "$status" = 3 ]
    [[ "$output" == *"(2 of 3 met)"*"[broken]  required: blas.*: no trial of it is in this run"* ]]
    run "$GPUVET" judge "$BATS_TEST_TMPDIR/again.json"
    [ "$status" = 3 ]
    run "$GPUVET" judge "$out.part" --require 'gpu = 2'
    [ "$status" = 1 ]
}

@test "what is no saved run is refused: 3, and why" {
    echo '{"format": 1}' >"$out"
    run "$GPUVET" judge "$out"
    [ "$status" = 3 ]
    [[ "$output" == *"out.json: gpuvet: it is missing"* ]]
    run "$GPUVET" judge
    [ "$status" = 2 ]
}

@test "health: the last run in a line of at most 80 bytes, with its exit code" {
    short_run >/dev/null
    run "$GPUVET" health --oneline "$out"
    [ "$status" = 0 ]
    [[ "$output" == "PASS 1 GPU proved (1 x SIMULATED GPU (CPU twin))"* ]]
    [ "${#output}" -le 80 ]
    FAKE_FAULT=wrong:cuMemcpyDtoH_v2 simulated -p cuda.launch -o "$out" >/dev/null || true
    run "$GPUVET" health --oneline "$out"
    [ "$status" = 1 ]
    [[ "$output" == "FAIL cuda.launch@gpu0: "* ]]
    [ "${#output}" -le 80 ]
    run "$GPUVET" health "$out"
    [ "$status" = 1 ]
    [[ "$output" == *"fail   cuda.launch@gpu0: "*"next: gpuvet judge $out"* ]]
}

@test "health: too old, before this boot, or not there: nothing is known" {
    short_run >/dev/null
    sed 's/"began": "[^"]*"/"began": "2020-01-01T00:00:00Z"/' "$out" >"$BATS_TEST_TMPDIR/old.json"
    run "$GPUVET" health --oneline "$BATS_TEST_TMPDIR/old.json"
    [ "$status" = 3 ]
    [[ "$output" == "UNKNOWN the last run is "*" days old: PASS"* ]]
    run "$GPUVET" health --oneline --max-age 1 "$out"
    [ "$status" = 0 ] || [ "$status" = 3 ]
    boot=$(cat /proc/sys/kernel/random/boot_id)
    sed "s/$boot/00000000-0000-0000-0000-000000000000/" "$out" >"$BATS_TEST_TMPDIR/booted.json"
    run "$GPUVET" health --oneline "$BATS_TEST_TMPDIR/booted.json"
    [ "$status" = 3 ]
    [[ "$output" == "UNKNOWN the last run was before this boot"* ]]
    run "$GPUVET" health --oneline "$BATS_TEST_TMPDIR/none.json"
    [ "$status" = 3 ]
    [[ "$output" == "UNKNOWN cannot read "* ]]
    [ "${#output}" -le 80 ]
}
