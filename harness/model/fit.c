#include "model/fit.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/cudnn_code.h"
#include "model/gpu_code.h"

const char *const fit_link_names[] = {
    [FIT_PLATFORM] = "platform", [FIT_PYTHON] = "python", [FIT_GLIBC] = "glibc", [FIT_DRIVER] = "driver",
    [FIT_GPU_DRIVER] = "gpu_driver", [FIT_GPU_CODE] = "gpu_code", [FIT_CUDNN] = "cudnn", [FIT_LINKS] = NULL,
};

static const struct fit_answer holds = { ANSWER_YES, NULL, NULL };

static struct fit_answer says(enum answer answer, const char *brief, const char *why)
{
    return (struct fit_answer){ answer, why, brief };
}

/* ---- The driver ---- */

static int branch_of(const char *driver)
{
    return atoi(driver);
}

static const struct driver_branch *known_branch(const struct expected *x, const char *driver)
{
    const struct driver_branch *best = NULL;
    int branch = branch_of(driver);

    for (size_t i = 0; i < x->n_drivers; i++)
        if (x->drivers[i].branch <= branch && (best == NULL || x->drivers[i].branch > best->branch))
            best = &x->drivers[i];
    return best;
}

const char *fit_driver_cuda(const struct expected *x, const char *driver)
{
    const struct driver_branch *b = known_branch(x, driver);

    return b != NULL ? b->cuda : NULL;
}

bool fit_branch_is_known(const struct expected *x, const char *driver)
{
    const struct driver_branch *b = known_branch(x, driver);

    return b != NULL && b->branch == branch_of(driver);
}

static const char *compat_hint(struct arena *a, const struct expected *x, const char *cuda, const char *driver)
{
    for (size_t i = 0; i < x->n_compat; i++)
        for (size_t k = 0; k < x->compat[i].n_branches && text_is(x->compat[i].cuda, cuda); k++)
            if (x->compat[i].branches[k] == branch_of(driver))
                return text_make(a, " (on data-center GPUs %s makes up for it)", x->compat[i].package);
    return "";
}

static const char *driver_at_least(struct arena *a, const char *floor)
{
    return text_make(a, "driver >= %s", floor);
}

static const char *major_of(struct arena *a, const char *cuda)
{
    return arena_copy(a, cuda, strcspn(cuda, "."));
}

struct fit_answer fit_driver(struct arena *a, const struct expected *x, const char *cuda, const char *driver)
{
    const char *floor = expected_driver_floor(x, cuda), *shown = fit_driver_cuda(x, driver);
    bool branch_alone = strchr(driver, '.') == NULL, same_branch;

    if (floor == NULL)
        return says(ANSWER_UNKNOWN, "driver not known", text_make(a, "the tables do not know which driver CUDA %s needs", cuda));
    same_branch = branch_of(floor) == branch_of(driver);
    if (branch_alone && same_branch && strchr(floor, '.') != NULL)
        return says(ANSWER_YES, driver_at_least(a, floor), text_make(a, "of branch %s, %s or newer", driver, floor));
    if (text_compare_versions(driver, floor) < 0)
        return says(ANSWER_NO, driver_at_least(a, floor), text_make(a, "CUDA %s needs a driver >= %s, and %s is older%s", cuda, floor, driver, compat_hint(a, x, cuda, driver)));
    if (shown != NULL && text_compare_versions(shown, cuda) < 0)
        return says(ANSWER_YES, NULL, text_make(a, "it runs although nvidia-smi shows CUDA %s for driver %s: programs of CUDA %s.x need a driver >= %s, no more",
                                          shown, driver, major_of(a, cuda), floor));
    return holds;
}

const char *fit_driver_floor(struct arena *a, const struct expected *x, const char *cuda, const struct fit_gpu *gpus, size_t n_gpus)
{
    const char *floor = expected_driver_floor(x, cuda);

    for (size_t i = 0; i < n_gpus && floor != NULL; i++) {
        const struct gpu_arch *arch = expected_arch(x, gpus[i].cc);

        if (arch != NULL && arch->min_driver > branch_of(floor))
            floor = text_make(a, "%d", arch->min_driver);
    }
    return floor;
}

