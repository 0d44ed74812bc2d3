#include "model/shuffle.h"

static bool is_rested_on(const struct plan *plan, const struct probe *p)
{
    for (size_t i = 0; i < plan->n_trials; i++)
        for (size_t k = 0; k < COUNT_OF(plan->trials[i].probe->rests_on); k++)
            if (plan->trials[i].probe->rests_on[k] == p)
                return true;
    return false;
}

/* SplitMix64, as in math/random.h. */
static uint64_t next(uint64_t *state)
{
    uint64_t z = *state += 0x9E3779B97F4A7C15u;

    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

/* Fisher and Yates's; the remainder's bias is one in 2^50 and less for any plan. */
static void shuffle(size_t *list, size_t n, uint64_t seed)
{
    for (size_t left = n; left > 1; left--) {
        const size_t k = (size_t)(next(&seed) % left), last = list[left - 1];

        list[left - 1] = list[k];
        list[k] = last;
    }
}

void shuffle_plan(size_t *order, const struct plan *plan, uint64_t seed)
{
    size_t n = 0, fixed;

    for (size_t i = 0; i < plan->n_trials; i++)
        if (plan->trials[i].probe->measures == NULL || is_rested_on(plan, plan->trials[i].probe))
            order[n++] = i;
    fixed = n;
    for (size_t i = 0; i < plan->n_trials; i++)
        if (plan->trials[i].probe->measures != NULL && !is_rested_on(plan, plan->trials[i].probe))
            order[n++] = i;
    shuffle(order + fixed, n - fixed, seed);
}
