#include "model/judge.h"

#include <math.h>
#include <signal.h>
#include <string.h>

#include "base/text.h"
#include "model/blame.h"

/* ---- Codes that can be somebody else's doing, by library family. Everything
 * else that a vendor call returns is the stack's or the machine's fault. ---- */
static const struct {
    const char *library;        /* the start of the file's family */
    long        code;
    const char *shown_by;       /* the observation (not 0) that shows another's doing; NULL: the code itself shows it */
    const char *act;
} others[] = {
    { "cuda",      2,   "memory.foreign_bytes", "wait for the other process, or stop it: nvidia-smi --query-compute-apps=pid,used_memory --format=csv" },
    { "cudart",    2,   "memory.foreign_bytes", "wait for the other process, or stop it: nvidia-smi --query-compute-apps=pid,used_memory --format=csv" },
    { "cuda",      46,  NULL, "another process holds the GPU (or its compute mode is exclusive): nvidia-smi -q -d COMPUTE,PIDS" },
    { "cuda",      101, "device.exclusive", "the GPU is in exclusive compute mode: nvidia-smi -q -d COMPUTE" },
    { "nvidia-ml", 4,   NULL, "ask for permission to use the GPU: ls -l /dev/nvidia*" },
};

static bool set(struct judged *j, enum verdict v, const char *why)
{
    j->verdict = v;
    j->why = why;
    return true;
}

static const char *family_of(const char *path, struct arena *a)
{
    const char *family = path != NULL ? library_family(a, path) : NULL;

    return family != NULL ? family : "";
}

/* "cuInit" of "cuInit(0)". */
static const char *call_name(const char *call, struct arena *a)
{
    return arena_copy(a, call, strcspn(call, "("));
}

/* libtorch says why on standard error, before 2.13 there alone: the rest of the
 * line behind one of its marks. NULL if the child printed neither. */
static const char *torch_words(const char *said, struct arena *a)
{
    static const char *const marks[] = { "Exception in aoti_torch: ", "what():  " };

    for (size_t i = 0; said != NULL && i < COUNT_OF(marks); i++) {
        const char *at = strstr(said, marks[i]);

        if (at != NULL)
            return arena_copy(a, at + strlen(marks[i]), strcspn(at + strlen(marks[i]), "\n"));
    }
    return NULL;
}

static void judge_call(struct judged *j, struct arena *a)
{
    const struct outcome *o = &j->outcome;
    const char *family = family_of(o->library, a), *words = text_starts(family, "torch") ? torch_words(o->said, a) : NULL;
    const char *why = text_make(a, "%s failed in %s: %s", call_name(o->call, a),
                                o->library != NULL && *o->library != '\0' ? o->library : "the driver", words != NULL ? words : o->text);

    set(j, FAIL, why);
    for (size_t i = 0; i < COUNT_OF(others); i++) {
        const struct observation *shown = others[i].shown_by != NULL ? outcome_saw(o, others[i].shown_by) : NULL;

        if (o->code == others[i].code && text_is(family, others[i].library)
            && (others[i].shown_by == NULL || (shown != NULL && shown->number > 0))) {
            set(j, BROKEN, why);
            j->act = others[i].act;
        }
    }
}

static bool judge_stop(struct judged *j, struct arena *a)
{
    const struct outcome *o = &j->outcome;

    switch (o->stop) {
    case STOP_NONE:
        return false;
    case STOP_CALL:
        judge_call(j, a);
        return true;
    case STOP_LOAD:
        return set(j, FAIL, o->text);
    case STOP_UNSUPPORTED:
        return j->trial.probe->may_skip
            ? set(j, SKIP, o->text)
            : set(j, FAIL, text_make(a, "not supported: %s", o->text));
    case STOP_OURS:
        return set(j, BROKEN, o->text);
    case STOP_BAD_RECORD:
        return set(j, BROKEN, text_make(a, "the child wrote a record that cannot be read: %s", o->text));
    }
    return false;
}

