# gpuvet doctor: the first broken link of each machine, its evidence, the command that mends it; and silence where all is well.
load helpers

# ails MACHINE ID FIX - without a driver that answers.
ails() {
    run "$GPUVET" doctor -q --root "tests/machines/$1"
    echo "$output"
    [ "$status" = 1 ]
    [[ "$output" == *"gpuvet: $2 - "* ]]
    [[ "$output" == *"  fix  "*"$3"* || "$output" == *"  on host  "*"$3"* ]]
}

# answers CALL CODE ID - a driver whose call gives that code.
answers() {
    export LD_LIBRARY_PATH=$driver FAKE_NVML=580.65.06 FAKE_FAULT=fail:$1:0:$2
    run "$GPUVET" doctor -q --root tests/machines/driver-no-stack
    echo "$output"
    [ "$status" = 1 ]
    [[ "$output" == *"gpuvet: $3 - "* ]]
    [[ "$output" == *"evidence  "*"$1"*" answers $2"* ]]
}

# well MACHINE GPUS CODE
well() {
    export LD_LIBRARY_PATH=$driver FAKE_GPUS=$2 FAKE_NVML=580.65.06
    run "$GPUVET" doctor -q --root "tests/machines/$1"
    echo "$output"
    [ "$status" = "$3" ]
    [[ "$output" == *"gpuvet: nothing wrong"* ]]
    [[ "$output" != *"  cause  "* ]]
}

@test "a GPU without a module" { ails gpu-no-module module-not-loaded "sudo ubuntu-drivers install && sudo reboot"; }
@test "a GPU that nouveau drives" { ails nouveau nouveau-owns-gpu "sudo ubuntu-drivers install && sudo reboot"; }
@test "a container that asked for a GPU and got none" { ails container-asked container-without-gpu "docker run --gpus all"; }
@test "device nodes that this user may not open: what follows is a note" {
    ails no-permission nodes-denied "sudo usermod -aG"
    [[ "$output" == *"What follows from it, or is to be looked at once that is mended:"*"libcuda.so.1"* ]]
}
@test "a GPU hidden by an empty CUDA_VISIBLE_DEVICES" { ails hidden gpus-hidden "unset CUDA_VISIBLE_DEVICES"; }
@test "a libcuda that the loader does not find" { ails driver-no-stack libcuda-missing "sudo ldconfig"; }
@test "WSL's libcuda that the loader does not find" { ails wsl libcuda-missing "/etc/ld.so.conf.d/ld.wsl.conf"; }

@test "a driver that does not go with its module, a stub, MPS, a fabric manager that does not run" {
    answers cuInit 803 driver-library-mismatch
    answers cuInit 804 driver-library-mismatch
    answers cuInit 802 fabric-not-ready
    answers cuInit 34 stub-libcuda
    answers nvmlInit_v2 18 driver-library-mismatch
    answers cuInit 3 uvm-broken
    answers cuInit 999 driver-cannot-begin
    answers cuInit 805 mps-unreachable
    answers cuInit 807 mps-not-ready
    answers cuDevicePrimaryCtxRetain 46 gpu-unavailable
    FAKE_COMPUTE_MODE=3 answers cuDevicePrimaryCtxRetain 46 gpu-exclusive
    answers cuMemAlloc_v2 214 memory-error
}

@test "what a failure was tried with is told, and the change that mends it is the cause; a hang is waited for once, and shortly for each change" {
    export LD_LIBRARY_PATH=$driver FAKE_NVML=580.65.06 FAKE_FAULT=hang:cuInit FAKE_FAULT_UNLESS=LD_PRELOAD= LD_PRELOAD=$GPUVET_FAKES/libhook.so CUDA_VISIBLE_DEVICES=0
    one_build "the sanitizer must be preloaded first"
    run "$GPUVET" doctor -q --limit 1 --root tests/machines/driver-no-stack --save "$out"
    echo "$output"
    [ "$status" = 1 ]
    [[ "$output" == *"gpuvet: preload-hook - "* ]]
    grep -A1 '"without.LD_PRELOAD"' "$out" | grep '"passes"'
    FAKE_FAULT_UNLESS=NOTHING=x run "$GPUVET" doctor -q --limit 1 --root tests/machines/driver-no-stack --save "$out"
    [ "$status" = 1 ]
    [[ "$output" == *"gpuvet: driver-hangs - "* ]]
    for change in LD_PRELOAD CUDA_VISIBLE_DEVICES; do grep -A1 "\"without.$change\"" "$out" | grep '"the same"'; done
}

