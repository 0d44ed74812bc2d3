# cuFFT, cuRAND, nvJitLink and CUPTI: every lie is found and told with its place, every failure names its call.
load helpers

# lies PROBE LIE CALL [:NTH]
lies() {
    FAKE_FAULT=$2:$3$4 run simulated -p "$1" -o "$out"
    [ "$status" = 1 ]
}
why() { field "$1" why; }

@test "all of them pass where nothing is wrong" {
    run simulated -p 'fft.*' -p 'rand.*' -p nvjitlink.links -p cupti.loads -o "$out"
    [ "$status" = 0 ]
    [[ "$output" == *"toolkit-13.0 on gpu0  (7 passed)  "*" values compared"* ]]
    others_pass none
    for trial in fft.{complex,real}.fp{32,64}@gpu0 rand.{philox,xorwow}@{cpu,gpu0} nvjitlink.links@{cpu,gpu0} cupti.loads; do
        [ "$(verdict "$trial/toolkit-13.0")" = pass ]
    done
}

# What lies in wait differs: a real result is one float, a real datum's spectrum has halves.
@test "each lie of cuFFT, in each of its calls, is found and its element is told" {
    for pair in complex.fp32:cufftExecC2C complex.fp64:cufftExecZ2Z real.fp32:cufftExecR2C real.fp32:cufftExecC2R \
                real.fp64:cufftExecD2Z real.fp64:cufftExecZ2D; do
        for lie in wrong nan zero stale shift swap; do
            lies "fft.${pair%:*}" $lie "${pair#*:}"
            [[ "$(why "fft.${pair%:*}@gpu0/toolkit-13.0")" == *"the error of an element is"*"times what it may be"*"element ["*"expected ("* ]]
        done
    done
}

# bats test_tags=lie
@test "one wrong element of cuFFT, by one call only" {
    for nth in 1 8 16 22; do
        lies fft.complex.fp32 wrong cufftExecC2C :$nth
        [[ "$(why fft.complex.fp32@gpu0/toolkit-13.0)" == *"element ["*"expected ("* ]]
    done
}

