/* A wheel, read where it lies: its own documents, then its libraries one by one. */
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "discover/inspect.h"
#include "discover/python.h"
#include "discover/record_line.h"
#include "discover/spare.h"
#include "discover/wheel_needs.h"

enum { LIBRARY_GIB = 16 };              /* larger than any library there is: the largest has 3 */

struct reading {
    struct inspector  *in;
    struct inspection *all;
    struct zip         zip;
    struct wheel      *wheel;
    const char        *info;            /* "torch-2.5.1.dist-info/" */
};

bool is_wheel(const char *path, int fd)
{
    char head[4];

    return text_ends(path, ".whl") || (pread(fd, head, sizeof head, 0) == (ssize_t)sizeof head && memcmp(head, "PK\3\4", sizeof head) == 0);
}

static enum weight weight_of(const struct err *e)
{
    return e->kind == ERR_FORMAT ? WRONG : UNKNOWN;
}

static const char *document(struct reading *r, const char *name)
{
    const struct zip_member *m = zip_find(&r->zip, name);
    struct err e = { .kind = ERR_NONE };
    const char *text = m != NULL ? zip_text(&r->zip, r->in->arena, m, &e) : NULL;

    if (m != NULL && text == NULL)
        problems_add(&r->wheel->problems, r->in->arena, weight_of(&e), "%s: %s", name, e.text);
    return text;
}

static const char *info_document(struct reading *r, const char *name)
{
    return r->info != NULL ? document(r, text_join(r->in->arena, r->info, name)) : NULL;
}

static void find_info(struct reading *r)
{
    for (size_t i = 0; i < r->zip.n && r->info == NULL; i++) {
        const char *name = r->zip.members[i].name, *slash = strchr(name, '/');
        char *dir = slash != NULL ? arena_copy(r->in->arena, name, (size_t)(slash - name)) : NULL;

        if (dir != NULL && text_ends(dir, ".dist-info"))
            r->info = dir;
    }
    if (r->info == NULL)
        problems_add(&r->wheel->problems, r->in->arena, WRONG, "no wheel: it has no .dist-info folder");
}

/* Those that a CUDA stack is made of. */
static bool is_stacks(const char *distribution)
{
    return text_starts(distribution, "nvidia-") || text_starts(distribution, "cuda-") || text_has(distribution, "triton");
}

/* Headers end at the first empty line; behind it the description may say anything. */
static void read_metadata(struct reading *r)
{
    const char *text = info_document(r, "METADATA"), *line;
    struct wheel *w = r->wheel;
    struct pin *pins = NULL;
    size_t n;

    while (text_next_line(&text, &line, &n) && n > 0 && line[0] != '\r') {
        char *s = arena_copy(r->in->arena, line, n);
        struct pin pin;

        s[strcspn(s, "\r")] = '\0';
        text_clean(s);
        if (text_starts(s, "Name: "))
            w->name = s + strlen("Name: ");
        else if (text_starts(s, "Version: "))
            w->version = s + strlen("Version: ");
        else if (text_starts(s, "Requires-Dist: ") && pin_read(&pin, r->in->arena, s + strlen("Requires-Dist: "))
                 && pin_applies(&pin, wheel_arch(w->platform)) && is_stacks(pin.distribution))
            *ARENA_PUSH(r->in->arena, pins, w->n_pins) = pin;
    }
    w->pins = pins;
}

/* A renamed wheel still has its WHEEL file: "Tag: cp311-cp311-linux_x86_64". */
static void read_tags(struct reading *r)
{
    struct wheel *w = r->wheel;
    const char *text, *line;
    size_t n;

    if (!wheel_tags(w, r->in->arena, text_base_name(w->path))) {
        text = info_document(r, "WHEEL");
        while (text_next_line(&text, &line, &n))
            if (n > 5 && memcmp(line, "Tag: ", 5) == 0
                && wheel_tags(w, r->in->arena, text_make(r->in->arena, "x-0-%.*s.whl", (int)strcspn(line + 5, "\r\n"), line + 5)))
                break;
    }
    w->glibc = wheel_glibc(r->in->arena, w->platform);
}

static void read_build(struct reading *r)
{
    const char *text = document(r, "torch/version.py");

    if (text == NULL)
        return;
    r->wheel->build = python_assigned(r->in->arena, text, "__version__");
    r->wheel->cuda = python_assigned(r->in->arena, text, "cuda");
}

