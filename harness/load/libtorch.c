#include "load/libtorch.h"

#include <dlfcn.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"

#define DL_TABLE libtorch
#define MANGLED_ROW(field, ret, params, mangled)    { mangled, offsetof(struct DL_TABLE, field), DL_WANT },
static const struct dl_sym rows[] = { LIBTORCH_SYMS(DL_ROW) LIBTORCH_MANGLED(MANGLED_ROW) LIBTORCH_MORE(MANGLED_ROW) };
#undef DL_TABLE

#define DL_TABLE libtorch_cuda
static const struct dl_sym cuda_rows[] = { LIBTORCH_CUDA_SYMS(DL_ROW) };
#undef DL_TABLE

#define DL_TABLE libc10_cuda
static const struct dl_sym c10_rows[] = { LIBC10_CUDA_MANGLED(MANGLED_ROW) };
#undef DL_TABLE

/* ---- PyTorch's own words: their first line, for a backtrace follows ---- */

static void add_first_line(char *out, size_t size, const char *words)
{
    if (words != NULL && *words != '\0')
        text_format(out, size, ": %.*s", (int)strcspn(words, "\n"), words);
}

/* std::exception's what(): the third entry of its table of virtual functions, behind two destructors. */
static const char *what_of(void *exception)
{
    const char *(*what)(const void *);

    memcpy(&what, *(char *const *)exception + 2 * sizeof(void *), sizeof what);
    return what(exception);
}

static void add_thrown(const struct libtorch *t, char *out, size_t size)
{
    struct std_thrown thrown = { .object = NULL };

    if (t->current_exception != NULL)
        thrown = t->current_exception();
    add_first_line(out, size, thrown.object != NULL ? what_of(thrown.object) : NULL);
}

/* Before 2.13 the C shim writes the words to standard error, a file that the parent keeps. */
static void add_written(char *out, size_t size)
{
    static char tail[65536 + 1];
    static const char before[] = "Exception in aoti_torch: ";
    const char *found = NULL;
    struct stat st;
    off_t at;
    ssize_t n;

    if (fstat(STDERR_FILENO, &st) != 0 || !S_ISREG(st.st_mode))
        return;
    at = st.st_size > (off_t)sizeof tail - 1 ? st.st_size - ((off_t)sizeof tail - 1) : 0;
    n = pread(STDERR_FILENO, tail, sizeof tail - 1, at);
    tail[n > 0 ? n : 0] = '\0';
    for (const char *next = tail; (next = strstr(next, before)) != NULL; next += sizeof before - 1)
        found = next + sizeof before - 1;
    add_first_line(out, size, found);
}

static void explain(const struct dl *lib, long code, char *out, size_t size)
{
    const struct libtorch *t = (const struct libtorch *)(const void *)lib;
    size_t n;

    text_format(out, size, code == LIBTORCH_THREW ? "a C++ exception" : "libtorch error %ld", code);
    n = strlen(out);
    if (code == LIBTORCH_THREW)
        add_thrown(t, out + n, size - n);
    else if (t->torch_exception_get_what_without_backtrace != NULL)
        add_first_line(out + n, size - n, t->torch_exception_get_what_without_backtrace());
    else
        add_written(out + n, size - n);
}

/* libtorch_cuda's functions tell their words by libtorch_cpu's. */
static void explain_cuda(const struct dl *lib, long code, char *out, size_t size)
{
    const struct libtorch_cuda *t = (const struct libtorch_cuda *)(const void *)lib;

    if (t->cpu != NULL)
        explain(&t->cpu->dl, code, out, size);
    else
        text_format(out, size, "libtorch error %ld", code);
}

static void explain_c10(const struct dl *lib, long code, char *out, size_t size)
{
    (void)lib;
    text_format(out, size, "libc10_cuda error %ld", code);
}

/* ---- Binding ---- */

/* Of libstdc++: this process's, or the one that the library brings. */
static void *runtime(void *handle, const char *name)
{
    void *found = dlsym(RTLD_DEFAULT, name);

    return found != NULL ? found : dlsym(handle, name);
}

bool libtorch_bind(struct libtorch *t, void *handle, struct err *e)
{
    void *operator_new = runtime(handle, "_Znwm");
    void *set_terminate = runtime(handle, "_ZSt13set_terminatePFvvE");
    void *current_exception = runtime(handle, "_ZSt17current_exceptionv");

    t->dl.explain = explain;
    memcpy(&t->operator_new, &operator_new, sizeof operator_new);
    memcpy(&t->set_terminate, &set_terminate, sizeof set_terminate);
    memcpy(&t->current_exception, &current_exception, sizeof current_exception);
    return dl_bind(&t->dl, handle, rows, COUNT_OF(rows), e);
}

bool libtorch_cuda_bind(struct libtorch_cuda *t, void *handle, struct err *e)
{
    t->dl.explain = explain_cuda;
    return dl_bind(&t->dl, handle, cuda_rows, COUNT_OF(cuda_rows), e);
}

bool libc10_cuda_bind(struct libc10_cuda *t, void *handle, struct err *e)
{
    t->dl.explain = explain_c10;
    return dl_bind(&t->dl, handle, c10_rows, COUNT_OF(c10_rows), e);
}