@test "a GPU that is lost is told, and not its symptoms" {
    export LD_LIBRARY_PATH=$driver FAKE_NVML=580.65.06 FAKE_FAULT=fail:nvmlDeviceGetHandleByIndex_v2:0:15
    run "$GPUVET" doctor -q --root tests/machines/driver-no-stack
    echo "$output"
    [ "$status" = 1 ]
    [[ "$output" == *"gpuvet: gpu-lost - "* ]]
}

@test "what has no rule is not given a cause: 3, with what to run" {
    export LD_LIBRARY_PATH=$driver FAKE_NVML=580.65.06 FAKE_FAULT=fail:cuMemAlloc_v2:0:999
    run "$GPUVET" doctor -q --root tests/machines/driver-no-stack
    echo "$output"
    [ "$status" = 3 ]
    [[ "$output" == *"What failed, and has no known cause here:"*"rerun     "*"gpuvet: CANNOT TELL - "*"cuMemAlloc_v2"* ]]
}

@test "where all is well there is no finding" {
    one_build "its code has been through every test above"
    well bare 0 77
    well container-no-runtime 0 77
    well passed-through 0 77
    well server-8 8 0
    well wsl 1 0
    well driver-no-stack 1 0
}

@test "a saved run is diagnosed elsewhere as it was here" {
    run "$GPUVET" run -q --root tests/machines/nouveau -o "$out"
    run "$GPUVET" doctor --from "$out"
    [ "$status" = 1 ]
    [[ "$output" == *"gpuvet: nouveau-owns-gpu - nouveau drives the GPU at 0000:01:00.0"* ]]
    run "$GPUVET" doctor --from /dev/null
    [ "$status" = 3 ]
}

@test "a library that was cut short is the cause, whatever failed by it" {
    cp -a "$GPUVET_FAKES/toolkit" "$BATS_TEST_TMPDIR/cut"
    file=$(readlink -f "$BATS_TEST_TMPDIR/cut/lib64/libcublas.so.13")
    head -c 4096 "$file" >"$file.cut" && mv "$file.cut" "$file"
    LD_LIBRARY_PATH=$driver NVIDIA_VISIBLE_DEVICES=all run "$GPUVET" doctor -q --stack "$BATS_TEST_TMPDIR/cut" -s toolkit-13.0
    echo "$output"
    [ "$status" = 1 ]
    [[ "$output" == *"gpuvet: library-damaged - "*"truncated"* ]]
    [[ "$output" != *"What failed, and has no known cause here"* ]]
}

@test "a driver that is too old for a PyTorch: the build that fits it; a build without CUDA" {
    export LD_LIBRARY_PATH=$driver NVIDIA_VISIBLE_DEVICES=all
    environment 2.4.1+cu124 12.4
    FAKE_NVML=520.61.05 FAKE_DRIVER=11080 run "$GPUVET" doctor -q --stack "$venv" -s "venv:$venv"
    echo "$output"
    [ "$status" = 1 ]
    [[ "$output" == *"driver-too-old"*"it needs driver 525.60.13 or newer, and this machine has 520.61.05"* ]]
    [[ "$output" == *"  fix       $venv/bin/python3 -m pip install torch==2.4.1+cu118 --index-url https://download.pytorch.org/whl/cu118"* ]]
    environment 2.4.1+cpu ""
    run "$GPUVET" doctor -q --stack "$venv" -s "venv:$venv"
    echo "$output"
    [ "$status" = 1 ]
    [[ "$output" == *"  fix       $venv/bin/python3 -m pip install torch==2.4.1+cu124 --index-url https://download.pytorch.org/whl/cu124"*"gpuvet: cpu-only-build - venv:$venv is a CPU-only build of PyTorch"* ]]
}

@test "what LD_LIBRARY_PATH brings is told apart from a stack that is bad by itself" {
    one_build "the sanitizer's loader needs LD_LIBRARY_PATH, without which this is tried"
    mkdir "$BATS_TEST_TMPDIR/foreign"
    printf 'not a library' >"$BATS_TEST_TMPDIR/foreign/libcublasLt.so.13"
    LD_LIBRARY_PATH=$BATS_TEST_TMPDIR/foreign:$driver NVIDIA_VISIBLE_DEVICES=all run "$GPUVET" doctor -q --stack "$GPUVET_FAKES/toolkit" -s toolkit-13.0
    echo "$output"
    [ "$status" = 1 ]
    [[ "$output" == *"gpuvet: environment-interferes - LD_LIBRARY_PATH puts libraries before those of toolkit-13.0"* ]]
    [[ "$output" == *"  fix       unset LD_LIBRARY_PATH"* ]]
}

@test "every ailment is explained, and told apart from what looks the same" {
    for id in nouveau-owns-gpu driver-library-mismatch libcuda-missing library-shadowed driver-too-old; do
        run "$GPUVET" explain "$id"
        [ "$status" = 0 ]
        [[ "$output" == "$id"*"  what  "*"  unlike  "* ]]
    done
}

