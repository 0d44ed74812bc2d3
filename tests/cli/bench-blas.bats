# bench.blas.*, on the SIMULATED GPU: that a product is measured by what is fastest, and only if it is right. The figures are a CPU's.
load helpers

# saw PROBE KEY - what that measurement observed.
saw() { observed "$1@gpu0/toolkit-13.0" "$2"; }

@test "a product is measured in the best shape of a ladder, its way is told, and zeros are a figure beside it" {
    LD_LIBRARY_PATH=$driver NVIDIA_VISIBLE_DEVICES=all \
        run "$GPUVET" bench -q --rounds 1 --stack "$GPUVET_FAKES/toolkit" -s toolkit-13.0 -p bench.blas.fp8_e4m3 -o "$out"
    [ "$status" -eq 0 ]
    [[ "$output" == *"bench.blas.fp8_e4m3@gpu0/toolkit-13.0"*"TFLOP/s"* ]]
    [[ "$(saw bench.blas.fp8_e4m3 rate.way)" == *" in e4m3, D in bf16, algorithm 2"*"HMMA of e4m3 summed in fp32, fast accumulation"* ]]
    [[ "$(saw bench.blas.fp8_e4m3 rate.128.way)" == "algorithm 2"* ]]
    python3 -c 'import sys; assert all(float(x) > 0 for x in sys.argv[1:])' \
        "$(saw bench.blas.fp8_e4m3 rate)" "$(saw bench.blas.fp8_e4m3 rate.zeros)" "$(saw bench.blas.fp8_e4m3 rate.128)"
    [ "$(saw bench.blas.fp8_e4m3 rate.data)" = "N(0, 1)" ]
    [ "$(saw bench.blas.fp8_e4m3 work.wrong)" = 0 ]
}

@test "block-scaled products are measured with every scale factor 1, on Blackwell and by cuBLASLt 12.8, and told to be such" {
    FAKE_CC=100 run simulated -p bench.blas.mxfp8 -p bench.blas.nvfp4 -o "$out"
    [ "$status" -eq 0 ]
    [[ "$(saw bench.blas.mxfp8 rate.way)" == *" in e4m3, a scale factor for each 32, D in bf16, algorithm 2"* ]]
    [[ "$(saw bench.blas.nvfp4 rate.way)" == *" in e2m1, a scale factor for each 16, D in bf16, algorithm 2"* ]]
    for probe in bench.blas.mxfp8 bench.blas.nvfp4; do
        python3 -c 'import sys; assert all(float(x) > 0 for x in sys.argv[1:])' "$(saw $probe rate)" "$(saw $probe rate.zeros)"
        [ "$(saw $probe work.compared)" -ge $((128 * 128)) ]
        [ "$(saw $probe work.wrong)" = 0 ]
        [ "$(saw $probe work.operands)" = 0 ]
    done
    FAKE_CC=100 FAKE_CUBLAS=120604 run simulated -p bench.blas.nvfp4 -o "$out"
    [ "$(field blas.lt.nvfp4@gpu0/toolkit-13.0 why)" = "cuBLASLt before 12.8 has no such block-scaled products" ]
    [ "$(verdict bench.blas.nvfp4@gpu0/toolkit-13.0)" = skip ]
    run simulated -p bench.blas.nvfp4 -o "$out"
    [ "$(field bench.blas.nvfp4@gpu0/toolkit-13.0 why)" = "it is for compute capability 10.0 and later; this GPU has 9.0" ]
}

@test "a block-scaled product that is wrong, zero or stale measures nothing, nor do factors that change in memory" {
    export FAKE_CC=100 FAKE_GPUS=4 FAKE_FAULT_PROBE=bench.blas.nvfp4
    export FAKE_FAULT_ON_0=wrong:cublasLtMatmul FAKE_FAULT_ON_1=zero:cublasLtMatmul FAKE_FAULT_ON_2=stale:cublasLtMatmul FAKE_FAULT_ON_3=stale:cuLaunchKernel@found_bf16
    run simulated --isolate --limit 300 -p bench.blas.nvfp4 -o "$out"
    [ "$status" -eq 1 ]
    for gpu in 0 1 2; do
        [[ "$(field bench.blas.nvfp4@gpu$gpu/toolkit-13.0 why)" == "what was measured did not do its work: "*" of its product "*": algorithm 2"*"in the tile that begins at D["*", D["*", expected "* ]]
    done
    [[ "$(field bench.blas.nvfp4@gpu3/toolkit-13.0 why)" == *"every element of it is right when it is read again" ]]
}

# Each of the simulated GPUs has another fault; they share the CPU.
@test "a product that is wrong, zero, stale or in narrower numbers measures nothing" {
    export FAKE_GPUS=4 FAKE_FAULT_PROBE=bench.blas.fp32
    export FAKE_FAULT_ON_0=wrong:cublasLtMatmul FAKE_FAULT_ON_1=zero:cublasLtMatmul FAKE_FAULT_ON_2=stale:cublasLtMatmul FAKE_FAULT_ON_3=tf32:cublasLtMatmul
    run simulated --isolate --limit 300 -p bench.blas.fp32 -o "$out"
    [ "$status" -eq 1 ]
    for gpu in 0 1 2 3; do
        [[ "$(field bench.blas.fp32@gpu$gpu/toolkit-13.0 why)" == "what was measured did not do its work: "*" of its product "*": algorithm 2"*"in the tile that begins at D["* ]]
        [ "$(field bench.blas.fp32@gpu$gpu/toolkit-13.0 figure)" = "" ]
    done
}

@test "integers are measured in TOP/s, shapes follow the multiprocessors, and what a GPU does not have is left out with the reason" {
    run simulated --plan -p 'bench.blas.*'
    for type in fp64 fp32 tf32 fp16 bf16 fp8_e4m3 int8; do
        [[ "$output" == *"run   bench.blas.$type@gpu0/toolkit-13.0"* ]]
    done
    FAKE_CC=75 FAKE_SMS=6 run simulated -p bench.blas.bf16 -p bench.blas.fp8_e4m3 -p bench.blas.int8 -o "$out"
    [ "$status" -eq 0 ]
    [[ "$output" == *"bench.blas.int8@gpu0/toolkit-13.0"*"TOP/s"* ]]
    # A cube, and two by three tiles of 256 x 128: one for each multiprocessor.
    for shape in 256 512x384x256; do
        [ -n "$(saw bench.blas.int8 rate.$shape)" ]
    done
    [ "$(field bench.blas.bf16@gpu0/toolkit-13.0 why)" = "it is for compute capability 8.0 and later; this GPU has 7.5" ]
    [ "$(field bench.blas.fp8_e4m3@gpu0/toolkit-13.0 why)" = "it is for compute capability 8.9 and later; this GPU has 7.5" ]
}

@test "where the library of all that is to be measured is not there, nothing was measured is no success" {
    cp -a "$GPUVET_FAKES/toolkit" "$BATS_TEST_TMPDIR/toolkit"
    rm "$BATS_TEST_TMPDIR"/toolkit/lib64/libcublasLt.so*
    LD_LIBRARY_PATH=$driver NVIDIA_VISIBLE_DEVICES=all run "$GPUVET" bench -q --stack "$BATS_TEST_TMPDIR/toolkit" -s toolkit-13.0 -p bench.blas.fp32
    [ "$status" -eq 77 ]
    [[ "$output" == *"gpuvet: SKIP - nothing was measured: toolkit-13.0 has no cublasLt ("* ]]
}