static void check_record(struct reading *r)
{
    const char *text = info_document(r, "RECORD"), *line;
    struct problems *problems = &r->wheel->problems;
    size_t n, n_bad = 0;
    struct record_line listed;

    r->wheel->has_record = text != NULL;
    while (text_next_line(&text, &line, &n)) {
        const struct zip_member *m;

        if (!record_line_read(&listed, r->in->arena, line, n) || listed.bytes < 0)
            continue;
        m = zip_find(&r->zip, listed.path);
        if (m != NULL && m->bytes == (uint64_t)listed.bytes) {
            r->wheel->n_recorded++;
        } else if (n_bad++ < 5) {
            if (m == NULL)
                problems_add(problems, r->in->arena, WRONG, "its RECORD lists %s, which is not in it", listed.path);
            else
                problems_add(problems, r->in->arena, WRONG, "%s has %" PRIu64 " bytes, and %ld in its RECORD", listed.path, m->bytes, listed.bytes);
        }
    }
    if (n_bad > 5)
        problems_add(problems, r->in->arena, WRONG, "and %zu more members are not as its RECORD says", n_bad - 5);
}

/* The readers want a file: they look here and there in it. */
static void read_library(struct reading *r, const struct zip_member *m)
{
    struct inspected *one = ARENA_PUSH(r->in->arena, r->all->files, r->all->n_files);
    struct err e = { .kind = ERR_NONE };
    int fd = -1;

    one->path = m->name;
    one->wheel = r->wheel->path;
    if (m->bytes > (uint64_t)LIBRARY_GIB << 30)
        err_set(&e, ERR_LIMIT, "it declares %" PRIu64 " GiB, more than any library has: it was not unpacked", m->bytes >> 30);
    else
        fd = spare_file(root_is_this_machine(r->in->root) ? environment_get(r->in->env, "TMPDIR") : NULL, m->bytes, &e);
    if (fd >= 0 && zip_unpack(&r->zip, m, fd, r->in->watcher, &e))
        inspect_bytes(r->in->arena, one, fd);
    else
        problems_add(&one->problems, r->in->arena, weight_of(&e), "%s", e.text);
    if (fd >= 0)
        close(fd);
    if (one->elf != NULL && r->wheel->version != NULL && !text_has(m->name, ".libs/")) {
        const char *family = library_family(r->in->arena, m->name);

        if (family == NULL || package_brings(&(struct package){ .distribution = r->wheel->name }, family)) {
            one->version = r->wheel->version;
            one->version_source = text_join(r->in->arena, r->info, "METADATA");
        }
    }
}

/* A wheel promises the oldest glibc that all of it starts on. */
static void check_promise(struct reading *r, size_t first)
{
    const struct inspected *newest = NULL;

    for (size_t i = first; i < r->all->n_files; i++) {
        const struct inspected *one = &r->all->files[i];

        if (one->elf != NULL && one->elf->glibc != NULL
            && (newest == NULL || text_compare_versions(one->elf->glibc, newest->elf->glibc) > 0))
            newest = one;
    }
    if (newest != NULL && r->wheel->glibc != NULL && text_compare_versions(newest->elf->glibc, r->wheel->glibc) > 0)
        problems_add(&r->wheel->problems, r->in->arena, NOTED, "its name promises glibc %s, and %s needs %s", r->wheel->glibc,
                     newest->path, newest->elf->glibc);
}

void inspect_wheel(struct inspector *in, struct inspection *all, int fd, const char *shown)
{
    struct wheel *w = ARENA_PUSH(in->arena, all->wheels, all->n_wheels);
    struct reading r = { .in = in, .all = all, .wheel = w };
    struct err e = { .kind = ERR_NONE };
    size_t first = all->n_files;
    struct stat st;

    all->table = true;
    w->path = shown;
    w->bytes = fstat(fd, &st) == 0 ? (uint64_t)st.st_size : 0;
    if (!zip_open(&r.zip, in->arena, fd, &e)) {
        problems_add(&w->problems, in->arena, weight_of(&e), "%s", e.text);
        return;
    }
    for (size_t i = 0; i < r.zip.n; i++)
        w->n_members += !text_ends(r.zip.members[i].name, "/");
    find_info(&r);
    read_tags(&r);
    read_metadata(&r);              /* of which not all holds for every platform */
    read_build(&r);
    check_record(&r);
    for (size_t i = 0; i < r.zip.n; i++)
        if (is_library_name(text_base_name(r.zip.members[i].name)))
            read_library(&r, &r.zip.members[i]);
    for (size_t i = first; i < all->n_files; i++)
        if (all->files[i].elf != NULL)
            wheel_needs(&all->files[i], in->arena, w, &r.zip);
    check_promise(&r, first);
    if (all->n_files == first)
        problems_add(&w->problems, in->arena, NOTED, "it holds no shared library");
}