static bool judge_ending(struct judged *j, struct arena *a)
{
    const struct outcome *o = &j->outcome;
    const char *in = o->call != NULL
        ? text_make(a, "in %s%s%s", call_name(o->call, a), o->library != NULL ? " of " : "", o->library != NULL ? o->library : "")
        : "outside any vendor call";
    char buffer[16];

    switch (o->ending) {
    case ENDED_CLEAN:
        return false;
    case ENDED_NOT_RUN:
        return set(j, SKIP, o->text);
    case ENDED_CRASHED:
        if (o->status == SIGKILL)
            return set(j, BROKEN, "somebody else killed the child (SIGKILL): the kernel's out-of-memory killer, or a limit of this session");
        return set(j, o->call != NULL ? FAIL : BROKEN,
                   text_make(a, "crashed (%s) %s%s%s%s", signal_name(o->status, buffer), in,
                             o->blamed != NULL ? "; the fault is in " : "", o->blamed != NULL ? o->blamed : "",
                             o->fault != NULL ? text_make(a, " (%s)", o->fault) : ""));
    case ENDED_TIMEOUT:
        return set(j, o->call != NULL ? FAIL : BROKEN, text_make(a, "did not end within %.0f s, %s", o->took_ms / 1000, in));
    case ENDED_STUCK:
        return set(j, o->call != NULL ? FAIL : BROKEN,
                   text_make(a, "stuck in the kernel, not even SIGKILL ends it, %s; reboot or reset the GPU", in));
    case ENDED_SILENT:
        return set(j, o->call != NULL ? FAIL : BROKEN,
                   text_make(a, "the child exited with code %d without finishing the trial, %s", o->status, in));
    }
    return false;
}

/* ---- Expectations ---- */

static bool key_matches(const char *pattern, const char *key)
{
    size_t n = strlen(pattern);

    return n > 0 && pattern[n - 1] == '*' ? strncmp(pattern, key, n - 1) == 0 : strcmp(pattern, key) == 0;
}

/* Comparisons are written so that NaN never holds. */
static bool holds(const struct expect *x, const struct observation *o, const struct machine *m)
{
    const char *fact;

    switch (x->bound) {
    case AT_LEAST: return o->is_number && o->number >= x->number;
    case AT_MOST:  return o->is_number && o->number <= x->number;
    case EQUALS:   return o->is_number && o->number == x->number;
    case SAME_TEXT_AS_FACT:
        fact = machine_fact(m, x->fact);
        return fact == NULL || text_is(fact, o->text);
    case ABSENT:
        return false;
    }
    return false;
}

/* The expectation's sentence with its first %s replaced by what was seen. */
static const char *sentence(const struct expect *x, const struct observation *o, const struct outcome *out,
                            const struct machine *m, struct arena *a)
{
    const struct observation *detail = x->detail != NULL ? outcome_saw(out, x->detail) : NULL;
    const char *mark = strstr(x->sentence, "%s");
    const char *fact = x->bound == SAME_TEXT_AS_FACT ? machine_fact(m, x->fact) : NULL;
    struct text t = { .arena = a };

    if (mark == NULL)
        text_add(&t, "%s", x->sentence);
    else
        text_add(&t, "%.*s%s%s", (int)(mark - x->sentence), x->sentence, o->text, mark + 2);
    if (fact != NULL)
        text_add(&t, ": expected %s", fact);
    if (detail != NULL)
        text_add(&t, ": %s", detail->text);
    return t.s;
}

/* What settling and the witness may find after any trial. */
static const struct expect after_any_trial[] = {
    { .key = "guard.wrong", .bound = ABSENT, .sentence = "%s words outside its buffers were overwritten" },
    { .key = "foreign",     .bound = ABSENT, .sentence = "%s" },
    { .key = "twice",       .bound = ABSENT, .sentence = "%s" },
    { .key = NULL },
};

/* False once something does not hold: the first such thing is the reason. */
static bool judge_expectations(struct judged *j, const struct expect *expects, const struct machine *m, struct arena *a)
{
    const struct outcome *o = &j->outcome;

    for (const struct expect *x = expects; x != NULL && x->key != NULL; x++) {
        size_t matched = 0;

        for (size_t i = 0; i < o->n_saw; i++) {
            if (!key_matches(x->key, o->saw[i].key))
                continue;
            matched++;
            if (!holds(x, &o->saw[i], m)) {
                set(j, FAIL, sentence(x, &o->saw[i], o, m, a));
                return false;
            }
        }
        if (matched == 0 && x->bound != ABSENT && !x->optional) {
            set(j, BROKEN, text_make(a, "the probe ended without observing %s", x->key));
            return false;
        }
    }
    return true;
}

/* What the machine's files say about a driver that does not answer: the first
 * broken link of the chain, and what to do about it. NULL if they say nothing. */
static const char *machine_hint(const struct machine *m)
{
    if (m->nouveau_loaded && !m->module_loaded)
        return "nouveau drives this GPU: install NVIDIA's driver for this distribution, then reboot";
    if (m->place == PLACE_CONTAINER && m->n_nodes == 0)
        return "this container was given no GPU: start it with `docker run --gpus all ...` (NVIDIA Container Toolkit)";
    if (m->n_pci > 0 && !m->module_loaded)
        return "the nvidia kernel module is not loaded: sudo modprobe nvidia; sudo dmesg | grep -iE 'nvidia|nvrm'";
    for (size_t i = 0; i < m->n_nodes; i++)
        if (!m->nodes[i].opens)
            return "this user may not open the GPU's device nodes: ls -l /dev/nvidia*; id";
    if (m->module_loaded && m->n_nodes == 0)
        return "the module is loaded, but there are no device nodes: sudo nvidia-modprobe -u -c 0";
    if (m->n_drivers == 0)
        return "no driver library is installed (libcuda.so.1): install the driver's user-space part";
    return NULL;
}

