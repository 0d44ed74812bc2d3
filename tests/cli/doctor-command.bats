# gpuvet doctor, told what is wrong: an error, a log, a command that fails, a running process.
load helpers

# told CODE ARGUMENT... - the doctor's answer on a machine where nothing is wrong.
told() {
    local code=$1
    shift
    run "$GPUVET" doctor -q --no-gpu --root tests/machines/bare "$@"
    echo "$output"
    [ "$status" = "$code" ]
}

# ran CODE COMMAND... - that command, examined.
ran() {
    local code=$1
    shift
    run timeout 60 "$GPUVET" doctor -q --no-gpu "$@"
    echo "$output"
    [ "$status" = "$code" ]
}

@test "an error that is known names its cause, and one that is not is left open" {
    told 1 --error "RuntimeError: Cannot re-initialize CUDA in forked subprocess."
    [[ "$output" == *"gpuvet: fork-after-cuda-init - "* ]]
    [[ "$output" == *"evidence  the error: RuntimeError: Cannot re-initialize CUDA in forked subprocess."* ]]
    told 3 --error "something went wrong"
    [[ "$output" == *"gpuvet: CANNOT TELL - something failed, and nothing in that text is known here; "*"show nothing wrong"* ]]
}

@test "in a container, what is its host's to do is told as that, with sudo" {
    cp -r tests/machines/bare "$BATS_TEST_TMPDIR/container"
    touch "$BATS_TEST_TMPDIR/container/.dockerenv"
    run "$GPUVET" doctor -q --no-gpu --root "$BATS_TEST_TMPDIR/container" --error "Failed to initialize NVML: Driver/library version mismatch"
    echo "$output"
    [[ "$output" == *"  on host   sudo reboot"* ]]
    told 1 --error "Failed to initialize NVML: Driver/library version mismatch"
    [[ "$output" == *"  fix       "*reboot* ]]
}

@test "a command that had neither LD_LIBRARY_PATH nor LD_PRELOAD is not told to unset them" {
    ran 1 -- sh -c 'echo "undefined symbol: ncclX"; exit 1'
    [[ "$output" != *"environment-interferes"* && "$output" != *"where the message came up"* ]]
    LD_LIBRARY_PATH=/nonexistent ran 1 -- sh -c 'echo "undefined symbol: ncclX"; exit 1'
    [[ "$output" == *"environment-interferes"* ]]
}

@test "several errors are one complaint" {
    told 1 --error "step 1" --error "CUDA error: device-side assert triggered" --error "step 2"
    [[ "$output" == *"gpuvet: device-assert - "* ]]
}

@test "a log is read from standard input, however long it is" {
    { seq 200000; echo "ptxas fatal   : Value 'sm_121a' is not defined for option 'gpu-name'"; seq 200000; } >"$BATS_TEST_TMPDIR/log"
    told 1 --error - <"$BATS_TEST_TMPDIR/log"
    [[ "$output" == *"evidence  the log: ptxas fatal"*"gpuvet: triton-too-old - "* ]]
    head -c 3000000 /dev/urandom >"$BATS_TEST_TMPDIR/noise"
    told 3 --error - <"$BATS_TEST_TMPDIR/noise"
}

@test "what the machine shows and the message may mean comes first, and is shown; what it cannot mean stays behind" {
    run "$GPUVET" doctor -q --no-gpu --json --root tests/machines/nouveau --error "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver"
    echo "$output"
    [ "$status" = 1 ]
    python3 -c 'import json, sys; c = json.loads(sys.argv[1])["causes"]; assert [x["id"] for x in c] == ["nouveau-owns-gpu"] and c[0]["certainty"] == "shown" and c[0]["evidence"][0].startswith("the error: NVIDIA-SMI")' "$output"
    run "$GPUVET" doctor -q --no-gpu --json --root tests/machines/nouveau --error "CUDA error: device-side assert triggered"
    echo "$output"
    python3 -c 'import json, sys; d = json.loads(sys.argv[1]); assert d["causes"][0]["id"] == "nouveau-owns-gpu" and [n["id"] for n in d["notes"]] == ["device-assert"]' "$output"
}

@test "the complaint is saved, and told elsewhere as here" {
    told 1 --error "CUDA error: device-side assert triggered" --save "$out"
    run "$GPUVET" doctor --from "$out"
    [ "$status" = 1 ]
    [[ "$output" == *"gpuvet: device-assert - "* ]]
    run "$GPUVET" doctor --from "$out" --error "cannot allocate memory in static TLS block"
    [ "$status" = 1 ]
    [[ "$output" == *"gpuvet: static-tls-exhausted - "* ]]
}

