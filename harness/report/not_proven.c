#include "report/not_proven.h"

#include "base/text.h"

enum { NAMES = 6 };

const char *not_proven_names(const struct unproved *u, struct arena *a)
{
    struct text names = { .arena = a };

    text_put(&names, "", 0);
    for (size_t i = 0; i < u->n_what && i < NAMES; i++)
        text_add(&names, "%s%s", i > 0 ? ", " : "", u->what[i]);
    if (u->n_what > NAMES)
        text_add(&names, " and %zu more", u->n_what - NAMES);
    return names.s;
}
