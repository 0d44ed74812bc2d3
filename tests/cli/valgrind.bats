# The parent under valgrind: nothing uninitialised is read, nothing is written where it should not be.
load helpers

need_valgrind() {
    command -v valgrind >/dev/null || skip "valgrind is not installed"
    case $GPUVET in */asan/*) skip "the sanitizers and valgrind exclude each other" ;; esac
}

# Children are other programs: their vendors' libraries are not ours to mend.
watched() { valgrind -q --error-exitcode=99 --trace-children=no --leak-check=no "$GPUVET" "$@"; }

@test "a good run on two GPUs, twice" {
    need_valgrind
    export LD_LIBRARY_PATH=$driver NVIDIA_VISIBLE_DEVICES=all FAKE_GPUS=2
    run watched run -q --stack "$GPUVET_FAKES/toolkit" -s toolkit-13.0 -p 'cuda.*' -p stack.files --repeat 2 -o "$out"
    [ "$status" = 0 ]
}

@test "crashes, hangs and floods in a child" {
    need_valgrind
    export LD_LIBRARY_PATH=$driver NVIDIA_VISIBLE_DEVICES=all FAKE_GPUS=2
    export FAKE_FAULT=crash:cublasSgemm_v2,hang:ncclCommInitAll,flood:nvrtcCompileProgram
    run watched run -q --stack "$GPUVET_FAKES/toolkit" -s toolkit-13.0 --limit 3 -o "$out"
    [ "$status" = 1 ]
}

@test "every recorded machine" {
    need_valgrind
    for machine in tests/machines/*; do
        run watched list --root "$machine"
        [ "$status" = 0 ]
    done
}
