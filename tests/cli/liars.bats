# Libraries that lie about a product: every lie in every type is found, and what is told of it names the place.
load helpers

# lies LIE [:NTH] [OPTION...] - told by every call that multiplies.
lies() {
    local call orders= lie=$1 nth=$2
    export FAKE_CC=100                  # it has every type
    shift "$(($# < 2 ? $# : 2))"
    for call in cublasSgemm_v2 cublasDgemm_v2 cublasGemmEx cublasLtMatmul; do
        orders=$orders,$lie:$call$nth
    done
    FAKE_FAULT=${orders#,} run simulated -p 'blas.gemm.*' -p 'blas.lt.*' -o "$out" "$@"
    [ "$status" = 1 ]
}

# caught WORDS - in all 15 probes of such a GPU, by the data, with an element that is named.
caught() {
    python3 - "$out" "$1" <<'PY'
import json, sys
trials = [t for t in json.load(open(sys.argv[1]))["trials"] if t["id"].startswith("blas.") and not t["id"].startswith("blas.lt.fp8_block128@")]
assert len(trials) == 15, len(trials)
missed = [(t["id"], t["verdict"], t["why"]) for t in trials
          if t["verdict"] != "fail" or "differ" not in t["why"] or "D[" not in t["why"] or sys.argv[2] not in t["why"]]
assert not missed, missed
PY
}

@test "one wrong element" { lies wrong; caught "expected"; }
# bats test_tags=lie
@test "one wrong element, by the first call only" { lies wrong :1 --isolate; caught "expected"; }
# bats test_tags=lie
@test "one wrong element, by the fourth call only" { lies wrong :4 --isolate; caught "expected"; }
# bats test_tags=lie
@test "a NaN, or in integers one that is too large" { lies nan; caught "is "; }
# bats test_tags=lie
@test "zeros" { lies zero; caught "is 0, expected"; }
# bats test_tags=lie
@test "a result that was never written" { lies stale; caught "expected"; }
# bats test_tags=lie
@test "all rows shifted by one" { lies shift; caught "expected"; }
# bats test_tags=lie
@test "a factor transposed that should not be" { lies swap; caught "expected"; }

@test "all elements doubled" { lies double; caught "expected"; }
# bats test_tags=lie
@test "all elements off by one" { lies offset; caught "expected"; }

# The script behind results/liars.md, on three probes; the whole table takes it an hour.
@test "no lie of any call is missed by a collective, a layer and a product" {
    one_build "it takes half a minute"
    run scripts/liars "${GPUVET%/gpuvet}" "$BATS_TEST_TMPDIR/liars.md" nccl.kernel dnn.softmax blas.gemm.fp16
    echo "$output"
    [ "$status" = 0 ]
    [[ "$output" == *", 0 missed; "* ]]
    grep -q "^| nccl.kernel | ncclAllReduce | + + | + + | + + | " "$BATS_TEST_TMPDIR/liars.md"
}

@test "a lie that no probe of the run sees is told as missed" {
    one_build "it takes half a minute"
    run scripts/liars "${GPUVET%/gpuvet}" "$BATS_TEST_TMPDIR/liars.md" cnn.simple      # ReLU cuts off the one wrong element
    echo "$output"
    [ "$status" = 1 ]
    [[ "$output" == *"cnn.simple: cudnnConvolutionForward: one element, always: not caught"* ]]
}

@test "a preloaded function that does nothing is caught, and its file is named" {
    case $GPUVET in */asan/*) skip "the sanitizer must be loaded before any other library" ;; esac
    echo "int cublasSgemm_v2(void) { return 0; }" | "${CC:-cc}" -shared -fPIC -x c - -o "$BATS_TEST_TMPDIR/idle.so"
    run env LD_PRELOAD="$BATS_TEST_TMPDIR/idle.so" LD_LIBRARY_PATH="$driver" NVIDIA_VISIBLE_DEVICES=all \
        "$GPUVET" run -q --stack "$GPUVET_FAKES/toolkit" -s toolkit-13.0 -p blas.gemm.fp32 -p blas.gemm.fp64 -o "$out"
    [ "$status" = 1 ]
    [ "$(verdict blas.gemm.fp32@gpu0/toolkit-13.0)" = fail ]
    [[ "$(field blas.gemm.fp64@gpu0/toolkit-13.0 why)" == */idle.so" answers cublasSgemm_v2: a preloaded library stands between programs and "*libcublas.so.13 ]]
}

