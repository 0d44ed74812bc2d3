# What a cuDNN that lies can do to a convolution or a layer: all of it is seen.
load helpers

on=@gpu0/toolkit-13.0

caught() { # caught FAULT PROBE WORDS - the probe fails and says so
    FAKE_FAULT=$1 run simulated -p "$2" -o "$out"
    echo "$1: $status $output"
    [ "$status" = 1 ]
    [ "$(verdict "$2$on")" = fail ]
    [[ "$(field "$2$on" why)" == *"$3"* ]]
}

# In a process of its own each, so that "the first time" is that of every probe.
each_pass() { # each_pass FAULT TYPES WORDS
    local fault=${1%%:*} nth=${1#*:} type way
    FAKE_FAULT=$fault:cudnnConvolutionForward:$nth,$fault:cudnnConvolutionBackwardData:$nth,$fault:cudnnConvolutionBackwardFilter:$nth \
        run simulated $([ "$nth" = 0 ] || echo --isolate) -p 'dnn.conv.*' -o "$out"
    [ "$status" = 1 ]
    for type in $2; do
        for way in "" .backward_data .backward_filter; do
            echo "$fault $type$way: $(field "dnn.conv.$type$way$on" why)"
            [ "$(verdict "dnn.conv.$type$way$on")" = fail ]
            [[ "$(field "dnn.conv.$type$way$on" why)" == *"$3"* ]]
        done
    done
}

@test "one wrong element of a convolution is found and named, in every type and pass" {
    each_pass wrong:0 "fp32 tf32 fp16 bf16" "1 element differs from the exact result: nchw.0."
}

# bats test_tags=lie
@test "a convolution that is wrong the first time only is caught" {
    each_pass wrong:1 "fp32 tf32 fp16 bf16" "1 element differs from the exact result"
}

# bats test_tags=lie
@test "a NaN in a convolution never passes" {
    each_pass nan:0 "fp32 tf32 fp16 bf16" "is nan, expected"
}

# bats test_tags=lie
@test "a convolution that gives zeros is caught" {
    each_pass zero:0 "fp32 tf32 fp16 bf16" "is 0, expected"
}

# bats test_tags=lie
@test "a convolution that leaves its output untouched is caught" {
    each_pass stale:0 "fp32 tf32 fp16 bf16" "is nan, expected"
}

# bats test_tags=lie
@test "a convolution that writes the other layout is caught" {
    each_pass layout:0 "fp32 tf32 fp16 bf16" "elements differ from the exact result"
}

# bats test_tags=lie
@test "an fp32 convolution that is computed in TF32 is refused" {
    each_pass tf32:0 fp32 "elements differ from the exact result"
    each_pass tf32:1 fp32 "elements differ from the exact result"
}

@test "an algorithm that goes by fractions is held to the integer as well" {
    caught wrong:cudnnConvolutionForward:4 dnn.conv.fp32 "1 element differs from the exact result: nchw.0.WINOGRAD_NONFUSED.fma"
    caught tf32:cudnnConvolutionForward:4 dnn.conv.fp32 "elements differ from the exact result: nchw.0.WINOGRAD_NONFUSED.fma"
}

# The calls before: each algorithm on integers, on random data, and again where it is deterministic; two shapes, two layouts.
@test "one wrong element of a convolution that fills the GPU is seen in the sums over its channels" {
    for lie in wrong nan zero stale layout; do
        caught $lie:cudnnConvolutionForward:31 dnn.conv.fp32 " from the exact ones, in a convolution that fills the GPU: nchw.filling.IMPLICIT_PRECOMP_GEMM.fma"
        caught $lie:cudnnConvolutionBackwardData:21 dnn.conv.bf16.backward_data "nchw.filling.ALGO_1.tensor"
        caught $lie:cudnnConvolutionBackwardFilter:23 dnn.conv.fp16.backward_filter "nhwc.filling.ALGO_1.tensor"
    done
    caught tf32:cudnnConvolutionForward:31 dnn.conv.fp32 "nchw.filling.IMPLICIT_PRECOMP_GEMM.fma"
}

@test "TF32 is left out on a GPU that has none, and what is not supported is listed" {
    FAKE_CC=75 run simulated -p dnn.conv.tf32 -p dnn.conv.bf16 -p dnn.conv.fp32 -p dnn.softmax -p dnn.bias_relu -o "$out"
    [ "$status" = 0 ]
    [ "$(verdict dnn.conv.tf32$on)" = skip ]
    [[ "$(field dnn.conv.tf32$on why)" == "TF32 needs compute capability 8.0"* ]]
    grep -q "nhwc.0: WINOGRAD_NONFUSED.fma, GEMM.fma" "$out"
    [ "$(field dnn.conv.bf16$on why)" = "cuDNN's bf16 needs compute capability 8.0; this GPU has 7.5" ]
    [ "$(verdict dnn.softmax$on)$(verdict dnn.bias_relu$on)" = passpass ]
    grep -q "bf16.nchw: cuDNN's bf16 needs compute capability 8.0" "$out"
}

@test "a layout for which cuDNN offers nothing at all is listed, and the others count" {
    FAKE_FAULT=fail:cudnnGetConvolutionForwardAlgorithm_v7:2:3000 run simulated --isolate -p dnn.conv.fp32 -o "$out"
    [ "$status" = 0 ]
    grep -q '"nhwc.0: all"' "$out"
    FAKE_FAULT=fail:cudnnGetConvolutionForwardAlgorithm_v7:0:3000 run simulated --isolate -p dnn.conv.fp32 -p dnn.bias_relu -o "$out"
    [ "$(verdict dnn.conv.fp32$on)$(verdict dnn.bias_relu$on)" = failfail ]
}

@test "cuDNN's refusals of a type are a skip, by the codes of cuDNN 9 and of cuDNN 8; of fp32 they are a failure" {
    for code in 3000 3007 9 6; do
        FAKE_FAULT=fail:cudnnSetFilter4dDescriptor:0:$code run simulated -p dnn.conv.bf16 -p dnn.conv.fp32 -o "$out"
        [ "$(verdict dnn.conv.bf16$on)" = skip ]
        [ "$(verdict dnn.conv.fp32$on)" = fail ]
    done
    FAKE_FAULT=fail:cudnnSetFilter4dDescriptor:0:3 run simulated -p dnn.conv.bf16 -o "$out"
    [ "$(verdict dnn.conv.bf16$on)" = fail ]
}

# Each call of a layer, its probe, and what it is told by.
layers="cudnnConvolutionBiasActivationForward:dnn.bias_relu:fp32.nchw.fused.IMPLICIT_PRECOMP_GEMM.fma
cudnnAddTensor:dnn.bias_relu:fp32.nchw.bias
cudnnActivationForward:dnn.bias_relu:fp32.nchw.relu
cudnnActivationBackward:dnn.bias_relu:fp32.nchw.relu_gradient
cudnnConvolutionBackwardBias:dnn.bias_relu:fp32.nchw.bias_gradient
cudnnPoolingForward:dnn.pool:fp32.nchw.max.forward
cudnnPoolingBackward:dnn.pool:fp32.nchw.max.backward
cudnnSoftmaxForward:dnn.softmax:fp32.nchw.forward
cudnnSoftmaxBackward:dnn.softmax:fp32.nchw.backward
cudnnBatchNormalizationForwardInference:dnn.batchnorm:fp32.nchw.inference
cudnnBatchNormalizationForwardTraining:dnn.batchnorm:fp32.nchw.training
cudnnBatchNormalizationBackward:dnn.batchnorm:fp32.nchw.gradient"

# bats test_tags=lie
@test "whatever a layer of cuDNN lies, and if only the first time, its probe sees it" {
    for lie in wrong nan zero stale; do
        for nth in 0 1; do
            for layer in $layers; do
                IFS=: read -r call probe told <<<"$layer"
                caught "$lie:$call:$nth" "$probe" "$told"
            done
        done
    done
}

# bats test_tags=lie
@test "a lie in the last type and layout alone is seen as well" {
    caught wrong:cudnnSoftmaxForward:6 dnn.softmax bf16.nhwc.forward
    caught wrong:cudnnSoftmaxBackward:6 dnn.softmax bf16.nhwc.backward
    caught wrong:cudnnBatchNormalizationForwardInference:6 dnn.batchnorm bf16.nhwc.inference
    caught wrong:cudnnBatchNormalizationForwardTraining:6 dnn.batchnorm bf16.nhwc.training
    caught wrong:cudnnBatchNormalizationBackward:6 dnn.batchnorm bf16.nhwc.gradient
    caught wrong:cudnnPoolingForward:36 dnn.pool bf16.nhwc.average_excluding.forward
    caught wrong:cudnnPoolingBackward:42 dnn.pool bf16.nhwc.average_excluding.backward
    caught wrong:cudnnConvolutionBiasActivationForward:11 dnn.bias_relu bf16.nhwc.fused
    caught wrong:cudnnConvolutionBackwardBias:6 dnn.bias_relu bf16.nhwc.bias_gradient
}

# bats test_tags=lie
@test "a gradient that is promised to be the same each time and is not, is found" {
    caught wrong:cudnnPoolingBackward:4 dnn.pool "1 element differs when what is promised to be deterministic runs again"
}

@test "a gradient that is documented to add in no order is not held to equal bits, whatever the list promises" {
    FAKE_PROMISES=1 run simulated -p dnn.conv.fp32.backward_data -o "$out"
    [ "$status" = 0 ]
    grep -q '"wrong.nchw.0.ALGO_0.fma"' "$out"
    grep -q '"unequal.nchw.0.ALGO_1.fma"' "$out"
    ! grep -q '"unequal.nchw.0.ALGO_0.fma"' "$out"
}

@test "a fused convolution in TF32 is refused" {
    caught tf32:cudnnConvolutionBiasActivationForward:1 dnn.bias_relu fp32.nchw.fused
}

@test "a layer that cuDNN does not support in one type is listed, and the others count; of fp32 it is a failure" {
    FAKE_FAULT=fail:cudnnSoftmaxForward:6:3000 run simulated -p dnn.softmax -o "$out"
    [ "$status" = 0 ]
    grep -q "bf16.nhwc: cudnnSoftmaxForward" "$out"
    FAKE_FAULT=fail:cudnnSoftmaxForward:1:3000 run simulated -p dnn.softmax -o "$out"
    [ "$status" = 1 ]
}
