#include "model/vote.h"

#include "base/text.h"
#include "model/gpu_property.h"
#include "model/judge.h"

static const char *text_of(const struct judged *j, const char *key)
{
    const struct observation *o = outcome_saw(&j->outcome, key);

    return o != NULL ? o->text : NULL;
}

static const char *bits_of(const struct judged *j)
{
    return j->verdict == PASS && j->trial.device != NULL && text_of(j, "repeat.of") != NULL ? text_of(j, "repeat.hash") : NULL;
}

static bool are_compared(const struct judged *x, const struct judged *y)
{
    return bits_of(x) != NULL && bits_of(y) != NULL && x->trial.probe == y->trial.probe && x->trial.stack == y->trial.stack
        && x->trial.device->name != NULL && text_is(x->trial.device->name, y->trial.device->name)
        && text_is(text_of(x, "repeat.of"), text_of(y, "repeat.of"));
}

/* How many are compared with this one, itself included, and how many of them have those bits. */
static size_t count(const struct report *r, const struct judged *j, const char *bits)
{
    size_t n = 0;

    for (size_t i = 0; i < r->n_trials; i++)
        n += are_compared(&r->trials[i], j) && (bits == NULL || text_is(bits_of(&r->trials[i]), bits));
    return n;
}

/* The bits that more than half of those that are compared with this one have; NULL:
 * nobody's. One pass finds the only ones that could (Boyer and Moore's vote), one counts them. */
static const char *usual_bits(const struct report *r, const struct judged *j)
{
    const char *likely = NULL;
    size_t all = 0, lead = 0;

    for (size_t i = 0; i < r->n_trials; i++) {
        if (!are_compared(&r->trials[i], j))
            continue;
        all++;
        if (lead == 0)
            likely = bits_of(&r->trials[i]);
        lead += text_is(bits_of(&r->trials[i]), likely) ? 1 : (size_t)-1;
    }
    return all >= 3 && 2 * count(r, j, likely) > all ? likely : NULL;
}

static void warn(struct judged *j, const char *sentence, struct arena *a)
{
    j->why = j->warns ? text_make(a, "%s; %s", j->why, sentence) : sentence;
    j->warns = true;
}

/* What is wrong with a trial among its like; NULL: nothing. Whether that is a failure: *fails. */
static const char *sentence_of(const struct report *r, const struct judged *j, bool *fails, struct arena *a)
{
    const char *usual = bits_of(j) != NULL ? usual_bits(r, j) : NULL;
    size_t all = bits_of(j) != NULL ? count(r, j, NULL) : 0;

    *fails = usual != NULL;
    if (usual != NULL && !text_is(usual, bits_of(j)))
        return text_make(a, "%s has other bits in the same product than %zu like it: %s, and %s there", gpu_place(j->trial.device, a),
                         count(r, j, usual), bits_of(j), usual);
    if (usual == NULL && all >= 2 && count(r, j, bits_of(j)) < all)
        return text_make(a, "the same product has not the same bits on %zu GPUs that are alike, and none of them has a majority", all);
    return NULL;
}

/* All sentences first: a trial that has failed would no longer count. */
void vote(struct judged *trials, const struct report *r, struct arena *a)
{
    const char **sentences = arena_alloc(a, (r->n_trials + 1) * sizeof *sentences);
    bool *fails = arena_alloc(a, (r->n_trials + 1) * sizeof *fails);

    for (size_t i = 0; i < r->n_trials; i++)
        sentences[i] = sentence_of(r, &trials[i], &fails[i], a);
    for (size_t i = 0; i < r->n_trials; i++)
        if (sentences[i] != NULL && fails[i])
            judge_failed(&trials[i], sentences[i]);
        else if (sentences[i] != NULL)
            warn(&trials[i], sentences[i], a);
}