void judge_trial(struct judged *j, const struct machine *m, struct arena *a)
{
    const struct observation *warning;

    j->act = j->trial.probe->scope == SCOPE_MACHINE ? machine_hint(m) : NULL;
    j->warns = false;
    set(j, PASS, "");
    if (j->outcome.ending == ENDED_NOT_RUN || j->outcome.stop == STOP_NONE) {
        if (judge_ending(j, a))
            return;
    }
    if (judge_stop(j, a))
        return;
    if (j->outcome.n_saw == 0) {
        set(j, BROKEN, "the probe ended without any observation");
        return;
    }
    if (judge_expectations(j, after_any_trial, m, a))
        judge_expectations(j, j->trial.probe->expects, m, a);
    warning = outcome_saw(&j->outcome, "warning");
    if (j->verdict == PASS && warning != NULL) {
        j->warns = true;
        j->why = warning->text;
    }
}

/* ---- The run as a whole ---- */

bool require_parse(struct require *r, struct arena *a, const char *text, struct err *e)
{
    if (text_is(text, "gpu")) {
        r->gpu = true;
        return true;
    }
    if (text_starts(text, "gpu=")) {
        r->gpu = true;
        return (text_to_long(text + 4, &r->gpus) && r->gpus > 0)
            || err_set(e, ERR_USAGE, "--require %s: the number of GPUs must be 1 or more", text);
    }
    if (text_is(text, "stack")) {
        r->stack = true;
        return true;
    }
    if (probe_by_name(text) == NULL)
        return err_set(e, ERR_USAGE, "--require %s: use gpu, gpu=N, stack, or a probe's name (`gpuvet list probes`)", text);
    {
        const char **probes = arena_alloc(a, (r->n_probes + 1) * sizeof *probes);

        if (r->n_probes > 0)
            memcpy(probes, r->probes, r->n_probes * sizeof *probes);
        probes[r->n_probes++] = arena_text(a, text);
        r->probes = probes;
    }
    return true;
}

struct counts { size_t pass, fail, broken, skip, warn, all; };

static struct counts count(const struct report *r)
{
    struct counts n = { .all = r->n_trials };

    for (size_t i = 0; i < r->n_trials; i++) {
        n.pass += r->trials[i].verdict == PASS;
        n.fail += r->trials[i].verdict == FAIL;
        n.broken += r->trials[i].verdict == BROKEN;
        n.skip += r->trials[i].verdict == SKIP;
        n.warn += r->trials[i].warns;
    }
    return n;
}

/* A GPU is proved when at least one trial that ran code on it passed and none failed. */
static bool is_proved(const struct report *r, const struct device *d)
{
    bool ran = false;

    for (size_t i = 0; i < r->n_trials; i++) {
        const struct judged *j = &r->trials[i];

        if (j->trial.device != d)
            continue;
        if (j->verdict == FAIL || j->verdict == BROKEN)
            return false;
        ran |= j->verdict == PASS && (j->trial.probe->needs & NEEDS_CONTEXT) != 0;
    }
    return ran;
}

static size_t count_answering(const struct report *r)
{
    size_t n = 0;

    for (size_t i = 0; i < r->n_devices; i++)
        n += r->devices[i].answers;
    return n;
}

static size_t count_proved(const struct report *r)
{
    size_t n = 0;

    for (size_t i = 0; i < r->n_devices; i++)
        n += is_proved(r, &r->devices[i]);
    return n;
}

static void add_requirement(struct report *r, struct requirement **list, struct arena *a,
                            const char *text, bool met, const char *why)
{
    *ARENA_PUSH(a, *list, r->n_requires) = (struct requirement){ text, met, met ? "" : why };
}

static void require_probe(struct report *r, struct requirement **list, const char *name, struct arena *a)
{
    size_t passed = 0, others_n = 0;
    const char *why = "no trial of it is in this run";

    for (size_t i = 0; i < r->n_trials; i++)
        if (text_is(r->trials[i].trial.probe->name, name)) {
            passed += r->trials[i].verdict == PASS;
            if (r->trials[i].verdict != PASS) {
                others_n++;
                why = text_make(a, "%s: %s", r->trials[i].trial.id, r->trials[i].why);
            }
        }
    add_requirement(r, list, a, name, passed > 0 && others_n == 0, why);
}

