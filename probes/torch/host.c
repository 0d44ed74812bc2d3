/* torch.host - the Python that the extension was built for, and the versions of
 * glibc and libstdc++ that its libraries ask for. */
#include "child/findings.h"

static void run(struct child *c)
{
    child_tell(c, check_host);
}

const struct probe probe_torch_host = {
    .name     = "torch.host",
    .claim    = "This Python and this system can load what the PyTorch was built for.",
    .scope    = SCOPE_STACK,
    .stacks   = ON_TORCH,
    .may_skip = true,
    .expects  = (const struct expect[]){
        { .key = "unfit", .bound = ABSENT, .sentence = "%s" },
        { .key = NULL },
    },
    .diagnoses = true,
    .run      = run,
};
