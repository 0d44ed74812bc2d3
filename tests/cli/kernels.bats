# The load ladder: which rung serves, what is said of it, and that a forced rung is never quietly another.
load helpers

needs_machine_code() {
    grep -qa kernel_fatbin_ "$GPUVET_FAKES/../kernels/images.o" || skip "built without nvcc"
}

# saw KEY - what cuda.launch@gpu0 saw of it, "" if nothing.
saw() {
    python3 -c 'import json, sys; t = next(t for t in json.load(open(sys.argv[1]))["trials"] if t["id"] == "cuda.launch@gpu0")
print(next((s["value"] for s in t["saw"] if s["key"] == sys.argv[2]), ""))' "$out" "$1"
}

# refused TEXT - the run failed, cuda.launch says why, and nothing that rests on it ran.
refused() {
    [ "$status" = 1 ]
    [ "$(verdict cuda.launch@gpu0)" = fail ]
    [[ "$(field cuda.launch@gpu0 why)" == *"$1"* ]]
    [ "$(verdict cuda.sum@gpu0)" = skip ]
    [ "$(saw kernels)" = "" ]
    [[ "$output" != *"our kernels"* ]]
}

@test "machine code serves where program and driver have it, and the report says so" {
    needs_machine_code
    run simulated -o "$out"
    [ "$status" = 0 ]
    [ "$(saw kernels)" = sass ]
    [ "$(saw kernels.why)" = "" ]
    [[ "${output//$'\n'/ }" == *"our kernels: machine code"* ]]
}

@test "--kernels sass: every probe passes on machine code" {
    needs_machine_code
    run simulated -o "$out" --kernels sass
    [ "$status" = 0 ]
    [ "$(saw kernels)" = sass ]
    others_pass
}

@test "--kernels ptx: every probe passes on PTX, though machine code would load" {
    run simulated -o "$out" --kernels ptx
    [ "$status" = 0 ]
    [ "$(saw kernels)" = ptx ]
    others_pass
    output=$(tr -s ' \n' ' ' <<<"$output")
    [[ "$output" == *"our kernels: PTX, compiled by the driver"* ]]
}

@test "--kernels ptx loads no machine code in any child" {
    FAKE_FAULT=crash:cuModuleLoadData run simulated -o "$out" --kernels ptx -p 'cuda.*' -p 'blas.*' -p 'dnn.*' -p 'cnn.*'
    [ "$status" = 0 ]
    others_pass
}

@test "--kernels sass loads no PTX in any child, but where the JIT itself is the claim" {
    needs_machine_code
    FAKE_FAULT=crash:cuModuleLoadDataEx run simulated -o "$out" --kernels sass -p cuda.sum -p 'blas.*' -p 'dnn.*' -p 'cnn.*'
    [ "$status" = 0 ]
    others_pass
}

@test "--kernels sass under a driver older than CUDA 13.0 fails and says why" {
    needs_machine_code
    FAKE_DRIVER=12080 run simulated -o "$out" --kernels sass -p cuda.sum
    refused "--kernels sass: the driver is for CUDA up to 12.8, and our machine code needs one for 13.0 (R580) or newer"
    FAKE_DRIVER=12080 run simulated -o "$out" -p cuda.sum
    [ "$status" = 0 ]
    [ "$(saw kernels)" = ptx ]
    [[ "$(saw kernels.why)" == "the driver is for CUDA up to 12.8"* ]]
}

@test "--kernels sass on a GPU without machine code in the program fails and says why" {
    needs_machine_code
    for cc in 70 110; do
        FAKE_CC=$cc run simulated -o "$out" --kernels sass -p cuda.sum
        refused "none of it runs on compute capability $((cc / 10)).0"
        FAKE_CC=$cc run simulated -o "$out" -p cuda.sum
        [ "$status" = 0 ]
        [ "$(saw kernels)" = ptx ]
        [[ "$(saw kernels.why)" == *"none of it runs on compute capability $((cc / 10)).0" ]]
    done
}

@test "--kernels sass in a program built without nvcc fails and says why" {
    GPUVET=$GPUVET_FAKES/gpuvet-ptx
    run simulated -o "$out" --kernels sass -p cuda.sum
    refused "--kernels sass: this program was built without nvcc and carries no machine code"
    run simulated -o "$out"
    [ "$status" = 0 ]
    [ "$(saw kernels)" = ptx ]
}

@test "machine code that the driver refuses: forced it is a failure, else PTX serves and the record says why" {
    needs_machine_code
    FAKE_FAULT=fail:cuModuleLoadData:0:209 run simulated -o "$out" --kernels sass -p cuda.sum
    refused "cuModuleLoadData failed in "
    [[ "$output" == *"no kernel image is available"* ]]
    FAKE_FAULT=fail:cuModuleLoadData:0:209 run simulated -o "$out" -p cuda.sum
    [ "$status" = 0 ]
    [ "$(saw kernels)" = ptx ]
    [ "$(saw kernels.why)" = "the driver refused our machine code with error 209" ]
}

@test "--kernels ptx where the driver compiles none is a failure that names the call" {
    FAKE_FAULT=fail:cuModuleLoadDataEx:0:218 run simulated -o "$out" --kernels ptx -p cuda.sum
    refused "cuModuleLoadDataEx failed in "
}

@test "--kernels ptx under a driver older than R410 is refused by it" {
    FAKE_DRIVER=9020 run simulated -o "$out" --kernels ptx -p cuda.sum
    refused "unsupported toolchain"
}

@test "a GPU older than sm_60 is beyond us, and not bad" {
    for options in "--kernels ptx" ""; do
        # shellcheck disable=SC2086 # words they are
        FAKE_CC=52 run simulated -o "$out" $options -p cuda.sum
        [ "$status" = 3 ]
        [ "$(verdict cuda.launch@gpu0)" = broken ]
        [ "$(field cuda.launch@gpu0 why)" = "gpuvet's own kernels need compute capability 6.0, this GPU has 5.2" ]
    done
}

@test "both lines that run a trial again force the same rung" {
    FAKE_FAULT=wrong:cuMemcpyDtoH_v2 run simulated -o "$out" --kernels ptx -p cuda.launch
    [ "$status" = 1 ]
    [[ "$output" == *"rerun: "*" --kernels ptx -p cuda.launch -d gpu0"* ]]
    rerun=$(field cuda.launch@gpu0 rerun)
    [[ "$rerun" == *"--kernels ptx"* ]]
    LD_LIBRARY_PATH=$driver run bash -c "$rerun"
    [ "$status" = 0 ]
    [[ "$output" == *$'kernels\t'*ptx* ]]
}

@test "another rung is a usage error, for the program and for its child" {
    run simulated --kernels fast
    [ "$status" = 2 ]
    [[ "$output" == *"--kernels takes sass or ptx, not \"fast\""* ]]
    run simulated --kernels
    [ "$status" = 2 ]
    run simulated --kernels ptx --no-gpu
    [ "$status" = 2 ]
    [[ "$output" == *"--kernels and --no-gpu exclude each other"* ]]
    run "$GPUVET" child --kernels fast cuda.launch
    [ "$status" = 2 ]
}
