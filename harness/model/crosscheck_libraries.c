/* The libraries that a PyTorch build brings: as pinned, as compiled, as loaded. */
#include "model/crosscheck.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static long major_of(const char *version)
{
    return strtol(version, NULL, 10);
}

static long minor_of(const char *version)
{
    const char *dot = strchr(version, '.');

    return dot != NULL ? strtol(dot + 1, NULL, 10) : 0;
}

/* ---- torch.pins ---- */

/* "nvidia-cudnn-cu12" of "requires:nvidia-cudnn-cu12"; NULL for any other fact. */
static const char *pinned_by(const struct stack_version *v)
{
    static const char prefix[] = "requires:";

    return text_starts(v->what, prefix) ? v->what + sizeof prefix - 1 : NULL;
}

/* Two records of one package may be there; the files are one's. */
static const char *installed_version(const struct findings *f, const struct stack *s, const char *name, const char *pinned)
{
    const char *what = text_make(f->arena, "installed:%s", name), *first = NULL;

    for (size_t i = 0; i < s->n_versions; i++)
        if (text_is(s->versions[i].what, what)) {
            if (text_is(s->versions[i].version, pinned))
                return pinned;
            if (first == NULL)
                first = s->versions[i].version;
        }
    return first;
}

/* Those whose interfaces change with their major version, and cuDNN, which PyTorch
 * refuses at its first use if its minor version is older than that it was compiled with. */
static const char *why_it_breaks(const char *name, const char *pinned, const char *installed)
{
    const bool cudnn = text_starts(name, "nvidia-cudnn");

    if (!cudnn && !text_starts(name, "nvidia-nccl") && !text_starts(name, "nvidia-cublas"))
        return NULL;
    if (major_of(installed) != major_of(pinned))
        return "another major version";
    return cudnn && minor_of(installed) < minor_of(pinned) ? "PyTorch refuses an older minor version than it was compiled with" : NULL;
}

static void check_pin(struct findings *f, const struct stack *s, const char *name, const char *pinned)
{
    const char *installed = installed_version(f, s, name, pinned), *why;

    if (text_is(installed, pinned))
        return;
    if (installed == NULL) {
        finding_add(f, WRONG, "unmet", "%s %s is required and not installed", name, pinned);
    } else {
        why = why_it_breaks(name, pinned, installed);
        finding_add(f, why != NULL ? WRONG : WARNS, why != NULL ? "unmet" : "warning", "%s %s is installed, and %s is pinned%s%s", name, installed, pinned,
                    why != NULL ? ": " : "", why != NULL ? why : "");
    }
}

/* One command for all of them. */
static void add_command(struct findings *f, const struct stack *s)
{
    struct text t = { .arena = f->arena };

    for (size_t i = 0; i < s->n_versions; i++) {
        const char *name = pinned_by(&s->versions[i]), *pinned = s->versions[i].version;

        if (name != NULL && !text_is(installed_version(f, s, name, pinned), pinned))
            text_add(&t, "%s%s==%s", t.n > 0 ? " " : "", name, pinned);
    }
    if (t.n > 0)
        finding_add(f, NOTED, "install", "%s", t.s);
}

/* What its own metadata pins. A wheel without any brings its libraries itself; then what is installed beside it is none of its
 * own. */
void check_pins(struct findings *f, const struct stack *s)
{
    size_t n = 0;

    for (size_t i = 0; i < s->n_versions; i++) {
        const char *name = pinned_by(&s->versions[i]);

        if (name != NULL)
            check_pin(f, s, name, s->versions[i].version);
        n += name != NULL;
    }
    if (n == 0) {
        f->not_known = "its metadata pins no package of NVIDIA's: it brings its libraries itself, or another package manager does";
        return;
    }
    finding_add(f, NOTED, "pins", "%zu", n);
    add_command(f, s);
}

/* ---- torch.cudnn ---- */

/* As torch/backends/cudnn compares: major equal, minor not older. */
static bool cudnn_is_refused(const char *compiled, const char *loaded)
{
    return major_of(loaded) != major_of(compiled) || minor_of(loaded) < minor_of(compiled);
}

void check_cudnn(struct findings *f, const struct stack *s, const char *loaded)
{
    const char *compiled = stack_version(s, "expect:cudnn"), *installed = stack_version(s, "cudnn"), *runtime = loaded != NULL ? loaded : installed;

    if (compiled != NULL)
        finding_add(f, NOTED, "cudnn.compiled", "%s", compiled);
    if (installed != NULL)
        finding_add(f, NOTED, "cudnn.installed", "%s", installed);
    if (loaded != NULL)
        finding_add(f, NOTED, "cudnn.loaded", "%s", loaded);
    if (compiled == NULL)
        f->not_known = text_make(f->arena, "with which cuDNN it was compiled is not known: %s",
                                 stack_version(s, "build:why_not") != NULL ? stack_version(s, "build:why_not") : "the tables do not say");
    else if (runtime == NULL)
        f->not_known = "no file says which cuDNN is installed, and none was loaded";
    else if (cudnn_is_refused(compiled, runtime))
        finding_add(f, WRONG, "refused", "cuDNN %s is %s, and PyTorch was compiled with %s: it takes the same major version and no older minor one",
                    runtime, loaded != NULL ? "loaded" : "installed", compiled);
}

/* ---- torch.cudnn.gpu ---- */

void check_cudnn_for_gpu(struct findings *f, const struct stack *s, int cc)
{
    const char *what = text_make(f->arena, "cudnn:sm_%d", cc), *holds = stack_version(s, what), *cudnn = stack_version(s, "cudnn");
    const char *why = stack_version(s, text_make(f->arena, "%s:why", what));

    if (holds == NULL)
        f->not_known = "no file says which cuDNN is installed";
    else if (text_is(holds, "unknown"))
        f->not_known = why != NULL ? why : "the tables do not say which GPUs this cuDNN has code for";
    if (f->not_known != NULL)
        return;
    finding_add(f, NOTED, "cudnn", "%s", cudnn != NULL ? cudnn : "inside libtorch");
    if (text_is(holds, "no"))
        finding_add(f, WRONG, "refused", "%s", why);
}
