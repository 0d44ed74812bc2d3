#include "report/inspect.h"

#include "report/safe.h"

void inspect_write(FILE *f, const struct inspection *all, const struct terminal *t)
{
    (void)t;
    for (size_t i = 0; i < all->n_files; i++) {
        const struct inspected *one = &all->files[i];

        safe_print(f, "%s\n", one->path);
        for (size_t k = 0; k < one->problems.n; k++)
            safe_print(f, "  %s\n", one->problems.items[k].text);
    }
}
