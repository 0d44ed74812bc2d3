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
    [[ "$(saw bench.dnn.resnet50.fp16 rate.7x7_stem.way)" =~ ^n(chw|hwc),\ .*GEMM.tensor$ ]]
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

@test "the small network is measured forward and in training, as a graph and in TF32, of results that are right" {
    run simulated -p 'bench.cnn.*' -o "$out"
    [ "$status" -eq 0 ]
    for what in forward train; do [[ "$output" =~ bench.cnn.$what@gpu0/toolkit-13.0\ +[0-9.]+\ images/s ]]; done
    positive bench.cnn.forward rate rate.graph rate.tf32
    [ "$(saw bench.cnn.forward logits.wrong) $(saw bench.cnn.forward graph.wrong) $(saw bench.cnn.forward tf32.wrong)" = "0 0 0" ]
    positive bench.cnn.train rate gradient.w1.nmse weights.nmse loss
    FAKE_CC=75 run simulated -p bench.cnn.forward -o "$out"
    [ "$status" -eq 0 ]
    positive bench.cnn.forward rate rate.graph
    [ "$(saw bench.cnn.forward rate.tf32)" = "" ]
}

@test "a network of which any call lies measures nothing" {
    export FAKE_GPUS=4 FAKE_FAULT_PROBE=bench.cnn.forward
    export FAKE_FAULT_ON_0=zero:cudnnPoolingForward FAKE_FAULT_ON_1=stale:cublasSgemm_v2 FAKE_FAULT_ON_2=nan:cudnnAddTensor FAKE_FAULT_ON_3=stale:cuGraphLaunch
    run simulated --isolate --limit 300 -p bench.cnn.forward -o "$out"
    [ "$status" -eq 1 ]
    for gpu in 0 1 2 3; do
        [[ "$(field bench.cnn.forward@gpu$gpu/toolkit-13.0 why)" == "what was measured did not do its work: "*" of 640 logits "*"from the exact result"* ]]
        [ "$(field bench.cnn.forward@gpu$gpu/toolkit-13.0 figure)" = "" ]
    done
    [[ "$(field bench.cnn.forward@gpu3/toolkit-13.0 why)" == *"640 of 640 logits of the CUDA graph differ"* ]]
}

@test "a training of which a backward call lies, or whose steps lead nowhere, measures nothing" {
    export FAKE_GPUS=4 FAKE_FAULT_PROBE=bench.cnn.train
    export FAKE_FAULT_ON_0=zero:cudnnConvolutionBackwardFilter FAKE_FAULT_ON_1=stale:cudnnConvolutionBackwardBias
    export FAKE_FAULT_ON_2=zero:cudnnActivationBackward FAKE_FAULT_ON_3=stale:cublasSgemm_v2:-8
    run simulated --isolate --limit 300 -p bench.cnn.train -o "$out"
    [ "$status" -eq 1 ]
    for gpu in 0 1 2; do
        [[ "$(field bench.cnn.train@gpu$gpu/toolkit-13.0 why)" == "the gradient of the convolution"*" errs by "* ]]
    done
    [[ "$(field bench.cnn.train@gpu3/toolkit-13.0 why)" == "the weights after one step err by "* ]]
    for gpu in 0 1 2 3; do [ "$(field bench.cnn.train@gpu$gpu/toolkit-13.0 figure)" = "" ]; done
}

@test "a graph that cannot be captured fails by that call" {
    for call in cuStreamEndCapture cudnnSetStream; do
        FAKE_FAULT=fail:$call FAKE_FAULT_PROBE=bench.cnn.forward run simulated --isolate -p bench.cnn.forward -o "$out"
        [ "$(verdict bench.cnn.forward@gpu0/toolkit-13.0)" = fail ]
        [[ "$(field bench.cnn.forward@gpu0/toolkit-13.0 why)" == "$call failed in "* ]]
    done
}

# torch VERSION [OPTION...] - the simulated GPU with that libtorch.
torch() {
    local folder=$GPUVET_FAKES/torch-$1
    shift
    LD_LIBRARY_PATH=$driver NVIDIA_VISIBLE_DEVICES=all "$GPUVET" run -q --stack "$folder" -s "libtorch:$folder" -o "$out" "$@"
}

@test "PyTorch's own network is measured where its tensors can be given back, and only if it is right" {
    local on=@gpu0/libtorch:$GPUVET_FAKES
    run torch 2.14.1 -p bench.torch.cnn
    [ "$status" -eq 0 ]
    [[ "$output" == *"bench.torch.cnn@gpu0/"*" images/s"* ]]
    positive bench.torch.cnn rate random.nmse
    run torch 1.13.1 -p bench.torch.cnn
    [ "$status" -eq 77 ]
    [[ "$(field "bench.torch.cnn$on/torch-1.13.1" why)" == "this libtorch is older than 2.3"* ]]
    FAKE_FAULT=zero:at.addmm FAKE_FAULT_PROBE=bench.torch.cnn run torch 2.6.0 --isolate -p bench.torch.cnn
    [ "$status" -eq 1 ]
    [[ "$(field "bench.torch.cnn$on/torch-2.6.0" why)" == "what was measured did not do its work: the error of its logits is "* ]]
    FAKE_FAULT=stale:at.conv2d FAKE_FAULT_PROBE=bench.torch.cnn run torch 2.14.1 --isolate -p bench.torch.cnn
    [ "$status" -eq 1 ]
    [ "$(field "bench.torch.cnn$on/torch-2.14.1" figure)" = "" ]
}
