# However we die, what was proved is on disk, and nobody is left behind.
load helpers

# Children of ours that are still there, by a word in their environment.
left() { grep -lsz "^GPUVET_TEST=$1\$" /proc/[0-9]*/environ | wc -l; }

@test "kill -9 at 20 random moments: what was proved is on disk and readable" {
    RANDOM=${KILL_SEED:-$(date +%s)}
    echo "KILL_SEED was $(date +%s) or ${KILL_SEED:-unset}"
    parts=0
    for round in $(seq 20); do
        rm -f "$out" "$out.part"
        mark=$BASHPID.$round
        # Calls that wait: the run takes longer than we do.
        GPUVET_TEST=$mark LD_LIBRARY_PATH=$driver NVIDIA_VISIBLE_DEVICES=all FAKE_GPUS=2 FAKE_FAULT=wait:cuCtxSynchronize:0:250 \
            "$GPUVET" run -q --stack "$GPUVET_FAKES/toolkit" -s toolkit-13.0 -o "$out" >/dev/null 2>&1 &
        pid=$!
        slept=$((RANDOM % 5)).$((RANDOM % 10))
        sleep "$slept"
        kill -KILL $pid 2>/dev/null || true
        wait $pid 2>/dev/null || true
        [ ! -e "$out.part" ] || parts=$((parts + 1))
        python3 - "$out" "$slept" <<'PY'
import json, os, sys
path, slept = sys.argv[1], float(sys.argv[2])
if os.path.exists(path):                                # it was faster than we
    assert json.load(open(path))["exit_code"] == 0
else:
    assert os.path.exists(path + ".part") or slept < 2, "nothing is on disk"
if os.path.exists(path + ".part"):
    lines = open(path + ".part").read().split("\n")
    whole = [json.loads(line) for line in lines[:-1]]   # what stands behind the last newline was being written
    trials = [t for t in whole if "id" in t]
    assert len({t["id"] for t in trials}) == len(trials)
    assert trials or slept < 2
    assert all(t["saw"] and t["ending"] == "clean" for t in trials if t["verdict"] == "pass")
PY
        for _ in $(seq 50); do
            [ "$(left $mark)" = 0 ] && break
            sleep 0.1
        done
        [ "$(left $mark)" = 0 ]
        if [ -s "$out.part" ]; then
            run "$GPUVET" judge "$out.part"
            [ "$status" = 3 ]
        fi
    done
    [ "$parts" -ge 10 ]
}

@test "a service that is stopped with all its processes is interrupted, and the GPU is not to blame" {
    for round in 1 2 3 4 5; do
        rm -f "$out" "$out.part"
        mark=$BASHPID.stop.$round
        GPUVET_TEST=$mark LD_LIBRARY_PATH=$driver NVIDIA_VISIBLE_DEVICES=all FAKE_FAULT=hang:cuMemAlloc_v2 \
            "$GPUVET" run -q --stack "$GPUVET_FAKES/toolkit" -s toolkit-13.0 -o "$out" >/dev/null 2>&1 &
        pid=$!
        for _ in $(seq 100); do
            grep -qs '"cuda.context@gpu0"' "$out.part" && break
            sleep 0.1
        done
        # As a service manager does: everybody in the group of processes, the children first in half of the rounds.
        all=$(grep -lsz "^GPUVET_TEST=$mark\$" /proc/[0-9]*/environ | sed 's|/proc/\(.*\)/environ|\1|' | sort -n)
        [ $((round % 2)) = 0 ] || all=$(sort -rn <<<"$all")
        # shellcheck disable=SC2086 # numbers they are
        kill -TERM $all
        wait $pid && code=0 || code=$?
        [ "$code" = 143 ]
        [ "$(grep -c '"verdict": "fail"' "$out")" = 0 ]
    done
}
