#include "model/matrix.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define WHEELS "https://download.pytorch.org/"

/* ---- How to install ---- */

struct install install_of(struct arena *a, const struct torch_build *b)
{
    const char *exact = text_make(a, "torch==%s", b->torch), *local = text_make(a, "torch==%s+%s", b->torch, b->variant), *what;
    struct install how = { NULL, NULL, NULL };

    if (b->on_pypi == ANSWER_YES)
        what = exact;
    else if (b->index == NULL)
        return how;
    else if (text_ends(b->index, ".html"))
        what = text_make(a, "%s -f " WHEELS "%s", local, b->index);
    else if (text_compare_versions(b->torch, "2") < 0)      /* that index has torch, and not all it requires */
        what = text_make(a, "%s --extra-index-url " WHEELS "%s", local, b->index);
    else
        what = text_make(a, "%s --index-url " WHEELS "%s", exact, b->index);
    how.pip = text_make(a, "pip install %s", what);
    how.uv = text_make(a, "uv pip install %s", what);
    if (b->conda != NULL)
        how.conda = text_make(a, "conda install pytorch==%s %s", b->torch, b->conda);
    return how;
}

const char *install_exactly(struct arena *a, const struct torch_build *b)
{
    const char *where = b->index == NULL ? "" : text_ends(b->index, ".html") ? " -f " WHEELS
                      : text_compare_versions(b->torch, "2") < 0 ? " --extra-index-url " WHEELS : " --index-url " WHEELS;

    return text_make(a, "torch==%s+%s%s%s", b->torch, b->variant, where, b->index != NULL ? b->index : "");
}

/* ---- Which are asked about ---- */

/* Of that variant: where of 2.14.1 only some builds are known, the others of 2.14.0 count. */
static bool is_newest_patch(const struct expected *x, const struct torch_build *b)
{
    size_t minor = strcspn(b->torch, ".") + 1;
    const char *series;
    char cut[32];

    minor += strcspn(b->torch + minor, ".");
    text_format(cut, sizeof cut, "%.*s", (int)minor, b->torch);
    series = cut;
    for (size_t i = 0; i < x->n_torch; i++)
        if (text_is(x->torch[i].platform, b->platform) && text_is(x->torch[i].variant, b->variant) && text_version_within(x->torch[i].torch, series)
            && text_compare_versions(x->torch[i].torch, b->torch) > 0)
            return false;
    return true;
}

struct wanted { const char *torch, *variant, *cuda; bool all; };

static bool is_wanted(const struct expected *x, const struct torch_build *b, const struct wanted *w, const char *platform)
{
    return (platform == NULL || text_is(b->platform, platform))
        && (w->torch == NULL || text_version_within(b->torch, w->torch))
        && (w->variant == NULL || text_is(b->variant, w->variant))
        && (w->cuda == NULL || text_version_within(b->cuda, w->cuda))
        && (w->all || w->torch != NULL || is_newest_patch(x, b));
}

static bool no_such_release(const struct expected *x, struct arena *a, const char *torch, struct err *e)
{
    const char *below, *above;

    expected_nearest(x, torch, &below, &above);
    return err_set(e, ERR_USAGE, "PyTorch %s is not in the tables (%s): the nearest that are there %s %s%s%s", torch, x->where,
                   below != NULL && above != NULL ? "are" : "is", below != NULL ? below : above,
                   below != NULL && above != NULL ? " and " : "", below != NULL && above != NULL ? above : text_make(a, "%s", ""));
}

static int compare(const struct torch_build *a, const struct torch_build *b)
{
    int order = text_compare_versions(b->torch, a->torch);

    return order != 0 ? order : text_compare_versions(a->cuda, b->cuda);
}

static int newest_first(const void *x, const void *y)
{
    return compare(((const struct fit *)x)->build, ((const struct fit *)y)->build);
}

/* ---- The best ---- */

/* Of two that run: the newer release; machine code before PTX; a CUDA that the
 * driver knows whole, so that PTX made on the machine (Triton, NVRTC) works too;
 * what plain pip would take; the newer CUDA. */
static bool is_better(const struct fit *a, const struct fit *b)
{
    int release = text_compare_versions(a->build->torch, b->build->torch);

    if (release != 0)
        return release > 0;
    if (a->jit != b->jit)
        return b->jit;
    if (a->native != b->native)
        return a->native;
    if (a->build->on_pypi != b->build->on_pypi)
        return a->build->on_pypi == ANSWER_YES;
    return text_compare_versions(a->build->cuda, b->build->cuda) > 0;
}

static const struct fit *best_of(const struct matrix *m)
{
    const struct fit *best = NULL;

    for (size_t i = 0; i < m->n; i++)
        if (m->fits[i].runs == ANSWER_YES && (best == NULL || is_better(&m->fits[i], best)))
            best = &m->fits[i];
    return best;
}

/* The last driver branch that drives all of the GPUs; 0: there is no such bound. */
static int last_driver(const struct expected *x, const struct fit_host *host)
{
    int last = 0;

    for (size_t i = 0; i < host->n_gpus; i++) {
        const struct gpu_arch *arch = expected_arch(x, host->gpus[i].cc);

        if (arch != NULL && arch->last_driver > 0 && (last == 0 || arch->last_driver < last))
            last = arch->last_driver;
    }
    return last;
}

