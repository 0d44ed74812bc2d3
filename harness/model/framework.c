#include "model/framework.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "model/pep440.h"

static const char *name_in(const char *framework)
{
    return text_base_name(framework);       /* "stable-diffusion-webui" of "AUTOMATIC1111/stable-diffusion-webui" */
}

static bool is_called(const struct framework_release *r, const char *name)
{
    return strcasecmp(r->framework, name) == 0 || strcasecmp(name_in(r->framework), name) == 0;
}

static bool not_there(const struct expected *x, struct arena *a, const char *name, struct err *e)
{
    struct text known = { .arena = a };

    for (size_t i = 0; i < x->n_frameworks; i++)
        if (i == 0 || !text_is(x->frameworks[i].framework, x->frameworks[i - 1].framework))
            text_add(&known, "%s%s", known.n > 0 ? ", " : "", name_in(x->frameworks[i].framework));
    return err_set(e, ERR_USAGE, "\"%s\" is not in the tables (%s): there are %s", name, x->where, known.n > 0 ? known.s : "none");
}

/* ---- One release ---- */

static struct fit_answer no(const char *brief, const char *why)
{
    return (struct fit_answer){ ANSWER_NO, why, brief };
}

static struct fit_answer check_python(struct arena *a, const struct list *list, const char *python)
{
    for (size_t i = 0; i < list->n; i++)
        if (text_is(list->items[i], python))
            return (struct fit_answer){ ANSWER_YES, NULL, NULL };
    return no(text_make(a, "no Python %s", python),
              text_make(a, "there is none for Python %s: it was made for %s to %s", python, list->items[0], list->items[list->n - 1]));
}

static struct fit_answer check_gpu(struct arena *a, const struct expected *x, const struct framework_release *r, const struct fit_gpu *gpu)
{
    const struct gpu_arch *arch = expected_arch(x, gpu->cc);
    const char *newest = NULL;

    if (gpu->cc < r->min_cc)
        return no(text_make(a, "no sm_%d", gpu->cc), text_make(a, "it needs compute capability %d.%d, and %s has %d.%d", r->min_cc / 10, r->min_cc % 10,
                                                              gpu->name != NULL ? gpu->name : "the GPU", gpu->cc / 10, gpu->cc % 10));
    for (size_t i = 0; i < r->cuda.n; i++)
        if (newest == NULL || text_compare_versions(r->cuda.items[i], newest) > 0)
            newest = r->cuda.items[i];
    if (arch != NULL && arch->first_cuda != NULL && newest != NULL && text_compare_versions(newest, arch->first_cuda) < 0
        && !text_version_within(arch->first_cuda, newest))
        return (struct fit_answer){ ANSWER_UNKNOWN, text_make(a, "it was made with CUDA %s, which does not know sm_%d: CUDA %s is the first that does",
                                                              newest, gpu->cc, arch->first_cuda), text_make(a, "sm_%d not known", gpu->cc) };
    return (struct fit_answer){ ANSWER_YES, NULL, NULL };
}

/* Any of its alternatives will do. */
static struct fit_answer check_driver(struct arena *a, const struct expected *x, const struct list *cuda, const struct fit_host *host)
{
    struct fit_answer best = { ANSWER_NO, NULL, NULL };

    for (size_t i = 0; i < cuda->n; i++) {
        const char *floor = fit_driver_floor(a, x, cuda->items[i], host->gpus, host->n_gpus);
        struct fit_answer answer;

        if (host->driver != NULL)
            answer = fit_driver(a, x, cuda->items[i], host->driver);
        else
            answer = (struct fit_answer){ host->no_driver ? ANSWER_NO : ANSWER_YES,
                                          text_make(a, "it needs a driver >= %s%s", floor != NULL ? floor : "?", host->no_driver ? ", and none is installed" : ""),
                                          text_make(a, "driver >= %s", floor != NULL ? floor : "?") };
        if (i == 0 || answer.holds == ANSWER_YES)
            best = answer;
    }
    return best;
}

