# Burn-in: every result is checked as it comes, and what was shown stands, however the run ends.
load helpers

# saw ID KEY - one observation of a trial in the saved run: the first of that key.
saw() {
    python3 -c 'import json, sys; print(next(s["value"] for t in json.load(open(sys.argv[1]))["trials"] if t["id"] == sys.argv[2] for s in t["saw"] if s["key"] == sys.argv[3]))' "$out" "$1" "$2"
}

burn=soak.burn@gpu0/toolkit-13.0
why() { field "${1:-$burn}" why; }

# soak TIME [OPTION...] - the soak's own probes and what they rest on.
soak() { simulated --level soak --for "$@" -p 'soak.*' -o "$out"; }

# in_background COMMAND... - $pid is the program's own number.
in_background() {
    LD_LIBRARY_PATH=$driver NVIDIA_VISIBLE_DEVICES=all "$GPUVET" run -q --stack "$GPUVET_FAKES/toolkit" -s toolkit-13.0 \
        --level soak -p 'soak.*' -o "$out" "$@" >"$BATS_TEST_TMPDIR/said" 2>&1 &
    pid=$!
}

# beaten - waits until the soak's first line is on disk.
beaten() {
    for _ in $(seq 100); do
        grep -qs '"ending": *"cut"' "$out.part" && return
        sleep 0.1
    done
    false
}

@test "a soak passes, and says how many results it verified, in every type, and what NVML told meanwhile" {
    run soak 3s
    [ "$status" = 0 ]
    [ "$(verdict $burn)" = pass ]
    [ "$(saw $burn soak.products)" -ge 14 ]
    [ "$(saw $burn soak.compared)" = $(($(saw $burn soak.products) * 65536)) ]
    [ "$(saw $burn memory.verified)" -gt 1000000 ]
    for type in bf16 e4m3 fp16 int8 tf32 fp32 fp64; do
        [ "$(saw $burn products.$type)" -ge 2 ]
    done
    [ "$(saw $burn soak.waves)" -ge 7 ]
    [ "$(saw $burn power.min)" = 65 ]
    [ "$(saw $burn temperature.max)" = 40 ]
    [ "$(saw $burn clock.sm.avg)" = 1000 ]
    [ "$(saw $burn grown.ecc.uncorrected)" = 0 ]
    [[ "$output" == *"toolkit-13.0 on gpu0  (1 passed)  "*" values compared"* ]]
}

@test "fp8 that cuBLASLt offers and then refuses to run is left out, and the soak goes on with the other types" {
    FAKE_REFUSED_FP8=1 run soak 3s
    [ "$status" = 0 ]
    [ "$(verdict $burn)" = pass ]
    [ "$(saw $burn products.e4m3)" = 0 ]
    [ "$(saw $burn left_out.e4m3)" = "cuBLASLt offers an algorithm for it, and refuses to run that on this GPU" ]
    for type in bf16 fp16 int8 tf32 fp32 fp64; do
        [ "$(saw $burn products.$type)" -ge 2 ]
    done
    FAKE_FAULT=fail:cublasLtMatmul:100:15 run soak 20s
    [ "$status" = 1 ]
}

@test "a library that lies at every 1000th call is caught at the first: time, product, type, tile and element" {
    one_build "a thousand products of the fake"
    FAKE_FAULT=wrong:cublasLtMatmul:-1000 run soak 60s
    [ "$status" = 1 ]
    [[ "$(why)" == "1 product is wrong: after "*" s, product 1000, "*" by algorithm 2"*": in the tile that begins at D[128][128], D[255][255] is "*", expected "*"; wrong in 1 of its 4 tiles; wrong in 0 of "*" repetitions of it" ]]
    [ "$(saw $burn soak.products)" -le 1100 ]
}

@test "a fault ends that GPU's soak; another GPU goes on" {
    FAKE_GPUS=2 FAKE_FAULT_GPU=1 FAKE_FAULT=nan:cublasLtMatmul:20 run soak 5s
    [ "$status" = 1 ]
    [ "$(verdict soak.burn@gpu0/toolkit-13.0)" = pass ]
    [ "$(verdict soak.burn@gpu1/toolkit-13.0)" = fail ]
    [[ "$(why soak.burn@gpu1/toolkit-13.0)" == *", product 20, "*" is nan, expected "* || "$(why soak.burn@gpu1/toolkit-13.0)" == *", product 20, "*" is 2147483647, expected "* ]]
    python3 - "$out" <<'PY'
import json, sys
took = {t["id"]: t["took_ms"] for t in json.load(open(sys.argv[1]))["trials"] if t["id"].startswith("soak.burn")}
assert took["soak.burn@gpu0/toolkit-13.0"] >= 5000 > took["soak.burn@gpu1/toolkit-13.0"], took
PY
}