static const char *driver_for(struct arena *a, const struct expected *x, const struct fit *fit, const struct fit_host *host)
{
    const char *floor = fit_driver_floor(a, x, fit->build->cuda, host->gpus, host->n_gpus);
    int last = last_driver(x, host);

    if (floor == NULL || (last > 0 && atoi(floor) > last))
        return NULL;
    return last > 0 ? text_make(a, "a driver >= %s, of branch %d at most", floor, last) : text_make(a, "a driver >= %s", floor);
}

/* The best of those that only the driver keeps from running. */
static const struct fit *with_another_driver(const struct matrix *m, struct arena *a, const struct expected *x)
{
    const struct fit *best = NULL;

    for (size_t i = 0; i < m->n; i++) {
        bool only = driver_for(a, x, &m->fits[i], m->host) != NULL;

        for (int k = 0; k < FIT_LINKS; k++)
            only &= k == FIT_DRIVER || k == FIT_GPU_DRIVER || m->fits[i].links[k].holds == ANSWER_YES;
        if (only && (best == NULL || is_better(&m->fits[i], best)))
            best = &m->fits[i];
    }
    return best;
}

static const char *name_of(struct arena *a, const struct torch_build *b)
{
    return text_make(a, "%s+%s", b->torch, b->variant);
}

/* "cu92, cu101 and cu102" of a release, or of all that are asked about. */
static const char *variants_of(struct arena *a, const struct expected *x, const char *torch, const char *platform)
{
    struct text t = { .arena = a };

    for (size_t i = 0; i < x->n_torch; i++) {
        const struct torch_build *b = &x->torch[i];

        if (text_version_within(b->torch, torch) && (platform == NULL || text_is(b->platform, platform)) && (t.n == 0 || !text_has(t.s, b->variant)))
            text_add(&t, "%s%s", t.n > 0 ? ", " : "", b->variant);
    }
    return t.n > 0 ? t.s : "none";
}

static const char *none_was_made(struct arena *a, const struct expected *x, const struct wanted *w, const struct fit_host *host)
{
    const char *made = w->torch != NULL ? variants_of(a, x, w->torch, host->platform) : NULL;

    if (made != NULL)
        return text_make(a, "there is no official build of PyTorch %s with %s%s for %s: its builds are %s. A build brings its own CUDA libraries:"
                         " what counts is the driver, not an installed toolkit", w->torch, w->cuda != NULL ? "CUDA " : "",
                         w->cuda != NULL ? w->cuda : w->variant != NULL ? w->variant : "such libraries", host->platform, made);
    return text_make(a, "no official PyTorch build for %s was made with CUDA %s. A build brings its own CUDA libraries: what counts is the driver,"
                     " and one that runs any CUDA of a major version runs all of that major version", host->platform, w->cuda != NULL ? w->cuda : "?");
}

static bool some_unknown(const struct matrix *m)
{
    for (size_t i = 0; i < m->n; i++)
        if (m->fits[i].runs == ANSWER_UNKNOWN)
            return true;
    return false;
}

static void conclude(struct matrix *m, struct arena *a, const struct expected *x, const struct wanted *w)
{
    const struct fit *other = m->best == NULL ? with_another_driver(m, a, x) : NULL;

    if (m->best != NULL) {
        m->install = install_of(a, m->best->build);
        m->closing = text_make(a, "%s is the best that runs here", name_of(a, m->best->build));
    } else if (m->n == 0) {
        m->closing = none_was_made(a, x, w, m->host);
    } else if (other != NULL) {
        m->install = install_of(a, other->build);
        m->hint = text_make(a, "install %s: then %s runs", driver_for(a, x, other, m->host), name_of(a, other->build));
        m->closing = "none of these builds runs here: it is the driver";
    } else {
        m->closing = some_unknown(m) ? "none of these builds is known to run here" : "none of these builds runs here";
    }
}

bool matrix_make(struct matrix *m, struct arena *a, const struct expected *x, const struct fit_host *host,
                 const struct matrix_ask *ask, struct err *e)
{
    const char *plus = ask->torch != NULL ? strchr(ask->torch, '+') : NULL;
    const struct wanted w = {
        .torch = plus != NULL ? arena_copy(a, ask->torch, (size_t)(plus - ask->torch)) : ask->torch,
        .variant = plus != NULL ? plus + 1 : NULL, .cuda = ask->cuda, .all = ask->all,
    };
    struct fit *fits = NULL;
    bool known = w.torch == NULL;

    *m = (struct matrix){ .host = host };
    for (size_t i = 0; i < x->n_torch; i++) {
        known |= w.torch != NULL && text_version_within(x->torch[i].torch, w.torch);
        if (is_wanted(x, &x->torch[i], &w, host->platform))
            *ARENA_PUSH(a, fits, m->n) = fit_build(a, x, &x->torch[i], host);
    }
    if (!known)
        return no_such_release(x, a, w.torch, e);
    if (m->n > 0)
        qsort(fits, m->n, sizeof *fits, newest_first);
    m->fits = fits;
    m->best = best_of(m);
    conclude(m, a, x, &w);
    return true;
}
