# scripts/examples: what users paste. The Slurm scripts and the NHC check run against stand-ins for scontrol and for
# gpuvet, with every exit code; the shell lines of the CI jobs and of the Kubernetes Job run the real program on the fakes.
load helpers

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

# ---- All of them ----

@test "each example opens by saying where it goes, what to change and what each exit code does there" {
    for file in "$examples"/*; do
        opening=$(head -n 30 "$file")
        for words in "${file##*/}" "Where to put it" "What to change" "Exit codes of gpuvet"; do
            [[ "$opening" == *"$words"* ]] || { echo "$file does not say: $words"; false; }
        done
        for code in 0 1 2 3 77; do
            sed -n '/Exit codes of gpuvet/,$p' <<<"$opening" | grep -qw "$code" || { echo "$file does not say what $code does"; false; }
        done
    done
}

@test "the shell examples pass shellcheck, and run under a plain sh" {
    command -v shellcheck >/dev/null || skip "shellcheck is not installed"
    shellcheck "$examples"/*.sh
    shellcheck -s bash "$examples"/*.nhc
    for file in "$examples"/*.sh; do [ "$(head -n 1 "$file")" = "#!/bin/sh" ] && [ -x "$file" ]; done
}

@test "explain prints each file byte for byte, alone and in its topic, and each file has one" {
    "$GPUVET" explain >"$BATS_TEST_TMPDIR/topics"
    for topic in slurm ci k8s ansible; do
        grep -q "^  $topic " "$BATS_TEST_TMPDIR/topics"
        "$GPUVET" explain $topic >"$BATS_TEST_TMPDIR/$topic"
    done
    for file in "$examples"/*; do
        "$GPUVET" explain "${file##*/}" | cmp - "$file"
        grep -q "${file##*/}" "$BATS_TEST_TMPDIR/topics"
        python3 - "$file" "$BATS_TEST_TMPDIR"/{slurm,ci,k8s,ansible} <<'PY'
import sys
text = open(sys.argv[1], "rb").read()
assert sum(text in open(t, "rb").read() for t in sys.argv[2:]) == 1
PY
    done
}

@test "an unknown topic is a usage error that names the topics" {
    run "$GPUVET" explain nonsense
    [ "$status" = 2 ]
    [[ "$output" == *"nonsense"*"slurm, ci, k8s, ansible"* ]]
    run "$GPUVET" explain slurm ci
    [ "$status" = 2 ]
    run bash -c "'$GPUVET' explain slurm >/dev/full"
    [ "$status" = 3 ]
}

# ---- Slurm ----

@test "prolog: a saved run that passed starts the job, and no GPU is touched" {
    stand_ins; pasted slurm-prolog.sh
    echo 0 >"$told/health"
    prolog
    [ "$status" = 0 ]
    [ "$(said verbs)" = health ]
    [ -z "$(said scontrol)$(said log)" ]
}

@test "prolog: a job without a GPU starts, and nothing is asked" {
    stand_ins; pasted slurm-prolog.sh
    echo 1 >"$told/run"
    run env -i SLURMD_NODENAME=n1 SLURM_JOB_ID=7 "$BATS_TEST_TMPDIR/slurm-prolog.sh"
    [ "$status" = 0 ]
    [ -z "$(said verbs)$(said scontrol)" ]
}

@test "prolog: exit code 1 alone drains, with our reason, whatever the saved run says" {
    stand_ins; pasted slurm-prolog.sh
    for saved in 1 2 3 77 124 137; do
        echo $saved >"$told/health"
        for code in 0 2 3 77 124 126 127 130 137 143; do
            echo $code >"$told/run"
            prolog
            [ "$status" = 0 ] || { echo "$saved, $code: $status"; false; }
            [ -z "$(said scontrol)" ]
            [ $code = 0 ] || [[ "$(said log)" == *"exit code $code"* ]]
        done
        echo 1 >"$told/run"
        prolog
        [ "$status" = 1 ]
        [ "$(said scontrol)" = "$drained" ]
    done
}

@test "prolog: what a drain rests on is kept as the last saved run, and nothing else is left behind" {
    stand_ins; pasted slurm-prolog.sh
    prolog
    [ -z "$(ls "$BATS_TEST_TMPDIR/lib")" ]
    echo 1 >"$told/run"
    prolog
    [ "$(ls "$BATS_TEST_TMPDIR/lib")" = last.json ]
    [ "$(cat "$BATS_TEST_TMPDIR/lib/last.json")" = 1 ]
}

