/* torch.pins - what the metadata of PyTorch pins against what is installed. A
 * difference that no library minds is a warning. */
#include "child/findings.h"

static void run(struct child *c)
{
    child_tell(c, check_pins);
}

const struct probe probe_torch_pins = {
    .name     = "torch.pins",
    .claim    = "Every package of NVIDIA's that this PyTorch pins is installed in that version.",
    .scope    = SCOPE_STACK,
    .stacks   = ON_PYTHON,
    .may_skip = true,
    .expects  = (const struct expect[]){
        { .key = "unmet", .bound = ABSENT, .sentence = "%s" },
        { .key = NULL },
    },
    .diagnoses = true,
    .run      = run,
};
