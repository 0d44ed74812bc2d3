# What the products' probes say of the libraries beside right and wrong.
load helpers

blas() {
    run simulated -p 'blas.gemm.*' -p 'blas.lt.*' -o "$out"
    echo "$output"
}

# of PROBE KEY - what it observed, line by line.
of() {
    python3 -c 'import json, sys
for t in json.load(open(sys.argv[1]))["trials"]:
    if t["id"] == sys.argv[2] + "@gpu0/toolkit-13.0":
        print(*(o.get("text", o.get("value", o.get("number"))) for o in t["saw"] if o["key"] == sys.argv[3]), sep="\n")' "$out" "$1" "$2"
}

@test "each algorithm that was used is named, with what the library says of it" {
    blas
    [ "$status" = 0 ]
    of blas.lt.bf16 algorithm
    [[ "$(of blas.lt.bf16 algorithm)" == *"algorithm 20, tile 15, split K 1, reduction scheme 0, HMMA of bf16 summed in fp32"*"algorithm 21, tile 15, split K 4"* ]]
    [[ "$(of blas.lt.fp32 algorithm)" == *"FMA of fp32 summed in fp32"* ]]
    [[ "$(of blas.lt.int8 algorithm)" == *"IMMA of int8 summed in int32"* ]]
}

# bats test_tags=lie
@test "a wrong tile names the algorithm that made it" {
    FAKE_FAULT=wrong:cublasLtMatmul:4 run simulated --isolate -p blas.lt.int8 -o "$out"
    [ "$status" = 1 ]
    [[ "$(field blas.lt.int8@gpu0/toolkit-13.0 why)" == "1 tile of a product that fills the GPU differs from the exact result: algorithm 21, "*": in the tile that begins at D[128][128], D[255][191] is "*", expected "* ]]
}

@test "one wrong element in 16 bits is named, with the number that it should be the nearest to" {
    # nn, nt, tn, beta, tiles, exact, rounded, narrow
    FAKE_FAULT=wrong:cublasGemmEx:7 run simulated --isolate -p blas.gemm.bf16 -p blas.gemm.fp16 -o "$out"
    [ "$status" = 1 ]
    for type in bf16 fp16; do
        [[ "$(field blas.gemm.$type@gpu0/toolkit-13.0 why)" == "1 element in 16 bits is not the nearest to the exact result: D[255][191] is "*", the nearest to "* ]]
    done
    FAKE_FAULT=wrong:cublasGemmEx:8 run simulated --isolate -p blas.gemm.bf16 -o "$out"
    [[ "$(field blas.gemm.bf16@gpu0/toolkit-13.0 why)" == "1 tile of a product in 16 bits, whose every sum is exact in them, differs"* ]]
}

# bats test_tags=lie
@test "a product that is not the same again is found, and one of full mantissas that is far off" {
    FAKE_FAULT=wrong:cublasGemmEx:7 run simulated --isolate -p blas.gemm.tf32 -o "$out"
    [ "$status" = 1 ]
    [[ "$(field blas.gemm.tf32@gpu0/toolkit-13.0 why)" == "1 repetition of one product gave other bits than the first" ]]
    FAKE_FAULT=shift:cublasGemmEx:6 run simulated --isolate -p blas.gemm.tf32 -o "$out"
    [[ "$(field blas.gemm.tf32@gpu0/toolkit-13.0 why)" == "on full-mantissa data the mean squared error is "*" times what a sound product may have" ]]
    FAKE_FAULT=stale:cublasGemmEx:6 run simulated --isolate -p blas.gemm.tf32 -o "$out"
    [[ "$(field blas.gemm.tf32@gpu0/toolkit-13.0 why)" == "on full-mantissa data the mean squared error is inf times"* ]]
    FAKE_FAULT=tf32:cublasSgemm_v2:6 run simulated --isolate -p blas.gemm.fp32 -o "$out"
    [[ "$(field blas.gemm.fp32@gpu0/toolkit-13.0 why)" == "on full-mantissa data the mean squared error is "* ]]
}

