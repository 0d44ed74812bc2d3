#include "model/judge.h"

#include <signal.h>
#include <string.h>

#include "base/text.h"
#include "model/blame.h"
#include "model/repair.h"
#include "model/singular.h"

/* ---- Codes that can be somebody else's doing, by library family. Everything
 * else that a vendor call returns is the stack's or the machine's fault. ---- */
static const struct {
    const char *library;        /* its family */
    long        code;
    const char *shown_by;       /* the observation that shows another's doing; NULL: the code itself shows it */
    const char *act;
} others[] = {
    { "cuda",      2,   "memory.foreign_bytes", "nvidia-smi --query-compute-apps=pid,name,used_memory --format=csv" },
    { "cudart",    2,   "memory.foreign_bytes", "nvidia-smi --query-compute-apps=pid,name,used_memory --format=csv" },
    { "cuda",      46,  "device.exclusive",     "nvidia-smi -q -d COMPUTE,PIDS" },
    { "cuda",      101, "device.exclusive",     "nvidia-smi -q -d COMPUTE,PIDS" },
    { "nvidia-ml", 4,   NULL,                   "ls -l /dev/nvidia*; id" },
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

/* Some say why in what they print, and there alone (libtorch before 2.13, NCCL): the
 * rest of the line behind one of their marks. NULL if the child printed none. */
static const char *own_words(const char *family, const char *said, struct arena *a)
{
    static const struct { const char *family, *mark; } marks[] = {
        { "torch", "Exception in aoti_torch: " }, { "torch", "what():  " }, { "nccl", "NCCL WARN " },
    };

    for (size_t i = 0; said != NULL && i < COUNT_OF(marks); i++) {
        const char *at = text_starts(family, marks[i].family) ? strstr(said, marks[i].mark) : NULL;

        if (at != NULL)
            return arena_copy(a, at + strlen(marks[i].mark), strcspn(at + strlen(marks[i].mark), "\n"));
    }
    return NULL;
}

/* libtorch's code says nothing, NCCL's a little. */
static const char *words_of(const struct outcome *o, const char *family, struct arena *a)
{
    const char *words = own_words(family, o->said, a);

    if (words == NULL || text_has(o->text, words))
        return o->text;
    return text_is(family, "nccl") ? text_make(a, "%s: %s", o->text, words) : words;
}

/* What to do about words that are known, by library family. */
static const char *known_remedy(const char *family, const char *words)
{
    static const struct { const char *family, *words, *act; } remedies[] = {
        { "nccl", "/dev/shm", "df -h /dev/shm; a container gets more with `docker run --shm-size=1g` or --ipc=host" },
        { "nccl", "No space left on device", "df -h /dev/shm; a container gets more with `docker run --shm-size=1g` or --ipc=host" },
        { "nccl", "peer access", "NCCL_P2P_DISABLE=1 gpuvet run -p 'nccl.*' -p 'peer.*': what passes then tells whether peer access is what fails" },
    };

    for (size_t i = 0; i < COUNT_OF(remedies); i++)
        if (text_is(family, remedies[i].family) && text_has(words, remedies[i].words))
            return remedies[i].act;
    return NULL;
}

static void judge_call(struct judged *j, struct arena *a)
{
    const struct outcome *o = &j->outcome;
    const char *family = family_of(o->library, a), *words = words_of(o, family, a);
    const char *why = text_make(a, "%s failed in %s: %s", call_name(o->call, a),
                                o->library != NULL && *o->library != '\0' ? o->library : "the driver", words);

    set(j, FAIL, why);
    j->act = known_remedy(family, words);
    for (size_t i = 0; i < COUNT_OF(others); i++) {
        const struct observation *shown = others[i].shown_by != NULL ? outcome_saw(o, others[i].shown_by) : NULL;

        if (o->code == others[i].code && text_is(family, others[i].library)
            && (others[i].shown_by == NULL || (shown != NULL && shown->number > 0))) {
            set(j, BROKEN, why);
            j->act = others[i].act;
        }
    }
}

/* The loader could not map a file, and this process may not have more memory:
 * the limit is the user's doing. */
static bool is_short_of_address_space(const struct outcome *o, const struct machine *m)
{
    const char *limit = machine_fact(m, "limit.address_space");

    return limit != NULL && !text_starts(limit, "unlimited")
        && (text_has(o->text, "failed to map segment") || text_has(o->text, "cannot allocate memory"));
}

static bool judge_stop(struct judged *j, const struct machine *m, struct arena *a)
{
    const struct outcome *o = &j->outcome;

    switch (o->stop) {
    case STOP_NONE:
        return false;
    case STOP_CALL:
        judge_call(j, a);
        return true;
    case STOP_LOAD:
        if (is_short_of_address_space(o, m)) {
            j->act = "ulimit -v unlimited";
            return set(j, BROKEN, text_make(a, "%s; this process may not map more memory (ulimit -v)", o->text));
        }
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

/* No library raises these: they come from outside, as when a service is stopped with all its processes. */
static bool is_sent_by_others(int signo)
{
    static const int signals[] = { SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGXCPU, SIGXFSZ };

    for (size_t i = 0; i < COUNT_OF(signals); i++)
        if (signals[i] == signo)
            return true;
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
    case ENDED_CUT:
        return false;
    case ENDED_NOT_RUN:
        return set(j, SKIP, o->text);
    case ENDED_CRASHED:
        if (o->status == SIGKILL)
            return set(j, BROKEN, "somebody else killed the child (SIGKILL): the kernel's out-of-memory killer, or a limit of this session");
        if (is_sent_by_others(o->status))
            return set(j, BROKEN, text_make(a, "somebody else ended the child (%s): a service manager, a job's end, or a limit of this session",
                                            signal_name(o->status, buffer)));
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
        text_add(&t, "%.*s%s", (int)(mark - x->sentence), x->sentence, o->text);
    if (mark != NULL && o->is_number && o->number == 1)
        singular_add(&t, mark + 2);
    else if (mark != NULL)
        text_add(&t, "%s", mark + 2);
    if (fact != NULL)
        text_add(&t, ": expected %s", fact);
    if (detail != NULL)
        text_add(&t, ": %s", detail->text);
    return t.s;
}

const struct expect judge_after_any_trial[] = {
    { .key = "guard.wrong", .bound = ABSENT, .sentence = "%s words outside its buffers were overwritten" },
    { .key = "unchecked",   .bound = ABSENT, .sentence = "the GPU did not run a check of our own that was launched: %s" },
    { .key = "errors",      .bound = ABSENT, .sentence = "%s" },
    { .key = "foreign",     .bound = ABSENT, .sentence = "%s" },
    { .key = "twice",       .bound = ABSENT, .sentence = "%s" },
    { .key = NULL },
};

/* How many observations a bound is about; *broken is the first that it does not hold of. */
static size_t match(const struct expect *x, const struct outcome *o, const struct machine *m, const struct observation **broken)
{
    size_t matched = 0;

    *broken = NULL;
    for (size_t i = 0; i < o->n_saw && *broken == NULL; i++) {
        if (!text_matches(x->key, o->saw[i].key))
            continue;
        matched++;
        if (!holds(x, &o->saw[i], m))
            *broken = &o->saw[i];
    }
    return matched;
}

const char *judge_broken_bound(const struct expect *expects, const struct outcome *o, const struct machine *m, struct arena *a)
{
    const struct observation *broken;

    for (const struct expect *x = expects; x->key != NULL; x++) {
        match(x, o, m, &broken);
        if (broken != NULL)
            return sentence(x, broken, o, m, a);
    }
    return NULL;
}

/* False once something does not hold: the first such thing is the reason. */
static bool judge_expectations(struct judged *j, const struct expect *expects, const struct machine *m, struct arena *a)
{
    const struct outcome *o = &j->outcome;
    const struct observation *broken;

    for (const struct expect *x = expects; x != NULL && x->key != NULL; x++) {
        size_t matched = match(x, o, m, &broken);

        if (broken != NULL) {
            set(j, FAIL, sentence(x, broken, o, m, a));
            return false;
        }
        if (matched == 0 && x->bound != ABSENT && !x->optional) {
            set(j, BROKEN, text_make(a, "the probe ended without observing %s", x->key));
            return false;
        }
    }
    return true;
}

/* Of several GPUs those were tested that could be: what passed is true of these alone. */
static void tell_who_is_missing(struct judged *j, struct arena *a)
{
    const char *without = j->trial.set != NULL ? j->trial.set->without : NULL;

    if (without == NULL || j->verdict == SKIP)
        return;
    j->why = text_make(a, "%s%swithout %s", j->why, *j->why != '\0' ? "; " : "", without);
    j->warns = j->verdict == PASS;
}

/* Once each, in their order. */
static void warn(struct judged *j, struct arena *a)
{
    for (size_t i = 0; i < j->outcome.n_saw; i++) {
        const struct observation *o = &j->outcome.saw[i];

        if (!text_is(o->key, "warning") || (j->warns && text_has(j->why, o->text)))
            continue;
        j->why = j->warns ? text_make(a, "%s; %s", j->why, o->text) : o->text;
        j->warns = true;
    }
}

static void decide(struct judged *j, const struct machine *m, struct arena *a)
{
    set(j, PASS, "");
    if (j->outcome.ending == ENDED_NOT_RUN || j->outcome.stop == STOP_NONE) {
        if (judge_ending(j, a))
            return;
    }
    if (judge_stop(j, m, a))
        return;
    if (j->outcome.n_saw == 0) {
        set(j, BROKEN, "the probe ended without any observation");
        return;
    }
    if (judge_expectations(j, judge_after_any_trial, m, a))
        judge_expectations(j, j->trial.probe->expects, m, a);
    if (j->verdict == PASS)
        warn(j, a);
    tell_who_is_missing(j, a);
}

/* What the probe itself says would help: a thing to do, or what pip is to be given. */
static const char *own_advice(const struct judged *j, struct arena *a)
{
    const struct observation *act = outcome_saw(&j->outcome, "act"), *install = outcome_saw(&j->outcome, "install");

    if (install != NULL && j->trial.stack != NULL)
        return repair_install(j->trial.stack, install->text, a);
    return act != NULL ? act->text : NULL;
}

void judge_failed(struct judged *j, const char *why)
{
    set(j, FAIL, why);
    j->warns = false;
}

void judge_broken(struct judged *j, const char *why)
{
    set(j, BROKEN, why);
    j->warns = false;
}

void judge_trial(struct judged *j, const struct machine *m, struct arena *a)
{
    j->act = NULL;
    j->warns = false;
    decide(j, m, a);
    if ((j->verdict == FAIL || j->warns) && j->act == NULL)
        j->act = own_advice(j, a);
    if (j->verdict == FAIL && j->act == NULL && j->trial.stack != NULL && j->outcome.stop != STOP_CALL)     /* a call's error is no damaged file */
        j->act = repair_command(j->trial.stack, j->why, a);
}
