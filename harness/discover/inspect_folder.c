/* Every shared library below a folder: a virtual environment, a toolkit. */
#include "discover/inspect.h"

#include <string.h>
#include <unistd.h>

#include "base/text.h"

/* A toolkit has some 100 libraries, a large environment 2000. */
enum { DEPTH_MAX = 32, LIBRARIES_MAX = 20000, FOLDERS_MAX = 200000 };

struct below {
    struct inspector  *in;
    struct inspection *all;
    const char        *shown, *real;    /* the folder, as it was asked for and with links followed */
    struct seen { dev_t device; ino_t inode; } *folders;
    size_t             n_folders;
    const char       **places;  size_t n_places;
    const char        *limit;           /* why not all of it was looked at; NULL if it was */
    bool               full;            /* there is too much of it: nothing more is looked at */
};

bool is_library_name(const char *name)
{
    const char *so = strstr(name, ".so");

    while (so != NULL && so[3] != '\0' && (so[3] != '.' || so[4] < '0' || so[4] > '9'))
        so = strstr(so + 3, ".so");
    return so != NULL;
}

/* Text for the linker, under a library's name: libc.so. */
static bool is_linker_script(const struct below *b, const char *place)
{
    static const char starts[] = "/* GNU ld script";
    char head[sizeof starts - 1];
    int fd = root_fd(b->in->root, place);
    bool is = fd >= 0 && read(fd, head, sizeof head) == (ssize_t)sizeof head && memcmp(head, starts, sizeof head) == 0;

    if (fd >= 0)
        close(fd);
    return is;
}

static bool was_here(struct below *b, const struct stat *st)
{
    for (size_t i = 0; i < b->n_folders; i++)
        if (b->folders[i].device == st->st_dev && b->folders[i].inode == st->st_ino)
            return true;
    *ARENA_PUSH(b->in->arena, b->folders, b->n_folders) = (struct seen){ st->st_dev, st->st_ino };
    return false;
}

static void add_library(struct below *b, const char *path)
{
    const char *real = root_resolve(b->in->root, b->in->arena, path), *shown = path;
    const size_t n = strlen(b->real);

    for (size_t i = 0; i < b->n_places; i++)
        if (text_is(b->places[i], real))
            return;
    if (real != NULL && is_linker_script(b, real))
        return;
    if (b->n_places == LIBRARIES_MAX) {
        b->limit = text_make(b->in->arena, "more than %d libraries: the rest was left out", LIBRARIES_MAX);
        b->full = true;
        return;
    }
    if (real != NULL)
        *ARENA_PUSH(b->in->arena, b->places, b->n_places) = shown = real;
    if (text_starts(shown, b->real) && (shown[n] == '/' || text_is(b->real, "/")))
        shown = text_join(b->in->arena, b->shown, shown + n + strspn(shown + n, "/"));
    inspect_file(b->in, b->all, real != NULL ? real : path, shown);
}

static bool may_enter(struct below *b, const char *path, int depth)
{
    if (b->n_folders > FOLDERS_MAX) {
        b->limit = text_make(b->in->arena, "more than %d folders: the rest was left out", FOLDERS_MAX);
        b->full = true;
    } else if (depth == DEPTH_MAX && b->limit == NULL) {
        b->limit = text_make(b->in->arena, "%s, and what else lies below more than %d folders, was left out", path, DEPTH_MAX);
    }
    return !b->full && depth < DEPTH_MAX;
}

static void walk(struct below *b, const char *dir, int depth)
{
    char **names;
    size_t n = root_list(b->in->root, b->in->arena, dir, &names);

    for (size_t i = 0; i < n && !b->full; i++) {
        const char *path = text_join(b->in->arena, dir, names[i]);
        struct stat st;

        if (!root_stat(b->in->root, path, &st)) {
            if (is_library_name(names[i]))
                add_library(b, path);           /* a link to nowhere */
        } else if (S_ISREG(st.st_mode) && is_library_name(names[i])) {
            add_library(b, path);
        } else if (S_ISDIR(st.st_mode) && !was_here(b, &st) && may_enter(b, path, depth)) {
            walk(b, path, depth + 1);
        }
    }
}

static void say(struct below *b, enum weight weight, const char *text)
{
    struct inspected *one = ARENA_PUSH(b->in->arena, b->all->files, b->all->n_files);

    one->path = b->shown;
    problems_add(&one->problems, b->in->arena, weight, "%s", text);
}

void inspect_folder(struct inspector *in, struct inspection *all, const char *dir)
{
    const char *whole = dir[0] == '/' ? dir : text_join(in->arena, in->folder, dir);
    const size_t before = all->n_files;
    struct below b = { .in = in, .all = all, .shown = dir, .real = root_resolve(in->root, in->arena, whole) };
    int fd = root_fd(in->root, whole);
    struct stat st;

    all->table = true;
    if (fd < 0 || b.real == NULL || fstat(fd, &st) != 0) {
        say(&b, UNKNOWN, "cannot be opened: no permission to read this folder");
        return;
    }
    close(fd);
    (void)was_here(&b, &st);
    walk(&b, b.real, 0);
    if (b.limit != NULL)
        say(&b, UNKNOWN, b.limit);
    else if (all->n_files == before)
        say(&b, UNKNOWN, "no shared library is below this folder: nothing was read");
}
