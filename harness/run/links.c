#include "run/links.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"

/* cuDNN 9 asks for libcudnn_ops.so.9.19.0, then .so.9.19, then .so.9: the name
 * itself and what is left when parts are taken off behind ".so". */
static bool link_names(int fd, struct arena *a, const char *name, const char *to, struct err *e)
{
    char *shorter = arena_text(a, name), *so = strstr(shorter, ".so"), *dot;

    while (so != NULL) {
        if (symlinkat(to, fd, shorter) != 0 && errno != EEXIST)
            return err_sys(e, "cannot make a link");
        dot = strrchr(so + 1, '.');
        if (dot == NULL || dot == so)
            break;
        *dot = '\0';
    }
    return true;
}

bool links_make(const char **dir, struct arena *a, const struct stack *s, const char *tmp, struct err *e)
{
    char *made = text_make(a, "%s/gpuvet-links-XXXXXX", tmp);
    bool ok = true;
    int fd;

    if (mkdtemp(made) == NULL)
        return err_sys(e, "cannot make a folder in %s", tmp);
    fd = open(made, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    for (size_t i = 0; i < s->n_members && ok && fd >= 0; i++) {
        const struct member *m = &s->members[i];

        ok = link_names(fd, a, text_base_name(m->path), m->path, e)
          && (m->elf == NULL || m->elf->soname == NULL || link_names(fd, a, m->elf->soname, m->path, e));
    }
    if (fd < 0)
        ok = err_sys(e, "%s", made);
    else
        close(fd);
    if (!ok)
        links_remove(made);
    *dir = made;
    return ok;
}

void links_remove(const char *dir)
{
    DIR *d = opendir(dir);

    for (struct dirent *entry; d != NULL && (entry = readdir(d)) != NULL;)
        if (entry->d_name[0] != '.')
            unlinkat(dirfd(d), entry->d_name, 0);
    if (d != NULL)
        closedir(d);
    rmdir(dir);
}
