# Kernels of ours that the driver launches and the GPU never runs: "nothing wrong" is no answer of a check that did not look.
# Each simulated GPU but the last leaves out one of them.
load helpers

# Which probe fails for which kernels. A probe that several of them serve is one run.
table() {
    cat <<'END'
cuda.launch fill_words verify_words
cuda.copy.d2d copy_words
cuda.sum sum_words
sm.map sm_map
memory.pattern march_write march_step march_read
blas.gemm.fp32 fill_integers fill_reals combine_fp32 expect_tiles found_fp32 product_errors hash_columns
blas.gemm.fp64 combine_fp64 found_fp64
blas.gemm.fp16 combine_fp16 found_fp16 compare_rounded
blas.gemm.bf16 combine_bf16 found_bf16
blas.lt.fp8_e5m2 combine_e4m3 combine_e5m2
blas.lt.int8 combine_int8 found_int32
dnn.conv.fp32 conv_f32 contract_channel correlate_one
dnn.conv.fp32.backward_filter correlate_filter
soak.burn soak_judge
bench.memory.read stream_read_2 stream_read_4 stream_read_8
bench.memory.write stream_write_2 stream_write_4 stream_write_8 stream_wrong
bench.memory.copy stream_copy_2 stream_copy_4 stream_copy_8
bench.memory.triad stream_triad_2 stream_triad_4 stream_triad_8
bench.memory.latency chain_write chain_follow
bench.cache.read cache_read
bench.shared.read shared_read
bench.launch.kernel tick gate_wait gate_clocks
selftest.sm sm_map_spoilt
END
}

# left_out PATTERN - the rows of these probes: each trial on a GPU without a kernel fails, and that on the last passes.
left_out() {
    local pattern=$1 probe kernels kernel call n

    rm -f "$out"
    while read -r probe kernels; do
        [[ $probe == $pattern ]] || continue
        # What a probe rests on is told the truth: it is this one that has to see it.
        (
            n=0
            for kernel in $kernels; do
                call=cuLaunchKernel
                [[ $kernel == sm_map* ]] && call=cuLaunchCooperativeKernel
                export "FAKE_FAULT_ON_$n=stale:$call@$kernel"
                n=$((n + 1))
            done
            export FAKE_GPUS=$((n + 1)) FAKE_FAULT_PROBE="$probe"
            simulated --isolate -p "$probe" -o "$out" >/dev/null
        ) || true
        python3 - "$out" "$probe" $kernels <<'PY'
import json, sys
saved, probe, kernels = sys.argv[1], sys.argv[2], sys.argv[3:]
verdicts = {t["device"]: (t["verdict"], t.get("why")) for t in json.load(open(saved))["trials"] if t["probe"] == probe}
passed = [kernel for gpu, kernel in enumerate(kernels) if verdicts[gpu][0] != "fail"]
assert not passed, (probe, passed, verdicts)
assert verdicts[len(kernels)][0] == "pass", (probe, verdicts)
PY
    done < <(table)
}

@test "every kernel stands in this table" {
    diff <(sed -n 's/^ *X(\([a-z0-9_]*\), .*/\1/p' "$BATS_TEST_DIRNAME/../../kernels/list.h" | sort) <({ table | cut -d' ' -f2- | tr ' ' '\n'; echo soak_multiply; } | sort)
}

@test "a kernel that never runs is seen by the GPU's own probes" { left_out 'cuda.*'; left_out 'sm.*'; left_out 'memory.*'; left_out 'selftest.*'; }
@test "a kernel that never runs is seen by products" { left_out 'blas.*'; }
@test "a kernel that never runs is seen by convolutions" { left_out 'dnn.*'; }
@test "a kernel that never runs is seen by a soak" {
    left_out 'soak.*'
    FAKE_FAULT=stale:cuLaunchKernel@soak_multiply LD_LIBRARY_PATH=$driver NVIDIA_VISIBLE_DEVICES=all \
        run "$GPUVET" run -q --root "$BATS_TEST_TMPDIR" --require gpu --level soak --for 2s -p 'soak.*' -o "$out"
    [ "$status" = 1 ]
    [[ "$(field soak.own@gpu0 why)" == "1 product is wrong: "* ]]
}

# One way of two: nothing is faster than a kernel that does nothing, and the fastest is the one whose work is looked at.
@test "a kernel that never runs is seen by measurements" {
    FAKE_FAULT=stale:cuLaunchKernel@stream_read_2,stale:cuLaunchKernel@stream_write_4 run simulated -p bench.memory.read -p bench.memory.write -o "$out"
    [ "$status" = 1 ]
    for probe in read write; do
        [[ "$(field bench.memory.$probe@gpu0 why)" == "what was measured did not do its work: "* ]]
    done
    FAKE_FAULT=stale:cuLaunchKernel@stream_wrong run simulated -p bench.memory.write -o "$out"
    [ "$status" = 1 ]
    [[ "$(field bench.memory.write@gpu0 why)" == *"stream_wrong looked at 0 of "* ]]
}

@test "a kernel that never runs is seen by measurements of what is near" { left_out 'bench.launch.*'; left_out bench.memory.latency; left_out 'bench.cache.*'; left_out 'bench.shared.*'; }

@test "a march of a soak that stands still is told with the first beat, and ends it" {
    FAKE_FAULT=stale:cuLaunchKernel@march_step run simulated --level soak --for 20s -p soak.burn -o "$out"
    [ "$status" = 1 ]
    [[ "$(field soak.burn@gpu0/toolkit-13.0 why)" == *"the march looked at "*" of "*" tiles of 16 KiB" ]]
    [ "$SECONDS" -lt 18 ]
}
