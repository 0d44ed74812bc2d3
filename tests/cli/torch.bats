# PyTorch's own operations, against a fake libtorch in folders that lead to each route: what each proves, every lie and every failing call.
load helpers

# torch VERSION [OPTION...] - a machine with the fake driver, and that folder as its only stack of interest.
torch() {
    local folder=$GPUVET_FAKES/torch-$1
    shift
    LD_LIBRARY_PATH=$driver NVIDIA_VISIBLE_DEVICES=all "$GPUVET" run -q --stack "$folder" -s "libtorch:$folder" -o "$out" "$@"
}

# of PROBE DEVICE VERSION - the trial's name.
of() {
    echo "$1@$2/libtorch:$GPUVET_FAKES/torch-$3"
}

operations=(torch.cnn torch.layer_norm torch.embedding torch.attention torch.optimizer)
named=(-p torch.cnn -p torch.layer_norm -p torch.embedding -p torch.attention -p torch.optimizer)

# saw ID KEY - what the trial saw under the key.
saw() {
    python3 -c 'import json, sys
print(next(s["value"] for t in json.load(open(sys.argv[1]))["trials"] if t["id"] == sys.argv[2] for s in t["saw"] if s["key"] == sys.argv[3]))' "$out" "$1" "$2"
}

@test "every release passes on the CPU and on the simulated GPU, by the route that it exports" {
    local -A route=([2.14.1]='D (dispatcher)' [2.6.0]='G (generated shim), and M (mangled names)' [1.13.1]='M (mangled names)' [1.8.1]='M (mangled names)')
    for version in "${!route[@]}"; do
        run torch "$version" -p 'torch.*'
        [ "$status" = 0 ]
        for probe in "${operations[@]}"; do
            for device in cpu gpu0; do
                [ "$(verdict "$(of "$probe" $device "$version")")" = pass ]
            done
            [ "$(saw "$(of "$probe" gpu0 "$version")" device)" = cuda ]
        done
        [ "$(saw "$(of torch.layer_norm gpu0 "$version")" route)" = "${route[$version]}" ]
        [ "$(saw "torch.version/libtorch:$GPUVET_FAKES/torch-$version" torch.says)" = "$version" ]
        [ "$(saw "$(of torch.device_count gpu0 "$version")" torch.gpus)" = 1 ]
    done
}

@test "a GPU's convolution that goes by fractions is held to fp32's bound on integers, a CPU's is exact" {
    FAKE_CONV_FRACTIONS=2 run torch 2.14.1 -p torch.cnn
    [ "$(verdict "$(of torch.cnn gpu0 2.14.1)")" = pass ]
    [[ "$(saw "$(of torch.cnn gpu0 2.14.1)" integers.fractions)" == "cuDNN convolves by fractions here"* ]]
    [ "$(verdict "$(of torch.cnn cpu 2.14.1)")" = fail ]
    FAKE_CONV_FRACTIONS=4000 run torch 2.14.1 -p torch.cnn
    [ "$(verdict "$(of torch.cnn gpu0 2.14.1)")" = fail ]
    [[ "$(field "$(of torch.cnn gpu0 2.14.1)" why)" == *"of 640 logits differ on integer data"* ]]
}

@test "what a release does not have is not proved, and said" {
    run torch 1.8.1 -p torch.attention -p torch.optimizer
    [ "$status" = 0 ]
    [[ "$(saw "$(of torch.attention gpu0 1.8.1)" at_once)" == *"no scaled_dot_product_attention"* ]]
    run saw "$(of torch.optimizer gpu0 1.8.1)" adamw_fused.nmse
    [ "$status" != 0 ]
    torch 2.14.1 -p torch.optimizer
    saw "$(of torch.optimizer gpu0 2.14.1)" adamw_fused.nmse
    saw "$(of torch.optimizer cpu 2.14.1)" sgd_fused.wrong
    run torch 9.9.9 -p torch.layer_norm -p torch.embedding
    [ "$(verdict "$(of torch.layer_norm cpu 9.9.9)")" = skip ]
    [[ "$(field "$(of torch.layer_norm cpu 9.9.9)" why)" == *"this libtorch exports no at::layer_norm that gpuvet knows"* ]]
    [ "$(verdict "$(of torch.embedding gpu0 9.9.9)")" = pass ]
}