/* What runs any CUDA of a major version runs all of it: the framework's own code and its PyTorch may differ in the minor. */
static bool is_of_major(const struct list *cuda, const char *version)
{
    for (size_t i = 0; i < cuda->n; i++)
        if (strcspn(version, ".") == strcspn(cuda->items[i], ".") && strncmp(version, cuda->items[i], strcspn(version, ".")) == 0)
            return true;
    return cuda->n == 0;
}

static bool is_allowed(const struct framework_release *r, const struct torch_build *b, const char *platform)
{
    bool understood;

    return text_is(b->platform, platform) && pep440_meets(b->torch, r->torch, &understood) && is_of_major(&r->cuda, b->cuda);
}

/* Of the builds of one release pip takes PyPI's; where that is not among those allowed, any of them may be meant. */
static bool may_be_taken(const struct expected *x, const struct framework_release *r, const struct torch_build *b, const char *platform)
{
    if (!is_allowed(r, b, platform))
        return false;
    for (size_t i = 0; i < x->n_torch && b->on_pypi != ANSWER_YES; i++)
        if (text_is(x->torch[i].torch, b->torch) && x->torch[i].on_pypi == ANSWER_YES && is_allowed(r, &x->torch[i], platform))
            return false;
    return true;
}

static bool is_newer(const struct torch_build *b, const struct torch_build *than)
{
    return than == NULL || text_compare_versions(b->torch, than->torch) >= 0;
}

/* The newest PyTorch that its pin allows and that runs; else what is wrong with the newest that it allows. */
static struct fit_answer check_torch(struct arena *a, const struct expected *x, const struct framework_release *r, const struct fit_host *host,
                                     const struct torch_build **with)
{
    struct fit_answer answer = { ANSWER_UNKNOWN, text_make(a, "the tables have no build of PyTorch %s%s%s", r->torch, r->cuda.n > 0 ? " for CUDA " : "",
                                                           r->cuda.n > 0 ? r->cuda.items[0] : ""), "PyTorch not known" };
    const struct torch_build *refused = NULL;

    *with = NULL;
    for (size_t i = 0; i < x->n_torch; i++) {
        const struct torch_build *b = &x->torch[i];
        struct fit fit;

        if (!may_be_taken(x, r, b, host->platform))
            continue;
        fit = fit_build(a, x, b, host);
        if (fit.runs == ANSWER_YES && is_newer(b, *with)) {
            *with = b;
            answer = (struct fit_answer){ ANSWER_YES, NULL, NULL };
        } else if (fit.runs != ANSWER_YES && *with == NULL && is_newer(b, refused)) {
            refused = b;
            answer = fit.links[fit.decides];
            answer.why = text_make(a, "its PyTorch %s+%s: %s", b->torch, b->variant, answer.why);
        }
    }
    return answer;
}

static struct framework_fit fit_release(struct arena *a, const struct expected *x, const struct framework_release *r, const struct fit_host *host)
{
    struct framework_fit f = { .release = r, .runs = { ANSWER_YES, NULL, NULL } };

    if (host->python != NULL && r->python.n > 0)
        fit_keep_worse(&f.runs, check_python(a, &r->python, host->python));
    for (size_t i = 0; i < host->n_gpus; i++)
        fit_keep_worse(&f.runs, check_gpu(a, x, r, &host->gpus[i]));
    for (size_t i = 0; i < host->n_gpus && host->driver != NULL; i++)
        fit_keep_worse(&f.runs, fit_gpu_driver(a, x, &host->gpus[i], host->driver));
    if (r->torch != NULL)
        fit_keep_worse(&f.runs, check_torch(a, x, r, host, &f.with));
    else if (r->cuda.n > 0)
        fit_keep_worse(&f.runs, check_driver(a, x, &r->cuda, host));
    else
        fit_keep_worse(&f.runs, (struct fit_answer){ ANSWER_UNKNOWN, "it is not known with which CUDA it was made", "CUDA not known" });
    return f;
}