@test "a command that fails with a known message: its exit code, its words, their cause" {
    ran 1 -- sh -c 'echo "epoch 1"; echo "RuntimeError: CUDA error: device-side assert triggered" >&2; exit 1'
    [[ "$output" == *"evidence  the command said: RuntimeError: CUDA error: device-side assert triggered"*"gpuvet: device-assert - "* ]]
}

@test "a command that fails without one: its last words" {
    ran 3 -- sh -c 'echo "no such epoch"; exit 7'
    [[ "$output" == *"What the command said last:"*"  no such epoch"* ]]
    [[ "$output" == *"CANNOT TELL - sh -c "*" ended with exit code 7, and nothing in what it said is known here"* ]]
}

@test "a command that is killed by a signal: which" {
    ran 3 -- sh -c 'kill -SEGV $$'
    [[ "$output" == *" was killed by SIGSEGV (11), and nothing"* ]]
    ran 1 -- sh -c 'kill -KILL $$'
    [[ "$output" == *"evidence  the command said: sh -c "*" was killed by SIGKILL (9)"*"gpuvet: host-out-of-memory - "* ]]
}

@test "an exit code by which a shell tells of a signal: which" {
    ran 1 -- sh -c 'exit 137'
    [[ "$output" == *" ended with exit code 137, as a shell tells that"*"killed by SIGKILL (9)"*"gpuvet: host-out-of-memory - "* ]]
    ran 3 -- sh -c 'exit 200'
    [[ "$output" == *" ended with exit code 200, and nothing in what it said is known here"* ]]
}

@test "a command that succeeds: that it does, and whether anything is wrong all the same" {
    ran 77 -- sh -c 'echo "out of memory: not really"'
    [[ "$output" == *"gpuvet: sh -c "*" ended with exit code 0; nothing wrong was found"* ]]
}

@test "a command that hangs is ended at its time, with all that it started" {
    ran 3 --timeout 1 -- sh -c 'echo started; sleep 4711 & sleep 4711'
    [[ "$output" == *" did not end within 1 s, and nothing in what it said is known here"* ]]
    ! pgrep -f 'sleep 4711'
}

@test "one that does not listen is ended all the same" {
    ran 3 --timeout 1 -- sh -c 'trap "" TERM; while :; do sleep 0.2; done'
    [[ "$output" == *" did not end within 1 s"* ]]
}

@test "what it leaves running is ended with it" {
    ran 77 -- sh -c 'sleep 4712 >/dev/null 2>&1 & exit 0'
    ! pgrep -f 'sleep 4712'
}

@test "a hang with CUDA_LAUNCH_BLOCKING=1" {
    CUDA_LAUNCH_BLOCKING=1 ran 1 --timeout 1 -- sleep 30
    [[ "$output" == *"env.CUDA_LAUNCH_BLOCKING = 1"*"gpuvet: launch-blocking-hang - "* ]]
}

@test "a command that is not there is a mistake of the call" {
    run "$GPUVET" doctor -- /no/such/command
    [ "$status" = 2 ]
    [[ "$output" == "gpuvet: cannot run /no/such/command: No such file or directory" ]]
    run "$GPUVET" doctor --
    [ "$status" = 2 ]
    run "$GPUVET" doctor --error x -- true
    [ "$status" = 2 ]
    run "$GPUVET" doctor --root tests/machines/bare -- true
    [ "$status" = 2 ]
}

@test "its options are its own, and standard input is passed on" {
    ran 1 -- sh -c 'read -r line; echo "$line"; exit 1' <<<"CUDA error: device-side assert triggered"
    [[ "$output" == *"gpuvet: device-assert - "* ]]
    ran 77 -- sh -c 'test "$1" = --nagios && test "$2" = --json' sh --nagios --json
}

@test "output of any size and kind is kept in bounds" {
    ran 3 -- sh -c 'head -c 40000000 /dev/zero | tr "\0" x; head -c 1000000 /dev/urandom; yes | head -n 300000; exit 1'
    [ "${#output}" -lt 20000 ]
    ran 1 -- sh -c 'printf "\033[31mCUDA error: device-side \033[0massert triggered\r\n\001\377"; exit 1'
    [[ "$output" == *"the command said: CUDA error: device-side assert triggered"* ]]
}

