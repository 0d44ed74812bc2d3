#include "report/detail.h"

#include <string.h>

#include "base/text.h"

const char *detail_word(const struct judged *j)
{
    return j->warns ? "warn" : verdict_name(j->verdict);
}

bool detail_is_due(const struct judged *j)
{
    return j->verdict == FAIL || j->verdict == BROKEN || j->warns;
}

/* The options of this run without which a trial would be another one, or there would be none; those with a value first. */
static void put_options(struct text *t, const struct report *r)
{
    static const char *const kept[] = { "--stack", "--root", "--kernels", "--level", "--for", "--on-fault", "--limit", "--expect", "--data",
                                        "--clean", "--all-gpus", "--even-if-busy", "--isolate" };
    enum { WITH_VALUE = 9 };

    for (size_t i = 1; i < r->n_command; i++)
        for (size_t k = 0; k < COUNT_OF(kept); k++) {
            const char *word = r->command[i];
            size_t n = strlen(kept[k]);

            if (!text_starts(word, kept[k]) || (word[n] != '\0' && word[n] != '='))
                continue;
            if (k < WITH_VALUE && word[n] == '\0' && i + 1 == r->n_command)
                continue;
            text_add(t, " %s", kept[k]);
            if (k < WITH_VALUE) {
                text_add(t, " ");
                text_add_quoted(t, word[n] == '=' ? word + n + 1 : r->command[++i]);
            }
            break;
        }
}

const char *detail_rerun(const struct report *r, const struct judged *j, struct arena *a)
{
    const struct observation *seed = outcome_saw(&j->outcome, "seed");
    struct text t = { .arena = a };

    if (j->outcome.ending == ENDED_NOT_RUN)
        return NULL;
    text_add_quoted(&t, r->n_command > 0 ? r->command[0] : "gpuvet");
    text_add(&t, " run");
    put_options(&t, r);
    if (seed != NULL && seed->is_number)
        text_add(&t, " --seed %.0f", seed->number);
    text_add(&t, " -p ");
    text_add_quoted(&t, j->trial.probe->name);
    if (j->trial.device != NULL && !j->trial.probe->tells_facts)        /* facts are compared with those of other GPUs */
        text_add(&t, " -d gpu%d", j->trial.device->index);
    for (size_t i = 0; j->trial.set != NULL && j->trial.set->n < r->n_devices && i < j->trial.set->n; i++)
        text_add(&t, " -d gpu%d", j->trial.set->gpus[i]->index);
    if (j->trial.stack != NULL) {
        text_add(&t, " -s ");
        text_add_quoted(&t, j->trial.stack->name);
    }
    return t.s;
}

const char *detail_last_lines(const char *said)
{
    size_t lines = 0;
    const char *at = said + strlen(said);

    while (at > said && lines < 4) {
        at--;
        lines += at > said && at[-1] == '\n';
    }
    return at;
}

/* What only the GPU's name tells apart. */
static bool is_same_finding(const struct judged *x, const struct judged *y)
{
    return detail_is_due(y) && x->trial.probe == y->trial.probe && x->trial.stack == y->trial.stack && x->trial.device != NULL && y->trial.device != NULL
        && text_is(detail_word(x), detail_word(y)) && text_is(x->why, y->why)
        && (x->act == NULL ? y->act == NULL : y->act != NULL && text_is(x->act, y->act));
}

bool detail_is_told_before(const struct report *r, const struct judged *j)
{
    for (const struct judged *x = r->trials; x < j; x++)
        if (is_same_finding(j, x))
            return true;
    return false;
}

const char *detail_same_on(const struct report *r, const struct judged *j, struct arena *a)
{
    struct text t = { .arena = a };

    text_put(&t, "", 0);
    for (const struct judged *x = j + 1; x < r->trials + r->n_trials; x++)
        if (is_same_finding(j, x))
            text_add(&t, "%sgpu%d", t.n > 0 ? ", " : "", x->trial.device->index);
    return t.s;
}