@test "it takes no file, and says what it takes" {
    run "$GPUVET" doctor x
    [ "$status" = 2 ]
    run "$GPUVET" help doctor
    [[ "$output" == *"gpuvet doctor "*" - what is wrong here"* ]]
}

@test "what is saved is diagnosed elsewhere, and holds no name of the host, its users or their folders" {
    cp -a tests/machines/no-permission "$BATS_TEST_TMPDIR/m"
    echo gpu-node-12 >"$BATS_TEST_TMPDIR/m/proc/sys/kernel/hostname"
    printf 'USER=alice\0LD_LIBRARY_PATH=/home/alice/lib:/scratch/alice\0' >"$BATS_TEST_TMPDIR/m/proc/self/environ"
    run "$GPUVET" doctor -q --no-gpu --root "$BATS_TEST_TMPDIR/m" --save "$out"
    [ "$status" = 1 ]
    [[ "$output" == *"gpuvet: nodes-denied"* ]]
    grep -q '"/home/USER/lib:/scratch/USER"' "$out"
    ! grep -qE 'gpu-node-12|alice' "$out"
    run "$GPUVET" doctor --from "$out"
    [ "$status" = 1 ]
    [[ "$output" == "gpuvet "*" doctor on HOST"*"gpuvet: nodes-denied"* ]]
    run "$GPUVET" doctor -q --no-gpu --root "$BATS_TEST_TMPDIR/m" --save "$out" --with-names
    grep -q 'gpu-node-12' "$out"
    grep -q '/home/alice/lib' "$out"
    run "$GPUVET" doctor --from "$out" --save "$out.given"
    grep -q '/home/USER/lib' "$out.given"
    ! grep -q 'gpu-node-12' "$out.given"
}

@test "what cannot be saved is said, and the finding stays" {
    run "$GPUVET" doctor -q --no-gpu --root tests/machines/nouveau --save /nowhere/bundle
    [ "$status" = 3 ]
    [[ "$output" == *"/nowhere"* ]]
    run "$GPUVET" doctor -q --no-gpu --root tests/machines/nouveau --save /dev/full
    echo "$output"
    [ "$status" = 1 ]
    [[ "$output" == *"gpuvet: nouveau-owns-gpu"*"/dev/full"* ]]
}

@test "the findings can be listed" {
    run "$GPUVET" explain
    [ "$status" = 0 ]
    [[ "$output" == *"  nouveau-owns-gpu"*"  library-shadowed"* ]]
}

@test "a kernel log that cannot be read is said to be unread, in words and to programs" {
    copy="$BATS_TEST_TMPDIR/machine"
    cp -a tests/machines/driver-no-stack "$copy"
    mkdir -p "$copy/dev"
    echo "Operation not permitted" >"$copy/dev/kmsg"
    export LD_LIBRARY_PATH=$driver FAKE_NVML=580.65.06
    run "$GPUVET" doctor -q --root "$copy"
    echo "$output"
    [ "$status" = 0 ]
    [[ "$output" == *"kernel log not readable (Operation not permitted): Xids were not looked at"* ]]
    run "$GPUVET" doctor -q --json --root "$copy"
    [[ "$output" == *'"log_unread": "Operation not permitted"'* ]]
    echo "NVRM: loading NVIDIA UNIX Open Kernel Module for x86_64  580.65.06" >"$copy/dev/kmsg"
    run "$GPUVET" doctor -q --root "$copy"
    [[ "$output" != *"Xids were not looked at"* ]]
}

@test "what was found out is saved also where nobody reads what is told" {
    run bash -c '"$1" doctor -q --no-gpu --root tests/machines/bare --save "$2" >/dev/full' bash "$GPUVET" "$out"
    echo "$output"
    [ "$status" = 3 ]
    [ "$output" = "gpuvet: cannot write to standard output: No space left on device" ]
    run "$GPUVET" doctor --from "$out"
    [[ "$output" == *"nothing wrong was found"* ]]
}

@test "what has no meaning beside a saved run, or as a file, is refused" {
    "$GPUVET" doctor -q --no-gpu --root tests/machines/nouveau --save "$out" || true
    for option in "--root /" "--root tests/machines/bare" "-d gpu0" "-s x" "--stack /" --no-gpu; do
        # shellcheck disable=SC2086 # an option and its value
        run "$GPUVET" doctor --from "$out" $option
        [ "$option" = "--root /" ] || [ "$status" = 2 ]
    done
    run "$GPUVET" doctor -q --no-gpu --root tests/machines/nouveau --save -
    [ "$status" = 2 ]
}
