#include "child/gpu_code.h"

#include <fcntl.h>
#include <unistd.h>

#include "discover/elf.h"

bool gpu_code_cover(struct gpu_cover *out, const char **list, struct arena *a, const char *path, int cc, struct err *e)
{
    struct elf_facts f = { .soname = NULL };
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool ok;

    if (fd < 0)
        return err_sys(e, "%s", path);
    ok = fatbin_read(&f, a, fd, e);
    close(fd);
    if (!ok)
        return err_in(e, "%s", path);
    *out = gpu_code_covers(f.codes, f.n_codes, cc);
    *list = gpu_code_list(a, f.codes, f.n_codes);
    return true;
}
