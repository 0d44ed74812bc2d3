# cuSPARSE and cuSPARSELt: what their probes observe, and every lie about a product.
load helpers

# of PROBE KEY - what it observed, line by line.
of() { observed "$1@gpu0/toolkit-13.0" "$2"; }

why() { field "$1@gpu0/toolkit-13.0" why; }

# lies LIE [:NTH] - told by both products.
lies() {
    FAKE_FAULT=$1:cusparseSpMV$2,$1:cusparseSpMM$2 run simulated --isolate -p 'sparse.*' -o "$out"
    [ "$status" = 1 ]
    others_pass sparse.spmv@gpu0/toolkit-13.0 sparse.spmm@gpu0/toolkit-13.0
}

@test "every type is multiplied, and what an algorithm lacks is listed" {
    run simulated -p 'sparse.*' -o "$out"
    [ "$status" = 0 ]
    for type in fp32 fp64 fp16 bf16 int8; do
        # 9 ways, 7 of them by the default algorithm, which adds, too; not all in the order of rows
        [ "$(of sparse.spmv wrong.$type)" = 0 ]
        [ "$(of sparse.spmv compared.$type)" -gt 3000 ]
        [ "$(of sparse.spmm compared.$type)" -gt 100000 ]
    done
    [[ "$(of sparse.spmm not_supported)" == *"fp32, COO, CUSPARSE_SPMM_COO_ALG4: cusparseSpMM_bufferSize"* ]]
}

@test "cuSPARSE: one wrong element" {
    lies wrong
    [[ "$(why sparse.spmv)" == *" elements differ from the exact result: fp32, CSR, CUSPARSE_SPMV_ALG_DEFAULT: y[300] is "*", expected "* ]]
    [[ "$(why sparse.spmm)" == *" elements differ from the exact result: fp32, CSR, CUSPARSE_SPMM_ALG_DEFAULT: C[300][16] is "*", expected "* ]]
}
# bats test_tags=lie
@test "cuSPARSE: one wrong element, by the 40th product only" {
    FAKE_FAULT=wrong:cusparseSpMM:40 run simulated --isolate -p sparse.spmm -o "$out"
    [ "$status" = 1 ]
    [[ "$(why sparse.spmm)" == "1 element differs from the exact result: fp64, "* ]]
}
# bats test_tags=lie
@test "cuSPARSE: a NaN" { lies nan; [[ "$(why sparse.spmm)" == *"C[0][16] is nan, expected 0" ]]; }
# bats test_tags=lie
@test "cuSPARSE: zeros" { lies zero; [[ "$(why sparse.spmv)" == *": y["*"] is 0, expected "* ]]; }
# bats test_tags=lie
@test "cuSPARSE: a result that was never written" { lies stale; [[ "$(why sparse.spmv)" == *"y[0] is "*"nan, expected 0" ]]; }
# bats test_tags=lie
@test "cuSPARSE: all rows shifted by one" { lies shift; }
# bats test_tags=lie
@test "cuSPARSE: a matrix transposed that should not be" { lies swap; }
# bats test_tags=lie
@test "cuSPARSE: fp32 that is computed in tf32" {
    lies tf32
    [[ "$(why sparse.spmv)" == *": fp32, "* ]]
}

@test "cuSPARSE: bf16 is left out before compute capability 8.0" {
    FAKE_CC=75 run simulated -p 'sparse.*' -o "$out"
    [ "$status" = 0 ]
    [[ "$(of sparse.spmv not_supported)" == *"bf16: needs compute capability 8.0"* ]]
    [ -z "$(of sparse.spmv compared.bf16)" ]
}

@test "cuSPARSE: what must be there fails when it is not supported, and what need not is listed" {
    FAKE_FAULT=fail:cusparseSpMV:0:10 run simulated --isolate -p sparse.spmv -o "$out"
    [ "$status" = 1 ]
    [[ "$(why sparse.spmv)" == "cusparseSpMV failed in "*"CUSPARSE_STATUS_NOT_SUPPORTED (10): operation not supported" ]]
    FAKE_FAULT=fail:cusparseSpMM:2:10 run simulated --isolate -p sparse.spmm -o "$out"
    [ "$status" = 1 ]               # the default, in fp32
    FAKE_FAULT=fail:cusparseSpMM:5:10 run simulated --isolate -p sparse.spmm -o "$out"
    [ "$status" = 0 ]
    [[ "$(of sparse.spmm not_supported)" == *"fp32, CSR, CUSPARSE_SPMM_CSR_ALG1: cusparseSpMM"* ]]
    FAKE_FAULT=fail:cusparseSpMM:5:3 run simulated --isolate -p sparse.spmm -o "$out"
    [ "$status" = 0 ]               # as a library does that does not know the algorithm yet
    [[ "$(of sparse.spmm not_supported)" == *"fp32, CSR, CUSPARSE_SPMM_CSR_ALG1: cusparseSpMM refuses it as an invalid value"* ]]
    FAKE_FAULT=fail:cusparseSpMM:5:7 run simulated --isolate -p sparse.spmm -o "$out"
    [ "$status" = 1 ]
    [[ "$(why sparse.spmm)" == "cusparseSpMM failed in "*"CUSPARSE_STATUS_INTERNAL_ERROR (7): internal error" ]]
    FAKE_FAULT=fail:cusparseSpMM:2:3 run simulated --isolate -p sparse.spmm -o "$out"
    [ "$status" = 1 ]               # the default, in fp32
    [[ "$(why sparse.spmm)" == "cusparseSpMM failed in "*"CUSPARSE_STATUS_INVALID_VALUE (3): invalid value" ]]
}

