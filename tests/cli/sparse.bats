# cuSPARSE and cuSPARSELt: what their probes observe, and every lie about a product.
load helpers

# of PROBE KEY - what it observed, line by line.
of() {
    python3 -c 'import json, sys
for t in json.load(open(sys.argv[1]))["trials"]:
    if t["id"] == sys.argv[2] + "@gpu0/toolkit-13.0":
        print(*(o.get("text", o.get("value", o.get("number"))) for o in t["saw"] if o["key"] == sys.argv[3]), sep="\n")' "$out" "$1" "$2"
}

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
@test "cuSPARSE: one wrong element, by the 40th product only" {
    FAKE_FAULT=wrong:cusparseSpMM:40 run simulated --isolate -p sparse.spmm -o "$out"
    [ "$status" = 1 ]
    [[ "$(why sparse.spmm)" == "1 elements differ from the exact result: fp64, "* ]]
}
@test "cuSPARSE: a NaN" { lies nan; [[ "$(why sparse.spmm)" == *"C[0][16] is nan, expected 0" ]]; }
@test "cuSPARSE: zeros" { lies zero; [[ "$(why sparse.spmv)" == *"y[1] is 0, expected "* ]]; }
@test "cuSPARSE: a result that was never written" { lies stale; [[ "$(why sparse.spmv)" == *"y[0] is "*"nan, expected 0" ]]; }
@test "cuSPARSE: all rows shifted by one" { lies shift; }
@test "cuSPARSE: a matrix transposed that should not be" { lies swap; }
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
    [ "$status" = 1 ]
    [[ "$(why sparse.spmm)" == "cusparseSpMM failed in "*"CUSPARSE_STATUS_INVALID_VALUE (3): invalid value" ]]
}
