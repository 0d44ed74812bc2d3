# Every kind of fault in every library: the right trial is blamed, call and library are named, the rest still runs.
load helpers

# A fault comes again in every child that makes the call: the trials behind LIBRARY make it, too. After three
# deaths of a library its rest is not reached: a plan of fewer probes is run where more than that make the call.
plan=()
few=(-p cuda.sum -p blas.gemm.fp32 -p dnn.conv.fp32 -p nccl.kernel -p cnn.simple -p cnn.simple.random)
blame() { # blame FAULT TRIAL CALL LIBRARY [TRIAL...]
    export FAKE_FAULT=$1
    run simulated --limit 3 "${plan[@]}" -o "$out"
    unset FAKE_FAULT
    [ "$status" = 1 ]
    [ "$(verdict "$2")" = fail ]
    [[ "$(field "$2" why)" == *"$3"* ]]
    [[ "$(field "$2" library)" == *"$4"* ]]
    others_pass "$2" "${@:5}"
}
networks="cnn.simple@gpu0/toolkit-13.0 cnn.simple.random@gpu0/toolkit-13.0"

@test "without a fault everything passes, and says that it is simulated" {
    run simulated -o "$out"
    [ "$status" = 0 ]
    [[ "$output" == *"gpuvet: PASS - 1 GPU proved (1 x SIMULATED GPU"* ]]
    grep -q SIMULATED "$out"
    others_pass none
}

@test "a crash in cuBLAS names the call and the library" {
    plan=("${few[@]}")
    blame crash:cublasSgemm_v2:1 blas.gemm.fp32@gpu0/toolkit-13.0 cublasSgemm_v2 libcublas.so.13 $networks
    [[ "$(field blas.gemm.fp32@gpu0/toolkit-13.0 why)" == *"crashed (SIGSEGV)"* ]]
    [[ "$(field blas.gemm.fp32@gpu0/toolkit-13.0 blamed)" == *libcublas.so.13* ]]
}

@test "a crash that has lost its stack is still that crash: what there is of it is told" {
    FAKE_FAULT_PROBE=blas.gemm.fp32 FAKE_FAULT=lost:cuMemsetD32_v2:1 run simulated --isolate -p blas.gemm.fp32 -o "$out"
    [ "$status" = 1 ]
    [[ "$(field blas.gemm.fp32@gpu0/toolkit-13.0 why)" == "crashed (SIGSEGV) in cuMemsetD32_v2 of "* ]]
    [[ "$(field blas.gemm.fp32@gpu0/toolkit-13.0 blamed)" == */libcuda.so.1 ]]
}

@test "a fault in a library that another one called is blamed on the inner one" {
    for fault in crash abort; do
        FAKE_FAULT_PROBE=blas.gemm.fp32 FAKE_FAULT=$fault:cublasLtGetVersion:1 run simulated --isolate -p blas.gemm.fp32 -o "$out"
        [ "$status" = 1 ]
        [[ "$(field blas.gemm.fp32@gpu0/toolkit-13.0 call)" == cublasCreate_v2* ]]
        [[ "$(field blas.gemm.fp32@gpu0/toolkit-13.0 blamed)" == */libcublasLt.so.13 ]]
    done
}

@test "an abort is blamed on the library that runs, not on one that an earlier call left on the stack" {
    FAKE_FAULT_PROBE=blas.gemm.fp32 FAKE_FAULT=abort:cuMemsetD32_v2:1 run simulated --isolate -p blas.gemm.fp32 -o "$out"
    [ "$status" = 1 ]
    [[ "$(field blas.gemm.fp32@gpu0/toolkit-13.0 blamed)" == */libcuda.so.1 ]]
}

@test "an abort in cuDNN names the call and the library" {
    plan=("${few[@]}")
    blame abort:cudnnGetConvolution2dForwardOutputDim:1 dnn.conv.fp32@gpu0/toolkit-13.0 "crashed (SIGABRT) in cudnnGetConvolution2dForwardOutputDim" libcudnn.so.9 $networks
}

@test "a hang in NCCL ends at the limit and names the call" {
    blame hang:ncclCommInitAll nccl.kernel@gpu0/toolkit-13.0 ncclCommInitAll libnccl.so.2
    [ "$(field nccl.kernel@gpu0/toolkit-13.0 ending)" = timeout ]
}

