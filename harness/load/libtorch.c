#include "load/libtorch.h"

#include <dlfcn.h>
#include <string.h>

#include "base/text.h"

#define DL_TABLE libtorch
#define MANGLED_ROW(field, ret, params, mangled)    { mangled, offsetof(struct libtorch, field), DL_WANT },
static const struct dl_sym rows[] = { LIBTORCH_SYMS(DL_ROW) LIBTORCH_MANGLED(MANGLED_ROW) };
#undef DL_TABLE

#define DL_TABLE libtorch_cuda
static const struct dl_sym cuda_rows[] = { LIBTORCH_CUDA_SYMS(DL_ROW) };
#undef DL_TABLE

/* Before 2.13 the words of an error go to standard error, which the parent keeps. */
static void explain(const struct dl *lib, long code, char *out, size_t size)
{
    const struct libtorch *t = (const struct libtorch *)(const void *)lib;
    const char *what = t->torch_exception_get_what_without_backtrace != NULL ? t->torch_exception_get_what_without_backtrace() : NULL;

    text_format(out, size, "libtorch error %ld%s%s", code, what != NULL && *what != '\0' ? ": " : "", what != NULL ? what : "");
}

static void explain_cuda(const struct dl *lib, long code, char *out, size_t size)
{
    (void)lib;
    text_format(out, size, "libtorch error %ld", code);
}

bool libtorch_bind(struct libtorch *t, void *handle, struct err *e)
{
    void *operator_new = dlsym(RTLD_DEFAULT, "_Znwm");

    t->dl.explain = explain;
    if (operator_new == NULL)
        operator_new = dlsym(handle, "_Znwm");          /* libstdc++, which libtorch_cpu needs */
    memcpy(&t->operator_new, &operator_new, sizeof operator_new);
    return dl_bind(&t->dl, handle, rows, COUNT_OF(rows), e);
}

bool libtorch_cuda_bind(struct libtorch_cuda *t, void *handle, struct err *e)
{
    t->dl.explain = explain_cuda;
    return dl_bind(&t->dl, handle, cuda_rows, COUNT_OF(cuda_rows), e);
}