/* ---- All releases ---- */

static const char *newest_of(const struct framework_release *r)
{
    return r->last != NULL ? r->last : r->version;
}

static int newest_first(const void *p, const void *q)
{
    const struct framework_fit *a = p, *b = q;
    const char *of_a = newest_of(a->release), *of_b = newest_of(b->release);
    int order = text_compare_versions(of_b, of_a);

    if (order == 0)
        order = strcmp(of_b, of_a);                                         /* "0.6.4.post1" follows "0.6.4" */
    if (order == 0 && a->release->cuda.n > 0 && b->release->cuda.n > 0)     /* a row for each CUDA that it was made for */
        order = text_compare_versions(b->release->cuda.items[0], a->release->cuda.items[0]);
    return order;
}

/* "jax[cuda12]==0.10.2" for "jax[cuda12]==0.8.0": what pip is given is told for the first release of a range. */
static const char *of_the_last(struct arena *a, const struct framework_release *r, const char *word)
{
    const char *end = text_make(a, "==%s", r->version);

    if (r->last == NULL || !text_ends(word, end))
        return word;
    return text_make(a, "%.*s==%s", (int)(strlen(word) - strlen(end)), word, r->last);
}

static void conclude(struct frameworks *f, struct arena *a)
{
    const struct framework_release *r = f->best != NULL ? f->best->release : NULL;
    struct text words = { .arena = a };

    if (r == NULL) {
        f->closing = f->n > 0 ? "none of these releases is known to run here" : "there is no such release in the tables";
        return;
    }
    for (size_t i = 0; i < r->install.n; i++) {
        text_add(&words, i > 0 ? " " : "");
        text_add_quoted(&words, of_the_last(a, r, r->install.items[i]));
    }
    if (words.n == 0)
        text_add(&words, "%s==%s", name_in(r->framework), newest_of(r));
    f->pip = text_make(a, "pip install %s", words.s);
    f->uv = text_make(a, "uv pip install %s", words.s);
    f->closing = text_make(a, "%s %s is the newest that runs here%s%s%s%s", name_in(r->framework), newest_of(r),
                           f->best->with != NULL ? ", with PyTorch " : "", f->best->with != NULL ? f->best->with->torch : "",
                           f->best->with != NULL ? "+" : "", f->best->with != NULL ? f->best->with->variant : "");
}

static bool covers(const struct framework_release *r, const char *version)
{
    return text_version_within(r->version, version)
        || (r->last != NULL && text_compare_versions(version, r->version) >= 0 && text_compare_versions(version, r->last) <= 0);
}

bool frameworks_make(struct frameworks *f, struct arena *a, const struct expected *x, const struct fit_host *host,
                     const char *what, struct err *e)
{
    const char *equals = strstr(what, "=="), *version = equals != NULL ? equals + 2 : NULL;
    const char *name = equals != NULL ? arena_copy(a, what, (size_t)(equals - what)) : what;
    struct framework_fit *fits = NULL;
    bool known = false;

    *f = (struct frameworks){ .host = host };
    for (size_t i = 0; i < x->n_frameworks; i++) {
        const struct framework_release *r = &x->frameworks[i];

        if (!is_called(r, name))
            continue;
        known = true;
        if (version == NULL || covers(r, version))
            *ARENA_PUSH(a, fits, f->n) = fit_release(a, x, r, host);
    }
    if (!known)
        return not_there(x, a, name, e);
    if (f->n > 0)
        qsort(fits, f->n, sizeof *fits, newest_first);
    f->fits = fits;
    for (size_t i = f->n; i-- > 0;)
        if (fits[i].runs.holds == ANSWER_YES)
            f->best = &fits[i];
    conclude(f, a);
    return true;
}