@test "a kernel of ours that is wrong is the GPU's fault, not the library's" {
    FAKE_FAULT=wrong:cuLaunchKernel@product_errors run simulated -p blas.lt.fp64 -o "$out"
    [ "$status" = 1 ]
    [ "$(field blas.lt.fp64@gpu0/toolkit-13.0 why)" = "the GPU itself is wrong: our own product on it is not the CPU's" ]
}

# bats test_tags=lie
@test "factors that changed in memory are told apart from a wrong product" {
    FAKE_FAULT=wrong:cuLaunchKernel@fill_integers run simulated -p blas.gemm.fp16 -o "$out"
    [ "$status" = 1 ]
    [[ "$(field blas.gemm.fp16@gpu0/toolkit-13.0 why)" == *" elements of the factors changed in memory" ]]
}

@test "block-scaled products are for Blackwell and cuBLASLt 12.8, those of 128 for Hopper and 12.9, and skipped with the reason elsewhere" {
    FAKE_CC=120 FAKE_SMS=5 run simulated -p blas.lt.mxfp8 -p blas.lt.nvfp4 -o "$out"
    [ "$status" = 0 ]
    for probe in blas.lt.mxfp8 blas.lt.nvfp4; do
        [ "$(verdict $probe@gpu0/toolkit-13.0)" = pass ]
        [ "$(of $probe tn.compared)" = $((224 * 160)) ]
        [ "$(of $probe tiles.compared)" = $((2 * 512 * 448)) ]
    done
    run simulated -p blas.lt.mxfp8 -p blas.lt.nvfp4 -o "$out"
    [ "$status" = 0 ]
    [ "$(field blas.lt.nvfp4@gpu0/toolkit-13.0 why)" = "it is for compute capability 10.0 and later; this GPU has 9.0" ]
    FAKE_CC=100 FAKE_CUBLAS=120604 run simulated -p blas.lt.mxfp8 -o "$out"
    [ "$(field blas.lt.mxfp8@gpu0/toolkit-13.0 why)" = "cuBLASLt before 12.8 has no such block-scaled products" ]
    FAKE_CUBLAS=120803 run simulated -p blas.lt.fp8_block128 -o "$out"
    [ "$(field blas.lt.fp8_block128@gpu0/toolkit-13.0 why)" = "cuBLASLt before 12.9 has no such block-scaled products" ]
    FAKE_CC=100 run simulated -p blas.lt.fp8_block128 -o "$out"
    [ "$(field blas.lt.fp8_block128@gpu0/toolkit-13.0 why)" = "it is for compute capability 9.0; this GPU has 10.0" ]
    run simulated -p blas.lt.fp8_block128 -o "$out"
    [ "$(of blas.lt.fp8_block128 tn.compared)" = $((160 * 96)) ]
    [ "$(verdict blas.lt.fp8_block128@gpu0/toolkit-13.0)" = pass ]
    FAKE_CC=120 FAKE_FAULT=fail:cublasLtMatmulAlgoGetHeuristic:0:15 run simulated -p blas.lt.nvfp4 -o "$out"
    [[ "$(field blas.lt.nvfp4@gpu0/toolkit-13.0 why)" == "cuBLASLt has no algorithm for block-scaled e2m1 matrices of "*" on compute capability 12.0" ]]
}

@test "what a GPU does not have is skipped, and says so" {
    export FAKE_CC=75
    blas
    [ "$status" = 0 ]
    [ "$(verdict blas.gemm.bf16@gpu0/toolkit-13.0)" = skip ]
    [ "$(field blas.gemm.bf16@gpu0/toolkit-13.0 why)" = "cuBLAS does not multiply bf16 matrices on compute capability 7.5" ]
    [[ "$(field blas.lt.fp8_e4m3@gpu0/toolkit-13.0 why)" == "cuBLASLt has no algorithm for e4m3 matrices of "*" on compute capability 7.5" ]]
    [ "$(verdict blas.lt.fp8_e5m2@gpu0/toolkit-13.0)" = skip ]
    for probe in blas.gemm.fp64 blas.gemm.fp32 blas.gemm.fp16 blas.lt.int8; do
        [ "$(verdict $probe@gpu0/toolkit-13.0)" = pass ]
    done
    for probe in blas.gemm.tf32 blas.lt.tf32; do
        [ "$(field $probe@gpu0/toolkit-13.0 why)" = "TF32 needs compute capability 8.0; this GPU has 7.5" ]
    done
}