@test "prolog: a reason of somebody else is kept, a reason of ours is brought up to date" {
    stand_ins; pasted slurm-prolog.sh
    echo 1 >"$told/run"
    for state in IDLE IDLE+DRAIN MIXED+DRAIN; do
        node $state "replacing PSU, call Ann"
        prolog
        [ "$status" = 1 ]
        [ -z "$(said scontrol)" ]
        [[ "$(said log)" == *"kept: replacing PSU, call Ann"* ]]
        node $state "gpuvet: FAIL - what was wrong last week"
        prolog
        [ "$status" = 1 ]
        [ "$(said scontrol)" = "$drained" ]
    done
}

@test "prolog: where Slurm does not answer the job does not start on GPUs that failed" {
    stand_ins; pasted slurm-prolog.sh
    echo 1 >"$told/run"
    rm "$told/node"
    prolog
    [ "$status" = 1 ]
    [[ "$(said log)" == *"scontrol does not answer"* ]]
}

@test "a 1 that does not say why is not gpuvet's verdict, and does not drain" {
    stand_ins; pasted slurm-prolog.sh; pasted slurm-health.sh
    echo 1 >"$told/run"
    touch "$told/mute"
    prolog
    [ "$status" = 0 ]
    [ -z "$(said scontrol)" ]
    health
    [ "$status" = 0 ]
    [ -z "$(said scontrol)" ]
}

@test "words alone do not drain: a FAIL that ends with another code than 1 is no verdict" {
    stand_ins; pasted slurm-prolog.sh; pasted slurm-health.sh
    echo "gpuvet: FAIL - and then something else happened" >"$told/last.words"
    for code in 2 3 77 124 137 143; do
        echo $code >"$told/run"
        prolog
        [ "$status" = 0 ]
        [ -z "$(said scontrol)" ]
        health
        [ "$status" = 0 ]
        [ -z "$(said scontrol)" ]
    done
    echo "gpuvet: INTERRUPTED - partial: FAIL - nothing was proved yet" >"$told/last.words"
    echo 1 >"$told/run"
    prolog
    [ "$status" = 0 ]
    [ -z "$(said scontrol)" ]
}

@test "a run that hangs is ended, and does not drain" {
    stand_ins
    pasted slurm-prolog.sh LIMIT=-9
    pasted slurm-health.sh LIMIT=-7
    touch "$told/slow"
    began=$SECONDS
    prolog
    [ "$status" = 0 ]
    [[ "$(said log)" == *"exit code 124"* ]]
    health
    [ "$status" = 0 ]
    [[ "$(said log)" == *"exit code 124"* ]]
    [ -z "$(said scontrol)" ]
    [ $((SECONDS - began)) -lt 15 ]
}

@test "health: a node with a job, in maintenance, about to restart or without a GPU is left alone" {
    stand_ins; pasted slurm-health.sh
    echo 1 >"$told/run"
    for state in ALLOCATED MIXED MIXED+DRAIN ALLOCATED+DRAIN IDLE+COMPLETING IDLE+MAINTENANCE+RESERVED IDLE+PLANNED IDLE+REBOOT_ISSUED \
        IDLE+POWERING_DOWN DOWN 'DOWN*+DRAIN' UNKNOWN FAILING IDLE+DRAIN; do
        node "$state"
        health
        [ "$status" = 0 ]
        [ -z "$(said verbs)$(said scontrol)" ] || { echo "$state"; false; }
    done
    gres='(null)' node IDLE
    health
    [ -z "$(said verbs)$(said scontrol)" ]
    rm "$told/node"
    health
    [ "$status" = 0 ]
    [ -z "$(said verbs)$(said scontrol)" ]
}

@test "health: on an idle node a saved run that passed is enough" {
    stand_ins; pasted slurm-health.sh
    echo 0 >"$told/health"
    echo 1 >"$told/run"
    health
    [ "$status" = 0 ]
    [ "$(said verbs)" = health ]
    [ -z "$(said scontrol)" ]
}

@test "health: on an idle node exit code 1 alone drains, with our reason" {
    stand_ins; pasted slurm-health.sh
    for saved in 1 2 3 77 124 137; do
        echo $saved >"$told/health"
        for code in 0 2 3 77 124 126 127 130 137 143; do
            echo $code >"$told/run"
            health
            [ "$status" = 0 ]
            [ -z "$(said scontrol)" ]
            [ $code = 0 ] || [[ "$(said log)" == *"exit code $code"* ]]
        done
        echo 1 >"$told/run"
        health
        [ "$status" = 1 ]
        [ "$(said scontrol)" = "$drained" ]
    done
}

