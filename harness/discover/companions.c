/* What is made for a PyTorch and installed beside it: its sister packages, Triton's assembler, the binaries of bitsandbytes. */
#include "discover/installation.h"

#include <string.h>
#include <unistd.h>

#include "base/text.h"
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

enum { PIECE = 1 << 20, OVERLAP = 128 };

/* "12.8" behind "Cuda compilation tools, release " among the bytes; NULL: not there. */
static const char *release_in(struct arena *a, const char *bytes, size_t n)
{
    static const char before[] = "Cuda compilation tools, release ";
    const char *end = bytes + n;

    for (const char *at = bytes; (at = memmem(at, (size_t)(end - at), before, sizeof before - 1)) != NULL;) {
        size_t length;

        at += sizeof before - 1;
        length = strspn(at, "0123456789.");         /* behind the bytes stands a NUL */
        if (length > 2)
            return arena_copy(a, at, length);
    }
    return NULL;
}

/* What it says of itself stands in its bytes: nothing is run. */
static const char *release_of(struct reader *r, const char *path)
{
    const int fd = root_fd(r->s->root, path);
    char *piece = fd >= 0 ? arena_alloc(r->s->arena, PIECE + 1) : NULL;
    const char *release = NULL;
    off_t offset = 0;
    ssize_t n;

    while (fd >= 0 && release == NULL && (n = pread(fd, piece, PIECE, offset)) > 0) {
        piece[n] = '\0';
        release = release_in(r->s->arena, piece, (size_t)n);
        if (n < PIECE)
            break;
        offset += n - OVERLAP;
    }
    if (fd >= 0)
        close(fd);
    return release;
}

static void state_assembler(struct reader *r, const char *what, const char *variable, const char *const *places, size_t n)
{
    const char *asked = environment_get(r->s->env, variable), *path = NULL;

    if (asked != NULL && *asked == '/' && root_exists(r->s->root, asked))
        path = asked;
    for (size_t i = 0; i < n && path == NULL; i++)
        path = first_with(r, places[i]);
    if (path != NULL)
        state(r, what, release_of(r, path), path);
}

static void state_triton(struct reader *r)
{
    static const char *const plain[] = { "triton/backends/nvidia/bin/ptxas", "triton/common/../third_party/cuda/bin/ptxas", "triton/third_party/cuda/bin/ptxas" };
    static const char *const blackwell[] = { "triton/backends/nvidia/bin/ptxas-blackwell" };

    if (first_with(r, "triton") == NULL)
        return;
    state_assembler(r, "ptxas", "TRITON_PTXAS_PATH", plain, COUNT_OF(plain));
    state_assembler(r, "ptxas.blackwell", "TRITON_PTXAS_BLACKWELL_PATH", blackwell, COUNT_OF(blackwell));
}

/* ---- bitsandbytes ---- */

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
}

void companions_read(struct search *s, struct stack *stack, const struct python *py, const struct packages *p)
{
    struct reader r = { s, stack, py, p };

    state_sister(&r, "torchvision");
    state_sister(&r, "torchaudio");
    state_triton(&r);
    state_bitsandbytes(&r);
}
