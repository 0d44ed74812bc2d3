/* torch.build - which build of PyTorch this is, by its files. */
#include "child/findings.h"

static void run(struct child *c)
{
    child_tell(c, check_build);
}

const struct probe probe_torch_build = {
    .name        = "torch.build",
    .claim       = "The installed PyTorch is the build that --expect asks for; any, if it asks for none.",
    .scope       = SCOPE_STACK,
    .stacks      = ON_TORCH,
    .may_skip    = true,
    .tells_build = true,
    .expects     = (const struct expect[]){
        { .key = "mixed",      .bound = ABSENT, .sentence = "%s" },
        { .key = "unexpected", .bound = ABSENT, .sentence = "%s" },
        { .key = NULL },
    },
    .diagnoses   = true,
    .run         = run,
};