# bats test_tags=lie
@test "fp32 that is computed in tf32" {
    FAKE_FAULT=tf32:cublasSgemm_v2,tf32:cublasLtMatmul run simulated -p 'blas.gemm.*' -p 'blas.lt.*' -o "$out"
    [ "$status" = 1 ]
    for probe in blas.gemm.fp32 blas.lt.fp32; do
        [[ "$(field $probe@gpu0/toolkit-13.0 why)" == *"elements"*"differ from the exact result"*": that is the result in tf32, which was not asked for" ]]
    done
    others_pass blas.gemm.fp32@gpu0/toolkit-13.0 blas.lt.fp32@gpu0/toolkit-13.0
}

@test "sums over tiles that none of our kernels has written agree with nothing" {
    FAKE_FAULT=stale:cuLaunchKernel@expect_tiles,stale:cuLaunchKernel@found_fp32 run simulated -p blas.gemm.fp32 -o "$out"
    [ "$status" = 1 ]
    [[ "$(field blas.gemm.fp32@gpu0/toolkit-13.0 why)" == *" tiles of a product that fills the GPU differ"* ]]
}

@test "scale factors of blocks that are ignored, and those of neighbours taken for each other" {
    FAKE_CC=100 FAKE_FAULT=bare:cublasLtMatmul run simulated -p 'blas.lt.fp8_e*' -p blas.lt.mxfp8 -p blas.lt.nvfp4 -o "$out"
    [ "$status" = 1 ]
    for probe in blas.lt.mxfp8 blas.lt.nvfp4; do
        [[ "$(field $probe@gpu0/toolkit-13.0 why)" == *" elements of A^T B differ from the exact result: D["*": that is the result without the blocks' scale factors" ]]
    done
    others_pass blas.lt.mxfp8@gpu0/toolkit-13.0 blas.lt.nvfp4@gpu0/toolkit-13.0
    FAKE_CC=100 FAKE_FAULT=mixed:cublasLtMatmul:3 run simulated --isolate -p blas.lt.mxfp8 -p blas.lt.nvfp4 -o "$out"
    [ "$status" = 1 ]
    for probe in blas.lt.mxfp8 blas.lt.nvfp4; do
        [[ "$(field $probe@gpu0/toolkit-13.0 why)" == "4 tiles of a product that fills the GPU differ from the exact result: algorithm 20, "*", D["*", expected "* ]]
    done
    FAKE_FAULT=bare:cublasLtMatmul:1 run simulated --isolate -p blas.lt.fp8_block128 -o "$out"
    [[ "$(field blas.lt.fp8_block128@gpu0/toolkit-13.0 why)" == *": that is the result without the blocks' scale factors" ]]
    FAKE_FAULT=mixed:cublasLtMatmul:2 run simulated --isolate -p blas.lt.fp8_block128 -o "$out"
    [[ "$(field blas.lt.fp8_block128@gpu0/toolkit-13.0 why)" == *" elements of a product that is added to D differ from the exact result: D["* ]]
    for lie in wrong nan zero stale shift swap; do
        FAKE_FAULT=$lie:cublasLtMatmul:3 run simulated --isolate -p blas.lt.fp8_block128 -o "$out"
        [[ "$(field blas.lt.fp8_block128@gpu0/toolkit-13.0 why)" == *" of a product that fills the GPU differ"*"D["* ]]
    done
}
