# bench.dnn.*, bench.cnn.*, bench.torch.cnn, on the SIMULATED GPU: that networks are measured, and only where their results are right.
# The figures are a CPU's.
load helpers

# saw PROBE KEY - what that measurement observed, on the first GPU.
saw() {
    python3 - "$out" "$1" "$2" <<'PY'
import json, sys
for t in json.load(open(sys.argv[1]))["trials"]:
    if t["probe"] == sys.argv[2] and "@gpu0" in t["id"]:
        print(*(o["value"] for o in t["saw"] if o["key"] == sys.argv[3]), sep="\n")
PY
}

# positive PROBE KEY... - each of these figures is one.
positive() {
    local probe=$1 key
    for key in "${@:2}"; do
        python3 -c 'import sys; assert float(sys.argv[1]) > 0' "$(saw "$probe" "$key")" || { echo "$probe $key"; false; }
    done
}

@test "ResNet-50's layers are measured one after another, each by the fastest algorithm, and small on a small GPU" {
    run simulated -p bench.dnn.resnet50.fp16 -o "$out"
    [ "$status" -eq 0 ]
    [[ "$output" == *"bench.dnn.resnet50.fp16@gpu0/toolkit-13.0"*"TFLOP/s"* ]]
    positive bench.dnn.resnet50.fp16 rate rate.7x7_stem rate.1x1_256_64 rate.3x3_64_64 rate.3x3_256_256 rate.1x1_512_2048
    [[ "$(saw bench.dnn.resnet50.fp16 rate.7x7_stem.way)" =~ ^n(hw|chw|hwc).*GEMM.tensor$ ]]
    [ "$(saw bench.dnn.resnet50.fp16 rate.images)" = 2 ]
    [[ "$(saw bench.dnn.resnet50.fp16 rate.data)" == *"a quarter of the channels"* ]]
    [ "$(saw bench.dnn.resnet50.fp16 wrong_sums.3x3_256_256)" = 0 ]
}

# Each of the simulated GPUs has another fault; they share the CPU.
@test "a convolution that is wrong, zero, stale or in narrower numbers measures nothing" {
    export FAKE_GPUS=4 FAKE_FAULT_PROBE=bench.dnn.resnet50.tf32
    export FAKE_FAULT_ON_0=wrong:cudnnConvolutionForward FAKE_FAULT_ON_1=zero:cudnnConvolutionForward
    export FAKE_FAULT_ON_2=stale:cudnnConvolutionForward FAKE_FAULT_ON_3=layout:cudnnConvolutionForward
    run simulated --isolate --limit 300 -p bench.dnn.resnet50.tf32 -o "$out"
    [ "$status" -eq 1 ]
    for gpu in 0 1 2 3; do
        [[ "$(field bench.dnn.resnet50.tf32@gpu$gpu/toolkit-13.0 why)" == "what was measured did not do its work: "*" over the channels of its result "* ]]
        [ "$(field bench.dnn.resnet50.tf32@gpu$gpu/toolkit-13.0 figure)" = "" ]
    done
}

@test "TF32 is left out where the GPU has none" {
    FAKE_CC=75 run simulated --plan -p 'bench.dnn.*'
    [[ "$output" == *"run   bench.dnn.resnet50.fp16@gpu0/toolkit-13.0"* ]]
    [[ "$output" != *"run   bench.dnn.resnet50.tf32"* ]]
}