@test "--on-fault go-on counts faults until the time is over" {
    FAKE_FAULT=wrong:cublasLtMatmul:-5 run soak 3s --on-fault go-on
    [ "$status" = 1 ]
    [ "$(saw $burn soak.wrong)" -gt 2 ]
    [ "$(saw $burn soak.wrong)" = $(($(saw $burn soak.products) / 5)) ]
    [ "$(python3 -c 'print(float('"$(saw $burn soak.seconds)"') >= 3)')" = True ]
    [ "$(grep -c '"soak.fault"' "$out")" -gt 1 ]
}

@test "every lie about a product is caught: zeros, a result that was never written, shifted rows, tf32 for fp32" {
    for lie in zero stale shift tf32; do
        FAKE_FAULT=$lie:cublasLtMatmul run soak 20s
        [ "$status" = 1 ]
        [[ "$(why)" == *" product"*" wrong: after "*" in the tile that begins at D["*"expected "* ]]
    done
}

@test "a bad cell of memory is found while products run beside it" {
    FAKE_CELL=stuck1:1003:9 run soak 4s
    [ "$status" = 1 ]
    [[ "$(why)" == *" of 8 bytes "*" not what was written: the first at offset 0x1f58 of piece 1 of 1 "*"pass "*"bit 9; bit lane 201 of 256" ]]
}

@test "an operand that changes in memory is not taken for a wrong product" {
    FAKE_FAULT=wrong:cuLaunchKernel@fill_integers:3 run soak 4s
    [ "$status" = 1 ]
    [[ "$(field $burn why)" == *"elements of A and B in memory are not what they were"* ]] || [ "$(saw $burn soak.operands)" -gt 0 ]
}

@test "where there is no cuBLASLt, products of our own do it; where there is, they are left out" {
    LD_LIBRARY_PATH=$driver NVIDIA_VISIBLE_DEVICES=all run "$GPUVET" run -q --root "$BATS_TEST_TMPDIR" --require gpu --level soak --for 2s -p 'soak.*' -o "$out"
    [ "$status" = 0 ]
    [ "$(verdict soak.own@gpu0)" = pass ]
    [ "$(saw soak.own@gpu0 soak.products)" -ge 10 ]
    FAKE_SM=fma:1:5:20 LD_LIBRARY_PATH=$driver NVIDIA_VISIBLE_DEVICES=all run "$GPUVET" run -q --root "$BATS_TEST_TMPDIR" --require gpu --level soak --for 9s -p 'soak.*' -o "$out"
    [ "$status" = 1 ]
    [[ "$(why soak.own@gpu0)" == *" product"*" wrong: after "*", fp32: in the tile"* ]]
    run soak 1s --require 'soak.*'
    [ "$status" = 0 ]
    run soak 1s --plan
    [[ "$output" == *"soak.own@gpu0"*"soak.burn@gpu0/toolkit-13.0 does this, too"* ]]
}

@test "Ctrl-C: what was verified until then is the report, and a warning says how long it was" {
    in_background --for 60s
    beaten
    sleep 1
    kill -INT $pid
    wait $pid && code=0 || code=$?
    [ "$code" = 130 ]
    [ ! -e "$out.part" ]
    [ "$(verdict $burn)" = pass ]
    [ "$(field $burn ending)" = clean ]
    [ "$(saw $burn soak.products)" -ge 1 ]
    [[ "$(why)" == "it was ended after "[1-9]*" of 60 s" ]]
    grep -q "INTERRUPTED - partial: PASS" "$BATS_TEST_TMPDIR/said"
}

@test "SIGTERM after a fault: the fault stands, and 1 is the exit code" {
    FAKE_FAULT=wrong:cublasLtMatmul:10 in_background --for 60s --on-fault go-on
    beaten
    sleep 1
    kill -TERM $pid
    wait $pid && code=0 || code=$?
    [ "$code" = 1 ]
    [ "$(verdict $burn)" = fail ]
    grep -q "INTERRUPTED - partial: FAIL" "$BATS_TEST_TMPDIR/said"
}