static struct fit_answer check_driver(struct arena *a, const struct expected *x, const struct torch_build *b, const struct fit_host *host)
{
    const char *floor = fit_driver_floor(a, x, b->cuda, host->gpus, host->n_gpus);

    if (host->driver != NULL)
        return fit_driver(a, x, b->cuda, host->driver);
    if (floor == NULL)
        return says(ANSWER_UNKNOWN, "driver not known", text_make(a, "the tables do not know which driver CUDA %s needs", b->cuda));
    if (host->no_driver)
        return says(ANSWER_NO, driver_at_least(a, floor), text_make(a, "it needs a driver >= %s, and none is installed", floor));
    return says(ANSWER_YES, driver_at_least(a, floor), text_make(a, "with a driver >= %s", floor));
}

/* ---- GPUs ---- */

/* "NVIDIA GeForce RTX 5090 (sm_120)"; "sm_120" alone. */
static const char *called(struct arena *a, const struct fit_gpu *gpu)
{
    return gpu->name == NULL || text_starts(gpu->name, "sm_") ? text_make(a, "sm_%d", gpu->cc) : text_make(a, "%s (sm_%d)", gpu->name, gpu->cc);
}

struct fit_answer fit_gpu_driver(struct arena *a, const struct expected *x, const struct fit_gpu *gpu, const char *driver)
{
    const struct gpu_arch *arch = expected_arch(x, gpu->cc);

    if (arch == NULL || driver == NULL)
        return holds;
    if (arch->min_driver > branch_of(driver))
        return says(ANSWER_NO, text_make(a, "driver >= %d for sm_%d", arch->min_driver, gpu->cc), text_make(a, "driver %s does not know %s: branch %d is the first that does", driver, called(a, gpu), arch->min_driver));
    if (arch->last_driver > 0 && arch->last_driver < branch_of(driver))
        return says(ANSWER_NO, text_make(a, "driver <= %d for sm_%d", arch->last_driver, gpu->cc), text_make(a, "driver %s no longer drives %s: branch %d is the last that does", driver, called(a, gpu), arch->last_driver));
    return holds;
}

static const char *dropped(struct arena *a, const struct expected *x, const char *cuda, const struct fit_gpu *gpu)
{
    const struct gpu_arch *arch = expected_arch(x, gpu->cc);

    if (arch != NULL && arch->last_cuda != NULL && text_compare_versions(cuda, arch->last_cuda) > 0)
        return text_make(a, "; CUDA %s is the last that makes any", arch->last_cuda);
    if (arch != NULL && arch->first_cuda != NULL && text_compare_versions(cuda, arch->first_cuda) < 0)
        return text_make(a, "; CUDA %s is the first that makes any", arch->first_cuda);
    return "";
}

/* PTX is not covered by minor-version compatibility: only a driver at least as
 * new as the toolkit that wrote it compiles it (CUDA Compatibility, "Limitations"). */
static struct fit_answer by_ptx(struct arena *a, const struct expected *x, const char *cuda, const struct fit_gpu *gpu, const char *driver)
{
    const char *shown = driver != NULL ? fit_driver_cuda(x, driver) : NULL;

    if (shown != NULL && text_compare_versions(shown, cuda) < 0)
        return says(ANSWER_NO, text_make(a, "only PTX for sm_%d", gpu->cc), text_make(a, "it has only PTX for %s, which a driver for CUDA %s or newer compiles: %s is for %s",
                                         called(a, gpu), cuda, driver, shown));
    return says(ANSWER_YES, text_make(a, "PTX for sm_%d", gpu->cc), text_make(a, "it has only PTX for %s: the driver compiles it at the first start, which is slow%s", called(a, gpu),
                                      shown != NULL ? "" : text_make(a, ", and has to be one for CUDA %s or newer", cuda)));
}

