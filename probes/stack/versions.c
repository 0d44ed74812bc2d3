/* stack.versions - what each library says of itself against what the files say. */
#include "child/dnn/dnn.h"

#include <string.h>

#include "base/text.h"

/* Packages count on ("9.1.0.70"), libraries stop early ("9.1.0"): as many parts
 * as the library tells must be equal. */
static bool agree(const char *says, const char *files_say)
{
    size_t n = strlen(says);

    return strncmp(says, files_say, n) == 0 && (files_say[n] == '\0' || files_say[n] == '.');
}

static void compare(struct child *c, const char *family, const char *path, const char *says)
{
    const char *key = text_make(&c->arena, "%s.says", family), *files_say = NULL;

    saw_text(c, key, "%s", says);
    for (size_t i = 0; i < c->stack->n_members; i++)
        if (text_is(c->stack->members[i].path, path))
            files_say = c->stack->members[i].version;
    if (files_say != NULL && !agree(says, files_say))
        saw_text(c, "disagrees", "%s says it is %s, but its package is %s: it was replaced, or its package's files are stale",
                 path, says, files_say);
}

static bool has(const struct child *c, const char *family)
{
    char path[1024], other[1024];

    return stack_member(c->stack, family) != NULL && dl_find_mapped(family, path, other);
}

/* Before 11 the runtime asks the driver first, and without one tells nothing:
 * that is no fault of the stack's. */
static void ask_cudart(struct child *c)
{
    char words[400];
    long code;
    int v;

    child_bind_cudart(c);
    code = CALL(c, cudart, cudaRuntimeGetVersion(&v));
    if (code == cudaErrorInsufficientDriver || code == cudaErrorNoDevice) {
        c->cudart.dl.explain(&c->cudart.dl, code, words, sizeof words);
        saw_text(c, "cudart.says", "nothing without a driver: %s", words);
        return;
    }
    if (code != 0)
        child_call_failed(c, "cudaRuntimeGetVersion(&v)", &c->cudart.dl, code);
    compare(c, "cudart", c->cudart.dl.path, text_make(&c->arena, "%d.%d", v / 1000, v % 1000 / 10));
}

static void ask_cublas(struct child *c)
{
    int major, minor, patch;

    child_bind_cublas(c);
    MUST(c, cublas, cublasGetProperty(MAJOR_VERSION, &major));
    MUST(c, cublas, cublasGetProperty(MINOR_VERSION, &minor));
    MUST(c, cublas, cublasGetProperty(PATCH_LEVEL, &patch));
    compare(c, "cublas", c->cublas.dl.path, text_make(&c->arena, "%d.%d.%d", major, minor, patch));
}

/* 130100 is 13.1.0; up to 11.7 a digit less: 11605 is 11.6.5. */
static void ask_cublaslt(struct child *c)
{
    size_t v, major_unit;

    child_bind_cublaslt(c);
    v = VALUE(c, cublaslt, cublasLtGetVersion());
    major_unit = v >= 100000 ? 10000 : 1000;
    compare(c, "cublasLt", c->cublaslt.dl.path, text_make(&c->arena, "%zu.%zu.%zu", v / major_unit, v % major_unit / 100, v % 100));
}

static void ask_cudnn(struct child *c)
{
    const char *says = child_cudnn_version(c);

    compare(c, "cudnn", c->cudnn.dl.path, says);
}

static void ask_nvrtc(struct child *c)
{
    int major, minor;

    child_bind_nvrtc(c);
    MUST(c, nvrtc, nvrtcVersion(&major, &minor));
    compare(c, "nvrtc", c->nvrtc.dl.path, text_make(&c->arena, "%d.%d", major, minor));
}

/* 22809 is 2.28.9; before 2.9 2804 was 2.8.4. */
static void ask_nccl(struct child *c)
{
    int v;

    child_bind_nccl(c);
    MUST(c, nccl, ncclGetVersion(&v));
    compare(c, "nccl", c->nccl.dl.path, v >= 10000
            ? text_make(&c->arena, "%d.%d.%d", v / 10000, v / 100 % 100, v % 100)
            : text_make(&c->arena, "%d.%d.%d", v / 1000, v / 100 % 10, v % 100));
}

static void run(struct child *c)
{
    static const struct { const char *family; void (*ask)(struct child *c); } libraries[] = {
        { "cudart", ask_cudart }, { "cublas", ask_cublas }, { "cublasLt", ask_cublaslt },
        { "cudnn", ask_cudnn }, { "nvrtc", ask_nvrtc }, { "nccl", ask_nccl },
    };
    size_t asked = 0;

    for (size_t i = 0; i < COUNT_OF(libraries); i++)
        if (has(c, libraries[i].family)) {
            libraries[i].ask(c);
            asked++;
        }
    saw_num(c, "libraries.asked", "", (double)asked);
}

extern const struct probe probe_stack_loads;

const struct probe probe_stack_versions = {
    .name     = "stack.versions",
    .claim    = "Each library says it is the version that its package says it is.",
    .scope    = SCOPE_STACK,
    .needs    = NEEDS_STACK,
    .stacks   = ON_ANY_STACK,
    .library  = "cudart",
    .rests_on = { &probe_stack_loads },
    .expects  = (const struct expect[]){
        { .key = "disagrees",       .bound = ABSENT, .sentence = "%s" },
        { .key = "libraries.asked", .bound = AT_LEAST, .number = 1, .sentence = "no vendor library was loaded" },
        { .key = NULL },
    },
    .diagnoses = true,
    .run      = run,
};
