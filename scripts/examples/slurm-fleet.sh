#!/bin/sh
# slurm-fleet.sh - proves all nodes of a Slurm job at once, one saved run a node, and sums up.
#
# Where to put it: anywhere; it is a batch script, and runs under salloc as well:
#     sbatch -N 64 --exclusive --gpus-per-node=8 slurm-fleet.sh /shared/gpuvet
# The folder must be the same on all nodes. Each call makes a folder of its own in it, with NODE.json and NODE.txt.
# What to change: the settings below; -N, --gpus-per-node (all of a node's, else only a part is proved), -p, -w.
# What counts is what is in the files. srun's exit code is the highest of all nodes' and is not looked at: it hides a
# failure (1) behind one that could not find out (3), and a node that vanished says nothing at all.
# Exit codes of gpuvet, and what happens here:
#   0                           the node is proved
#   1                           it failed; the command that drains it is printed, not run
#   2, 3, 77, 130, 143, other   could not find out; nothing is said about the node
#   no file                     no result: the node died, or gpuvet was killed or could not be started; NODE.txt may say why
# Exit code of this script: 0 all are proved, 1 at least one failed, 2 usage, 3 the rest.

GPUVET=/usr/local/bin/gpuvet
REQUIRE=gpu             # or gpu=8, or an order sheet on the shared disk: gpuvet list --as-require >FILE on a good node
LIMIT=600               # seconds for each node

if [ $# != 1 ] || [ -z "${SLURM_JOB_NODELIST:-}" ]; then
    echo "usage: sbatch -N NODES --exclusive --gpus-per-node=GPUS slurm-fleet.sh FOLDER" >&2
    exit 2
fi
nodes=$(scontrol show hostnames "$SLURM_JOB_NODELIST") && [ -n "$nodes" ] || exit 3
# A folder that nobody had before: a file of an earlier run would pass for a result.
dir=$1/$(date -u +%Y%m%dT%H%M%SZ)-${SLURM_JOB_ID:-0}-$$
mkdir -p "$1" && mkdir "$dir" || exit 3
count=$(printf '%s\n' "$nodes" | wc -l)

# shellcheck disable=SC2016 # the node's shell fills these in
srun --nodes="$count" --ntasks="$count" --ntasks-per-node=1 --no-kill --kill-on-bad-exit=0 --wait=0 --time=$((LIMIT / 60 + 2)) \
    sh -c '"$1" run -q --require "$2" --timeout "$3" -o "$4/$SLURMD_NODENAME.json" >"$4/$SLURMD_NODENAME.txt" 2>&1' \
    node "$GPUVET" "$REQUIRE" "$LIMIT" "$dir" || :

proved=0 failed=0 unknown=0 silent=0
for node in $nodes; do
    if [ ! -f "$dir/$node.json" ]; then
        silent=$((silent + 1))
        echo "$node: no result: $(tail -n 1 "$dir/$node.txt" 2>/dev/null || echo "it never answered")"
        continue
    fi
    report=$("$GPUVET" judge "$dir/$node.json" 2>&1)
    code=$?
    # What is printed here is pasted into a shell, and names of folders are in it: within single quotes nothing is read.
    line=$(printf '%s\n' "$report" | tail -n 1 | LC_ALL=C tr -cd '\40-\176' | tr -d "'" | cut -c 1-200)
    case $code in
        0) proved=$((proved + 1)) ;;
        1)
            failed=$((failed + 1))
            echo "$node: $line"
            echo "    scontrol update nodename=$node state=drain reason='$line'" ;;
        *)
            unknown=$((unknown + 1))
            echo "$node: $line" ;;
    esac
done
echo "$dir: $count nodes: $proved proved, $failed failed, $unknown could not find out, $silent no result"
[ "$failed" = 0 ] || exit 1
[ "$proved" = "$count" ] || exit 3
