/* torch.cudnn - the cuDNN that is loaded against the one that PyTorch was
 * compiled with. PyTorch compares them itself, at the first convolution. */
#include "child/dnn/dnn.h"
#include "child/findings.h"

static void run(struct child *c)
{
    const char *loaded = child_cudnn_version(c);
    struct findings f = { .arena = &c->arena };

    check_cudnn(&f, c->stack, loaded);
    findings_tell(c, &f);
}

extern const struct probe probe_stack_loads;

const struct probe probe_torch_cudnn = {
    .name     = "torch.cudnn",
    .claim    = "The cuDNN that is loaded is one that this PyTorch accepts.",
    .scope    = SCOPE_STACK,
    .needs    = NEEDS_STACK,
    .stacks   = ON_TORCH,
    .library  = "cudnn",
    .rests_on = { &probe_stack_loads },
    .may_skip = true,
    .expects  = (const struct expect[]){
        { .key = "refused", .bound = ABSENT, .sentence = "%s" },
        { .key = NULL },
    },
    .diagnoses = true,
    .run      = run,
};
