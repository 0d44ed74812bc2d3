#include "report/plan_writer.h"

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