@test "cuBLAS before 11 is asked by its own names, and skipped for what it does not have" {
    export FAKE_CUBLAS=10202
    blas
    [ "$status" = 0 ]
    [ "$(verdict blas.gemm.fp16@gpu0/toolkit-13.0)" = pass ]
    [ "$(field blas.gemm.tf32@gpu0/toolkit-13.0 why)" = "cuBLAS before 11 does not multiply tf32 matrices" ]
    [ "$(field blas.lt.fp16@gpu0/toolkit-13.0 why)" = "cuBLASLt before 11 has another interface" ]
}

@test "the first of cuBLAS 11, whose number has a digit less, are not taken for older ones, and have no fp8" {
    export FAKE_CUBLAS=11605
    blas
    [ "$status" = 0 ]
    for probe in blas.gemm.fp16 blas.gemm.bf16 blas.gemm.tf32 blas.lt.fp16 blas.lt.int8; do
        [ "$(verdict $probe@gpu0/toolkit-13.0)" = pass ]
    done
    [ "$(field blas.lt.fp8_e4m3@gpu0/toolkit-13.0 why)" = "cuBLASLt before 12 has no fp8 products that are added to D" ]
    run simulated -p stack.versions -o "$out"
    [[ "$(field stack.versions/toolkit-13.0 why)" == *"says it is 11.6.5, but its package is 13.1.0"* ]]
}

@test "each of seven variables that change precision is named, with its value" {
    for variable in NVIDIA_TF32_OVERRIDE CUBLAS_EMULATE_SINGLE_PRECISION CUBLAS_EMULATE_DOUBLE_PRECISION CUBLAS_EMULATION_STRATEGY \
                    CUBLAS_FIXEDPOINT_EMULATION_MANTISSA_BIT_COUNT CUBLASLT_HEURISTICS_LUT_FILE TORCH_ALLOW_TF32_CUBLAS_OVERRIDE; do
        run env "$variable=1" LD_LIBRARY_PATH="$driver" NVIDIA_VISIBLE_DEVICES=all \
            "$GPUVET" run -q --stack "$GPUVET_FAKES/toolkit" -s toolkit-13.0 -p blas.lt.int8 -o "$out"
        [ "$status" = 0 ]
        [[ "$(field blas.lt.int8@gpu0/toolkit-13.0 why)" == "$variable=1 is set: "* ]]
        [ "$(verdict blas.lt.int8@gpu0/toolkit-13.0)" = pass ]
    done
}

@test "a library without an algorithm for what every GPU has fails" {
    FAKE_FAULT=fail:cublasLtMatmulAlgoGetHeuristic:0:15 run simulated -p blas.lt.fp32 -p blas.lt.fp16 -o "$out"
    [ "$status" = 1 ]
    [[ "$(field blas.lt.fp32@gpu0/toolkit-13.0 why)" == "cublasLtMatmulAlgoGetHeuristic failed in "*"CUBLAS_STATUS_NOT_SUPPORTED (15)" ]]
    [ "$(verdict blas.lt.fp16@gpu0/toolkit-13.0)" = skip ]
}

@test "what was wrong once is not hidden by what is not supported later" {
    FAKE_FAULT=wrong:cublasGemmEx:1,fail:cublasGemmEx:6:15 run simulated --isolate -p blas.gemm.fp16 -o "$out"
    [ "$status" = 1 ]
    [[ "$(field blas.gemm.fp16@gpu0/toolkit-13.0 why)" == "cublasGemmEx failed in "*"(15)" ]]
    FAKE_FAULT=wrong:cublasLtMatmul:1,fail:cublasLtMatmulAlgoGetHeuristic:6:15 run simulated --isolate -p blas.lt.fp16 -o "$out"
    [ "$status" = 1 ]
    [[ "$(field blas.lt.fp16@gpu0/toolkit-13.0 why)" == "cublasLtMatmulAlgoGetHeuristic failed in "*"(15)" ]]
}

