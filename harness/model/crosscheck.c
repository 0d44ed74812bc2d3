#include "model/crosscheck.h"

#include <stdarg.h>

#include "base/text.h"

void finding_add(struct findings *f, enum weight weight, const char *key, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    *ARENA_PUSH(f->arena, f->items, f->n) = (struct finding){ weight, key, text_vmake(f->arena, fmt, ap) };
    va_end(ap);
}

static void note(struct findings *f, const struct stack *s, const char *key, const char *what)
{
    const char *version = stack_version(s, what);

    if (version != NULL)
        finding_add(f, NOTED, key, "%s", version);
}

/* ---- torch.build ---- */

static void check_want(struct findings *f, const struct stack *s, const char *text)
{
    const char *installed = stack_version(s, "build:version");
    struct err e = { .kind = ERR_NONE };
    struct want want;

    if (!want_parse(&want, f->arena, text, &e)) {
        f->not_known = arena_text(f->arena, e.text);
        return;
    }
    if (installed == NULL)
        installed = stack_version(s, "torch");
    if (want_holds(&want, installed))
        return;
    finding_add(f, WRONG, "unexpected", "PyTorch %s is installed, and %s was asked for", installed != NULL ? installed : "of unknown version", text);
    note(f, s, "install", "want:install");
}

/* Two installations over one another, or a damaged one: what the package manager recorded is not what its files are. */
static void check_recorded(struct findings *f, const struct stack *s)
{
    const char *is = stack_version(s, "torch"), *recorded = NULL;
    struct text install = { .arena = f->arena };

    for (size_t i = 0; i < s->n_versions; i++) {
        const struct stack_version *v = &s->versions[i];
        size_t n = is != NULL ? text_version_length(is) : 0;

        if (!text_is(v->what, "installed:torch"))
            continue;
        if (n > 0 && text_version_length(v->version) == n && text_starts(is, arena_copy(f->arena, v->version, n)))
            return;
        recorded = v->version;
    }
    if (recorded == NULL)
        return;
    if (is != NULL)
        finding_add(f, WRONG, "mixed", "torch/version.py says %s, and the package is recorded as %s: one was installed over the other", is, recorded);
    else
        finding_add(f, WRONG, "mixed", "torch/version.py states no version, or is missing, and the package is recorded as %s: it is damaged", recorded);
    text_add(&install, "--force-reinstall --no-deps ");
    text_add_quoted(&install, text_make(f->arena, "torch==%s", recorded));
    finding_add(f, NOTED, "install", "%s", install.s);
}

/* Said where a GPU could use it; what it is otherwise stands in the report as it is. */
static void remark_build(struct findings *f, const struct stack *s)
{
    const char *why_not = stack_version(s, "build:why_not");

    if (why_not != NULL && stack_version(s, "build:surprise") == NULL && stack_version(s, "expect:cuda") != NULL)
        finding_add(f, NOTED, "remark", "%s is not compared with an official build: %s", stack_version(s, "build"), why_not);
}

void check_build(struct findings *f, const struct stack *s)
{
    const char *surprise = stack_version(s, "build:surprise"), *want = stack_version(s, "want:torch");

    if (stack_version(s, "build") == NULL) {
        f->not_known = "nothing is known of official builds: the tables were not read";
        return;
    }
    note(f, s, "torch", "torch");
    note(f, s, "cuda", "cuda");
    note(f, s, "build", "build");
    note(f, s, "build.kind", "build:kind");
    note(f, s, "not_compared", "build:why_not");
    remark_build(f, s);
    check_recorded(f, s);
    if (want != NULL)
        check_want(f, s, want);
    if (surprise != NULL)
        finding_add(f, WARNS, "warning", "%s: it is not compared with what its build should be", surprise);
}

/* ---- torch.driver ---- */

const char *check_why_no_cuda(const struct stack *s)
{
    const char *why_not = stack_version(s, "build:why_not");

    return why_not != NULL ? why_not : "no file says which CUDA this PyTorch was built for";
}

static void too_old(struct findings *f, const struct stack *s, const char *why)
{
    const char *fits = stack_version(s, "fits:install"), *torch = stack_version(s, "torch");

    finding_add(f, WRONG, "too_old", "PyTorch %s does not run on this driver: %s", torch != NULL ? torch : "of unknown version", why);
    if (fits != NULL)
        finding_add(f, NOTED, "install", "%s", fits);
    else
        finding_add(f, NOTED, "act", "install a driver >= %s; or see which builds this one runs: gpuvet matrix", stack_version(s, "expect:driver"));
}

/* Nothing of it is wrong; it is what people are told wrongly, or meet later. */
static void note_caveats(struct findings *f, const struct stack *s, const char *cuda)
{
    const char *shown = stack_version(s, "machine:driver_cuda");

    note(f, s, "remark", "driver:why");
    if (shown != NULL && text_compare_versions(shown, cuda) < 0)
        finding_add(f, NOTED, "jit", "PTX that tools of CUDA %s make on the spot (Triton, torch.compile, NVRTC) may need a driver for CUDA %s; this one is for %s",
              cuda, cuda, shown);
}

/* The user-space part is newer than the kernel's: it answers for a CUDA that the kernel's driver alone would not. */
static bool is_served_by_compat(const struct stack *s, const char *cuda)
{
    const char *shown = stack_version(s, "machine:driver_cuda"), *own = stack_version(s, "driver:cuda");

    if (shown == NULL || own == NULL)
        return shown != NULL && text_compare_versions(shown, cuda) >= 0;
    return text_version_major(shown) >= text_version_major(cuda) && text_compare_versions(shown, own) > 0;
}

void check_driver(struct findings *f, const struct stack *s)
{
    const char *cuda = stack_version(s, "expect:cuda"), *holds = stack_version(s, "driver:holds"), *why = stack_version(s, "driver:why");
    const char *driver = stack_version(s, "machine:driver");

    if (cuda == NULL)
        f->not_known = check_why_no_cuda(s);
    else if (text_is(holds, "unknown"))
        f->not_known = why;
    else if (driver == NULL || holds == NULL)
        f->not_known = "there is no driver here, or none that tells its version";
    else if (text_is(holds, "no") && stack_version(s, "machine:driver_cuda") == NULL && stack_version(s, "machine:compat") != NULL)
        f->not_known = text_make(f->arena, "%s; %s may make up for it, and the driver was not asked", why, stack_version(s, "machine:compat"));
    if (f->not_known != NULL)
        return;
    finding_add(f, NOTED, "driver", "%s", driver);
    finding_add(f, NOTED, "cuda", "%s", cuda);
    note(f, s, "driver.needed", "expect:driver");
    if (text_is(holds, "yes"))
        note_caveats(f, s, cuda);
    else if (is_served_by_compat(s, cuda))
        finding_add(f, NOTED, "remark", "the kernel's driver is %s, and a cuda-compat package serves CUDA %s", driver,
              stack_version(s, "machine:driver_cuda"));
    else
        too_old(f, s, why);
}
