/* What is expected of a stack, as facts that travel with it. */
#include "model/crosscheck.h"

#include "base/text.h"
#include "model/gpu_code.h"
#include "model/matrix.h"

static const char *const answer_words[] = { [ANSWER_UNKNOWN] = "unknown", [ANSWER_NO] = "no", [ANSWER_YES] = "yes" };

struct facts { struct arena *arena; struct stack_version *items; size_t n; };

static void add(struct facts *f, const char *what, const char *version, const char *source)
{
    if (version != NULL && *version != '\0')
        *ARENA_PUSH(f->arena, f->items, f->n) = (struct stack_version){ what, version, source };
}

/* "3.8 3.9 3.10" */
static const char *joined(const struct list *l, struct arena *a)
{
    struct text t = { .arena = a };

    for (size_t i = 0; i < l->n; i++)
        text_add(&t, "%s%s", i > 0 ? " " : "", l->items[i]);
    return t.s;
}

/* Where a row's facts stand is said once, with "build". */
static void add_row(struct facts *f, const struct torch_build *row, const char *where)
{
    const char *source = text_make(f->arena, "the row of %s+%s in %s", row->torch, row->variant, where);

    add(f, "expect:cudnn", row->cudnn, source);
    add(f, "expect:nccl", row->nccl, source);
    add(f, "expect:python", joined(&row->python, f->arena), source);
    add(f, "expect:glibc", row->glibc, source);
    if (row->n_codes > 0) {
        add(f, "expect:codes", gpu_code_list(f->arena, row->codes, row->n_codes), source);
        add(f, "expect:codes_basis", row->codes_basis, source);
    }
    for (size_t i = 0; i < row->n_pins; i++)
        if (text_starts(row->pins[i].distribution, "nvidia-") || text_starts(row->pins[i].distribution, "cuda-toolkit"))
            add(f, text_make(f->arena, "expect:pin:%s", row->pins[i].distribution), row->pins[i].version, source);
}

/* Of that release (NULL: of any, the newest) the build for the newest CUDA that runs here. */
static const struct torch_build *build_that_fits(const char *release, const struct expected *x, const struct fit_host *host, struct arena *a)
{
    const struct torch_build *best = NULL;

    for (size_t i = 0; i < x->n_torch; i++) {
        const struct torch_build *row = &x->torch[i];

        if ((release == NULL || text_version_within(row->torch, release)) && row->cuda != NULL && fit_build(a, x, row, host).runs == ANSWER_YES
            && (best == NULL || text_compare_versions(row->torch, best->torch) > 0
                || (text_is(row->torch, best->torch) && text_compare_versions(row->cuda, best->cuda) > 0)))
            best = row;
    }
    return best;
}

static struct fit_host fit_host_of(const struct build_of *b, const struct stack *s, const struct host *h)
{
    return (struct fit_host){ .platform = b->platform, .driver = h->driver, .gpus = h->gpus, .n_gpus = h->n_gpus,
                              .python = stack_version(s, "python"), .glibc = h->glibc };
}

static void add_driver(struct facts *f, const struct build_of *b, const struct expected *x, const struct stack *s, const struct host *h)
{
    const struct fit_host host = fit_host_of(b, s, h);
    const struct torch_build *fits;
    struct fit_answer answer;

    add(f, "expect:cuda", b->cuda, NULL);
    add(f, "expect:driver", expected_driver_floor(x, b->cuda), x->where);
    if (h->tegra) {
        add(f, "driver:holds", answer_words[ANSWER_UNKNOWN], NULL);
        add(f, "driver:why", "a Jetson's driver comes with its system image, which the tables do not hold", NULL);
    }
    if (h->driver == NULL || h->tegra)
        return;
    answer = fit_driver(f->arena, x, b->cuda, h->driver);
    add(f, "driver:cuda", fit_driver_cuda(x, h->driver), x->where);
    add(f, "driver:holds", answer_words[answer.holds], x->where);
    add(f, "driver:why", answer.why, x->where);
    fits = answer.holds == ANSWER_NO && b->torch != NULL ? build_that_fits(b->torch, x, &host, f->arena) : NULL;
    if (fits != NULL) {
        add(f, "expect:fits", text_make(f->arena, "%s+%s", fits->torch, fits->variant), x->where);
        add(f, "fits:install", install_exactly(f->arena, fits), x->where);
    }
}

/* Whether the installed cuDNN still has code for each kind of GPU that answers: what holds for a build with it. */
static void add_cudnn(struct facts *f, const struct build_of *b, const struct expected *x, const struct stack *s, const struct host *h)
{
    const char *cudnn = stack_version(s, "cudnn");
    const struct torch_build with = { .platform = b->platform, .cuda = b->cuda, .cudnn = cudnn != NULL || b->row == NULL ? cudnn : b->row->cudnn };

    for (size_t i = 0; i < h->n_gpus && with.cudnn != NULL; i++) {
        const struct fit_host host = { .gpus = &h->gpus[i], .n_gpus = 1 };
        const struct fit_answer answer = fit_build(f->arena, x, &with, &host).links[FIT_CUDNN];
        const char *what = text_make(f->arena, "cudnn:sm_%d", h->gpus[i].cc);

        add(f, what, answer_words[answer.holds], x->where);
        add(f, text_make(f->arena, "%s:why", what), answer.why, x->where);
    }
}

/* The very build that is asked for; else, where only its release is, the one that runs here best. */
static void add_want(struct facts *f, const struct want *want, const struct build_of *b, const struct expected *x, const struct stack *s, const struct host *h)
{
    const struct fit_host host = fit_host_of(b, s, h);
    const struct torch_build *build = NULL;

    add(f, "want:torch", want->text, "--expect");
    if (want->variant != NULL)
        build = expected_build(x, want->release, want->variant, b->platform);
    else if (want->release != NULL)
        build = build_that_fits(want->release, x, &host, f->arena);
    if (build != NULL)
        add(f, "want:install", install_exactly(f->arena, build), x->where);
}

