#!/bin/sh
# slurm-health.sh - Slurm's HealthCheckProgram: proves the GPUs of an idle node once a day, and drains it if they fail.
#
# Where to put it: /etc/slurm/gpuvet-health.sh on every node, mode 755. In slurm.conf:
#     HealthCheckProgram=/etc/slurm/gpuvet-health.sh
#     HealthCheckInterval=600
#     HealthCheckNodeState=IDLE,CYCLE       # CYCLE: not all nodes at once
# What to change: the settings below.
# Nothing is done on a node that has a job, has no GPU in Slurm's books, or is drained, reserved for maintenance or about to
# restart. Else the saved run is read, which takes a moment; only where it is missing, old or did not pass, the GPUs are
# proved now. So a drain never rests on yesterday's run. It is all over within 60 seconds, after which slurmd would kill it.
# Exit codes of gpuvet, and what happens here:
#   0       nothing; a node that gpuvet drained is put back if UNDRAIN=yes
#   1       the node is drained, its reason is gpuvet's last line "gpuvet: FAIL - ..."; this script ends with 1, which slurmd
#           writes into its log and otherwise ignores
#   2, 3, 124, 137 and every other: nothing is known of the machine. It is logged, and nothing is drained
#   77      cannot occur with a --require on GPUs; it would be logged
# A reason that somebody else set is neither overwritten nor cleared.

GPUVET=/usr/local/bin/gpuvet
SCONTROL=/usr/bin/scontrol
LOGGER=/usr/bin/logger
CONF=                   # slurm.conf, if it is not where scontrol looks for it; slurmd does not say
SAVED=/var/lib/gpuvet/last.json
MAX_AGE=86400           # seconds; an older run proves nothing
REQUIRE=gpu             # or gpu=8, or an order sheet: gpuvet list --as-require >FILE on a good node
LIMIT=30                # seconds for a run; not more than 30, for the 60 seconds' sake
ARGS=                   # more for gpuvet run, such as: -s toolkit-13.0
UNDRAIN=no              # yes: a node that gpuvet drained is proved each time, and put back when it passes. A GPU that fails
                        # now and then will come back, too

# slurmd gives it no PATH.
PATH=/usr/sbin:/usr/bin:/sbin:/bin
export PATH
[ -z "$CONF" ] || export SLURM_CONF="$CONF"
node=${SLURMD_NODENAME:-$(uname -n | cut -d . -f 1)}

log() {
    echo "gpuvet: $*"
    "$LOGGER" -t gpuvet -p daemon.warning -- "$*" 2>/dev/null || :
}

# What Slurm's books say of this node now.
look() {
    shown=$(timeout -k 1 4 "$SCONTROL" show node "$node") || { log "scontrol does not answer"; return 1; }
    state=$(printf '%s\n' "$shown" | sed -n 's/^ *State=\([^ ]*\).*/\1/p')
    gres=$(printf '%s\n' "$shown" | sed -n 's/^ *Gres=//p')
    note=$(printf '%s\n' "$shown" | sed -n 's/^ *Reason=//p')
}

update() { timeout -k 1 4 "$SCONTROL" update nodename="$node" "$@" || log "scontrol failed: update $*"; }

look || exit 0
case $gres in *gpu*) ;; *) exit 0 ;; esac
case $state in
    *COMPLETING* | *MAINT* | *PLANNED* | *POWER* | *REBOOT* | *FAIL*) exit 0 ;;
    IDLE*DRAIN*)
        case $UNDRAIN:$note in yes:gpuvet:*) ;; *) exit 0 ;; esac ;;
    IDLE*)
        timeout -k 1 2 "$GPUVET" health --max-age "$MAX_AGE" "$SAVED" >/dev/null 2>&1 && exit 0 ;;
    *) exit 0 ;;
esac

mkdir -p "${SAVED%/*}"
# shellcheck disable=SC2086 # words they are
report=$(timeout -k 2 $((LIMIT + 8)) "$GPUVET" run -q --require "$REQUIRE" --timeout "$LIMIT" -o "$SAVED" $ARGS 2>&1)
code=$?
why=$(printf '%s\n' "$report" | LC_ALL=C tr -cd '\n\40-\176' | grep '^gpuvet: FAIL' | tail -n 1 | cut -c 1-200)
was=$state
look || exit 0          # much may have changed meanwhile
if [ "$code" = 0 ]; then
    case $was:$note in *DRAIN*:gpuvet:*) update state=undrain; log "passes again, and is put back" ;; esac
elif [ "$code" = 1 ] && [ -n "$why" ]; then
    # Whoever says 1 must say why: else it was not gpuvet that ended, but something in its place.
    case $note in
        '' | gpuvet:*) update state=drain reason="$why"; log "$why" ;;
        *) log "$why; the reason of someone else is kept: $note" ;;
    esac
    exit 1
else
    log "could not find out (exit code $code): $(printf '%s\n' "$report" | tail -n 1)"
fi
exit 0