@test "Ctrl-C in a product that hangs: the last beat is the report" {
    FAKE_FAULT=hang:cublasLtMatmul:4 in_background --for 60s
    beaten
    sleep 1.5
    kill -INT $pid
    wait $pid && code=0 || code=$?
    [ "$code" = 130 ]
    [ "$(field $burn ending)" = cut ]
    [ "$(verdict $burn)" = pass ]
    [ "$(saw $burn soak.products)" -lt 4 ]
    [[ "$(why)" == "it was ended after "*" of 60 s" ]]
}

@test "a second Ctrl-C ends at once, and what was on disk stays" {
    FAKE_FAULT=hang:cublasLtMatmul:4 in_background --for 60s
    beaten
    sleep 1
    kill -INT $pid
    sleep 1
    kill -INT $pid
    began=$SECONDS
    wait $pid && code=0 || code=$?
    [ "$code" = 130 ]
    [ $((SECONDS - began)) -le 2 ]
    run "$GPUVET" judge "$out.part"
    [ "$status" = 3 ]
    [[ "$output" == *"INTERRUPTED - partial: PASS"* ]]
}

@test "kill -9: FILE.part holds what the last beat said, and is judged" {
    FAKE_FAULT=wrong:cublasLtMatmul:200 in_background --for 60s --on-fault go-on
    beaten
    sleep 1.5
    kill -KILL $pid
    wait $pid || true
    [ "$(grep -c '"id": *"soak.burn' "$out.part")" -ge 1 ]
    run "$GPUVET" judge "$out.part" -o "$out"
    [ "$status" = 3 ] || [ "$status" = 1 ]
    [ "$(field $burn ending)" = cut ]
    [ "$(grep -c '"id": *"soak.burn' "$out")" = 1 ]
    [ "$(saw $burn soak.products)" -gt 1 ]
}

@test "a product that hangs is blamed within the limit of silence, not of the soak; what was verified before stays" {
    began=$SECONDS
    FAKE_FAULT=hang:cublasLtMatmul:20 run soak 1h --limit 2
    [ "$status" = 1 ]
    [ $((SECONDS - began)) -le 20 ]
    [[ "$(why)" == "did not end within "*" s, in cublasLtMatmul of "*"libcublasLt.so.13"* ]]
    [ "$(saw $burn soak.products)" -ge 1 ]
}

@test "work that does not end is the product's, though we wait in the driver" {
    FAKE_FAULT=hang:cuEventSynchronize:29 run soak 1h --limit 2
    [ "$status" = 1 ]
    [[ "$(why)" == "did not end within "*" s, in cublasLtMatmul of "*"libcublasLt.so.13"* ]]
}

@test "a GPU that slows down for heat is a warning with the reason and how hot it was" {
    FAKE_THROTTLE=$((0x40 | 0x8)) run soak 2s
    [ "$status" = 0 ]
    [[ "$(why)" == "under load the GPU slowed down for heat, by the hardware (HW thermal slowdown) in "[1-9]*" samples; it was at up to 40 degrees C and 65 W" ]]
    FAKE_THROTTLE=4 run soak 2s
    [ "$(verdict $burn)" = pass ]
    [ "$(why)" = "" ]
    [ "$(saw $burn power.capped)" = 100 ]
}

@test "errors that the GPU counts while it is soaked: uncorrected ones end it, corrected ones are a warning" {
    FAKE_FAULT_PROBE=soak.burn FAKE_GROWS=4:2:4 run soak 30s
    [ "$status" = 1 ]
    [ "$(why)" = "while this trial ran the GPU counted 2 uncorrected ECC errors" ]
    [ "$(python3 -c 'print(float('"$(saw $burn soak.seconds)"') < 20)')" = True ]
    FAKE_FAULT_PROBE=soak.burn FAKE_THROTTLE=$((0x20)) FAKE_GROWS=3:5:2 run soak 2s
    [ "$status" = 0 ]
    [[ "$(why)" == "under load the GPU slowed down for heat, by the driver"*"; while this trial ran the GPU counted 5 corrected ECC errors" ]]
}

@test "the progress line counts what was verified and what was wrong, of each GPU" {
    FAKE_GPUS=2 LD_LIBRARY_PATH=$driver NVIDIA_VISIBLE_DEVICES=all run script -qec "'$GPUVET' run --stack '$GPUVET_FAKES/toolkit' -s toolkit-13.0 --level soak --for 3s -p 'soak.*'" /dev/null
    [[ "$output" == *"0:00:0"[0-3]" of 0:00:03 gpu"[01]" "*" products verified, 0 wrong; gpu"[01]" "*" products verified, 0 wrong"* ]]
}

@test "a busy GPU is not soaked" {
    FAKE_FOREIGN=3000 run soak 1s
    [ "$status" = 3 ]
    [ "$(verdict cuda.context@gpu0)" = broken ]
    FAKE_FOREIGN=3000 run soak 2s --even-if-busy
    [ "$status" = 0 ]
}

@test "what is broken is told before the soak, which is not begun then" {
    began=$SECONDS
    FAKE_FAULT=wrong:cublasSgemm_v2 run simulated --level soak --for 1h -p blas.gemm.fp32 -p soak.burn -o "$out"
    [ "$status" = 1 ]
    [ $((SECONDS - began)) -le 10 ]
    [[ "$(why)" == "not reached: blas.gemm.fp32@gpu0/toolkit-13.0 failed (--on-fault go-on runs it all the same)" ]]
    FAKE_FAULT=wrong:cublasSgemm_v2 run simulated --level soak --for 1s --on-fault go-on -p blas.gemm.fp32 -p soak.burn -o "$out"
    [ "$(verdict $burn)" = pass ]
}

@test "a GPU with several stacks is soaked with the newest cuBLASLt; -s chooses" {
    cp -r "$GPUVET_FAKES/toolkit" "$BATS_TEST_TMPDIR/other"
    LD_LIBRARY_PATH=$driver NVIDIA_VISIBLE_DEVICES=all run "$GPUVET" run -q --plan --stack "$GPUVET_FAKES/toolkit" --stack "$BATS_TEST_TMPDIR/other" -s 'toolkit-13.0*' --level soak -p 'soak.*'
    [ "$(grep -c "run   soak.burn@gpu0" <<<"$output")" = 1 ]
    [[ "$output" == *"soak.burn runs once on a GPU: here with toolkit-13.0"*", whose cublasLt is the newest (-s toolkit-13.0"*" runs it with this one)"* ]]
}

@test "--for and --on-fault are a soak's, and take what they say" {
    for options in "--for 4h" "--level full --for 4h" "--on-fault stop" "--level soak --for 4" "--level soak --for h" "--level soak --for 0s" \
                   "--level soak --for 1.5h" "--level soak --for 999d" "--level soak --on-fault later" "--level soak --for -4h"; do
        # shellcheck disable=SC2086 # words they are
        run simulated $options
        [ "$status" = 2 ]
    done
    run simulated --level soak --plan
    [ "$status" = 0 ]
    [[ "$output" == *"run   soak.burn@gpu0"* ]]
    run simulated --level full --plan
    [[ "$output" != *soak.* ]]
}

@test "every call of a soak that fails is the one that is named; NVML's cost nothing" {
    for call in cuStreamCreate cuEventCreate cuMemAllocHost_v2 cuMemcpyHtoDAsync_v2 cuMemcpyDtoHAsync_v2 cuEventRecord cuEventSynchronize \
                cuLaunchKernel@soak_judge:cuLaunchKernel cuEventDestroy_v2 cuStreamDestroy_v2 cuMemFreeHost cublasLtMatmul cublasLtMatmulAlgoGetHeuristic cublasLtDestroy; do
        FAKE_FAULT_PROBE=soak.burn FAKE_FAULT=fail:${call%:*} run soak 1s
        [ "$status" = 1 ]
        [[ "$(why)" == "${call#*:} failed in "*".so."* ]]
    done
    for call in nvmlDeviceGetPowerUsage nvmlDeviceGetTemperature nvmlDeviceGetClockInfo nvmlDeviceGetCurrentClocksThrottleReasons; do
        FAKE_FAULT_PROBE=soak.burn FAKE_FAULT=fail:$call run soak 1s
        [ "$status" = 0 ]
    done
    [ "$(saw $burn power.max)" = 65 ]
}

@test "checks that the driver does not run are no results" {
    FAKE_FAULT_PROBE=soak.burn FAKE_FAULT=stale:cuLaunchKernel@soak_judge run soak 2s
    [ "$status" = 1 ]
    [[ "$(why)" == "the GPU did not run all the checks of "*" product"* ]]
}

@test "a run says how many results of calls it verified" {
    run simulated -p blas.gemm.fp32 -o "$out"
    [ "$(saw blas.gemm.fp32@gpu0/toolkit-13.0 verified)" = 8 ]         # nn, nt, tn, beta; the tiles; one product thrice
    [[ "$output" == *"Verified: the results of 9 calls."* ]]
}
