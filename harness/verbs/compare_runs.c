/* gpuvet compare: two saved runs of gpuvet bench. No GPU is asked. */
#include "verbs/verbs.h"

#include "model/comparison.h"
#include "report/out.h"
#include "store/saved.h"

int verb_compare(const struct options *o)
{
    struct arena arena = { NULL };
    const char *before = o->rest.items[0], *after = o->rest.items[1];
    struct err e = { .kind = ERR_NONE };
    struct report reports[2];
    struct comparison c;

    if (!saved_read(&reports[0], &arena, before, &e) || !saved_read(&reports[1], &arena, after, &e)) {
        out_error("%s", e.text);
        return 3;
    }
    comparison_make(&c, &reports[0], &reports[1], &arena);
    if (out_comparison(&c, before, after, &e))
        return comparison_exit_code(&c);
    out_error("%s", e.text);
    return comparison_exit_code(&c) == 1 ? 1 : 3;
}
