#include "base/root.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"

enum { LINKS_MAX = 40, FILE_MAX = 16 << 20 };

bool root_open(struct root *r, struct arena *a, const char *path, struct err *e)
{
    r->path = arena_text(a, path);
    r->process = NULL;
    r->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (r->fd < 0)
        return err_sys(e, "%s", path);
    return true;
}

bool root_is_this_machine(const struct root *r)
{
    return text_is(r->path, "/");
}

/* openat's view of an absolute path: relative to the root's descriptor. */
static const char *below(const char *path)
{
    while (*path == '/')
        path++;
    return *path != '\0' ? path : ".";
}

/* Follows links one component at a time, so that an absolute one stays inside
 * the root. `done` is resolved, `rest` is still to come. */
static bool walk(int fd, char done[PATH_MAX], char rest[PATH_MAX])
{
    int links = 0;

    done[0] = '\0';
    while (rest[0] != '\0') {
        char part[PATH_MAX], link[PATH_MAX], joined[PATH_MAX], tail[PATH_MAX];
        char *slash;
        ssize_t n;

        memmove(rest, rest + strspn(rest, "/"), strlen(rest + strspn(rest, "/")) + 1);
        slash = strchr(rest, '/');
        if (!text_format(part, sizeof part, "%.*s", slash != NULL ? (int)(slash - rest) : (int)strlen(rest), rest)
            || !text_format(tail, sizeof tail, "%s", slash != NULL ? slash + 1 : ""))
            return false;
        text_format(rest, PATH_MAX, "%s", tail);
        if (part[0] == '\0' || strcmp(part, ".") == 0)
            continue;
        if (strcmp(part, "..") == 0) {
            slash = strrchr(done, '/');
            if (slash != NULL)
                *slash = '\0';
            continue;
        }
        if (!text_format(joined, sizeof joined, "%s/%s", done, part))
            return false;
        n = readlinkat(fd, below(joined), link, sizeof link - 1);
        if (n < 0) {
            if (errno != EINVAL)
                return false;
            text_format(done, PATH_MAX, "%s", joined);
            continue;
        }
        link[n] = '\0';
        if (++links > LINKS_MAX || !text_format(tail, sizeof tail, "%s/%s", link, rest))
            return false;
        text_format(rest, PATH_MAX, "%s", tail);
        if (link[0] == '/')
            done[0] = '\0';
    }
    if (done[0] == '\0')
        text_format(done, PATH_MAX, "/");
    return true;
}

/* /proc/self is a link that names this process, not the recorded machine: a
 * root other than "/" holds it as a plain folder, so the walk serves both. */
static bool resolve(const struct root *r, const char *path, char out[PATH_MAX])
{
    static const char self[] = "/proc/self";
    const bool of_process = r->process != NULL && text_starts(path, self) && (path[sizeof self - 1] == '/' || path[sizeof self - 1] == '\0');
    char rest[PATH_MAX];

    if (!text_format(rest, sizeof rest, "%s%s%s", of_process ? "/proc/" : "", of_process ? r->process : "", path + (of_process ? sizeof self - 1 : 0)))
        return false;
    if (root_is_this_machine(r))
        return realpath(rest, out) != NULL;
    return walk(r->fd, out, rest) && faccessat(r->fd, below(out), F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

char *root_resolve(const struct root *r, struct arena *a, const char *path)
{
    char out[PATH_MAX];

    return resolve(r, path, out) ? arena_text(a, out) : NULL;
}

char *root_outer_path(const struct root *r, struct arena *a, const char *path)
{
    return root_is_this_machine(r) ? arena_text(a, path) : text_join(a, r->path, path);
}

bool root_stat(const struct root *r, const char *path, struct stat *st)
{
    char out[PATH_MAX];

    return resolve(r, path, out) && fstatat(r->fd, below(out), st, 0) == 0;
}

bool root_exists(const struct root *r, const char *path)
{
    struct stat st;

    return root_stat(r, path, &st);
}

bool root_is_folder(const struct root *r, const char *path)
{
    struct stat st;

    return root_stat(r, path, &st) && S_ISDIR(st.st_mode);
}

int root_fd(const struct root *r, const char *path)
{
    char out[PATH_MAX];

    errno = 0;
    if (!resolve(r, path, out)) {
        if (errno == 0)
            errno = ENOENT;
        return -1;
    }
    /* O_NONBLOCK: a FIFO in the way must not hold us. */
    return openat(r->fd, below(out), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
}

char *root_read(const struct root *r, struct arena *a, const char *path, size_t *n)
{
    int fd = root_fd(r, path);
    struct text t = { .arena = a };
    char page[65536];
    ssize_t got = 0;

    if (fd < 0)
        return NULL;
    text_put(&t, "", 0);
    while (t.n <= FILE_MAX && (got = read(fd, page, sizeof page)) > 0)
        text_put(&t, page, (size_t)got);
    close(fd);
    if (got != 0)
        return NULL;
    if (n != NULL)
        *n = t.n;
    return t.s;
}

char *root_read_line(const struct root *r, struct arena *a, const char *path)
{
    char *s = root_read(r, a, path, NULL);
    size_t n;

    if (s == NULL)
        return NULL;
    s += strspn(s, " \t\r\n");
    n = strlen(s);
    while (n > 0 && strchr(" \t\r\n", s[n - 1]) != NULL)
        n--;
    s[n] = '\0';
    return s;
}

char *root_link(const struct root *r, struct arena *a, const char *path)
{
    char dir[PATH_MAX], link[PATH_MAX], joined[PATH_MAX];
    ssize_t n;

    if (!resolve(r, text_dir_name(a, path), dir)
        || !text_format(joined, sizeof joined, "%s/%s", dir, text_base_name(path)))
        return NULL;
    n = readlinkat(r->fd, below(joined), link, sizeof link - 1);
    if (n < 0)
        return NULL;
    link[n] = '\0';
    return arena_text(a, link);
}

char *root_link_name(const struct root *r, struct arena *a, const char *path)
{
    const char *target = root_link(r, a, path);

    return target != NULL ? arena_text(a, text_base_name(target)) : NULL;
}

static int by_name(const void *x, const void *y)
{
    return strcmp(*(char *const *)x, *(char *const *)y);
}

size_t root_list(const struct root *r, struct arena *a, const char *dir, char ***names)
{
    size_t n = 0;
    int fd = root_fd(r, dir);
    DIR *d = fd >= 0 ? fdopendir(fd) : NULL;

    *names = NULL;
    if (d == NULL) {
        if (fd >= 0)
            close(fd);
        return 0;
    }
    for (struct dirent *entry; (entry = readdir(d)) != NULL;)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            *ARENA_PUSH(a, *names, n) = arena_text(a, entry->d_name);
    closedir(d);
    if (n > 0)
        qsort(*names, n, sizeof **names, by_name);
    return n;
}