@test "health: a reason of somebody else is neither overwritten nor cleared, even with UNDRAIN=yes" {
    stand_ins
    echo 3 >"$told/health"
    for undrain in no yes; do
        pasted slurm-health.sh UNDRAIN=$undrain
        for code in 0 1; do
            echo $code >"$told/run"
            node IDLE "replacing PSU"
            health
            [[ "$(said verbs)" == *run ]]
            [ -z "$(said scontrol)" ]
            node IDLE+DRAIN "replacing PSU"
            health
            [ -z "$(said verbs)$(said scontrol)" ]
            node IDLE+DRAIN "NHC: check_gpuvet: FAIL"
            health
            [ -z "$(said verbs)$(said scontrol)" ]
        done
    done
}

@test "a reason that somebody sets while gpuvet runs is kept, too" {
    stand_ins; pasted slurm-prolog.sh; pasted slurm-health.sh UNDRAIN=yes
    node IDLE+DRAIN "replacing PSU"
    mv "$told/node" "$told/node.meanwhile"
    echo 3 >"$told/health"
    for code in 0 1; do
        echo $code >"$told/run"
        for note in "" "gpuvet: FAIL - blas.gemm.fp32@gpu3"; do
            node IDLE${note:++DRAIN} "$note"
            health
            [[ "$(said verbs)" == *run ]]
            [ -z "$(said scontrol)" ]
            node MIXED "$note"
            prolog
            [ "$status" = $code ]
            [ -z "$(said scontrol)" ]
        done
    done
}

@test "health: what we drained is put back only if that is asked, and only by a run that passes" {
    stand_ins; pasted slurm-health.sh
    node IDLE+DRAIN "gpuvet: FAIL - blas.gemm.fp32@gpu3"
    echo 0 >"$told/health"
    health
    [ -z "$(said verbs)$(said scontrol)" ]
    pasted slurm-health.sh UNDRAIN=yes
    health
    [ "$(said verbs)" = run ]
    [ "$(said scontrol)" = "update nodename=n1 state=undrain" ]
    for code in 2 3 77 124 137; do
        echo $code >"$told/run"
        health
        [ -z "$(said scontrol)" ]
    done
    echo 1 >"$told/run"
    health
    [ "$(said scontrol)" = "$drained" ]
}

