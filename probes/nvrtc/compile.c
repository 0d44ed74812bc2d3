/* nvrtc.compile - the stack's run-time compiler compiles a kernel for this GPU;
 * without one, for the newest architecture it supports. No GPU is needed. */
#include "child/child.h"

#include <string.h>

#include "base/text.h"

static const char source[] =
    "extern \"C\" __global__ void scale(float *y, const float *x, float a, unsigned n)\n"
    "{\n"
    "    unsigned i = blockIdx.x * blockDim.x + threadIdx.x;\n"
    "    if (i < n)\n"
    "        y[i] = a * x[i];\n"
    "}\n";

enum { ARCHS_MAX = 128 };

/* "sm_90": this GPU's, or the newest that this NVRTC supports. */
static const char *choose_arch(struct child *c)
{
    int n = 0, archs[ARCHS_MAX];

    if (c->cc > 0)
        return text_make(&c->arena, "sm_%d", c->cc);
    if (c->nvrtc.nvrtcGetNumSupportedArchs == NULL || c->nvrtc.nvrtcGetSupportedArchs == NULL)
        return "sm_75";
    MUST(c, nvrtc, nvrtcGetNumSupportedArchs(&n));
    if (n < 1 || n > ARCHS_MAX)
        stop_unsupported(c, "this NVRTC says it supports %d architectures", n);
    MUST(c, nvrtc, nvrtcGetSupportedArchs(archs));
    return text_make(&c->arena, "sm_%d", archs[n - 1]);
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

static void run(struct child *c)
{
    const char *arch, *options[1];
    nvrtcProgram program;
    size_t bytes = 0;
    char *cubin;
    long code;

    child_bind_nvrtc(c);
    if (c->nvrtc.nvrtcGetCUBINSize == NULL || c->nvrtc.nvrtcGetCUBIN == NULL)
        stop_unsupported(c, "%s cannot give machine code (that came with 11.1)", c->nvrtc.dl.path);
    arch = choose_arch(c);
    options[0] = text_make(&c->arena, "--gpu-architecture=%s", arch);
    MUST(c, nvrtc, nvrtcCreateProgram(&program, source, "scale.cu", 0, NULL, NULL));
    code = CALL(c, nvrtc, nvrtcCompileProgram(program, 1, options));
    if (code != 0) {
        tell_log(c, program);
        child_call_failed(c, text_make(&c->arena, "nvrtcCompileProgram(%s)", options[0]), &c->nvrtc.dl, code);
    }
    MUST(c, nvrtc, nvrtcGetCUBINSize(program, &bytes));
    cubin = host_buffer(c, bytes + 1);
    MUST(c, nvrtc, nvrtcGetCUBIN(program, cubin));
    MUST(c, nvrtc, nvrtcDestroyProgram(&program));
    saw_text(c, "arch", "%s", arch);
    saw_num(c, "cubin.bytes", "B", (double)bytes);
    saw_num(c, "cubin.is_elf", "", bytes > 4 && memcmp(cubin, "\177ELF", 4) == 0);
}

extern const struct probe probe_stack_loads;

const struct probe probe_nvrtc_compile = {
    .name     = "nvrtc.compile",
    .claim    = "The stack's run-time compiler compiles a kernel.",
    .scope    = SCOPE_STACK_CPU_DEVICE,
    .needs    = NEEDS_STACK,
    .stacks   = ON_ANY_STACK,
    .library  = "nvrtc",
    .rests_on = { &probe_stack_loads },
    .may_skip = true,
    .expects  = (const struct expect[]){
        { .key = "cubin.is_elf", .bound = EQUALS, .number = 1, .sentence = "what the compiler gave is no machine code" },
        { .key = NULL },
    },
    .run      = run,
};
