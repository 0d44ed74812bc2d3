# Many GPUs at once: nobody waits for another, and a sick one holds nobody up.
load helpers

# seconds COMMAND... - how long it takes; its output in $BATS_TEST_TMPDIR/text, its exit code in $code.
seconds() {
    began=$(date +%s%N)
    "$@" >"$BATS_TEST_TMPDIR/text" && code=0 || code=$?
    took_ms=$((($(date +%s%N) - began) / 1000000))
}

# Calls that wait instead of computing: the fakes' own work on few cores must not be what is measured.
waits=wait:cuDevicePrimaryCtxRetain:1:3000,wait:cuCtxSynchronize:1:3000

@test "eight GPUs that make us wait take at most 1.5 times as long as one" {
    export FAKE_FAULT=$waits
    FAKE_GPUS=1 seconds simulated -p cuda.context
    one=$took_ms
    FAKE_GPUS=8 seconds simulated -p cuda.context
    [ "$(grep -c '^\[ok\] *gpu[0-7] ' "$BATS_TEST_TMPDIR/text")" = 8 ]
    echo "one GPU: $one ms, eight: $took_ms ms"
    [ "$one" -ge 6000 ]
    [ $((took_ms * 2)) -le $((one * 3)) ]
}

@test "one of eight hangs: the other seven are proved meanwhile" {
    LD_LIBRARY_PATH=$driver NVIDIA_VISIBLE_DEVICES=all FAKE_GPUS=8 FAKE_FAULT=hang:cuMemAllocHost_v2 FAKE_FAULT_GPU=5 \
        "$GPUVET" run -q --stack "$GPUVET_FAKES/toolkit" -s toolkit-13.0 -p cuda.copy.h2d --limit 12 -o "$out" >/dev/null &
    pid=$!
    # Long before the limit of the eighth, seven have passed.
    for _ in $(seq 100); do
        [ "$(grep -cs '"cuda.copy.h2d@gpu.*"verdict":"pass"' "$out.part")" = 7 ] && break
        sleep 0.1
    done
    [ "$(grep -cs '"cuda.copy.h2d@gpu.*"verdict":"pass"' "$out.part")" = 7 ]
    ! grep -qs '"cuda.copy.h2d@gpu5"' "$out.part"
    wait $pid && code=0 || code=$?
    [ "$code" = 1 ]
    [ "$(verdict cuda.copy.h2d@gpu5)" = fail ]
    [[ "$(field cuda.copy.h2d@gpu5 why)" == *"did not end within"*"in cuMemAllocHost_v2"* ]]
    others_pass cuda.copy.h2d@gpu5
}

@test "a crash on one of four GPUs is that GPU's alone" {
    export FAKE_GPUS=4 FAKE_FAULT=crash:cublasSgemm_v2 FAKE_FAULT_GPU=2
    run simulated -p blas.gemm.fp32 -o "$out"
    [ "$status" = 1 ]
    [ "$(verdict blas.gemm.fp32@gpu2/toolkit-13.0)" = fail ]
    others_pass blas.gemm.fp32@gpu2/toolkit-13.0
}

@test "Ctrl-C ends the children of all GPUs" {
    LD_LIBRARY_PATH=$driver NVIDIA_VISIBLE_DEVICES=all FAKE_GPUS=4 FAKE_FAULT=hang:cuMemAllocHost_v2 \
        "$GPUVET" run -q --stack "$GPUVET_FAKES/toolkit" -s toolkit-13.0 -p cuda.copy.h2d -o "$out" >/dev/null &
    pid=$!
    for _ in $(seq 100); do
        [ "$(grep -cs '"cuda.launch@gpu.*"verdict":"pass"' "$out.part")" = 4 ] && break
        sleep 0.1
    done
    children=$(pgrep -P $pid | wc -l)
    kill -INT $pid
    wait $pid && code=0 || code=$?
    [ "$children" = 4 ]
    [ "$code" = 130 ]
    [ "$(verdict cuda.launch@gpu3)" = pass ]
    [ "$(verdict cuda.copy.h2d@gpu3)" = skip ]
}

@test "with --isolate every trial has a process of its own" {
    export FAKE_FAULT=crash:cuCtxSynchronize:8         # more than one trial calls
    run simulated -p 'cuda.*'
    [ "$status" = 1 ]
    run simulated -p 'cuda.*' --isolate
    [ "$status" = 0 ]
}
