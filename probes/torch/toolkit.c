/* torch.toolkit - PyTorch brings its own CUDA: a toolkit counts for compiling
 * extensions alone, and there by its major version. */
#include "child/findings.h"

static void run(struct child *c)
{
    saw_num(c, "toolkits", "", stack_version(c->stack, "machine:toolkit") != NULL);
    child_tell(c, check_toolkit);
}

const struct probe probe_torch_toolkit = {
    .name     = "torch.toolkit",
    .claim    = "The CUDA toolkit that CUDA_HOME names, if it names one, is no obstacle to this PyTorch.",
    .scope    = SCOPE_STACK,
    .stacks   = ON_PYTHON,
    .may_skip = true,
    .expects  = (const struct expect[]){
        /* Another major is a warning at most: nobody may ever want to compile. */
        { .key = "toolkits", .bound = AT_LEAST, .number = 0, .sentence = "%s toolkits" },
        { .key = NULL },
    },
    .diagnoses = true,
    .run      = run,
};
