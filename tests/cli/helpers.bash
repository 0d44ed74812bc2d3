# What the command-line tests share. GPUVET and GPUVET_FAKES come from scripts/run-tests.

setup() {
    : "${GPUVET:?}" "${GPUVET_FAKES:?}"
    unset NVIDIA_VISIBLE_DEVICES CUDA_VISIBLE_DEVICES LD_PRELOAD FAKE_FAULT FAKE_GPUS VIRTUAL_ENV CONDA_PREFIX
    unset CUDA_HOME CUDA_PATH
    export LD_LIBRARY_PATH=
    export NO_COLOR=1
    out=$BATS_TEST_TMPDIR/out.json
    driver=$GPUVET_FAKES/driver
    # The sanitizer's dlopen does not know its caller, and so loses RUNPATH: cuDNN would not find its parts.
    case $GPUVET in */asan/*) driver=$driver:$GPUVET_FAKES/toolkit/lib64 ;; esac
}

# one_build WHY - what tests a script, or takes long in libraries that no sanitizer sees, is not run once more below the sanitizers.
one_build() {
    case $GPUVET in */asan/*) skip "one build is enough: $1" ;; esac
}

# A machine with the fake driver, and the fake toolkit as its only stack of interest.
simulated() {
    LD_LIBRARY_PATH=$driver NVIDIA_VISIBLE_DEVICES=all \
        "$GPUVET" run -q --stack "$GPUVET_FAKES/toolkit" -s toolkit-13.0 "$@"
}

# verdict ID - of one trial in the saved run.
verdict() {
    python3 -c 'import json, sys; print(next(t["verdict"] for t in json.load(open(sys.argv[1]))["trials"] if t["id"] == sys.argv[2]))' "$out" "$1"
}

# field ID NAME - one field of a trial in the saved run, "" if it is absent.
field() {
    python3 -c 'import json, sys; print(next(t.get(sys.argv[3], "") for t in json.load(open(sys.argv[1]))["trials"] if t["id"] == sys.argv[2]))' "$out" "$1" "$2"
}

# others_pass ID... - every trial but these passed or was skipped for resting on them, or for what the fake GPU does not have, or
# for being about several GPUs where there is one.
others_pass() {
    python3 - "$out" "$@" <<'PY'
import json, sys
blamed = sys.argv[2:]
wrong = [t["id"] for t in json.load(open(sys.argv[1]))["trials"] if t["id"] not in blamed and t["verdict"] != "pass"
         and not (t["verdict"] == "skip" and t["why"].startswith("not reached: ") and any(b in t["why"] for b in blamed))
         and not (t["verdict"] == "skip" and t["why"].startswith(("it is for compute capability ", "one GPU: ")))]
assert not wrong, wrong
PY
}

# observed ID KEY - what a trial of the saved run saw under that key, line by line.
observed() {
    python3 - "$out" "$@" <<'PY'
import json, sys
trials = [t for t in json.load(open(sys.argv[1]))["trials"] if t["id"] == sys.argv[2]]
print(*(o["value"] for t in trials for o in t["saw"] if o["key"] == sys.argv[3]), sep="\n")
PY
}

# environment VERSION CUDA - a virtual environment whose PyTorch calls itself so; CUDA "" is None.
environment() {
    venv=$BATS_TEST_TMPDIR/venv
    site=$venv/lib/python3.11/site-packages
    mkdir -p "$venv/bin" "$site/torch/lib"
    ln -sf /usr/bin/python3 "$venv/bin/python3"
    printf 'home = /usr/bin\nversion = 3.11.2\n' >"$venv/pyvenv.cfg"
    printf "__version__ = '%s'\ncuda: Optional[str] = %s\n" "$1" "${2:+'$2'}${2:-None}" | sed "s/= '\(.*\)'\1\$/= '\1'/" >"$site/torch/version.py"
}
