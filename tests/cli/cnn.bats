# The network's training: whatever a layer or a product lies about, one of its probes sees it.
load helpers

on=@gpu0/toolkit-13.0

caught() { # caught FAULT PROBE WORDS
    FAKE_FAULT=$1 run simulated --seed 1 -p "$2" -o "$out"
    echo "$1: $status $(field "$2$on" why)"
    [ "$status" = 1 ]
    [ "$(verdict "$2$on")" = fail ]
    [[ "$(field "$2$on" why)" == *"$3"* ]]
}

@test "training follows the reference, gives the same bits twice, and learns" {
    run simulated --level full -p 'cnn.train*' -o "$out"
    [ "$status" = 0 ]
    for probe in cnn.train cnn.train.tf32 cnn.train.repeat cnn.train.long; do
        [ "$(verdict $probe$on)" = pass ]
    done
    grep -q '"IMPLICIT_PRECOMP_GEMM.fma, ALGO_1.fma"' "$out"
}

# bats test_tags=lie
@test "any wrong call of the first step is seen" {
    for lie in wrong nan zero stale; do
        for call in cudnnConvolutionForward:1 cudnnAddTensor:1 cudnnActivationForward:1 cudnnPoolingForward:1 cudnnSoftmaxForward:1 \
                    cudnnConvolutionBackwardBias:1 cudnnActivationBackward:2 cudnnPoolingBackward:1 cudnnConvolutionBackwardFilter:1 \
                    cublasSgemm_v2:1 cublasSgemm_v2:2 cublasSgemm_v2:3 cublasSgemm_v2:4 cublasSgemm_v2:5 cublasSgemm_v2:6 cublasSgemm_v2:8; do
            # One wrong element that ReLU may cut off is no wrong training: the probes of those calls see it.
            case $lie:$call in
            wrong:cudnnConvolutionForward:1 | wrong:cudnnAddTensor:1 | wrong:cudnnActivationForward:1 | wrong:cudnnPoolingBackward:1 | nan:cudnnPoolingBackward:1) continue ;;
            wrong:cublasSgemm_v2:[15] | nan:cublasSgemm_v2:5) continue ;;
            esac
            caught "$lie:$call" cnn.train ""
        done
    done
}

@test "a training in TF32 that was to be in fp32 is refused" {
    caught tf32:cudnnConvolutionBackwardFilter:1 cnn.train "the gradient of the convolution errs by"
    caught tf32:cublasSgemm_v2:4 cnn.train "the gradient of the last layer errs by"
}

# bats test_tags=lie
@test "a later step that goes wrong is seen in a loss" {
    caught zero:cudnnPoolingForward:12 cnn.train "a loss of the first 20 steps is off by"
    caught zero:cudnnPoolingForward:12 cnn.train.tf32 "a loss of the first 20 steps is off by"
}

# bats test_tags=lie
@test "one element that differs in one of two trainings is seen in the bits of the weights" {
    caught wrong:cudnnConvolutionBackwardFilter:17 cnn.train.repeat "of 49920 weights differ between two trainings"
}

# bats test_tags=lie
@test "weights that never change do not halve the loss" {
    caught stale:cublasSgemm_v2 cnn.train.long ""
    FAKE_FAULT=zero:cudnnConvolutionBackwardBias run simulated -p cnn.train.long -o "$out"
    [ "$status" = 0 ]       # biases alone: it learns without, and cnn.train is what sees them
    caught zero:cudnnConvolutionBackwardBias cnn.train "bias errs by"
}

@test "a GPU without TF32 leaves its training out" {
    FAKE_CC=75 run simulated -p 'cnn.train*' -o "$out"
    [ "$status" = 0 ]
    [ "$(verdict cnn.train.tf32$on)" = skip ]
    [ "$(verdict cnn.train$on)" = pass ]
}
