#include "verbs/expect.h"

#include <string.h>

#include "base/text.h"
#include "model/figures.h"
#include "model/judge.h"
#include "store/expected.h"
#include "store/want.h"

/* A text that is about torch; else a file. */
static bool read_text_or_file(struct want *want, struct arena *a, const char *text, struct err *e)
{
    if (want_is_about_torch(text))
        return want_parse(want, a, text, e);
    if (!want_read(want, a, text, e)) {
        if (e->kind == ERR_SYS)
            err_set(e, ERR_USAGE, "\"%s\" is no demand on torch as in torch==2.4.1, and no file that can be read (%s)", text, strerror(e->code));
        e->kind = ERR_USAGE;            /* a file that is not there as well */
        return false;
    }
    return true;
}

static bool any_holds(const struct want *want, struct arena *a, const struct expected *x)
{
    for (size_t i = 0; i < x->n_torch; i++)
        if (want_holds(want, text_make(a, "%s+%s", x->torch[i].torch, x->torch[i].variant)))
            return true;
    return false;
}

static const char *variants_of(const char *release, struct arena *a, const struct expected *x)
{
    struct text t = { .arena = a };

    for (size_t i = 0; i < x->n_torch; i++)
        if (text_version_within(x->torch[i].torch, release) && (t.n == 0 || !text_has(t.s, x->torch[i].variant)))
            text_add(&t, "%s%s", t.n > 0 ? ", " : "", x->torch[i].variant);
    return t.s;
}

/* What no table knows can be a slip of the pen: it is refused with what is near. A
 * version that a saved run found (===) and a build without CUDA stay what they are. */
static bool is_known(const struct want *want, struct arena *a, const struct expected *x, struct err *e)
{
    const char *release = want->release, *below, *above, *variants;

    if (any_holds(want, a, x) || want->exactly != NULL || text_is(want->variant, "cpu") || (want->variant != NULL && text_starts(want->variant, "rocm")))
        return true;
    if (release == NULL)
        return err_set(e, ERR_USAGE, "no PyTorch that this gpuvet knows is %s", want->text);
    variants = variants_of(release, a, x);
    if (variants != NULL)
        return err_set(e, ERR_USAGE, "PyTorch %s is known to this gpuvet with %s, not as %s", release, variants, want->text);
    expected_nearest(x, release, &below, &above);
    return err_set(e, ERR_USAGE, "PyTorch %s is not known to this gpuvet; nearest known: %s%s%s", release, below != NULL ? below : "",
                   below != NULL && above != NULL ? " and " : "", above != NULL ? above : "");
}

bool expect_read(struct want *want, struct require *q, struct arena *a, const struct options *o, const struct expected *x, struct err *e)
{
    *want = (struct want){ .text = NULL };
    if (o->expect == NULL || text_is(o->expect, "auto"))
        return true;
    return (read_text_or_file(want, a, o->expect, e) && is_known(want, a, x, e) && require_parse(q, a, want->text, e)) || err_in(e, "--expect");
}

bool expect_figures(struct judged *trials, size_t n, struct arena *a, const struct options *o, struct err *e)
{
    struct expected x;
    bool any = false;

    for (size_t i = 0; i < n; i++)
        any |= trials[i].figure != NULL;
    if (any && !expected_read(&x, a, o->data, e))
        return false;
    for (size_t i = 0; i < n; i++)
        if (trials[i].figure != NULL) {
            figure_expect(trials[i].figure, &trials[i], &x);
            judge_figure(&trials[i], a);
        }
    return true;
}
