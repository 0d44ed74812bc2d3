/* torch.driver - whether the driver runs programs of the CUDA that PyTorch was
 * built with: within one CUDA major only that major's oldest driver counts, not
 * the version that nvidia-smi shows. */
#include "child/findings.h"

static void run(struct child *c)
{
    child_tell(c, check_driver);
}

const struct probe probe_torch_driver = {
    .name         = "torch.driver",
    .claim        = "The driver runs programs of the CUDA that this PyTorch was built with.",
    .scope        = SCOPE_STACK,
    .stacks       = ON_TORCH,
    .may_skip     = true,
    .hears_driver = true,
    .expects      = (const struct expect[]){
        { .key = "too_old", .bound = ABSENT, .sentence = "%s" },
        { .key = NULL },
    },
    .diagnoses    = true,
    .run          = run,
};
