# scripts/examples: the Slurm scripts and the NHC check, against stand-ins for scontrol and for gpuvet, with every exit code.
load helpers
load examples

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