/* Machine code is compatible within a major version on desktop GPUs, and neither from them to a Tegra nor between Tegras
 * (CUDA C++ Programming Guide, "Binary Compatibility"). */
static bool has_exactly(const struct gpu_code *codes, size_t n, int cc)
{
    for (size_t i = 0; i < n; i++)
        if (codes[i].sass && codes[i].arch == cc)
            return true;
    return false;
}

struct fit_answer fit_gpu_code(struct arena *a, const struct expected *x, const struct gpu_code *codes, size_t n_codes,
                               const char *cuda, const struct fit_gpu *gpu, const char *driver)
{
    const struct gpu_cover cover = gpu_code_covers(codes, n_codes, gpu->cc);
    const struct gpu_arch *arch = expected_arch(x, gpu->cc);

    if (!cover.has_code)
        return says(ANSWER_UNKNOWN, "code not known", "it is not known for which GPUs it has code");
    if (arch != NULL && arch->tegra == ANSWER_YES && !has_exactly(codes, n_codes, gpu->cc))
        return says(ANSWER_UNKNOWN, "not made for Jetson", text_make(a, "it has no code made for %s, and that of desktop GPUs is not promised to run there:"
                                                                     " NVIDIA publishes builds of its own for Jetson", called(a, gpu)));
    if (cover.sass)
        return holds;
    if (cover.ptx)
        return by_ptx(a, x, cuda, gpu, driver);
    return says(ANSWER_NO, text_make(a, "no code for sm_%d", gpu->cc), text_make(a, "it has no code for %s%s: it has %s", called(a, gpu), dropped(a, x, cuda, gpu),
                                     gpu_code_list(a, codes, n_codes)));
}

/* "9.10.2.21" is not newer than "9.10.2": as many parts as the bound has are compared. */
static bool is_newer(const char *version, const char *bound)
{
    size_t parts = 1, n = 0;
    char cut[64];

    for (const char *at = bound; *at != '\0'; at++)
        parts += *at == '.';
    for (; version[n] != '\0' && n < sizeof cut - 1; n++) {
        parts -= version[n] == '.';
        if (parts == 0)
            break;
        cut[n] = version[n];
    }
    cut[n] = '\0';
    return text_compare_versions(cut, bound) > 0;
}

static struct fit_answer check_cudnn_matrix(struct arena *a, const struct expected *x, const struct torch_build *b, const struct fit_gpu *gpu)
{
    int oldest;
    enum answer serves = cudnn_serves(x, b->cudnn, b->cuda, gpu->cc, &oldest);

    if (serves == ANSWER_YES)
        return holds;
    if (serves == ANSWER_UNKNOWN)
        return says(ANSWER_UNKNOWN, "cuDNN not known", text_make(a, "it is not known whether its cuDNN %s still serves %s", b->cudnn, called(a, gpu)));
    return says(ANSWER_NO, text_make(a, "cuDNN without sm_%d", gpu->cc),
                text_make(a, "its cuDNN %s no longer serves %s: compute capability %d.%d is the oldest", b->cudnn, called(a, gpu), oldest / 10, oldest % 10));
}

static struct fit_answer check_cudnn(struct arena *a, const struct expected *x, const struct torch_build *b, const struct fit_gpu *gpu)
{
    const struct gpu_arch *arch = expected_arch(x, gpu->cc);

    if (arch == NULL || b->cudnn == NULL)
        return holds;
    if (arch->cudnn_last != NULL && is_newer(b->cudnn, arch->cudnn_last))
        return says(ANSWER_NO, text_make(a, "cuDNN without sm_%d", gpu->cc), text_make(a, "its cuDNN %s has no code for %s: %s is the last that has", b->cudnn, called(a, gpu), arch->cudnn_last));
    return check_cudnn_matrix(a, x, b, gpu);
}

/* ---- What the wheel asks of the system ---- */

