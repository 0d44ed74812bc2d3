#include "model/rounds.h"

#include "base/text.h"
#include "model/figures.h"

/* What is not shown in every round is not shown: a skipped one is worse than a pass. */
static int rank(const struct judged *j)
{
    static const int of[] = { [PASS] = 0, [SKIP] = 2, [BROKEN] = 3, [FAIL] = 4 };

    return j->warns ? 1 : of[j->verdict];
}

void rounds_add(struct judged *sum, const struct judged *one, unsigned round)
{
    const unsigned rounds = sum->rounds, passes = sum->passes;

    if (rounds == 0 || rank(one) > rank(sum)) {
        *sum = *one;
        sum->round = round;
    }
    sum->rounds = rounds + 1;
    sum->passes = passes + (one->verdict == PASS);
}

void rounds_close(struct judged *sum, struct arena *a)
{
    bool always_skipped = sum->verdict == SKIP && sum->passes == 0;

    if (sum->rounds > 1 && sum->verdict != PASS && !always_skipped)
        sum->why = text_make(a, "in round %u of %u (%u passed): %s", sum->round, sum->rounds, sum->passes, sum->why);
}

static size_t same_trial(const struct judged *sums, size_t n, const char *id)
{
    for (size_t i = 0; i < n; i++)
        if (text_is(sums[i].trial.id, id))
            return i;
    return n;
}

unsigned rounds_fold(struct judged **trials, size_t *n, struct arena *a)
{
    struct judged *sums = arena_alloc(a, (*n + 1) * sizeof *sums);
    struct figure *figures = arena_alloc(a, (*n + 1) * sizeof *figures);
    unsigned most = 0;
    size_t n_sums = 0;

    for (size_t i = 0; i < *n; i++) {
        const struct judged *one = &(*trials)[i];
        const size_t k = same_trial(sums, n_sums, one->trial.id);

        n_sums += k == n_sums;
        rounds_add(&sums[k], one, sums[k].rounds + 1);
        figure_add_round(&figures[k], one, a);
        most = sums[k].rounds > most ? sums[k].rounds : most;
    }
    for (size_t i = 0; i < n_sums; i++) {
        rounds_close(&sums[i], a);
        if (most <= 1)
            sums[i].rounds = sums[i].passes = sums[i].round = 0;
        if (figures[i].n > 0) {
            figure_settle(&figures[i]);
            sums[i].figure = &figures[i];
        }
    }
    *trials = sums;
    *n = n_sums;
    return most > 1 ? most : 0;
}
