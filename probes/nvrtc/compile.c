/* nvrtc.compile - the stack's run-time compiler compiles a kernel for this GPU,
 * and the GPU runs it; without a GPU, for the newest architecture it supports. */
#include "child/cubin.h"

#include "base/text.h"
#include "kernels/pattern_text.h"

static const char source[] = "extern \"C\" __global__ " TEXT_OF(FILL_WORDS);

enum { ARCHS_MAX = 128 };

/* The architectures this NVRTC knows, in rising order; none where it cannot tell (before 11.2). */
static int supported(struct child *c, int archs[ARCHS_MAX])
{
    int n = 0;

    if (c->nvrtc.nvrtcGetNumSupportedArchs == NULL || c->nvrtc.nvrtcGetSupportedArchs == NULL)
        return 0;
    MUST(c, nvrtc, nvrtcGetNumSupportedArchs(&n));
    if (n < 1 || n > ARCHS_MAX)
        stop_unsupported(c, "this NVRTC says it supports %d architectures", n);
    MUST(c, nvrtc, nvrtcGetSupportedArchs(archs));
    return n;
}

/* "sm_90": this GPU's, or the newest that this NVRTC supports. */
static const char *choose_arch(struct child *c)
{
    int archs[ARCHS_MAX], n = supported(c, archs);

    if (c->cc == 0)
        return n > 0 ? text_make(&c->arena, "sm_%d", archs[n - 1]) : "sm_75";
    for (int i = 0; i < n; i++)
        if (archs[i] == c->cc)
            n = 0;
    if (n > 0)
        stop_unsupported(c, "this NVRTC knows sm_%d to sm_%d, not this GPU's sm_%d: programs must compile to PTX", archs[0], archs[n - 1], c->cc);
    return text_make(&c->arena, "sm_%d", c->cc);
}

static void tell_log(struct child *c, nvrtcProgram program)
{
    size_t bytes = 0;
    char *log;

    if (CALL(c, nvrtc, nvrtcGetProgramLogSize(program, &bytes)) != 0 || bytes < 2 || bytes > 1 << 20)
        return;
    log = host_buffer(c, bytes + 1);
    if (CALL(c, nvrtc, nvrtcGetProgramLog(program, log)) == 0)
        saw_text(c, "log", "%s", log);
}

static char *compile(struct child *c, const char *arch, size_t *bytes)
{
    const char *options[1] = { text_make(&c->arena, "--gpu-architecture=%s", arch) };
    nvrtcProgram program;
    char *cubin;
    long code;

    MUST(c, nvrtc, nvrtcCreateProgram(&program, source, "fill_words.cu", 0, NULL, NULL));
    code = CALL(c, nvrtc, nvrtcCompileProgram(program, 1, options));
    if (code != 0) {
        tell_log(c, program);
        child_call_failed(c, text_make(&c->arena, "nvrtcCompileProgram(%s)", options[0]), &c->nvrtc.dl, code);
    }
    MUST(c, nvrtc, nvrtcGetCUBINSize(program, bytes));
    cubin = host_buffer(c, *bytes + 1);
    MUST(c, nvrtc, nvrtcGetCUBIN(program, cubin));
    MUST(c, nvrtc, nvrtcDestroyProgram(&program));
    return cubin;
}

static void run(struct child *c)
{
    size_t bytes = 0;
    const char *arch;
    char *cubin;

    child_bind_nvrtc(c);
    if (c->nvrtc.nvrtcGetCUBINSize == NULL || c->nvrtc.nvrtcGetCUBIN == NULL)
        stop_unsupported(c, "%s cannot give machine code (that came with 11.1)", c->nvrtc.dl.path);
    arch = choose_arch(c);
    cubin = compile(c, arch, &bytes);
    saw_text(c, "arch", "%s", arch);
    cubin_see(c, cubin, bytes);
    if (c->device_uuid != NULL) {
        saw_num(c, "wrong", "", (double)cubin_run(c, cubin));
        child_verified(c, 1);
    }
}

extern const struct probe probe_stack_loads, probe_cuda_context;

const struct probe probe_nvrtc_compile = {
    .name     = "nvrtc.compile",
    .claim    = "The stack's run-time compiler compiles a kernel.",
    .scope    = SCOPE_STACK_CPU_DEVICE,
    .needs    = NEEDS_STACK,
    .stacks   = ON_ANY_STACK,
    .library  = "nvrtc",
    .rests_on = { &probe_stack_loads, &probe_cuda_context },
    .may_skip = true,
    .expects  = (const struct expect[]){
        { .key = "cubin.is_elf", .bound = EQUALS, .number = 1, .sentence = "what the compiler gave is no machine code" },
        { .key = "wrong", .bound = EQUALS, .number = 0, .optional = true, .sentence = "%s of 4096 words are wrong when the compiled kernel runs" },
        { .key = NULL },
    },
    .diagnoses = true,
    .run      = run,
};
