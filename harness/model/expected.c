#include "model/expected.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"

enum { NAMES_MAX = 6 };

const struct torch_build *expected_build(const struct expected *x, const char *torch, const char *variant, const char *platform)
{
    for (size_t i = 0; i < x->n_torch; i++)
        if (text_is(x->torch[i].torch, torch) && text_is(x->torch[i].variant, variant) && text_is(x->torch[i].platform, platform))
            return &x->torch[i];
    return NULL;
}

void expected_nearest(const struct expected *x, const char *torch, const char **below, const char **above)
{
    *below = *above = NULL;
    for (size_t i = 0; i < x->n_torch; i++) {
        const char *known = x->torch[i].torch;
        int order = text_compare_versions(known, torch);

        if (order < 0 && (*below == NULL || text_compare_versions(known, *below) > 0))
            *below = known;
        if (order > 0 && (*above == NULL || text_compare_versions(known, *above) < 0))
            *above = known;
    }
}

const char *expected_as_of(const struct expected *x)
{
    const char *newest = "";

    for (size_t i = 0; i < x->n_torch; i++)
        if (strcmp(x->torch[i].origin.as_of, newest) > 0)
            newest = x->torch[i].origin.as_of;
    return newest;
}

/* A release is known by its whole number, "12.4.1", or by its series, "12.4" and
 * "12": then the lowest floor in it counts. */
const char *expected_driver_floor(const struct expected *x, const char *cuda)
{
    const struct cuda_release *lowest = NULL;

    for (size_t i = 0; i < x->n_cuda; i++) {
        const struct cuda_release *r = &x->cuda[i];

        if (text_is(r->cuda, cuda))
            return r->driver_floor;
        if (text_version_within(r->minor, cuda) && (lowest == NULL || text_compare_versions(r->driver_floor, lowest->driver_floor) < 0))
            lowest = r;
    }
    return lowest != NULL ? lowest->driver_floor : NULL;
}

const struct driver_branch *expected_branch(const struct expected *x, int branch)
{
    for (size_t i = 0; i < x->n_drivers; i++)
        if (x->drivers[i].branch == branch)
            return &x->drivers[i];
    return NULL;
}

const struct gpu_arch *expected_arch(const struct expected *x, int cc)
{
    for (size_t i = 0; i < x->n_archs; i++)
        if (x->archs[i].cc == cc)
            return &x->archs[i];
    return NULL;
}

int cc_parse(const char *text)
{
    size_t n = strspn(text, "0123456789"), all = strlen(text);
    int cc = 0;

    if (n < 1 || n > 2 || all != n + 2 || text[n] != '.' || text[n + 1] < '0' || text[n + 1] > '9')
        return 0;
    for (size_t i = 0; i < all; i++)
        if (i != n)
            cc = cc * 10 + (text[i] - '0');
    return cc;
}

/* "sm_120", "sm_120a" or "120": as code is named. */
static int cc_of_code(const char *text)
{
    const char *digits = text_starts(text, "sm_") ? text + 3 : text;
    size_t n = strspn(digits, "0123456789");
    int cc = 0;

    if (n < 2 || n > 3 || (digits[n] != '\0' && (digits == text || strlen(digits + n) > 1)))
        return 0;
    for (size_t i = 0; i < n; i++)
        cc = cc * 10 + (digits[i] - '0');
    return cc;
}

const struct gpu_chip *expected_chip(const struct expected *x, unsigned device_id)
{
    for (size_t i = 0; i < x->n_chips; i++)
        if ((unsigned)x->chips[i].first <= device_id && device_id <= (unsigned)x->chips[i].last)
            return &x->chips[i];
    return NULL;
}

/* The part as whole words, whatever their case: "A100" is in "NVIDIA A100-SXM4-40GB" and not in "NVIDIA RTX A1000". */
static bool has_words(const char *name, const char *part)
{
    size_t n = strlen(part);

    for (const char *at = name; strlen(at) >= n; at++)
        if (strncasecmp(at, part, n) == 0 && (at == name || !isalnum((unsigned char)at[-1])) && !isalnum((unsigned char)at[n]))
            return true;
    return false;
}

/* The driver's name of a mobile GPU; the capability is the desktop's. */
static const char *without_laptop(struct arena *a, const char *name)
{
    static const char end[] = " Laptop GPU";

    return text_ends(name, end) ? arena_copy(a, name, strlen(name) - (sizeof end - 1)) : name;
}

struct named_gpu expected_gpu(const struct expected *x, struct arena *a, const char *name)
{
    int number = cc_parse(name) > 0 ? cc_parse(name) : cc_of_code(name);
    const char **said = arena_alloc(a, NAMES_MAX * sizeof *said);
    struct named_gpu found = { .names = { said, 0 } };

    if (number > 0)
        return (struct named_gpu){ .cc = expected_arch(x, number) != NULL ? number : 0 };
    name = without_laptop(a, name);
    for (size_t i = 0; i < x->n_gpus; i++)
        if (strcasecmp(x->gpus[i].gpu, name) == 0)
            return (struct named_gpu){ x->gpus[i].cc, x->gpus[i].platform, { &x->gpus[i].gpu, 1 } };
    for (size_t i = 0; i < x->n_gpus && *name != '\0'; i++) {
        const struct gpu_model *g = &x->gpus[i];

        if (!has_words(g->gpu, name))
            continue;
        found.platform = found.cc == 0 || text_is(g->platform, found.platform) ? g->platform : NULL;
        found.cc = found.cc == 0 || found.cc == g->cc ? g->cc : -1;
        if (found.names.n < NAMES_MAX)
            said[found.names.n++] = g->gpu;
    }
    return found;
}

const struct gpu_peak *expected_peak(const struct expected *x, const char *gpu)
{
    for (size_t i = 0; i < x->n_peaks; i++)
        if (text_is(x->peaks[i].gpu, gpu))
            return &x->peaks[i];
    return NULL;
}

/* A family whose name the GPU bears; else that of the others. "NVIDIA L40S" is no L40: a whole word. */
static bool is_of_family(const struct sm_rate *r, const char *gpu)
{
    const char *at = r->family != NULL && gpu != NULL ? strstr(gpu, r->family) : NULL;

    return at != NULL && (at[strlen(r->family)] == '\0' || at[strlen(r->family)] == ' ');
}

const struct sm_rate *expected_sm_rate(const struct expected *x, int cc, const char *gpu)
{
    const struct sm_rate *others = NULL;

    for (size_t i = 0; i < x->n_sm_rates; i++) {
        const struct sm_rate *r = &x->sm_rates[i];

        if (r->cc == cc && is_of_family(r, gpu))
            return r;
        if (r->cc == cc && r->family == NULL)
            others = r;
    }
    return others;
}

const struct healthy_rate *expected_rate(const struct expected *x, const char *measure, const char *gpu, size_t gpus)
{
    const struct healthy_rate *any = NULL;

    for (size_t i = 0; i < x->n_rates; i++) {
        const struct healthy_rate *r = &x->rates[i];

        if (!text_is(r->measure, measure) || (size_t)r->gpus != gpus)
            continue;
        if (text_is(r->gpu, gpu))
            return r;
        if (r->gpu == NULL)
            any = r;
    }
    return any;
}