static struct fit_answer check_python(struct arena *a, const struct torch_build *b, const char *python)
{
    const struct list *list = &b->python;

    if (python == NULL)
        return holds;
    if (list->n == 0)
        return says(ANSWER_UNKNOWN, "Pythons not known", "it is not known for which Pythons it was built");
    for (size_t i = 0; i < list->n; i++)
        if (text_is(list->items[i], python))
            return holds;
    return says(ANSWER_NO, text_make(a, "no Python %s", python), text_make(a, "there is none for Python %s: it was built for %s to %s", python, list->items[0], list->items[list->n - 1]));
}

static struct fit_answer check_glibc(struct arena *a, const struct torch_build *b, const char *glibc)
{
    if (glibc != NULL && b->glibc != NULL && text_compare_versions(glibc, b->glibc) < 0)
        return says(ANSWER_NO, text_make(a, "glibc >= %s", b->glibc), text_make(a, "it needs glibc >= %s, and %s is here", b->glibc, glibc));
    return holds;
}

static struct fit_answer check_platform(struct arena *a, const struct torch_build *b, const char *platform)
{
    if (platform != NULL && !text_is(b->platform, platform))
        return says(ANSWER_NO, b->platform, text_make(a, "it is for %s, and this is %s", b->platform, platform));
    return holds;
}

/* ---- All together ---- */

static bool is_worse(const struct fit_answer *a, const struct fit_answer *than)
{
    static const int rank[] = { [ANSWER_YES] = 0, [ANSWER_UNKNOWN] = 1, [ANSWER_NO] = 2 };

    return rank[a->holds] > rank[than->holds] || (a->holds == than->holds && a->why != NULL && than->why == NULL);
}

void fit_keep_worse(struct fit_answer *kept, struct fit_answer other)
{
    if (is_worse(&other, kept))
        *kept = other;
}

static bool needs_jit(const struct torch_build *b, const struct fit_gpu *gpu)
{
    const struct gpu_cover cover = gpu_code_covers(b->codes, b->n_codes, gpu->cc);

    return cover.ptx && !cover.sass;
}

struct fit fit_build(struct arena *a, const struct expected *x, const struct torch_build *b, const struct fit_host *host)
{
    const char *shown = host->driver != NULL ? fit_driver_cuda(x, host->driver) : NULL;
    struct fit fit = { .build = b, .runs = ANSWER_YES, .native = shown == NULL || text_compare_versions(shown, b->cuda) >= 0 };

    fit.links[FIT_PLATFORM] = check_platform(a, b, host->platform);
    fit.links[FIT_PYTHON] = check_python(a, b, host->python);
    fit.links[FIT_GLIBC] = check_glibc(a, b, host->glibc);
    fit.links[FIT_DRIVER] = check_driver(a, x, b, host);
    fit.links[FIT_GPU_DRIVER] = fit.links[FIT_GPU_CODE] = fit.links[FIT_CUDNN] = holds;
    for (size_t i = 0; i < host->n_gpus; i++) {
        const struct fit_gpu *gpu = &host->gpus[i];

        fit_keep_worse(&fit.links[FIT_GPU_DRIVER], fit_gpu_driver(a, x, gpu, host->driver));
        fit_keep_worse(&fit.links[FIT_GPU_CODE], fit_gpu_code(a, x, b->codes, b->n_codes, b->cuda, gpu, host->driver));
        fit_keep_worse(&fit.links[FIT_CUDNN], check_cudnn(a, x, b, gpu));
        fit.jit |= needs_jit(b, gpu);
    }
    for (int i = 0; i < FIT_LINKS; i++)
        if (fit.links[i].holds != ANSWER_YES && (fit.runs == ANSWER_YES || (fit.runs == ANSWER_UNKNOWN && fit.links[i].holds == ANSWER_NO))) {
            fit.runs = fit.links[i].holds;
            fit.decides = (enum fit_link)i;
        }
    return fit;
}