# One wrong element of a convolution may be none of its pool's maxima: then the network is right all the same.
# lies VERSION LIE OPERATION... - told by each of the operations; one of each probe, which must see it on both devices.
lies() {
    local version=$1 lie=$2 orders=
    shift 2
    for op in "$@"; do orders=$orders,$lie:at.$op; done
    FAKE_FAULT=${orders#,} run torch "$version" "${named[@]}"
    [ "$status" = 1 ]
    for probe in "${operations[@]}"; do
        for device in cpu gpu0; do
            echo "$lie $* $probe $device: $(field "$(of "$probe" $device "$version")" why)"
            [ "$(verdict "$(of "$probe" $device "$version")")" = fail ]
            [[ "$(field "$(of "$probe" $device "$version")" why)" == *"expected"* ]]
        done
    done
}

# bats test_tags=lie
@test "wrong elements, NaN, zeros, stale and shifted results of every operation are found" {
    for lie in wrong nan zero stale shift; do
        lies 2.14.1 $lie linear layer_norm embedding scaled_dot_product_attention _fused_sgd_
        lies 2.14.1 $lie relu layer_norm embedding_dense_backward bmm _fused_adamw_
        lies 1.13.1 $lie max_pool2d layer_norm embedding softmax addcdiv_
        lies 2.6.0 $lie addmm layer_norm embedding scaled_dot_product_attention sqrt
    done
}

@test "a step of an optimiser that only changes its state wrongly is found" {
    for op in mul_ add_ add_number_ addcmul_; do
        FAKE_FAULT=stale:at.$op:1 run torch 2.14.1 -p torch.optimizer
        [ "$status" = 1 ]
        [[ "$(field "$(of torch.optimizer gpu0 2.14.1)" why)" == *"expected"* ]]
    done
}

# Six simulated GPUs, each with one call that fails, until all that any probe makes have.
# fails VERSION SYMBOL... - the trial that fails says so, names a library of this folder, and quotes PyTorch's words of what failed.
fails() {
    local version=$1
    shift
    while [ $# -gt 0 ]; do
        local now=("${@:1:6}") n
        shift ${#now[@]}
        for n in "${!now[@]}"; do export "FAKE_FAULT_ON_$n=fail:${now[n]}"; done
        FAKE_GPUS=6 run torch "$version" "${named[@]}"
        for n in "${!now[@]}"; do unset "FAKE_FAULT_ON_$n"; done
        [ "$status" = 1 ]
        python3 - "$out" "$GPUVET_FAKES/torch-$version/lib/" "${now[@]}" <<'PY'
import json, sys
trials = json.load(open(sys.argv[1]))["trials"]
for n, symbol in enumerate(sys.argv[3:]):
    failed = [t for t in trials if f"@gpu{n}/" in t["id"] and t["verdict"] == "fail"]
    assert failed and all(t["verdict"] in ("fail", "pass") for t in trials if f"@gpu{n}/" in t["id"]), (symbol, [(t["id"], t["verdict"], t.get("why")) for t in trials if f"@gpu{n}/" in t["id"]])
    for t in failed:
        says = f'{symbol.removeprefix("at.")} was ordered to fail' if symbol.startswith("at.") else symbol
        assert says in t["why"] and "failed in" in t["why"] and "\n" not in t["why"], (symbol, t["why"])
        assert t["library"].startswith(sys.argv[2]), (symbol, t["library"])
assert not [t["id"] for t in trials if "@cpu/" in t["id"] and t["verdict"] != "pass"]
PY
    done
}

# calls VERSION - the symbols of that folder's libraries that a healthy run calls on the GPU, but for those that only tell a value.
calls() {
    FAKE_TRACE=$BATS_TEST_TMPDIR/trace torch "$1" "${named[@]}" >/dev/null
    awk -F'\t' '$2 == 0 && $3 ~ /torch/ { print $4 }' "$BATS_TEST_TMPDIR/trace" | sort -u \
        | grep -vE '^(libtorch.*|aoti_torch_(dtype|device_type)_.*|aoti_torch_(abi_version|grad_mode_set_enabled)|torch_exception_.*)$'
    rm "$BATS_TEST_TMPDIR/trace"
}

@test "every call of the dispatcher's route that fails is named, in PyTorch's own words" {
    mapfile -t symbols < <(calls 2.14.1)
    [ ${#symbols[@]} -ge 20 ]
    fails 2.14.1 "${symbols[@]}"
}

# bats test_tags=lie
@test "every call of the generated shim's route that fails is named, in PyTorch's own words" {
    mapfile -t symbols < <(calls 2.6.0)
    [ ${#symbols[@]} -ge 20 ]
    fails 2.6.0 "${symbols[@]}"
}

# bats test_tags=lie
@test "every call of the mangled route that throws is named, in PyTorch's own words" {
    mapfile -t symbols < <(calls 1.13.1)
    [ ${#symbols[@]} -ge 12 ]
    fails 1.13.1 "${symbols[@]}"
}

@test "a crash in an operation is blamed on the library that has it" {
    for version in 2.14.1 1.8.1; do
        FAKE_FAULT=crash:at.layer_norm run torch $version -p torch.layer_norm
        [ "$status" = 1 ]
        [[ "$(field "$(of torch.layer_norm gpu0 $version)" why)" == "crashed (SIGSEGV) in "*layer_norm* ]]
        [[ "$(field "$(of torch.layer_norm gpu0 $version)" blamed)" == *"/torch-$version/lib/libtorch_cpu.so" ]]
    done
}

@test "a library of another release than its folder is found" {
    for version in 2.14.1 1.13.1; do
        FAKE_TORCH_VERSION=2.5.1 run torch $version -p torch.version
        [ "$status" = 1 ]
        [[ "$(field "torch.version/libtorch:$GPUVET_FAKES/torch-$version" why)" == *"says it is PyTorch 2.5.1, the files around it say $version"* ]]
    done
}

@test "a PyTorch that counts no GPU is found" {
    FAKE_TORCH_GPUS=0 run torch 2.6.0 -p torch.device_count
    [ "$status" = 1 ]
    [[ "$(field "$(of torch.device_count gpu0 2.6.0)" why)" == "PyTorch does not see 1 of the GPUs that the driver shows to this process" ]]
}