@test "cuSPARSELt: every type is multiplied and its version told" {
    run simulated -p sparselt.matmul -o "$out"
    [ "$status" = 0 ]
    [ "$(of sparselt.matmul version)" = 0.8.1 ]
    # 64 x 32, alone and with C added; the 16-bit types with B transposed and as it is
    [ "$(of sparselt.matmul compared.fp16.fp16)" = $((64 * 32 * 4)) ]
    [ "$(of sparselt.matmul compared.bf16.bf16)" = $((64 * 32 * 4)) ]
    [ "$(of sparselt.matmul compared.int8.int32)" = $((64 * 32 * 2)) ]
    [ "$(of sparselt.matmul compared.int8.fp16)" = $((64 * 32 * 2)) ]
}

@test "cuSPARSELt: each of its versions, whose structs and numbers differ, is asked in its own way" {
    export FAKE_CC=86
    for version in 0.4.0 0.5.2 0.6.2 0.7.1; do
        FAKE_CUSPARSELT=$(echo "$version" | tr -d . | sed 's/^0\(.\)\(.\)$/\10\2/') run simulated -p sparselt.matmul -o "$out"
        [ "$status" = 0 ]
        [ "$(of sparselt.matmul version)" = "$version" ]
        [ "$(of sparselt.matmul compared.bf16.bf16)" = $((64 * 32 * 4)) ]
        case $version in
        0.4.0)  [ "$(of sparselt.matmul not_supported)" = "int8 to int32, B transposed: cusparseLtMatmulDescriptorInit" ] ;;
        *)      [ "$(of sparselt.matmul compared.int8.int32)" = $((64 * 32 * 2)) ] ;;
        esac
    done
}

@test "cuSPARSELt: what a GPU or an older library does not have is skipped, and says so" {
    FAKE_CC=75 run simulated -p sparselt.matmul -o "$out"
    [ "$status" = 0 ]
    [ "$(why sparselt.matmul)" = "products with two in four numbers 0 need compute capability 8.0; this GPU has 7.5" ]
    FAKE_CUSPARSELT=400 run simulated -p sparselt.matmul -o "$out"
    [ "$(why sparselt.matmul)" = "this cuSPARSELt does not know compute capability 9.0" ]
    FAKE_FAULT=fail:cusparseLtMatmulDescriptorInit:0:10 run simulated -p sparselt.matmul -o "$out"
    [ "$status" = 0 ]
    [ "$(why sparselt.matmul)" = "this cuSPARSELt multiplies none of fp16, bf16 and int8 on compute capability 9.0" ]
}

# lt_lies LIE CALL WORDS... - all of which the reason has.
lt_lies() {
    local word
    FAKE_FAULT=$1:$2 run simulated --isolate -p sparselt.matmul -o "$out"
    [ "$status" = 1 ]
    others_pass sparselt.matmul@gpu0/toolkit-13.0
    shift 2
    for word in " from the exact result" "$@"; do [[ "$(why sparselt.matmul)" == *"$word"* ]]; done
}

@test "cuSPARSELt: one wrong element, each time or once" {
    lt_lies wrong cusparseLtMatmul "fp16 to fp16, B transposed: D[63][31] is " ", expected "
    lt_lies wrong cusparseLtMatmul:8 "bf16 to bf16, B as it is, C added: D[63][31] is " ", expected "
    lt_lies wrong cusparseLtMatmul:9 "int8 to int32, B transposed: D[63][31] is " ", expected "
}
# bats test_tags=lie
@test "cuSPARSELt: a NaN" { lt_lies nan cusparseLtMatmul "fp16 to fp16, B transposed: D[0][0] is nan, expected "; }
# bats test_tags=lie
@test "cuSPARSELt: zeros" { lt_lies zero cusparseLtMatmul "fp16 to fp16, B transposed: D[" "] is 0, expected "; }
# bats test_tags=lie
@test "cuSPARSELt: a result that was never written" { lt_lies stale cusparseLtMatmul "fp16 to fp16, B transposed: D[0][0] is " "nan, expected "; }
# bats test_tags=lie
@test "cuSPARSELt: all rows shifted by one" { lt_lies shift cusparseLtMatmul "fp16 to fp16, "; }
# bats test_tags=lie
@test "cuSPARSELt: a factor transposed that should not be" { lt_lies swap cusparseLtMatmul "fp16 to fp16, "; }
# bats test_tags=lie
@test "cuSPARSELt: a compression that puts one number in the wrong place, loses all, or is not done" {
    lt_lies wrong cusparseLtSpMMACompress "fp16 to fp16, B transposed: D[63]["
    lt_lies zero cusparseLtSpMMACompress "fp16 to fp16, B transposed: D["
    lt_lies stale cusparseLtSpMMACompress:5 "int8 to int32, B transposed: D["
}

@test "a stack without these libraries has no trial of them" {
    mkdir -p "$BATS_TEST_TMPDIR/bare/lib64"
    for name in libcudart.so.13 libcublas.so.13 libcublasLt.so.13; do cp "$GPUVET_FAKES/toolkit/lib64/$name" "$BATS_TEST_TMPDIR/bare/lib64"; done
    LD_LIBRARY_PATH=$driver NVIDIA_VISIBLE_DEVICES=all run "$GPUVET" run -q --stack "$BATS_TEST_TMPDIR/bare" -s toolkit-bare -p 'sparse*' -p 'solver.*' -p stack.loads -o "$out"
    [ "$status" = 0 ]
    [ "$(field sparse.spmm@gpu0/toolkit-bare why)" = "toolkit-bare has no cusparse" ]
    [ "$(field sparselt.matmul@gpu0/toolkit-bare why)" = "toolkit-bare has no cusparseLt" ]
    [ "$(field solver.lu@gpu0/toolkit-bare why)" = "toolkit-bare has no cusolver" ]
}
