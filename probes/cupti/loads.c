/* cupti.loads - the library that profilers (torch.profiler) use opens and answers. Nothing of it is switched on. */
#include "child/child.h"

#include <string.h>

#include "base/text.h"

/* Since CUDA 13.0 the version is 130001 for the second one of 13.0; before, a count (cupti_version.h). */
enum { RELEASE = 10000, FIRST_WITH_RELEASE = 13 };

static void compare_with_release(struct child *c, uint32_t version)
{
    const char *cuda = stack_version(c->stack, "cuda");
    long major = 0;

    if (version < FIRST_WITH_RELEASE * RELEASE || cuda == NULL || !text_to_long(text_make(&c->arena, "%.*s", (int)strcspn(cuda, "."), cuda), &major))
        return;
    if (version / RELEASE != (unsigned long)major)
        saw_text(c, "other_release", "CUPTI says it is of CUDA %u (version %u), the stack is CUDA %s", version / RELEASE, version, cuda);
}

static void run(struct child *c)
{
    uint64_t first = 0, second = 0;
    uint32_t version = 0;

    child_bind_cupti(c);
    MUST(c, cupti, cuptiGetVersion(&version));
    MUST(c, cupti, cuptiGetTimestamp(&first));
    MUST(c, cupti, cuptiGetTimestamp(&second));
    saw_num(c, "version", "", version);
    saw_num(c, "clock_advanced", "", first > 0 && second >= first);
    compare_with_release(c, version);
}

extern const struct probe probe_stack_loads;

const struct probe probe_cupti_loads = {
    .name        = "cupti.loads",
    .claim       = "CUPTI, which profilers use, opens, tells its version, and its clock runs.",
    .scope       = SCOPE_STACK,
    .needs       = NEEDS_STACK,
    .stacks      = ON_ANY_STACK,
    .library     = "cupti",
    .rests_on    = { &probe_stack_loads },
    .own_process = true,
    .expects     = (const struct expect[]){
        { .key = "version", .bound = AT_LEAST, .number = 1, .sentence = "CUPTI says that its version is %s" },
        { .key = "clock_advanced", .bound = EQUALS, .number = 1, .sentence = "CUPTI's clock does not run" },
        { .key = "other_release", .bound = ABSENT, .sentence = "%s" },
        { .key = NULL },
    },
    .run         = run,
};
