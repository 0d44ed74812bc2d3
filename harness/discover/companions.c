/* What is made for a PyTorch and installed beside it: its sister packages, Triton's assembler, the binaries of bitsandbytes. */
#include "discover/installation.h"

#include <string.h>

#include "base/text.h"
#include "discover/tool_release.h"
#include "model/pin.h"

struct reader {
    struct search         *s;
    struct stack          *stack;
    const struct python   *py;
    const struct packages *packages;
};

static void state(struct reader *r, const char *what, const char *version, const char *source)
{
    stack_add_version(r->stack, r->s->arena, what, version, source);
}

/* The first folder on sys.path in which that is; NULL: none has it. */
static const char *first_with(struct reader *r, const char *name)
{
    for (size_t i = 0; i < r->py->n_path; i++) {
        const char *path = text_join(r->s->arena, r->py->path[i], name);

        if (root_exists(r->s->root, path))
            return path;
    }
    return NULL;
}

/* ---- torchvision and torchaudio ---- */

static void state_pinned_torch(struct reader *r, const char *what, const struct package *p)
{
    static const char start[] = "Requires-Dist: ";
    const char *path = text_join(r->s->arena, p->source, "METADATA"), *text = root_read(r->s->root, r->s->arena, path, NULL), *line;
    struct pin pin;
    size_t n;

    while (text_next_line(&text, &line, &n)) {
        const char *copy = n > sizeof start - 1 && strncmp(line, start, sizeof start - 1) == 0 ? arena_copy(r->s->arena, line, n) : NULL;

        if (copy != NULL && pin_read(&pin, r->s->arena, copy + sizeof start - 1) && text_is(pin.distribution, "torch") && pin_applies(&pin, r->s->machine->arch))
            state(r, what, pin.version, path);
    }
}

/* Its own version.py tells the variant, which the name of its record need not. */
static void state_sister(struct reader *r, const char *name)
{
    const struct package *p = packages_of_distribution(r->packages, name);
    const char *path = first_with(r, text_make(r->s->arena, "%s/version.py", name));
    const char *text = path != NULL ? root_read(r->s->root, r->s->arena, path, NULL) : NULL;
    const char *says = text != NULL ? python_assigned(r->s->arena, text, "__version__") : NULL;

    if (says == NULL && p == NULL)
        return;
    state(r, text_make(r->s->arena, "companion:%s", name), says != NULL ? says : p->version, says != NULL ? path : p->source);
    if (p != NULL && (says == NULL || text_starts(says, arena_copy(r->s->arena, p->version, text_version_length(p->version)))))
        state_pinned_torch(r, text_make(r->s->arena, "companion:%s:torch", name), p);
}

/* ---- Triton ---- */

static void state_assembler(struct reader *r, const char *what, const char *variable, const char *const *places, size_t n)
{
    const char *asked = environment_get(r->s->env, variable), *path = NULL;

    if (asked != NULL && *asked == '/' && root_exists(r->s->root, asked))
        path = asked;
    for (size_t i = 0; i < n && path == NULL; i++)
        path = first_with(r, places[i]);
    if (path != NULL)
        state(r, what, tool_release(r->s->root, r->s->arena, path), path);
}

/* How it looks for the driver's library: older ones ask the loader's cache alone. */
static void state_search(struct reader *r)
{
    static const char *const places[] = { "triton/backends/nvidia/driver.py", "triton/common/build.py", "triton/compiler.py" };
    const char *path = NULL, *text;

    for (size_t i = 0; i < COUNT_OF(places) && path == NULL; i++)
        path = first_with(r, places[i]);
    text = path != NULL ? root_read(r->s->root, r->s->arena, path, NULL) : NULL;
    if (text != NULL && text_has(text, "ldconfig"))
        state(r, "triton:searches", text_has(text, "LD_LIBRARY_PATH") ? "the loader's cache and LD_LIBRARY_PATH" : "the loader's cache", path);
}

