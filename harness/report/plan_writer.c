#include "report/plan_writer.h"

#include "model/duration.h"
#include "report/safe.h"

void plan_write(FILE *f, const struct plan *p)
{
    size_t runs = 0;

    for (size_t i = 0; i < p->n_trials; i++) {
        const struct trial *t = &p->trials[i];

        safe_print(f, "%-5s %s\n", t->left_out != NULL ? "skip" : "run", t->id);
        safe_print(f, "      %s\n", t->probe->claim);
        if (t->left_out != NULL)
            safe_print(f, "      left out: %s\n", t->left_out);
        runs += t->left_out == NULL;
    }
    safe_print(f, "%zu of %zu trials would run\n", runs, p->n_trials);
}

void plan_write_duration(FILE *f, const struct plan *p, unsigned rounds, bool timed, enum level level)
{
    const struct windows w = steady_windows(level);
    const struct duration d = plan_duration(p, level);

    safe_print(f, "%u round%s, with %zu windows of %.2f s at most for each measurement: at most %.0f s of a GPU, and %.0f s in all\n",
               rounds, rounds > 1 ? "s" : "", w.most, w.ms / 1000, rounds * d.gpu_s, rounds * d.all_s);
    if (timed)
        safe_print(f, "after the second, no round begins that would end beyond %.0f s\n", plan_may_take_s(p, level));
}