@test "an endless loop in NVRTC ends at the limit and names the call" {
    export FAKE_FAULT=spin:nvrtcCompileProgram
    run simulated --limit 2 -o "$out"
    [ "$status" = 1 ]
    [[ "$(field nvrtc.compile@cpu/toolkit-13.0 why)" == *"nvrtcCompileProgram"* ]]
    [[ "$(field nvrtc.compile@gpu0/toolkit-13.0 why)" == *"nvrtcCompileProgram"* ]]
}

@test "a flood of output in cuDNN is cut, ends at the limit and names the call" {
    plan=("${few[@]}")
    blame flood:cudnnConvolutionForward:1 dnn.conv.fp32@gpu0/toolkit-13.0 cudnnConvolutionForward libcudnn.so.9 $networks
    [ "$(stat -c %s "$out")" -lt 4000000 ]
}

@test "an error of the driver names the call, the code and what it means" {
    blame fail:cuMemAllocHost_v2:1:700 cuda.copy.h2d@gpu0 cuMemAllocHost_v2 libcuda.so.1 cuda.copy.d2h@gpu0
    [[ "$(field cuda.copy.h2d@gpu0 why)" == *"CUDA_ERROR_ILLEGAL_ADDRESS (700)"* ]]
}

@test "an error that surfaces late is charged to the trial that caused it" {
    plan=("${few[@]}")
    blame late:cudnnPoolingForward:1:700 cnn.simple@gpu0/toolkit-13.0 cuCtxSynchronize libcuda.so.1 cnn.simple.random@gpu0/toolkit-13.0
}

@test "a library that exits the process is a failure of that call" {
    FAKE_FAULT_PROBE=blas.gemm.fp32 FAKE_FAULT=exit:cublasCreate_v2:1 run simulated --isolate -o "$out"
    [ "$status" = 1 ]
    [ "$(verdict blas.gemm.fp32@gpu0/toolkit-13.0)" = fail ]
    [[ "$(field blas.gemm.fp32@gpu0/toolkit-13.0 why)" == *cublasCreate_v2* ]]
    [[ "$(field blas.gemm.fp32@gpu0/toolkit-13.0 library)" == *libcublas.so.13* ]]
    others_pass blas.gemm.fp32@gpu0/toolkit-13.0
}

@test "a crash while a library is loaded is a failure of opening the stack" {
    export FAKE_FAULT=crash:libcudnn.so.9
    run simulated -o "$out"
    [ "$status" = 1 ]
    [ "$(verdict stack.loads/toolkit-13.0)" = fail ]
    [[ "$(field stack.loads/toolkit-13.0 why)" == *"libcudnn.so.9"* ]]
    [ "$(verdict dnn.conv.fp32@gpu0/toolkit-13.0)" = skip ]
    [[ "$(field dnn.conv.fp32@gpu0/toolkit-13.0 why)" == "not reached: stack.loads/toolkit-13.0 failed" ]]
}

@test "one wrong element of a product is found and named" {
    export FAKE_FAULT=wrong:cublasSgemm_v2
    run simulated -p blas.gemm.fp32 -o "$out"
    [ "$status" = 1 ]
    [[ "$(field blas.gemm.fp32@gpu0/toolkit-13.0 why)" == *"1 element of the product differs"*"expected"* ]]
}

@test "a NaN never passes" {
    export FAKE_FAULT=nan:cudnnConvolutionForward
    run simulated -p dnn.conv.fp32 -p 'cnn.simple*' -o "$out"
    [ "$status" = 1 ]
    for trial in dnn.conv.fp32 cnn.simple cnn.simple.random; do
        [ "$(verdict "$trial@gpu0/toolkit-13.0")" = fail ]
    done
}

@test "a driver that hangs in cuInit is a failure within the limit, and nothing passes" {
    export FAKE_FAULT=hang:cuInit
    run simulated --limit 2 -p 'driver.*' -o "$out"
    [ "$status" = 1 ]
    [ "$(verdict driver.nvml)" = pass ]
    [ "$(verdict driver.answers)" = fail ]
    [[ "$(field driver.answers why)" == *"cuInit"* ]]
}

@test "a driver that refuses names the code" {
    export FAKE_FAULT=fail:cuInit:0:803
    run simulated -p 'driver.*' -p cuda.context -o "$out"
    [ "$status" = 1 ]
    [[ "$(field driver.answers why)" == *"(803)"* ]]
    [ "$(verdict cuda.context@gpu)" = skip ]
}

