/* nvjitlink.links - the stack's linker compiles and links a kernel and the
 * function that it calls, for this GPU, and the GPU runs it; without a GPU, for
 * one that every nvJitLink knows. */
#include "child/cubin.h"

#include <string.h>

#include "base/text.h"
#include "kernels/pattern_text.h"

static const char kernel[] = FILL_WORDS_PTX, function[] = MIX_WORD_PTX;

enum { ANY_CC = 90 };     /* sm_90 is known since 11.8, nvJitLink since 12.0 */

struct linking { struct child *c; nvJitLinkHandle handle; int cc; };

/* What the linker has to say; NULL if nothing. */
static const char *log_of(const struct linking *l)
{
    struct child *c = l->c;
    size_t bytes = 0;
    char *log;

    if (l->handle == NULL || CALL(c, nvjitlink, nvJitLinkGetErrorLogSize(l->handle, &bytes)) != 0 || bytes < 2 || bytes > 1 << 20)
        return NULL;
    log = host_buffer(c, bytes + 1);
    return CALL(c, nvjitlink, nvJitLinkGetErrorLog(l->handle, log)) == 0 ? log : NULL;
}

/* An architecture that it does not know is told by a code in 13.0, by the words of ptxas alone in 12.1 and 12.4. */
static void check(const struct linking *l, const char *call, long code)
{
    struct child *c = l->c;
    const char *log = code != 0 ? log_of(l) : NULL;

    if (code == 0)
        return;
    if (code == NVJITLINK_ERROR_UNRECOGNIZED_ARCH || code == NVJITLINK_ERROR_UNSUPPORTED_ARCH
        || (log != NULL && text_has(log, "is not defined for option 'gpu-name'")))
        stop_unsupported(c, "this nvJitLink cannot link for sm_%d", l->cc);
    if (log != NULL)
        saw_text(c, "log", "%s", log);
    child_call_failed(c, call, &c->nvjitlink.dl, code);
}

static char *link_both(struct linking *l, size_t *bytes)
{
    struct child *c = l->c;
    const char *options[1] = { text_make(&c->arena, "-arch=sm_%d", l->cc) };
    char *cubin;

    check(l, text_make(&c->arena, "nvJitLinkCreate(%s)", options[0]), CALL(c, nvjitlink, nvJitLinkCreate(&l->handle, 1, options)));
    check(l, "nvJitLinkAddData(kernel)", CALL(c, nvjitlink, nvJitLinkAddData(l->handle, NVJITLINK_INPUT_PTX, kernel, sizeof kernel, "kernel.ptx")));
    check(l, "nvJitLinkAddData(function)", CALL(c, nvjitlink, nvJitLinkAddData(l->handle, NVJITLINK_INPUT_PTX, function, sizeof function, "function.ptx")));
    check(l, "nvJitLinkComplete(handle)", CALL(c, nvjitlink, nvJitLinkComplete(l->handle)));
    MUST(c, nvjitlink, nvJitLinkGetLinkedCubinSize(l->handle, bytes));
    cubin = host_buffer(c, *bytes + 1);
    MUST(c, nvjitlink, nvJitLinkGetLinkedCubin(l->handle, cubin));
    MUST(c, nvjitlink, nvJitLinkDestroy(&l->handle));
    return cubin;
}

static void run(struct child *c)
{
    struct linking l = { .c = c, .cc = c->cc > 0 ? c->cc : ANY_CC };
    size_t bytes = 0;
    char *cubin;

    child_bind_nvjitlink(c);
    cubin = link_both(&l, &bytes);
    saw_text(c, "arch", "sm_%d", l.cc);
    cubin_see(c, cubin, bytes);
    saw_num(c, "cubin.has_kernel", "", memmem(cubin, bytes, "fill_words", strlen("fill_words")) != NULL);
    if (c->device_uuid != NULL)
        saw_num(c, "wrong", "", (double)cubin_run(c, cubin));
}

extern const struct probe probe_stack_loads, probe_cuda_context;

const struct probe probe_nvjitlink_links = {
    .name     = "nvjitlink.links",
    .claim    = "The stack's run-time linker links a kernel to a function in another object.",
    .scope    = SCOPE_STACK_CPU_DEVICE,
    .needs    = NEEDS_STACK,
    .stacks   = ON_ANY_STACK,
    .library  = "nvJitLink",
    .rests_on = { &probe_stack_loads, &probe_cuda_context },
    .may_skip = true,
    .expects  = (const struct expect[]){
        { .key = "cubin.is_elf", .bound = EQUALS, .number = 1, .sentence = "what the linker gave is no machine code" },
        { .key = "cubin.has_kernel", .bound = EQUALS, .number = 1, .sentence = "what the linker gave does not hold the kernel" },
        { .key = "wrong", .bound = EQUALS, .number = 0, .optional = true, .sentence = "%s of 4096 words are wrong when the linked kernel runs" },
        { .key = NULL },
    },
    .run      = run,
};
