/* The run as a whole: what is required, the exit code, the closing line. */
#include "model/judge.h"

#include <string.h>

#include "base/text.h"

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

size_t gpus_answering(const struct report *r)
{
    size_t n = 0;

    for (size_t i = 0; i < r->n_devices; i++)
        n += r->devices[i].answers;
    return n;
}

static bool asks_for_gpu(const struct report *r)
{
    for (size_t i = 0; i < r->n_trials; i++)
        if (r->trials[i].trial.probe->scope != SCOPE_STACK)
            return true;
    return false;
}

size_t gpus_proved(const struct report *r)
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
    size_t answering = gpus_answering(r), proved = gpus_proved(r);

    r->n_requires = 0;
    if (q->gpu && q->gpus == 0)
        add_requirement(r, &list, a, "gpu", proved > 0, text_make(a, "GPUs that answer: %zu, proved: %zu", answering, proved));
    if (q->gpus > 0)
        add_requirement(r, &list, a, text_make(a, "gpu=%ld", q->gpus),
                        answering == (size_t)q->gpus && proved == (size_t)q->gpus,
                        text_make(a, "GPUs that answer: %zu, proved: %zu", answering, proved));
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

static size_t count_stacks_run(const struct report *r)
{
    size_t n = 0;

    for (size_t i = 0; i < r->n_trials; i++) {
        const struct stack *s = r->trials[i].trial.stack;
        bool before = s == NULL;

        for (size_t k = 0; k < i && !before; k++)
            before = r->trials[k].trial.stack == s;
        n += !before;
    }
    return n;
}

static const char *stacks_tested(const struct report *r, struct arena *a)
{
    size_t n = count_stacks_run(r);

    if (r->n_stacks == 0)
        return "; no stack found: cuBLAS and cuDNN not tested";
    if (n == 0)
        return "; no stack selected: cuBLAS and cuDNN not tested";
    return text_make(a, ", %zu stack%s", n, n == 1 ? "" : "s");
}

void judge_report(struct report *r, const struct require *require, bool strict, struct arena *a)
{
    struct tally n = report_tally(r);
    size_t proved = gpus_proved(r), unmet = 0;
    const char *numbers = text_make(a, "%zu of %zu trials passed, %zu failed, %zu broken, %zu skipped%s",
                                    n.pass, n.all, n.fail, n.broken, n.skip,
                                    text_make(a, "%s%s", n.warn > 0 ? text_make(a, ", %zu with a warning", n.warn) : "",
                                              r->rounds > 1 ? text_make(a, "; each run %u times", r->rounds) : ""));
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
    } else if (!asks_for_gpu(r)) {
        r->exit_code = 77;
        r->closing = text_make(a, "SKIP - nothing that was selected runs on a GPU: %s", numbers);
    } else if (r->machine->gpu_meant && gpus_answering(r) == 0) {
        r->exit_code = 3;
        r->closing = text_make(a, "BROKEN - a GPU is meant for this process (%s), and none was asked (%s)", r->machine->why_meant, numbers);
    } else if (!r->machine->gpu_meant) {
        r->exit_code = 77;
        r->closing = text_make(a, "SKIP - no GPU is meant for this process: %s%s (%s)",
                               r->machine->why_not_meant != NULL ? r->machine->why_not_meant : "nothing names one",
                               stacks_tested(r, a), numbers);
    } else {
        r->exit_code = 77;
        r->closing = text_make(a, "SKIP - no trial ran on a GPU (%s)", numbers);
    }
    if (r->interrupted) {
        r->exit_code = r->exit_code == 1 ? 1 : 128 + r->signo;
        r->closing = text_make(a, "INTERRUPTED - partial: %s", r->closing);
    }
}
