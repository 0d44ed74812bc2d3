/* The libraries that a PyTorch build brings: as pinned, as compiled, as loaded. */
#include "model/crosscheck.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static long minor_of(const char *version)
{
    const char *dot = strchr(version, '.');

    return dot != NULL ? strtol(dot + 1, NULL, 10) : 0;
}

/* ---- torch.pins ---- */

/* What is pinned, by the metadata or by the row: facts that begin so. */
struct pins { struct findings *found; const struct stack *stack; const char *prefix; struct text missing, unmet, warning, install; size_t n, n_missing; };

/* Two records of one package may be there; the files are one's. */
static const char *installed_version(const struct pins *p, const char *name, const char *pinned)
{
    const char *what = text_make(p->found->arena, "installed:%s", name), *first = NULL;

    for (size_t i = 0; i < p->stack->n_versions; i++) {
        const struct stack_version *v = &p->stack->versions[i];

        if (text_is(v->what, what) && text_is(v->version, pinned))
            return pinned;
        if (text_is(v->what, what) && first == NULL)
            first = v->version;
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
    if (text_version_major(installed) != text_version_major(pinned))
        return "another major version";
    return cudnn && minor_of(installed) < minor_of(pinned) ? "PyTorch refuses an older minor version than it was compiled with" : NULL;
}

static void check_pin(struct pins *p, const char *name, const char *pinned, const char *installed)
{
    const char *why = installed != NULL ? why_it_breaks(name, pinned, installed) : NULL;
    struct text *t = why != NULL ? &p->unmet : &p->warning;

    text_add(&p->install, p->install.n > 0 ? " " : "");
    text_add_quoted(&p->install, text_make(p->found->arena, "%s==%s", name, pinned));
    if (installed == NULL) {
        text_add(&p->missing, "%s%s %s", p->n_missing++ > 0 ? ", " : "", name, pinned);
        return;
    }
    text_add(t, "%s%s %s is installed, and %s is pinned%s%s", t->n > 0 ? "; " : "", name, installed, pinned, why != NULL ? ": " : "", why != NULL ? why : "");
}

/* Another version that is recorded beside it; NULL: none. */
static const char *recorded_beside(const struct pins *p, const char *name, const char *version)
{
    const char *what = text_make(p->found->arena, "installed:%s", name);

    for (size_t i = 0; i < p->stack->n_versions && version != NULL; i++)
        if (text_is(p->stack->versions[i].what, what) && !text_is(p->stack->versions[i].version, version))
            return p->stack->versions[i].version;
    return NULL;
}

/* installed_alone: what is not installed is not missed. */
static void check_all(struct pins *p, bool installed_alone)
{
    for (size_t i = 0; i < p->stack->n_versions; i++) {
        const struct stack_version *v = &p->stack->versions[i];
        const char *name = v->what + strlen(p->prefix), *installed, *beside;

        if (!text_starts(v->what, p->prefix))
            continue;
        installed = installed_version(p, name, v->version);
        if (installed == NULL && installed_alone)
            continue;
        p->n++;
        beside = recorded_beside(p, name, installed);
        if (beside != NULL)
            text_add(&p->warning, "%s%s is recorded as %s and as %s: an installation was interrupted, or two tools installed it",
                     p->warning.n > 0 ? "; " : "", name, installed, beside);
        if (!text_is(installed, v->version))
            check_pin(p, name, v->version, installed);
    }
}

/* "not installed, of what it requires: nvidia-cudnn-cu12 9.1.0.70, nvidia-nccl-cu12 2.20.5" */
static const char *missing(const struct pins *p)
{
    return text_make(p->found->arena, "not installed, of what it requires: %s", p->missing.s);
}

/* What its own metadata pins; where that is gone altogether, what its row says of the packages that are there. A wheel that pins
 * nothing brings its libraries itself: what is installed beside it is none of its own. */
void check_pins(struct findings *f, const struct stack *s)
{
    struct pins p = { .found = f, .stack = s, .prefix = "requires:", .missing = { .arena = f->arena }, .unmet = { .arena = f->arena },
                      .warning = { .arena = f->arena }, .install = { .arena = f->arena } };

    check_all(&p, false);
    if (p.n == 0 && stack_version(s, "installed:torch") == NULL) {
        p.prefix = "expect:pin:";
        check_all(&p, true);
    }
    if (p.n == 0) {
        f->not_known = "its metadata pins no package of NVIDIA's: it brings its libraries itself, or another package manager does";
        return;
    }
    finding_add(f, NOTED, "pins", "%zu", p.n);
    if (p.n_missing > 0 || p.unmet.n > 0)
        finding_add(f, WRONG, "unmet", "%s%s%s", p.n_missing > 0 ? missing(&p) : "", p.n_missing > 0 && p.unmet.n > 0 ? "; " : "",
                    p.unmet.n > 0 ? p.unmet.s : "");
    if (p.warning.n > 0)
        finding_add(f, WARNS, "warning", "%s", p.warning.s);
    if (p.install.n > 0)
        finding_add(f, NOTED, "install", "%s", p.install.s);
}

/* ---- torch.cudnn ---- */

/* As torch/backends/cudnn compares: major equal, minor not older. */
static bool cudnn_is_refused(const char *compiled, const char *loaded)
{
    return text_version_major(loaded) != text_version_major(compiled) || minor_of(loaded) < minor_of(compiled);
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
