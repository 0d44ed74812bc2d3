/* stack.parts - every vendor library of the stack, opened by its path. It has a
 * process of its own: opening all of them would hide from the others what the
 * loader finds when only the user's entries are opened. */
#include "child/child.h"

#include "base/text.h"

/* Families whose files stand alone; plugins of nvshmem and the like need what a machine may not have. */
static bool stands_alone(const char *family)
{
    static const char *const starts[] = { "cudart", "cublas", "cudnn", "nvrtc", "nvJitLink", "nccl", "cufft", "curand", "cusparse", "cusolver" };

    for (size_t i = 0; i < COUNT_OF(starts); i++)
        if (text_starts(family, starts[i]))
            return true;
    return false;
}

static void run(struct child *c)
{
    size_t opened = 0;

    for (size_t i = 0; i < c->stack->n_members; i++) {
        const struct member *m = &c->stack->members[i];
        char call[CRUMB_CALL];
        void *handle;

        if (!stands_alone(m->family))
            continue;
        text_format(call, sizeof call, "dlopen(\"%s\")", m->path);
        child_enter(c, call, m->path);
        if (!dl_open(&handle, m->path, false, &c->err))
            stop_load(c, "%s", c->err.text);
        child_leave(c, 0);
        opened++;
    }
    if (opened == 0 && stack_version(c->stack, "torch") != NULL && stack_version(c->stack, "cuda") == NULL)
        stop_unsupported(c, "a PyTorch without CUDA needs no vendor library");
    saw_num(c, "parts.opened", "", (double)opened);
}

extern const struct probe probe_stack_files;

const struct probe probe_stack_parts = {
    .name        = "stack.parts",
    .claim       = "Every vendor library of the stack opens by its own path.",
    .scope       = SCOPE_STACK,
    .stacks      = ON_ANY_STACK,
    .rests_on    = { &probe_stack_files },
    .may_skip    = true,
    .own_process = true,
    .limit_s     = 120,
    .expects     = (const struct expect[]){
        { .key = "parts.opened", .bound = AT_LEAST, .number = 1, .sentence = "the stack has no vendor library to open" },
        { .key = NULL },
    },
    .diagnoses   = true,
    .run         = run,
};
