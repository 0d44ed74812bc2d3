#!/bin/sh
# slurm-prolog.sh - Slurm's Prolog: a GPU job starts only on GPUs that are proved.
#
# Where to put it: /etc/slurm/gpuvet-prolog.sh on every node, mode 755. In slurm.conf:
#     Prolog=/etc/slurm/gpuvet-prolog.sh
#     PrologFlags=Alloc             # when the job gets its nodes, not at its first step
#     PrologEpilogTimeout=150       # longer than this script ever takes: Slurm drains where it expires
#     BatchStartTimeout=150         # jobs wait that long for the prolog
# What to change: the settings below.
# A saved run of this node that passed (slurm-health.sh makes one a day) costs a job a moment. Where there is none, the
# GPUs of the job are proved now.
# Exit codes of gpuvet, and what happens here:
#   0       the job starts
#   1       the node is drained, its reason is gpuvet's last line "gpuvet: FAIL - ...", and the job does not start here: srun
#           fails, a batch job goes back to the queue and is held (scontrol release JOB)
#   2, 3, 124, 137 and every other: nothing is known of the machine. It is logged, and the job starts
#   77      cannot occur with --require gpu; the job would start
# A reason that somebody else set is neither overwritten nor cleared.

GPUVET=/usr/local/bin/gpuvet
SCONTROL=/usr/bin/scontrol
LOGGER=/usr/bin/logger
DIR=/var/lib/gpuvet     # holds last.json, the last saved run
MAX_AGE=86400           # seconds; an older run proves nothing
LIMIT=60                # seconds for a run; all else together takes at most 60 more
ARGS=                   # more for gpuvet run, such as: -s toolkit-13.0

# Slurm gives a prolog no PATH.
PATH=/usr/sbin:/usr/bin:/sbin:/bin
export PATH
node=${SLURMD_NODENAME:-$(uname -n | cut -d . -f 1)}

log() {
    echo "gpuvet: $*" >&2
    "$LOGGER" -t gpuvet -p daemon.warning -- "$*" 2>/dev/null || :
}

# drain REASON - unless a reason of somebody else stands there.
drain() {
    shown=$(timeout -k 5 10 "$SCONTROL" show node "$node") || { log "not drained, for scontrol does not answer: $1"; return; }
    note=$(printf '%s\n' "$shown" | sed -n 's/^ *Reason=//p')
    case $note in
        '' | gpuvet:*) timeout -k 5 10 "$SCONTROL" update nodename="$node" state=drain reason="$1" || log "scontrol did not drain: $1" ;;
        *) log "$1; the reason of someone else is kept: $note" ;;
    esac
}

[ -n "${SLURM_JOB_GPUS:-}" ] || exit 0
timeout -k 1 5 "$GPUVET" health --max-age "$MAX_AGE" "$DIR/last.json" >/dev/null 2>&1 && exit 0

# Slurm's CUDA_VISIBLE_DEVICES counts GPUs as the PCI bus does.
export CUDA_DEVICE_ORDER=PCI_BUS_ID
mkdir -p "$DIR"
file=$DIR/job-${SLURM_JOB_ID:-0}.json
# shellcheck disable=SC2086 # words they are
report=$(timeout -k 5 $((LIMIT + 10)) "$GPUVET" run -q --require gpu --timeout "$LIMIT" -o "$file" $ARGS 2>&1)
code=$?
why=$(printf '%s\n' "$report" | LC_ALL=C tr -cd '\n\40-\176' | grep '^gpuvet: FAIL' | tail -n 1 | cut -c 1-200)
# Whoever says 1 must say why: else it was not gpuvet that ended, but something in its place.
if [ "$code" = 1 ] && [ -n "$why" ]; then
    [ ! -f "$file" ] || mv -f "$file" "$DIR/last.json"
    drain "$why"
    exit 1
fi
rm -f "$file" "$file.part"
[ "$code" = 0 ] || log "could not find out (exit code $code), job ${SLURM_JOB_ID:-} starts: $(printf '%s\n' "$report" | tail -n 1)"
exit 0