@test "Ctrl-C ends the command and the doctor" {
    setsid -w bash -c '"$1" doctor -q --no-gpu -- sh -c "echo \$\$ >\"$2\"; exec sleep 4713" & wait' bash "$GPUVET" "$BATS_TEST_TMPDIR/pid" 3>&- &
    for _ in $(seq 100); do [ -s "$BATS_TEST_TMPDIR/pid" ] && break || sleep 0.1; done
    sleeper=$(cat "$BATS_TEST_TMPDIR/pid")
    doctor=$(ps -o ppid= -p "$sleeper" | tr -d ' ')
    kill -INT "$doctor"
    for _ in $(seq 100); do kill -0 "$doctor" 2>/dev/null || break; sleep 0.1; done
    ! kill -0 "$doctor" 2>/dev/null
    ! kill -0 "$sleeper" 2>/dev/null
    wait
}

@test "a signal that ends the doctor while the command runs is told by its exit code" {
    for signal in HUP=129 INT=130 TERM=143; do
        run timeout --preserve-status -s "${signal%=*}" 1 "$GPUVET" doctor -q --no-gpu -- sleep 4715
        echo "$output"
        [ "$status" = "${signal#*=}" ]
    done
    ! pgrep -f 'sleep 4715'
}

@test "the Python that the command comes to is the one that is examined" {
    environment 2.4.1+cpu ""
    printf '#!%s/bin/python3\nimport sys\nsys.exit("AssertionError: Torch not compiled with CUDA enabled")\n' "$venv" >"$BATS_TEST_TMPDIR/train"
    chmod +x "$BATS_TEST_TMPDIR/train"
    for command in "$BATS_TEST_TMPDIR/train" "$venv/bin/python3 -c raise(AssertionError('Torch_not_compiled_with_CUDA_enabled'.replace('_',chr(32))))"; do
        # shellcheck disable=SC2086 # words they are
        NVIDIA_VISIBLE_DEVICES=all run "$GPUVET" doctor -q --no-gpu -- $command
        echo "$output"
        [ "$status" = 1 ]
        [[ "$output" == *"evidence  the command said: "*"Torch not compiled with CUDA enabled"*"gpuvet: cpu-only-build - venv:$venv is a CPU-only build"* ]]
    done
}

# nccl_without_symbol - an environment in $app, in which libtorch_cuda wants a function that the libnccl that lies there does not have.
nccl_without_symbol() {
    app=$BATS_TEST_TMPDIR/machine/opt/app
    (
        set +u
        export FOLDER=$BATS_TEST_TMPDIR/machine SPEC=$BATS_TEST_TMPDIR/spec
        # shellcheck disable=SC1091 # it is linted by itself
        . tests/failures/kit.bash
        host ubuntu 22.04
        venv /opt/app 3.11
        library_of "$SITE/nvidia/nccl/lib/libnccl.so.2" 'void ncclCommRegister(void){}'
        torch 2.5.1 12.4
        SEARCH=runpath torch_cuda 'void ncclCommRegister(void); void gpuvet_use(void){ncclCommRegister();}' "$SITE/nvidia/nccl/lib/libnccl.so.2"
        [ "$1" = elsewhere ] || MAJOR=12 brought nccl 2.21.5
        library_of "$SITE/nvidia/nccl/lib/libnccl.so.2" 'void ncclCommInitRank(void){} char more[9000] = { 1 };'
    )
    printf '#!/bin/sh\necho "ImportError: libtorch_cuda.so: undefined symbol: ncclCommRegister"\nexit 1\n' >"$app/bin/python3.11"
}

@test "what the libraries of the command's Python want of one another is looked at, as without a command" {
    nccl_without_symbol elsewhere
    ran 1 -- "$app/bin/python3" -c "import torch"
    [[ "$output" == *"gpuvet: nccl-mismatch - libtorch_cuda.so wants ncclCommRegister, which libnccl.so.2"* ]]
    [[ "$output" != *"(likely)"* ]]
}

@test "a library that was overwritten explains a symbol that is not defined: no guess stands before it" {
    nccl_without_symbol here
    ran 1 -- "$app/bin/python3" -c "import torch"
    [[ "$output" == *"gpuvet: library-damaged - libnccl.so.2 of venv:$app is no whole library"* ]]
    [[ "$output" != *"(likely)"* ]]
}

@test "a Python without PyTorch" {
    mkdir -p "$BATS_TEST_TMPDIR/empty/bin"
    ln -s "$(command -v python3)" "$BATS_TEST_TMPDIR/empty/bin/python3"
    run "$GPUVET" doctor -q --no-gpu -- "$BATS_TEST_TMPDIR/empty/bin/python3" -I -c 'raise ModuleNotFoundError("No module named '"'torch'"'")'
    echo "$output"
    [ "$status" = 1 ]
    [[ "$output" == *"gpuvet: torch-not-installed - "* ]]
}

