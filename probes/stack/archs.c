/* stack.archs - whether the stack's libraries carry code for this GPU, measured
 * in the files: as machine code, or at least as PTX for the driver to compile.
 * Of a libtorch_cuda.so that cannot be read it is what its official build has. */
#include "child/child.h"

#include <string.h>

#include "base/text.h"
#include "child/gpu_code.h"

/* Libraries whose code lies in their fat binary sections. cuFFT, cuSPARSE and
 * cuSPARSELt keep most of theirs among their data, which `gpuvet inspect` looks
 * through (measured: 23 983 fat binaries in .ldata of CUDA 13.0's libcufft, whose
 * section holds one): what that section alone says of them is not the whole. */
static bool is_readable_family(const char *family)
{
    static const char *const names[] = { "torch_cuda", "cublas", "cublasLt", "cudnn_ops", "cudnn_cnn", "cudnn_engines_precompiled", "nccl" };

    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (text_is(family, names[i]))
            return true;
    return false;
}

/* Within a CUDA major any of its drivers runs machine code; PTX is compiled only by one at least as new as the toolkit that
 * wrote it (CUDA Compatibility, "Limitations"). Known of PyTorch's own code alone. */
static void tell_ptx_alone(struct child *c, const struct member *m)
{
    const char *cuda = stack_version(c->stack, "expect:cuda"), *shown = stack_version(c->stack, "machine:driver_cuda");

    if (text_is(m->family, "torch_cuda") && cuda != NULL && shown != NULL && text_compare_versions(shown, cuda) < 0)
        saw_text(c, "uncovered", "%s has only PTX of CUDA %s for this GPU (sm_%d): a driver for CUDA %s does not compile it", m->path, cuda, c->cc, shown);
    else
        saw_text(c, "warning", "%s has only PTX for this GPU (sm_%d): the first start is slow, and needs a new enough driver", m->path, c->cc);
}

static void tell(struct child *c, const struct member *m, const struct gpu_cover *cover, const char *list)
{
    if (cover->has_code && !cover->sass && !cover->ptx)
        saw_text(c, "uncovered", "%s has no code for this GPU (sm_%d): it has %s", m->path, c->cc, list);
    else if (cover->has_code && !cover->sass)
        tell_ptx_alone(c, m);
}

/* What the official build has, where the file does not say. */
static bool look_at_row(struct child *c, const struct member *m)
{
    const char *list = text_is(m->family, "torch_cuda") ? stack_version(c->stack, "expect:codes") : NULL;
    char *words = list != NULL ? arena_text(&c->arena, list) : NULL, *word;
    struct gpu_code *codes = NULL, code;
    struct gpu_cover cover;
    size_t n = 0;

    while (words != NULL && (word = strtok_r(words, " ", &words)) != NULL)
        if (gpu_code_parse(&code, word))
            *ARENA_PUSH(&c->arena, codes, n) = code;
    if (n == 0)
        return false;
    cover = gpu_code_covers(codes, n, c->cc);
    saw_text(c, "torch_cuda.archs", "%s, as its official build has them: the file does not say (%s)", list, c->err.text);
    tell(c, m, &cover, list);
    return true;
}

static void look_at(struct child *c, const struct member *m, size_t *looked)
{
    struct gpu_cover cover;
    const char *list;

    if (gpu_code_cover(&cover, &list, &c->arena, m->path, c->cc, &c->err)) {
        saw_text(c, text_make(&c->arena, "%s.archs", m->family), "%s", list);
        tell(c, m, &cover, list);
    } else if (!look_at_row(c, m)) {
        saw_text(c, text_make(&c->arena, "%s.archs", m->family), "unknown: %s", c->err.text);
        return;
    }
    (*looked)++;
}

static void run(struct child *c)
{
    size_t looked = 0;

    for (size_t i = 0; i < c->stack->n_members; i++)
        if (is_readable_family(c->stack->members[i].family) && c->stack->members[i].why_bad == NULL)
            look_at(c, &c->stack->members[i], &looked);
    saw_num(c, "libraries.read", "", (double)looked);
}

const struct probe probe_stack_archs = {
    .name    = "stack.archs",
    .claim   = "The stack's libraries carry code for this GPU.",
    .scope   = SCOPE_STACK_DEVICE,
    .stacks  = ON_ANY_STACK,
    .limit_s = 120,
    .expects = (const struct expect[]){
        { .key = "uncovered",      .bound = ABSENT, .sentence = "%s" },
        { .key = "libraries.read", .bound = AT_LEAST, .number = 1, .sentence = "none of the stack's libraries could be read" },
        { .key = NULL },
    },
    .diagnoses = true,
    .run     = run,
};