# bats test_tags=lie
@test "transforms that take their data as TF32" {
    for call in C2C:complex R2C:real C2R:real; do
        lies "fft.${call#*:}.fp32" tf32 "cufftExec${call%:*}"
        [[ "$(why "fft.${call#*:}.fp32@gpu0/toolkit-13.0")" == *"times what it may be"* ]]
    done
}

@test "each lie of cuRAND, in integers and in what is made of them, is found on the CPU and on the GPU" {
    for call in curandGenerate:integers curandGenerateUniform:uniform curandGenerateNormal:normal; do
        for lie in wrong nan zero stale; do
            lies rand.philox $lie "${call%:*}"
            for where in cpu gpu0; do
                [[ "$(why rand.philox@$where/toolkit-13.0)" == *"${call#*:}"*"of the seed is"*"expected"* || "$(why rand.philox@$where/toolkit-13.0)" == *"a normal number is"*"expected"* ]]
            done
        done
    done
    lies rand.xorwow wrong curandGenerate
    [[ "$(why rand.xorwow@gpu0/toolkit-13.0)" == *"1 of 294912 integers differ"*"number 294911 of the seed is 0x"* ]]
}

@test "an older cuRAND that has one ordering only is asked for no other" {
    FAKE_FAULT=fail:curandSetGeneratorOrdering:0:104 run simulated -p 'rand.*' -o "$out"
    [ "$status" = 0 ]
    FAKE_FAULT=fail:curandSetGeneratorOrdering run simulated -p 'rand.*' -o "$out"
    [ "$status" = 1 ]
    [[ "$(why rand.philox@gpu0/toolkit-13.0)" == *"curandSetGeneratorOrdering failed in"*"CURAND_STATUS_INTERNAL_ERROR (999)"* ]]
}

@test "a cuFFT that cannot plan says so in its own word" {
    FAKE_FAULT=fail:cufftPlanMany run simulated -p 'fft.*' -o "$out"
    [ "$status" = 1 ]
    [[ "$(why fft.real.fp64@gpu0/toolkit-13.0)" == *cufftPlanMany*"CUFFT_INTERNAL_ERROR (5)"* ]]
}

@test "a link that fails is told with the linker's words; what it gives is looked at" {
    FAKE_FAULT=fail:nvJitLinkComplete:0:9 run simulated -p nvjitlink.links -o "$out"
    [ "$status" = 1 ]
    [[ "$(why nvjitlink.links@cpu/toolkit-13.0)" == *"nvJitLinkComplete"*"NVJITLINK_ERROR_FINALIZE (9)"* ]]
    lies nvjitlink.links zero nvJitLinkComplete
    [[ "$(why nvjitlink.links@cpu/toolkit-13.0)" == *"what the linker gave is no machine code"* ]]
    lies nvjitlink.links wrong nvJitLinkComplete
    [[ "$(why nvjitlink.links@cpu/toolkit-13.0)" == *"does not hold the kernel"* ]]
}

@test "an nvJitLink that does not know this GPU is left out" {
    FAKE_CC=70 run simulated -p nvjitlink.links -o "$out"
    [ "$(verdict nvjitlink.links@gpu0/toolkit-13.0)" = skip ]
    [ "$(why nvjitlink.links@gpu0/toolkit-13.0)" = "this nvJitLink cannot link for sm_70" ]
    [ "$(verdict nvjitlink.links@cpu/toolkit-13.0)" = pass ]
}

@test "a CUPTI of another release, and one whose clock stands still" {
    FAKE_CUPTI=120040 run simulated -p cupti.loads -o "$out"
    [ "$status" = 77 ]                  # before 13.0 the version was a count, and needs no GPU here
    FAKE_CUPTI=140000 run simulated -p cupti.loads -o "$out"
    [ "$status" = 1 ]
    [[ "$(why cupti.loads/toolkit-13.0)" == *"CUPTI says it is of CUDA 14 (version 140000), the stack is CUDA 13.0"* ]]
    lies cupti.loads zero cuptiGetTimestamp
    [[ "$(why cupti.loads/toolkit-13.0)" == *"CUPTI's clock does not run"* ]]
}

@test "a stack without one of them has no trial of it" {
    mkdir "$BATS_TEST_TMPDIR/cuda"
    cp -r "$GPUVET_FAKES/toolkit/." "$BATS_TEST_TMPDIR/cuda"
    rm "$BATS_TEST_TMPDIR"/cuda/lib64/lib{cufft,curand,nvJitLink,cupti}.so.*
    LD_LIBRARY_PATH=${driver/"$GPUVET_FAKES/toolkit"/"$BATS_TEST_TMPDIR/cuda"} NVIDIA_VISIBLE_DEVICES=all run "$GPUVET" run -q --stack "$BATS_TEST_TMPDIR/cuda" -s toolkit-13.0 -p 'fft.*' -p 'rand.*' \
        -p nvjitlink.links -p cupti.loads -p blas.gemm.fp32 -o "$out"
    [ "$status" = 0 ]
    run python3 -c 'import json, sys; print(sum(t["probe"].split(".")[0] in ("fft", "rand", "nvjitlink", "cupti") and t["verdict"] != "skip" for t in json.load(open(sys.argv[1]))["trials"]))' "$out"
    [ "$output" = 0 ]
}

@test "the real libraries of this machine's toolkit, so far as they need no GPU" {
    case $GPUVET in */asan/*) skip "real libraries do not load below the sanitizer" ;; esac
    [ -e /usr/local/cuda/lib64/libcurand.so.10 ] && [ -e /usr/local/cuda/lib64/libnvJitLink.so ] || skip "there is none"
    CUDA_HOME=/usr/local/cuda run "$GPUVET" run --no-gpu -q -s 'toolkit-*' -p 'rand.*' -p nvjitlink.links -p cupti.loads -o "$out"
    [ "$status" = 77 ]
    run python3 -c 'import json, sys; print(*sorted({t["probe"] for t in json.load(open(sys.argv[1]))["trials"] if t["verdict"] == "pass" and "stack" in t}))' "$out"
    [[ "$output" == *"nvjitlink.links rand.philox rand.xorwow"* ]]
}
