#include "child/gpu_code.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/text.h"
#include "discover/elf.h"

/* CUDA's rule of binary compatibility (CUDA C++ Programming Guide, "Binary
 * Compatibility"): machine code runs on the same major with the same or a
 * higher minor; 'a' code only on exactly its own; 'f' code within its family,
 * taken here as the same major. PTX compiles for its own and every later one. */
bool gpu_code_runs(const struct gpu_code *code, int cc)
{
    return code->sass && (code->variant == 'a' ? code->arch == cc : code->arch / 10 == cc / 10 && code->arch <= cc);
}

static void add(struct gpu_cover *out, const struct gpu_code *code, int cc)
{
    bool same_major = code->arch / 10 == cc / 10;

    out->has_code |= code->sass || code->ptx;
    if (gpu_code_runs(code, cc))
        out->sass = true;
    if (code->ptx && (code->variant == 0 ? code->arch <= cc : same_major && code->arch <= cc))
        out->ptx = true;
}

bool gpu_code_cover(struct gpu_cover *out, struct arena *a, const char *path, int cc, struct err *e)
{
    struct text list = { .arena = a };
    struct elf_facts f = { .soname = NULL };
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    const char **names;
    size_t n;
    bool ok;

    *out = (struct gpu_cover){ .list = "none" };
    if (fd < 0)
        return err_sys(e, "%s", path);
    ok = fatbin_read(&f, a, fd, e);
    close(fd);
    if (!ok)
        return err_in(e, "%s", path);
    for (size_t i = 0; i < f.n_codes; i++)
        add(out, &f.codes[i], cc);
    n = gpu_code_names(&names, a, f.codes, f.n_codes);
    for (size_t i = 0; i < n; i++)
        text_add(&list, "%s%s", i > 0 ? " " : "", names[i]);
    if (list.n > 0)
        out->list = list.s;
    return true;
}