static void state_triton(struct reader *r)
{
    static const char *const plain[] = { "triton/backends/nvidia/bin/ptxas", "triton/common/../third_party/cuda/bin/ptxas", "triton/third_party/cuda/bin/ptxas" };
    static const char *const blackwell[] = { "triton/backends/nvidia/bin/ptxas-blackwell" };

    const struct package *p = packages_of_distribution(r->packages, "triton");

    if (first_with(r, "triton") == NULL)
        return;
    state(r, "triton", p != NULL ? p->version : "of unknown version", p != NULL ? p->source : first_with(r, "triton"));
    state_search(r);
    state_assembler(r, "ptxas", "TRITON_PTXAS_PATH", plain, COUNT_OF(plain));
    state_assembler(r, "ptxas.blackwell", "TRITON_PTXAS_BLACKWELL_PATH", blackwell, COUNT_OF(blackwell));
}

/* ---- bitsandbytes ---- */

static bool has_cudart(struct reader *r, const char *dir)
{
    char **names;
    size_t n = root_list(r->s->root, r->s->arena, dir, &names);

    for (size_t i = 0; i < n; i++)
        if (text_starts(names[i], "libcudart.so"))
            return true;
    return false;
}

/* Where its old versions look: they do not ask PyTorch. */
static bool finds_cudart(struct reader *r)
{
    const char *conda = environment_get(r->s->env, "CONDA_PREFIX"), *at = environment_get(r->s->env, "LD_LIBRARY_PATH");

    if (conda != NULL && *conda == '/' && has_cudart(r, text_join(r->s->arena, conda, "lib")))
        return true;
    while (at != NULL && *at != '\0') {
        const size_t n = strcspn(at, ":");

        if (*at == '/' && has_cudart(r, arena_copy(r->s->arena, at, n)))
            return true;
        at += n + (at[n] == ':');
    }
    return false;
}

static void state_bitsandbytes(struct reader *r)
{
    static const char start[] = "libbitsandbytes_cuda";
    const struct package *p = packages_of_distribution(r->packages, "bitsandbytes");
    const char *dir = first_with(r, "bitsandbytes"), *how;
    struct text has = { .arena = r->s->arena };
    char **names;
    size_t n = dir != NULL ? root_list(r->s->root, r->s->arena, dir, &names) : 0;

    if (p == NULL || n == 0)
        return;
    text_put(&has, "", 0);
    for (size_t i = 0; i < n; i++) {
        const char *digits = text_starts(names[i], start) ? names[i] + sizeof start - 1 : "";
        const size_t length = strspn(digits, "0123456789");

        if (length > 0 && text_is(digits + length, ".so"))
            text_add(&has, "%s%.*s", has.n > 0 ? " " : "", (int)length, digits);
    }
    state(r, "bitsandbytes", p->version, p->source);
    state(r, "bitsandbytes:cuda", has.s, dir);
    how = root_read(r->s->root, r->s->arena, text_join(r->s->arena, dir, "cextension.py"), NULL);
    if (how != NULL && text_has(how, "_find_cuda_libs"))
        state(r, "bitsandbytes:chooses", "yes", text_join(r->s->arena, dir, "cextension.py"));
    how = root_read(r->s->root, r->s->arena, text_join(r->s->arena, dir, "cuda_setup/main.py"), NULL);
    if (how != NULL && !text_has(how, "torch.version.cuda") && !finds_cudart(r))
        state(r, "bitsandbytes:searches", "LD_LIBRARY_PATH and CONDA_PREFIX", text_join(r->s->arena, dir, "cuda_setup/main.py"));
}

void companions_read(struct search *s, struct stack *stack, const struct python *py, const struct packages *p)
{
    struct reader r = { s, stack, py, p };

    state_sister(&r, "torchvision");
    state_sister(&r, "torchaudio");
    state_triton(&r);
    state_bitsandbytes(&r);
}