# bats test_tags=lie
@test "a shape of fp8 that is not supported when another was is a skip, and hides nothing that was wrong" {
    for call in cublasLtMatmulAlgoGetHeuristic cublasLtMatmul; do
        FAKE_FAULT=fail:$call:2:15 run simulated --isolate -p blas.lt.fp8_e4m3 -o "$out"
        [ "$(verdict blas.lt.fp8_e4m3@gpu0/toolkit-13.0)" = skip ]
        [[ "$(field blas.lt.fp8_e4m3@gpu0/toolkit-13.0 why)" == "cuBLASLt has no algorithm for e4m3 matrices of "* ]]
        FAKE_FAULT=wrong:cublasLtMatmul:1,fail:$call:3:15 run simulated --isolate -p blas.lt.fp8_e4m3 -o "$out"
        [ "$(verdict blas.lt.fp8_e4m3@gpu0/toolkit-13.0)" = fail ]
    done
}

@test "an emulation strategy that is not the default is named" {
    FAKE_EMULATION=2 run simulated -p blas.gemm.fp64 -o "$out"
    [ "$status" = 0 ]
    [[ "$(field blas.gemm.fp64@gpu0/toolkit-13.0 why)" == *"its emulation strategy is not the default"* ]]
    [ "$(of blas.gemm.fp64 emulation)" = eager ]
}

# bats test_tags=lie
@test "one of three like GPUs that always gives other bits is found, though it does so steadily" {
    export FAKE_GPUS=3 FAKE_FAULT_GPU=1 FAKE_FAULT_PROBE=blas.repeat.fp16 FAKE_FAULT=wrong:cublasLtMatmul
    run simulated --isolate -p blas.repeat.fp16 -o "$out"
    [ "$status" = 1 ]
    # One element is off by one: hardly ever in a square that is looked at.
    [[ "$(field blas.repeat.fp16@gpu1/toolkit-13.0 why)" == "gpu1 (0000:02:00.0) has other bits in the same product than 2 like it: "* \
       || "$(field blas.repeat.fp16@gpu1/toolkit-13.0 why)" == "on full-mantissa data"* ]]
    [ "$(verdict blas.repeat.fp16@gpu0/toolkit-13.0)" = pass ]
    [ "$(verdict blas.repeat.fp16@gpu2/toolkit-13.0)" = pass ]
    run "$GPUVET" judge "$out"
    [ "$status" = 1 ]
    [[ "$output" == *"blas.repeat.fp16@gpu1/toolkit-13.0"* ]]
}

@test "products grow with the GPU" {
    export FAKE_SMS=5
    run simulated -p blas.gemm.bf16 -p blas.lt.int8 -o "$out"
    [ "$status" = 0 ]
    [ "$(of blas.lt.int8 tn.compared)" = $((256 * 128)) ]
    [ "$(of blas.lt.int8 tiles.compared)" = $((2 * 512 * 448)) ]
    [ "$(of blas.gemm.bf16 nn.compared)" = $((257 * 131)) ]
}

@test "the data of a failure come again with its seed" {
    FAKE_FAULT=wrong:cublasSgemm_v2:0 run simulated -p blas.gemm.fp32 -o "$out"
    [ "$status" = 1 ]
    [[ "$output" =~ rerun:\ .*--seed\ ([0-9]+)\  ]]
    seed=${BASH_REMATCH[1]}
    simulated -p blas.gemm.fp32 --seed "$seed" -o "$out" >/dev/null
    [ "$(python3 -c 'import json, sys; print([o["value"] for t in json.load(open(sys.argv[1]))["trials"] for o in t["saw"] if o["key"] == "seed"][0])' "$out")" = "$seed" ]
    run simulated --seed 0
    [ "$status" = 2 ]
    run simulated --seed 9007199254740993
    [ "$status" = 2 ]
}