@test "a running process is looked at by what it has: its environment, its libraries" {
    cp "$GPUVET_FAKES"/toolkit/lib64/libcublasLt.so.13 "$BATS_TEST_TMPDIR/libcublasLt.so.13"
    CUDA_VISIBLE_DEVICES=7 python3 -c 'import ctypes, sys, time; ctypes.CDLL(sys.argv[1]); print("ready", flush=True); time.sleep(60)' "$BATS_TEST_TMPDIR/libcublasLt.so.13" >"$BATS_TEST_TMPDIR/ready" 3>&- &
    process=$!
    for _ in $(seq 100); do [ -s "$BATS_TEST_TMPDIR/ready" ] && break || sleep 0.1; done
    rm "$BATS_TEST_TMPDIR/libcublasLt.so.13"
    run "$GPUVET" doctor -q --no-gpu --pid "$process" --save "$out" --with-names
    kill "$process"
    echo "$output"
    [ "$status" = 1 ]
    [[ "$output" == *"libcublasLt.so.13 (deleted)"*"  fix       kill $process"*"gpuvet: library-replaced - process $process goes on with a library"* ]]
    python3 -c 'import json, sys; f = {x["key"]: x["value"] for x in json.load(open(sys.argv[1]))["machine"]["facts"]}; assert f["env.CUDA_VISIBLE_DEVICES"] == "7" and f["process.pid"] == sys.argv[2], f' "$out" "$process"
}

@test "a process that is not there, or is no number, is a mistake of the call" {
    run "$GPUVET" doctor --pid 4194999
    [ "$status" = 2 ]
    [[ "$output" == "gpuvet: --pid 4194999: there is no such process" ]]
    run "$GPUVET" doctor --pid self
    [ "$status" = 2 ]
    run "$GPUVET" doctor --pid 2 --error x
    [ "$status" = 2 ]
}

@test "of a process that has ended and was not waited for nothing can be seen, and no other user would see more" {
    python3 -c 'import os, sys, time
child = os.fork()
if child == 0: os._exit(0)
time.sleep(0.2); print(child, flush=True); time.sleep(60)' >"$BATS_TEST_TMPDIR/child" 3>&- &
    parent=$!
    for _ in $(seq 100); do [ -s "$BATS_TEST_TMPDIR/child" ] && break || sleep 0.1; done
    child=$(cat "$BATS_TEST_TMPDIR/child")
    run "$GPUVET" doctor --pid "$child"
    kill "$parent"
    echo "$output"
    [ "$status" = 2 ]
    [ "$output" = "gpuvet: --pid $child: it has ended, or is part of the kernel: nothing can be seen of it" ]
}

@test "another user's process is not looked into" {
    [ "$(id -u)" = 0 ] || skip "it takes root to become another user"
    sleep 60 3>&- &
    process=$!
    run setpriv --reuid 65534 --clear-groups "$GPUVET" doctor --pid "$process"
    kill "$process"
    echo "$output"
    [ "$status" = 2 ]
    [[ "$output" == *"another user's process does not show its environment; it takes the process's own user, or root"* ]]
}

@test "on a terminal its output is seen as it comes, it can be typed to, and Ctrl-C ends both" {
    python3 - "$GPUVET" <<'PY'
import os, pty, re, select, sys, time
pid, fd = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], [sys.argv[1], "doctor", "--no-gpu", "--", "sh", "-c", "echo begun; read -r line; echo got $line; exec sleep 4714"])
seen = b""
def until(text):
    global seen
    end = time.time() + 30
    while text not in seen and time.time() < end:
        if select.select([fd], [], [], 0.2)[0]:
            try:
                seen += os.read(fd, 4096)
            except OSError:
                return
    assert text in seen, seen
until(b"begun")
os.write(fd, b"words\n")
until(b"got words")
os.write(fd, b"\x03")
until(b"interrupted, and with it the command")
assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 130
PY
    ! pgrep -f 'sleep 4714'
}

@test "no text is no complaint" {
    run "$GPUVET" doctor -q --no-gpu --root tests/machines/bare --error - </dev/null
    [ "$status" = 2 ]
    [[ "$output" == *"standard input is empty"* ]]
    run "$GPUVET" doctor -q --no-gpu --root tests/machines/bare --error ""
    [ "$status" = 2 ]
}
