#include "report/plan_writer.h"

void plan_write(FILE *f, const struct plan *p)
{
    size_t runs = 0;

    for (size_t i = 0; i < p->n_trials; i++) {
        const struct trial *t = &p->trials[i];

        fprintf(f, "%-5s %s\n      %s%s%s\n", t->left_out != NULL ? "skip" : "run", t->id, t->probe->claim,
                t->left_out != NULL ? "\n      left out: " : "", t->left_out != NULL ? t->left_out : "");
        runs += t->left_out == NULL;
    }
    fprintf(f, "%zu of %zu trials would run\n", runs, p->n_trials);
}