@test "the Slurm scripts with the real program: a good machine, a faulty one, one without its GPU" {
    stand_ins
    for machine in good:0 faulty:1 none:1 wedged:0; do
        on ${machine%:*}
        rm -rf "$BATS_TEST_TMPDIR/lib"
        pasted slurm-prolog.sh; pasted slurm-health.sh
        prolog
        [ "$status" = ${machine#*:} ] || { echo "$machine: $output"; false; }
        [ -z "$(said scontrol)" ] || [[ "$(said scontrol)" == "update nodename=n1 state=drain reason=gpuvet: FAIL - "* ]]
        [ "$(said scontrol | wc -l)" = ${machine#*:} ]
        health
        [ "$status" = ${machine#*:} ]
        [ "$(said scontrol | wc -l)" = ${machine#*:} ]
    done
}

@test "fleet: the files decide, srun's exit code does not, and a node without a file is no result" {
    stand_ins; pasted slurm-fleet.sh
    fleet() { run env PATH="$bin:$PATH" SLURM_JOB_NODELIST='n[1-4]' SLURM_JOB_ID=7 "$BATS_TEST_TMPDIR/slurm-fleet.sh" "$BATS_TEST_TMPDIR/results"; }
    fleet
    [ "$status" = 3 ]
    [[ "$output" == *"n3: no result: it never answered"*"4 nodes: 3 proved, 0 failed, 0 could not find out, 1 no result" ]]
    echo 1 >"$told/run.n2"
    echo 137 >"$told/run.n4"
    fleet
    [ "$status" = 1 ]
    [[ "$output" == *"n2: gpuvet: FAIL - blas.gemm"*"scontrol update nodename=n2 state=drain reason='gpuvet: FAIL - blas"* ]]
    line=$(grep '^ *scontrol update' <<<"$output")
    PATH="$bin:$PATH" sh -c "$line"                                 # as it is pasted
    [ ! -e "$told/pasted" ]
    [ "$(said scontrol)" = "update nodename=n2 state=drain reason=gpuvet: FAIL - blas.gemm.fp32@gpu3/venv:/h/\$(touch $told/pasted): 1 of 4096 elements differ" ]
    rm "$told/scontrol"
    [[ "$output" == *"4 nodes: 1 proved, 1 failed, 0 could not find out, 2 no result" ]]
    echo 3 >"$told/run.n2"
    fleet
    [ "$status" = 3 ]
    [[ "$output" == *"4 nodes: 1 proved, 0 failed, 1 could not find out, 2 no result" ]]
    [ ! -f "$told/scontrol" ]
    sed -i 's/n1 n2 n4/n1 n2 n3 n4/' "$bin/srun"
    rm "$told"/run.*
    fleet
    [ "$status" = 0 ]
    run env -u SLURM_JOB_NODELIST "$BATS_TEST_TMPDIR/slurm-fleet.sh" "$BATS_TEST_TMPDIR/results"
    [ "$status" = 2 ]
}

@test "fleet: runs of other machines are judged by the real program" {
    stand_ins; pasted slurm-fleet.sh "GPUVET=$GPUVET"
    simulated -p cuda.launch --require gpu -o "$out" >/dev/null
    boot=$(cat /proc/sys/kernel/random/boot_id)
    # What srun would leave: a run on another machine, one of them bad.
    cat >"$bin/srun" <<EOS
#!/bin/sh
while [ "\${1#--}" != "\$1" ]; do shift; done
for folder; do :; done
for node in n1 n2 n3 n4; do
    sed "s/$boot/00000000-0000-0000-0000-000000000000/" "$out" >"\$folder/\$node.json"
done
sed 's/"ending": "clean"/"ending": "crashed", "status": 11, "call": "cuInit(0)"/' "$out" >"\$folder/n4.json"
EOS
    run env PATH="$bin:$PATH" SLURM_JOB_NODELIST='n[1-4]' SLURM_JOB_ID=7 "$BATS_TEST_TMPDIR/slurm-fleet.sh" "$BATS_TEST_TMPDIR/results"
    [ "$status" = 1 ]
    [[ "$output" == *"n4: gpuvet: FAIL - "*"4 nodes: 3 proved, 1 failed, 0 could not find out, 0 no result" ]]
}

# ---- NHC ----

@test "NHC: exit code 1 alone fails the check, and the fact is its text" {
    stand_ins
    check() {
        run bash -c "set -f; die() { shift; echo \"die: \$*\"; }; log() { echo \"log: \$*\"; }; syslog() { :; }
            GPUVET=$bin/gpuvet; . $examples/gpuvet.nhc; check_gpuvet --max-age 172800"
    }
    for code in 0 2 3 77 124 126 127 137; do
        echo $code >"$told/health"
        check
        [ "$status" = 0 ]
        [[ "$output" != *die:* ]]
        [ $code = 0 ] || [ $code = 77 ] || [[ "$output" == "log: check_gpuvet: could not find out (exit code $code)"* ]]
    done
    echo 1 >"$told/health"
    check
    [ "$status" = 1 ]
    [ "$output" = "die: check_gpuvet: FAIL blas.gemm.fp32@gpu3: 1 of 4096 elements differ" ]
    [ "$(sort -u "$told/verbs")" = health ]
}

# ---- CI ----

# ci COMMANDS - as the runner of either service runs a step.
ci() { (cd "$BATS_TEST_TMPDIR/work" && PATH="$bin:$PATH" bash -e -o pipefail -c "$1" >"$BATS_TEST_TMPDIR/text" 2>&1) && status=0 || status=$?; }

@test "GitHub and GitLab: green on a good machine, red on a faulty, a wedged and an empty one" {
    github=$(yaml github-actions.yml '"\n".join(s["run"] for s in d["jobs"]["gpuvet"]["steps"] if "run" in s)')
    gitlab=$(yaml gitlab-ci.yml '"\n".join(d["gpuvet"]["script"])')
    for commands in "$github" "$gitlab"; do
        [[ "$commands" == *"--require gpu "* ]]
        for machine in good:0 faulty:1 wedged:3 none:1; do
            on ${machine%:*}
            ci "$commands"
            [ "$status" = ${machine#*:} ] || { echo "$machine: $status"; cat "$BATS_TEST_TMPDIR/text"; false; }
            [ -s "$BATS_TEST_TMPDIR/work/gpuvet.json" ]
            python3 -c 'import sys, xml.dom.minidom; xml.dom.minidom.parse(sys.argv[1])' "$BATS_TEST_TMPDIR/work/gpuvet.xml"
        done
    done
}

@test "GitHub and GitLab: what was found is kept when the job fails, and no code is forgiven" {
    [ "$(yaml github-actions.yml '[s["if"] for s in d["jobs"]["gpuvet"]["steps"] if "upload-artifact" in s.get("uses", "")]')" = "['always()']" ]
    [ "$(yaml gitlab-ci.yml '(d["gpuvet"]["artifacts"]["when"], d["gpuvet"]["artifacts"]["reports"]["junit"])')" = "('always', 'gpuvet.xml')" ]
    run grep -nE '^[^#]*(continue-on-error|allow_failure|\|\| *true)' "$examples"/git*.yml
    [ "$status" = 1 ]
}

# ---- Kubernetes ----

@test "the Job's command ends with gpuvet's code, and leaves the verdict and the saved run" {
    command=$(yaml kubernetes-job.yaml 'd["spec"]["template"]["spec"]["containers"][0]["command"][2]')
    command=${command//\/tmp\//$BATS_TEST_TMPDIR/work/}
    command=${command//\/var\/lib\/gpuvet/$BATS_TEST_TMPDIR/work}
    command=${command//\/dev\/termination-log/$BATS_TEST_TMPDIR/work/termination-log}
    for machine in good:0:PASS faulty:1:FAIL wedged:3:BROKEN none:1:FAIL; do
        IFS=: read -r name code word <<<"$machine"
        on "$name"
        PATH="$bin:$PATH" run sh -c "$command"
        [ "$status" = "$code" ]
        [[ "$output" == *"gpuvet: $word - "* ]]
        [[ "$(cat "$BATS_TEST_TMPDIR/work/termination-log")" == "gpuvet: $word - "* ]]
        [ "$(wc -l <"$BATS_TEST_TMPDIR/work/termination-log")" = 1 ]
        [ -s "$BATS_TEST_TMPDIR/work/last.json" ]
    done
}

@test "the Job fails at once for 1 and 2, tries again for the rest, and an eviction is no try" {
    rules='next(r["action"] for r in d["spec"]["podFailurePolicy"]["rules"] + [{"action": "Count"}] if %s in r.get("onExitCodes", {"values": [%s] if "onPodConditions" not in r else []})["values"])'
    for code in 1:FailJob 2:FailJob 3:Count 137:Count 127:Count; do
        [ "$(yaml kubernetes-job.yaml "${rules//%s/${code%:*}}")" = "${code#*:}" ]
    done
    [ "$(yaml kubernetes-job.yaml '[r["action"] for r in d["spec"]["podFailurePolicy"]["rules"] if "onPodConditions" in r]')" = "['Ignore']" ]
    [ "$(yaml kubernetes-job.yaml 'd["spec"]["template"]["spec"]["restartPolicy"]')" = Never ]
}

@test "node-problem-detector's command answers 0, 1 or unknown in 80 bytes, and asks for health alone" {
    mapfile -t words < <(python3 -c 'import json, sys
d = json.load(open(sys.argv[1]))
assert d["plugin"] == "custom" and d["pluginConfig"]["max_output_length"] == 80
assert {r["condition"] for r in d["rules"]} <= {c["type"] for c in d["conditions"]}
print(d["rules"][0]["path"], *d["rules"][0]["args"], sep="\n")' "$examples/node-problem-detector.json")
    [ "${words[*]}" = "/usr/local/bin/gpuvet health --oneline" ]
    for machine in good:0:PASS faulty:1:FAIL wedged:3: gone:3:; do
        IFS=: read -r name code word <<<"$machine"
        on "$name"
        rm -f "$BATS_TEST_TMPDIR/last.json"
        [ "$name" = gone ] || "$bin/gpuvet" run -q --require gpu -o "$BATS_TEST_TMPDIR/last.json" >/dev/null || :
        run "$bin/gpuvet" "${words[@]:1}"
        [ "$status" = "$code" ] || { echo "$name: $status $output"; false; }
        [[ "$output" == "$word"* ]]
        [ "${#output}" -le 80 ] && [ "${#lines[@]}" = 1 ]
    done
}

# ---- Ansible ----

@test "the play goes on for 0, 1 and 77 alone, and then looks at the verdict" {
    [ "$(yaml ansible.yml '[(t["failed_when"], t["changed_when"]) for t in d[0]["tasks"] if "failed_when" in t]')" \
        = "[('gpuvet.rc not in [0, 1, 77]', False)]" ]
    [ "$(yaml ansible.yml '[t["ansible.builtin.assert"]["that"] for t in d[0]["tasks"] if "ansible.builtin.assert" in t]')" \
        = "['gpuvet.rc == 0 or (gpuvet.rc == 77 and not gpuvet_require)']" ]
}
