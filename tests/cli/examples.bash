# What the tests of scripts/examples share: stand-ins for gpuvet and Slurm, and the real program on the fakes.
examples=$BATS_TEST_DIRNAME/../../scripts/examples

# ---- Stand-ins ----

# A gpuvet whose answers lie in files, and a scontrol, a logger and an srun that write down what was asked.
stand_ins() {
    bin=$BATS_TEST_TMPDIR/bin told=$BATS_TEST_TMPDIR/told
    mkdir -p "$bin" "$told"
    cat >"$bin/gpuvet" <<EOS
#!/bin/sh
told=$told verb=\$1
echo "\$verb" >>"\$told/verbs"
if [ "\$verb" = health ]; then
    shift
    for file; do :; done
    [ -f "\$told/health" ] || { [ -f "\$file" ] && cp "\$file" "\$told/answer" || echo 3 >"\$told/answer"; }
    [ ! -f "\$told/health" ] || cp "\$told/health" "\$told/answer"
    read -r code <"\$told/answer"
    [ "\$code" = 1 ] && echo "FAIL blas.gemm.fp32@gpu3: 1 of 4096 elements differ" || echo "said \$code"
    exit "\$code"
fi
if [ "\$verb" = judge ]; then
    read -r code <"\$2"
    [ "\$code" = 1 ] && echo "gpuvet: FAIL - blas.gemm.fp32@gpu3/venv:/h/'\\\$(touch $told/pasted): 1 of 4096 elements differ" || echo "gpuvet: said \$code"
    exit "\$code"
fi
[ ! -f "\$told/slow" ] || sleep 30
code=\$(cat "\$told/run.\$SLURMD_NODENAME" 2>/dev/null || cat "\$told/run")
while [ \$# -gt 0 ]; do
    [ "\$1" != -o ] || case \$code in 0 | 1 | 3 | 77) echo "\$code" >"\$2" ;; esac
    shift
done
[ ! -f "\$told/node.meanwhile" ] || cp "\$told/node.meanwhile" "\$told/node"
echo "[fail] a report"
[ ! -f "\$told/last.words" ] || { cat "\$told/last.words"; exit "\$code"; }
case \$code in
    0) echo "gpuvet: PASS - 1 GPU proved" ;;
    1) [ -f "\$told/mute" ] || echo "gpuvet: FAIL - blas.gemm.fp32@gpu3: \"1\" of 4096 elements differ" ;;
    2) echo "gpuvet: usage" >&2 ;;
    3) echo "gpuvet: BROKEN - could not find out" ;;
    77) echo "gpuvet: SKIP - no GPU is meant" ;;
    137) kill -KILL \$\$ ;;
esac
exit "\$code"
EOS
    cat >"$bin/scontrol" <<EOS
#!/bin/sh
case "\$1 \$2" in
    "show node") [ -f "$told/node" ] || exit 1; cat "$told/node" ;;
    "show hostnames") printf 'n1\nn2\nn3\nn4\n' ;;
    *) echo "\$*" >>"$told/scontrol" ;;
esac
EOS
    printf '#!/bin/sh\necho "$*" >>%s/log\n' "$told" >"$bin/logger"
    # n3 never answers; its exit code is nobody's.
    cat >"$bin/srun" <<EOS
#!/bin/sh
while [ "\${1#--}" != "\$1" ]; do shift; done
for node in n1 n2 n4; do SLURMD_NODENAME=\$node "\$@"; done
exit 9
EOS
    chmod +x "$bin"/*
    node IDLE
    echo 0 >"$told/run"
}

# node STATE [REASON] - what Slurm's books say.
node() {
    {
        printf 'NodeName=n1 Arch=x86_64 CoresPerSocket=1 \n   CPUAlloc=0 CPUTot=8 CPULoad=0.10\n   Gres=%s\n' "${gres-gpu:8}"
        printf '   State=%s ThreadsPerCore=1 TmpDisk=0 Weight=1 Owner=N/A\n   CfgTRES=cpu=8,mem=1000M\n' "$1"
        [ -z "${2:-}" ] || printf '   Reason=%s [root@2031-02-03T04:05:06]\n' "$2"
    } >"$told/node"
}

# pasted FILE [NAME=VALUE...] - the example with its settings changed, as a user changes them.
pasted() {
    file=$1
    shift
    cp "$examples/$file" "$BATS_TEST_TMPDIR/$file"
    for setting in "GPUVET=$bin/gpuvet" "SCONTROL=$bin/scontrol" "LOGGER=$bin/logger" "DIR=$BATS_TEST_TMPDIR/lib" \
        "SAVED=$BATS_TEST_TMPDIR/lib/last.json" "$@"; do
        sed -i "s|^${setting%%=*}=[^ ]*|$setting|" "$BATS_TEST_TMPDIR/$file"
    done
}

# As slurmd starts them: with almost no environment.
prolog() { rm -f "$told/scontrol" "$told/log" "$told/verbs"; run env -i SLURMD_NODENAME=n1 SLURM_JOB_ID=7 SLURM_JOB_GPUS=0,1 "$BATS_TEST_TMPDIR/slurm-prolog.sh"; }
health() { rm -f "$told/scontrol" "$told/log" "$told/verbs"; run env -i SLURMD_NODENAME=n1 "$BATS_TEST_TMPDIR/slurm-health.sh"; }

said() { cat "$told/$1" 2>/dev/null || :; }
drained='update nodename=n1 state=drain reason=gpuvet: FAIL - blas.gemm.fp32@gpu3: "1" of 4096 elements differ'

# ---- The real program, held to the fakes ----

# on MACHINE - a gpuvet on PATH that sees a good machine, a faulty one, a wedged one, or one without a GPU.
on() {
    bin=$BATS_TEST_TMPDIR/bin
    mkdir -p "$bin"
    cat >"$bin/gpuvet" <<EOS
#!/bin/bash
verb=\$1
shift
if [ "\$verb" = health ]; then
    [ "\${!#}" != --oneline ] || set -- "\$@" "$BATS_TEST_TMPDIR/last.json"     # in the place of /var/lib/gpuvet/last.json
    exec "$GPUVET" health "\$@"
fi
set -- "\$verb" "\$@" -p cuda.launch
export LD_LIBRARY_PATH=$driver NVIDIA_VISIBLE_DEVICES=all
case $1 in
    faulty) export FAKE_FAULT=fail:cuMemAlloc_v2:1:999 ;;
    wedged) export FAKE_FAULT=hang:cuInit; set -- "\$@" --timeout 2 ;;
    none) unset LD_LIBRARY_PATH NVIDIA_VISIBLE_DEVICES; set -- "\$@" --root "$BATS_TEST_DIRNAME/../machines/bare" ;;
esac
exec "$GPUVET" "\$@"
EOS
    chmod +x "$bin/gpuvet"
    rm -rf "$BATS_TEST_TMPDIR/work"
    mkdir "$BATS_TEST_TMPDIR/work"
}

yaml() {
    python3 -c 'import yaml' 2>/dev/null || skip "python3 has no yaml here"
    python3 -c 'import sys, yaml
d = yaml.safe_load(open(sys.argv[1]))
print(eval(sys.argv[2]))' "$examples/$1" "$2"
}