@test "out of memory is the machine's failure, unless another process is shown to hold the memory" {
    export FAKE_FAULT=fail:cuMemAlloc_v2:1:2
    run simulated -p cuda.launch -o "$out"
    [ "$status" = 1 ]
    [ "$(verdict cuda.launch@gpu0)" = fail ]
    FAKE_FOREIGN=3000 run simulated -p cuda.launch -o "$out"
    [ "$status" = 3 ]
    [ "$(verdict cuda.launch@gpu0)" = broken ]
}

@test "a GPU in exclusive mode that another process holds is not a bad GPU" {
    export FAKE_FAULT=fail:cuDevicePrimaryCtxRetain:0:46
    run simulated -p cuda.context -o "$out"
    [ "$(verdict cuda.context@gpu0)" = fail ]
    FAKE_COMPUTE_MODE=3 run simulated -p cuda.context -o "$out"
    [ "$status" = 3 ]
    [ "$(verdict cuda.context@gpu0)" = broken ]
}

@test "an error that comes late is said with the call that causes it" {
    export FAKE_FAULT=late:cuLaunchKernel@sum_words:0:700
    run simulated -p cuda.sum -o "$out"
    [ "$status" = 1 ]
    [[ "$(field cuda.sum@gpu0 why)" == *"CUDA_ERROR_ILLEGAL_ADDRESS (700)"* ]]
}

@test "an old runtime that tells nothing without a driver is no bad stack" {
    export FAKE_FAULT=fail:cudaRuntimeGetVersion:0:35
    run simulated --no-gpu -p stack.versions -o "$out"
    [ "$(verdict stack.versions/toolkit-13.0)" = pass ]
    export FAKE_FAULT=fail:cudaRuntimeGetVersion:0:1
    run simulated --no-gpu -p stack.versions -o "$out"
    [ "$(verdict stack.versions/toolkit-13.0)" = fail ]
}

@test "every fault at every call of a probe: blame, call, library and exit code" {
    build=${GPUVET%/gpuvet}
    one_build "it takes half a minute"
    run scripts/torture "$build" "$BATS_TEST_TMPDIR/torture.md" cuda.context
    echo "$output"
    [ "$status" = 0 ]
    [[ "$output" == *" cells, 0 not as expected"* ]]
    grep -q "| cuda.context on a GPU | cuDevicePrimaryCtxRetain | libcuda.so.1 | + | + | + | + | + | + |" "$BATS_TEST_TMPDIR/torture.md"
}

@test "a library that kills every child is given up after three, and hides nothing of the others" {
    FAKE_FAULT=crash:cublasLtMatmul run simulated -o "$out"
    [ "$status" = 1 ]
    dead=(blas.lt.fp64 blas.lt.fp32 blas.lt.tf32)
    for probe in "${dead[@]}"; do
        [[ "$(field "$probe@gpu0/toolkit-13.0" why)" == "crashed (SIGSEGV) in cublasLtMatmul"* ]]
    done
    for probe in blas.lt.fp16 blas.lt.int8; do
        [ "$(verdict $probe@gpu0/toolkit-13.0)" = skip ]
        [ "$(field $probe@gpu0/toolkit-13.0 why)" = "not reached: 3 trials of cublasLt died on gpu0 with toolkit-13.0: ${dead[0]}, ${dead[1]}, ${dead[2]}" ]
    done
    [ "$(verdict dnn.conv.fp32@gpu0/toolkit-13.0)" = pass ]
    others_pass "${dead[@]/%/@gpu0/toolkit-13.0}" "trials of cublasLt died"
}

@test "a GPU on which every library hangs ends after six limits, and all that is not reached says so" {
    began=$(date +%s)
    FAKE_FAULT=hang:cublasSgemm_v2,hang:cublasDgemm_v2,hang:cublasGemmEx,hang:cublasLtMatmul,hang:cudnnCreate,hang:nvrtcCreateProgram,hang:ncclCommInitAll \
        run simulated --limit 1 -o "$out"
    [ "$status" = 1 ]
    [ $(($(date +%s) - began)) -lt 60 ]
    python3 - "$out" <<'PY'
import json, sys
trials = [t for t in json.load(open(sys.argv[1]))["trials"] if "@gpu0/" in t["id"]]
hung = [t for t in trials if "did not end within" in t.get("why", "")]
later = [t for t in trials if t.get("why", "").startswith("not reached: 6 trials did not end on gpu0 with toolkit-13.0: ")]
assert len(hung) == 6 and len(later) > 10, [(t["id"], t["verdict"], t.get("why")) for t in trials]
PY
}
