/* The driver does not come back from its beginning, or an operating-system call of it fails. */
#include "diagnose/look.h"

#include <stdlib.h>

#include "base/text.h"

/* A driver's trial that was still in a call of the driver when its time was up; NULL: none was. */
static const struct judged *hung_in_driver(const struct look *l)
{
    for (size_t i = 0; i < l->r->n_trials; i++) {
        const struct judged *j = &l->r->trials[i];
        const struct outcome *o = &j->outcome;

        if ((o->ending == ENDED_TIMEOUT || o->ending == ENDED_STUCK) && j->trial.stack == NULL && j->trial.device == NULL && j->trial.set == NULL
            && o->call != NULL && (text_starts(o->call, "cu") || text_starts(o->call, "nvml")))
            return j;
    }
    return NULL;
}

static bool any_passes(const struct judged *j)
{
    for (size_t i = 0; i < j->outcome.n_saw; i++)
        if ((text_starts(j->outcome.saw[i].key, "without.") || text_starts(j->outcome.saw[i].key, "with.")) && text_is(j->outcome.saw[i].text, "passes"))
            return true;
    return false;
}

static void look_for_hang(struct look *l)
{
    const struct judged *j = hung_in_driver(l);

    if (j == NULL || any_passes(j))
        return;                         /* what was changed is the cause, and told by its own name */
    if (j->outcome.ending == ENDED_STUCK)
        found(l, SHOWN, "the driver's kernel module does not come back from %s, and its process cannot be killed: the module, or the GPU's firmware, is stuck", j->outcome.call);
    else
        found(l, LIKELY, "the driver does not come back from %s in the time it was given: a GPU or its firmware is stuck; without persistence mode many GPUs take up to a minute to begin",
              j->outcome.call);
    evidence(l, "%s: %s", j->trial.id, j->why);
    for (size_t i = 0; i < j->outcome.n_saw; i++)
        if (text_starts(j->outcome.saw[i].key, "without.") || text_starts(j->outcome.saw[i].key, "with."))
            evidence(l, "%s: %s", j->outcome.saw[i].key, j->outcome.saw[i].text);
    fix_on_host(l, "sudo dmesg | grep -i -e xid -e gsp -e nvrm; sudo reboot");
    advise(l, "the reboot ends all work on that machine; the kernel's log tells what the GPU reported before");
}

/* Soft limits are the first number of a line of /proc/self/limits. */
static bool is_low(const char *limit, long below)
{
    return limit != NULL && *limit >= '0' && *limit <= '9' && strtol(limit, NULL, 10) < below;
}

static const struct node *closed_node(const struct look *l)
{
    const struct machine *m = l->r->machine;

    for (size_t i = 0; i < m->n_nodes; i++)
        if (!m->nodes[i].opens)
            return &m->nodes[i];
    return NULL;
}

static void look_for_os_call(struct look *l)
{
    const struct judged *told = ended_by(l, "cuInit", 304);
    const char *files = fact(l, "limit.nofile"), *seccomp = fact(l, "process.seccomp");
    const struct node *closed = closed_node(l);
    const bool few_files = is_low(files, 256);

    if (told == NULL)
        return;
    found(l, few_files ? SHOWN : LIKELY, "a call of the driver to the operating system fails%s", few_files ? ": this process may open too few files" : closed != NULL ? ": a device node does not open"
          : text_is(seccomp, "2") ? "; a filter of system calls (seccomp) is set for this process, which may be why" : ", which its device nodes do not explain: see the kernel's log");
    evidence_of_call(l, told);
    if (few_files)
        evidence_of_fact(l, "limit.nofile");
    if (closed != NULL)
        evidence(l, "%s: %s", closed->path, closed->why_not != NULL ? closed->why_not : "it does not open");
    if (text_is(seccomp, "2"))
        evidence_of_fact(l, "process.seccomp");
    if (few_files)
        fix(l, "ulimit -n 65536");
    else if (closed == NULL && text_is(seccomp, "2") && is_in_container(l))
        advise(l, "start the container once with --security-opt seccomp=unconfined: if it works so, its profile denies a call that the driver makes");
    else
        fix_on_host(l, "sudo dmesg | grep -i -e xid -e nvrm");
}

const struct rule begin_rules[] = {
    { { "os-call-failed", LINK_DRIVER, .general = true, .what = "CUDA_ERROR_OPERATING_SYSTEM (304): a system call of the driver failed: a node that does not open, a limit on open files, a filter of "
        "system calls, or a GPU whose firmware does not answer.", .unlike = "nodes-denied and nodes-missing are found by the nodes themselves; a process forked after it had used CUDA answers 3." },
      look_for_os_call },
    { { "driver-hangs", LINK_DRIVER, .general = true, .what = "cuInit or NVML does not return: the kernel module waits for a GPU or its firmware (GSP), which reports Xid 119, 120 or 62 to the kernel's log.",
        .unlike = "preload-hook: there a preloaded library spins, and without it all is well; a slow beginning without persistence mode ends within a minute." }, look_for_hang },
    { { .id = NULL }, NULL },
};
