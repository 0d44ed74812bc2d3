/* torch.cudnn.gpu - cuDNN 9.11 and later have no code for GPUs before Turing: then
 * every convolution fails, and everything else works. */
#include "child/findings.h"

static void run(struct child *c)
{
    struct findings f = { .arena = &c->arena };

    check_cudnn_for_gpu(&f, c->stack, c->cc);
    findings_tell(c, &f);
}

const struct probe probe_torch_cudnn_gpu = {
    .name     = "torch.cudnn.gpu",
    .claim    = "This GPU is none of those that the cuDNN of this PyTorch has dropped.",
    .scope    = SCOPE_STACK_DEVICE,
    .stacks   = ON_TORCH,
    .may_skip = true,
    .expects  = (const struct expect[]){
        { .key = "refused", .bound = ABSENT, .sentence = "%s" },
        { .key = NULL },
    },
    .diagnoses = true,
    .run      = run,
};