/* A build that this machine's GPUs can use, where the installed one is for none, for AMD's, or has no code for them. */
static void add_usable(struct facts *f, const struct build_of *b, const struct expected *x, const struct stack *s, const struct host *h)
{
    const struct fit_host host = fit_host_of(b, s, h);
    const struct torch_build *build;

    if (b->row != NULL && fit_build(f->arena, x, b->row, &host).runs == ANSWER_YES)
        return;
    build = b->torch != NULL ? build_that_fits(b->torch, x, &host, f->arena) : NULL;
    if (build == NULL)
        build = build_that_fits(NULL, x, &host, f->arena);
    if (build == NULL)
        return;
    add(f, "usable", text_make(f->arena, "%s+%s", build->torch, build->variant), x->where);
    add(f, "usable:install", install_exactly(f->arena, build), x->where);
    add(f, "usable:conda", build->conda != NULL ? text_make(f->arena, "pytorch==%s %s", build->torch, build->conda) : NULL, x->where);
}

/* The sister packages that are built for this release. */
static void add_companions(struct facts *f, const struct build_of *b, const struct expected *x)
{
    for (size_t i = 0; i < x->n_companions && b->torch != NULL; i++)
        if (text_version_within(b->torch, x->companions[i].torch))
            add(f, text_make(f->arena, "expect:companion:%s", x->companions[i].distribution), x->companions[i].version, x->companions[i].origin.source);
}

/* The first CUDA whose tools know these GPUs. */
static void add_first_cuda(struct facts *f, const struct expected *x, const struct host *h)
{
    for (size_t i = 0; i < h->n_gpus; i++) {
        const struct gpu_arch *arch = expected_arch(x, h->gpus[i].cc);

        if (arch != NULL)
            add(f, text_make(f->arena, "first_cuda:sm_%d", arch->cc), arch->first_cuda, x->where);
    }
}

static void add_machine(struct facts *f, const struct host *h)
{
    add(f, "machine:driver", h->driver, NULL);
    add(f, "machine:driver_cuda", h->driver_cuda, NULL);
    add(f, "machine:compat", h->compat, NULL);
    add(f, "machine:glibc", h->glibc, h->glibc_file);
    add(f, "machine:glibcxx", h->glibcxx, h->glibcxx_file);
    add(f, "machine:cxxabi", h->cxxabi, h->glibcxx_file);
    add(f, "machine:toolkit", h->toolkit, h->toolkit_dir);
    add(f, "machine:toolkit_asked", h->toolkit_asked ? h->toolkit_dir : NULL, "CUDA_HOME");
}

size_t crosscheck_facts(struct stack_version **out, struct arena *a, const struct expected *x, const struct stack *s,
                        const struct host *h, const struct want *want)
{
    struct facts f = { .arena = a };
    struct build_of b;

    build_of(&b, a, x, s, h->arch, h->tegra);
    add(&f, "build", b.is, b.row != NULL ? b.row->origin.source : x->where);
    add(&f, "build:kind", build_kind_name(b.kind), x->where);
    add(&f, "build:why_not", b.why_not_compared, x->where);
    if (b.surprising)
        add(&f, "build:surprise", b.why_not_compared, x->where);
    if (b.row != NULL) {
        add_row(&f, b.row, x->where);
        add(&f, "build:install", install_exactly(a, b.row), x->where);
    }
    if (b.variant != NULL)
        add(&f, "build:version", text_make(a, "%s+%s", b.torch, b.variant), x->where);
    if (b.cuda != NULL)
        add_driver(&f, &b, x, s, h);
    if (b.cuda != NULL)
        add_cudnn(&f, &b, x, s, h);
    add_usable(&f, &b, x, s, h);
    add_companions(&f, &b, x);
    add_first_cuda(&f, x, h);
    add_machine(&f, h);
    if (want->text != NULL)
        add_want(&f, want, &b, x, s, h);
    *out = f.items;
    return f.n;
}

static const char *newest_release(const struct expected *x)
{
    const char *newest = NULL;

    for (size_t i = 0; i < x->n_torch; i++)
        if (newest == NULL || text_compare_versions(x->torch[i].torch, newest) > 0)
            newest = x->torch[i].torch;
    return newest;
}

/* In order, each once. */
static void insert(struct arena *a, struct list *l, const char *version)
{
    const char **items = (void *)(uintptr_t)l->items;
    size_t at = l->n;

    for (size_t i = 0; i < l->n; i++)
        if (text_is(items[i], version))
            return;
    items = arena_grown(a, items, l->n, sizeof *items);
    for (; at > 0 && text_compare_versions(items[at - 1], version) > 0; at--)
        items[at] = items[at - 1];
    items[at] = version;
    l->n++;
    l->items = items;
}

const char *crosscheck_pythons(struct arena *a, const struct expected *x, const char *torch, const char *platform)
{
    const size_t n = text_version_length(torch);
    const char *release = n > 0 ? arena_copy(a, torch, n) : newest_release(x);
    struct list all = { NULL, 0 };

    for (size_t i = 0; i < x->n_torch && release != NULL; i++)
        for (size_t k = 0; k < x->torch[i].python.n && text_version_within(x->torch[i].torch, release) && text_is(x->torch[i].platform, platform); k++)
            insert(a, &all, x->torch[i].python.items[k]);
    return all.n > 0 ? joined(&all, a) : NULL;
}
