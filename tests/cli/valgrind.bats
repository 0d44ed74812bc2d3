# The parent under valgrind: nothing uninitialised is read, nothing is written where it should not be.
load helpers

# Children are other programs: their vendors' libraries are not ours to mend.
watched() {
    command -v valgrind >/dev/null || skip "valgrind is not installed"
    case $GPUVET in */asan/*) skip "the sanitizers and valgrind exclude each other" ;; esac
    valgrind -q --error-exitcode=99 --trace-children=no --leak-check=no "$GPUVET" "$@"
}

@test "a good run on two GPUs, twice" {
    export LD_LIBRARY_PATH=$driver NVIDIA_VISIBLE_DEVICES=all FAKE_GPUS=2
    run watched run -q --stack "$GPUVET_FAKES/toolkit" -s toolkit-13.0 -p 'cuda.*' -p stack.files --repeat 2 -o "$out"
    [ "$status" = 0 ]
}

@test "crashes, hangs and floods in a child" {
    export LD_LIBRARY_PATH=$driver NVIDIA_VISIBLE_DEVICES=all FAKE_GPUS=2
    export FAKE_FAULT=crash:cublasSgemm_v2,hang:ncclCommInitAll,flood:nvrtcCompileProgram
    run watched run -q --stack "$GPUVET_FAKES/toolkit" -s toolkit-13.0 --limit 3 -o "$out"
    [ "$status" = 1 ]
}

@test "every recorded machine" {
    for machine in tests/machines/*; do
        run watched list --root "$machine"
        [ "$status" = 0 ]
    done
}
