#include "model/inspected.h"

#include <stdarg.h>

#include "base/text.h"

void problems_add(struct problems *p, struct arena *a, enum grade grade, const char *fmt, ...)
{
    va_list ap;
    const char *text;

    va_start(ap, fmt);
    text = text_vmake(a, fmt, ap);
    va_end(ap);
    *ARENA_PUSH(a, p->items, p->n) = (struct problem){ grade, text, NULL };
}

int problems_code(const struct problems *p)
{
    int code = 0;

    for (size_t i = 0; i < p->n; i++) {
        if (p->items[i].grade == WRONG)
            return 1;
        if (p->items[i].grade == UNKNOWN)
            code = 3;
    }
    return code;
}

int inspection_exit_code(const struct inspection *all)
{
    int code = 0;

    for (size_t i = 0; i < all->n_files; i++) {
        int one = problems_code(&all->files[i].problems);

        if (one == 1)
            return 1;
        if (one > code)
            code = one;
    }
    return code;
}
