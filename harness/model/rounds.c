#include "model/rounds.h"

#include "base/text.h"

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
