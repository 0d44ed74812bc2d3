#include "model/inspected.h"

#include <stdarg.h>

#include "base/text.h"
#include "model/wheel.h"

void problems_add(struct problems *p, struct arena *a, enum weight weight, const char *fmt, ...)
{
    va_list ap;
    const char *text;

    va_start(ap, fmt);
    text = text_vmake(a, fmt, ap);
    va_end(ap);
    *ARENA_PUSH(a, p->items, p->n) = (struct problem){ weight, text, NULL };
}

int problems_code(const struct problems *p)
{
    int code = 0;

    for (size_t i = 0; i < p->n; i++) {
        if (p->items[i].weight == WRONG)
            return 1;
        if (p->items[i].weight == UNKNOWN)
            code = 3;
    }
    return code;
}

/* What is wrong outweighs what is unknown. */
static int worse(int x, int y)
{
    return x == 1 || y == 1 ? 1 : x > y ? x : y;
}

int inspection_exit_code(const struct inspection *all)
{
    int code = 0;

    for (size_t i = 0; i < all->n_files; i++)
        code = worse(code, problems_code(&all->files[i].problems));
    for (size_t i = 0; i < all->n_wheels; i++)
        code = worse(code, problems_code(&all->wheels[i].problems));
    return code;
}