static void judge_requirements(struct report *r, const struct require *q, struct arena *a)
{
    struct requirement *list = NULL;
    size_t answering = count_answering(r), proved = count_proved(r);

    r->n_requires = 0;
    if (q->gpu && q->gpus == 0)
        add_requirement(r, &list, a, "gpu", proved > 0, text_make(a, "%zu GPUs answer, %zu proved", answering, proved));
    if (q->gpus > 0)
        add_requirement(r, &list, a, text_make(a, "gpu=%ld", q->gpus),
                        answering == (size_t)q->gpus && proved == (size_t)q->gpus,
                        text_make(a, "%zu GPUs answer, %zu proved", answering, proved));
    if (q->stack)
        add_requirement(r, &list, a, "stack", r->n_stacks > 0, "no stack found");
    for (size_t i = 0; i < q->n_probes; i++)
        require_probe(r, &list, q->probes[i], a);
    r->requires = list;
}

static const char *names_of_devices(const struct report *r, struct arena *a)
{
    struct text t = { .arena = a };

    text_put(&t, "", 0);
    for (size_t i = 0; i < r->n_devices; i++) {
        size_t same = 1;
        bool seen = false;

        if (!r->devices[i].answers || r->devices[i].name == NULL)
            continue;
        for (size_t k = 0; k < r->n_devices; k++)
            if (k != i && text_is(r->devices[k].name, r->devices[i].name)) {
                seen |= k < i;
                same++;
            }
        if (!seen)
            text_add(&t, "%s%zu x %s", t.n > 0 ? ", " : "", same, r->devices[i].name);
    }
    return t.s;
}

static const char *first_failure(const struct report *r, enum verdict v, struct arena *a)
{
    for (size_t i = 0; i < r->n_trials; i++)
        if (r->trials[i].verdict == v)
            return text_make(a, "%s: %s", r->trials[i].trial.id, r->trials[i].why);
    return NULL;
}

static const char *stacks_tested(const struct report *r, struct arena *a)
{
    if (r->n_stacks == 0)
        return "; no stack found: cuBLAS and cuDNN not tested";
    return text_make(a, ", %zu stack%s", r->n_stacks, r->n_stacks == 1 ? "" : "s");
}

void judge_report(struct report *r, const struct require *require, bool strict, struct arena *a)
{
    struct counts n = count(r);
    size_t proved = count_proved(r), unmet = 0;
    const char *numbers = text_make(a, "%zu of %zu trials passed, %zu failed, %zu broken, %zu skipped%s",
                                    n.pass, n.all, n.fail, n.broken, n.skip,
                                    n.warn > 0 ? text_make(a, ", %zu with a warning", n.warn) : "");
    const char *unmet_text = NULL;

    judge_requirements(r, require, a);
    for (size_t i = 0; i < r->n_requires; i++)
        if (!r->requires[i].met) {
            unmet++;
            unmet_text = text_make(a, "required %s: %s", r->requires[i].text, r->requires[i].why);
        }
    if (n.fail > 0 || unmet > 0 || (strict && n.warn > 0)) {
        const char *first = n.fail > 0 ? first_failure(r, FAIL, a) : unmet_text != NULL ? unmet_text : "a warning, and --strict";

        r->exit_code = 1;
        r->closing = text_make(a, "FAIL - %s (%s)", first, numbers);
    } else if (n.broken > 0) {
        r->exit_code = 3;
        r->closing = text_make(a, "BROKEN - could not find out: %s (%s)", first_failure(r, BROKEN, a), numbers);
    } else if (proved > 0) {
        r->exit_code = 0;
        r->closing = text_make(a, "PASS - %zu GPU%s proved (%s)%s (%s)", proved, proved == 1 ? "" : "s",
                               names_of_devices(r, a), stacks_tested(r, a), numbers);
    } else if (r->machine->gpu_meant && count_answering(r) == 0 && n.pass == 0) {
        r->exit_code = 3;
        r->closing = text_make(a, "BROKEN - a GPU is meant for this process and nothing could be run (%s)", numbers);
    } else if (!r->machine->gpu_meant || count_answering(r) == 0) {
        r->exit_code = 77;
        r->closing = text_make(a, "SKIP - no GPU is meant for this process: %s; without one%s: %s",
                               r->machine->why_not_meant != NULL ? r->machine->why_not_meant : "nothing names one",
                               r->n_stacks == 0 ? ", and no stack found" : stacks_tested(r, a), numbers);
    } else {
        r->exit_code = 77;
        r->closing = text_make(a, "SKIP - no trial ran on a GPU (%s)", numbers);
    }
    if (r->interrupted) {
        r->exit_code = r->exit_code == 1 ? 1 : 128 + r->signo;
        r->closing = text_make(a, "INTERRUPTED - partial: %s", r->closing);
    }
}
