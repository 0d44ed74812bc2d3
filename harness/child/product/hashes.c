/* A disk reads faster than one core hashes, so there is a thread for each core.
 * They end before the trial does. */
#include "child/product/hashes.h"

#include <errno.h>
#include <fcntl.h>
#include <nettle/sha2.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/root.h"
#include "base/text.h"
#include "discover/record_line.h"

enum { PIECE = 1 << 20, THREADS_MAX = 16, SHA256_TEXT = 43 };

/* ---- What is listed ---- */

struct listed { const char *path, *sha256; uint64_t bytes; };
struct listing { struct listed *items; size_t n; };

static void read_record(struct listing *all, struct child *c, const char *path)
{
    struct root here;
    const char *text, *line, *site = text_dir_name(&c->arena, text_dir_name(&c->arena, path));
    size_t n, before = all->n;

    if (!root_open(&here, &c->arena, "/", &c->err))
        stop_ours(c, "%s", c->err.text);
    text = root_read(&here, &c->arena, path, NULL);
    close(here.fd);
    if (text == NULL)
        saw_text(c, "unread", "%s cannot be read", path);
    while (text_next_line(&text, &line, &n)) {
        struct record_line r;

        if (record_line_read(&r, &c->arena, line, n) && r.sha256 != NULL)
            *ARENA_PUSH(&c->arena, all->items, all->n) = (struct listed){ text_join(&c->arena, site, r.path), r.sha256, r.bytes > 0 ? (uint64_t)r.bytes : 0 };
    }
    if (text != NULL && all->n == before)
        saw_text(c, "warning", "%s lists no file with a hash: what its package brought is compared with nothing", path);
}

/* Beside packages that have a RECORD, one without hides what happened to it. */
static void tell_without_record(struct child *c)
{
    static const char installed[] = "installed:";

    for (size_t i = 0; i < c->stack->n_versions; i++) {
        const struct stack_version *v = &c->stack->versions[i];
        const char *name = text_starts(v->what, installed) ? v->what + sizeof installed - 1 : NULL;

        if (name != NULL && stack_version(c->stack, text_make(&c->arena, "record:%s", name)) == NULL)
            saw_text(c, "warning", "%s %s has no RECORD: what it brought is compared with nothing", name, v->version);
    }
    if (stack_version(c->stack, "installed:torch") == NULL)
        saw_text(c, "warning", "no package is recorded that brought torch: it is compared with nothing");
}

static int by_path(const void *x, const void *y)
{
    const struct listed *a = x, *b = y;

    return strcmp(a->path, b->path);
}

static int largest_first(const void *x, const void *y)
{
    const struct hashed *a = x, *b = y;

    return a->bytes < b->bytes ? 1 : a->bytes > b->bytes ? -1 : strcmp(a->path, b->path);
}

size_t hashes_listed(struct hashed **out, struct child *c)
{
    struct listing all = { NULL, 0 };
    const char **sums;
    size_t n = 0;

    *out = NULL;
    for (size_t i = 0; i < c->stack->n_versions; i++)
        if (text_starts(c->stack->versions[i].what, "record:"))
            read_record(&all, c, c->stack->versions[i].version);
    if (all.n == 0)
        return 0;
    tell_without_record(c);
    qsort(all.items, all.n, sizeof *all.items, by_path);
    sums = arena_alloc(&c->arena, all.n * sizeof *sums);
    for (size_t i = 0; i < all.n; i++) {
        sums[i] = all.items[i].sha256;
        if (i > 0 && text_is(all.items[i].path, all.items[i - 1].path))
            (*out)[n - 1].n_sha256++;
        else
            *ARENA_PUSH(&c->arena, *out, n) = (struct hashed){ .path = all.items[i].path, .sha256 = &sums[i], .n_sha256 = 1, .bytes = all.items[i].bytes };
    }
    qsort(*out, n, sizeof **out, largest_first);
    return n;
}

/* ---- Hashing ---- */

struct work { struct hashed *files; size_t n; _Atomic size_t next; struct crumb *crumb; };
struct worker { struct work *work; unsigned char *piece; pthread_t thread; };

/* Base64 for names and addresses, without padding (RFC 4648, section 5). */
static void put_digest(char out[SHA256_TEXT + 1], const uint8_t digest[SHA256_DIGEST_SIZE])
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    for (size_t i = 0; i < SHA256_TEXT; i++) {
        size_t bit = i * 6, at = bit / 8, shift = bit % 8;
        unsigned pair = (unsigned)digest[at] << 8 | (at + 1 < SHA256_DIGEST_SIZE ? digest[at + 1] : 0);

        out[i] = letters[pair >> (10 - shift) & 63];
    }
    out[SHA256_TEXT] = '\0';
}

static void compare(struct hashed *f, struct sha256_ctx *sum)
{
    uint8_t digest[SHA256_DIGEST_SIZE];
    char text[SHA256_TEXT + 1];

    sha256_digest(sum, sizeof digest, digest);
    put_digest(text, digest);
    f->state = HASH_DIFFERS;
    for (size_t i = 0; i < f->n_sha256; i++)
        if (strcmp(f->sha256[i], text) == 0)
            f->state = HASH_SAME;
}

static void unreadable(struct hashed *f)
{
    f->state = errno == ENOENT || errno == ENOTDIR ? HASH_MISSING : HASH_UNREADABLE;
    f->why = errno;
}

static void read_and_compare(struct hashed *f, struct worker *w)
{
    int fd = open(f->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    struct sha256_ctx sum;
    struct stat st;
    ssize_t got = 0;

    if (fd < 0 || fstat(fd, &st) != 0) {
        unreadable(f);
    } else if (!S_ISREG(st.st_mode)) {
        f->state = HASH_DIFFERS;
    } else {
        sha256_init(&sum);
        while ((got = read(fd, w->piece, PIECE)) > 0) {
            sha256_update(&sum, (size_t)got, w->piece);
            atomic_fetch_add(&w->work->crumb->done_bytes, (uint64_t)got);
        }
        if (got < 0)
            unreadable(f);
        else
            compare(f, &sum);
    }
    if (fd >= 0)
        close(fd);
}

static void *work(void *arg)
{
    struct worker *w = arg;
    size_t i;

    while ((i = atomic_fetch_add(&w->work->next, 1)) < w->work->n)
        read_and_compare(&w->work->files[i], w);
    return NULL;
}

static size_t cores(void)
{
    cpu_set_t set;
    size_t n = sched_getaffinity(0, sizeof set, &set) == 0 ? (size_t)CPU_COUNT(&set) : 1;

    return n < 1 ? 1 : n > THREADS_MAX ? THREADS_MAX : n;
}

void hashes_check(struct child *c, struct hashed *files, size_t n)
{
    struct work all = { files, n, 0, c->crumb };
    struct worker workers[THREADS_MAX];
    size_t started = 0, wanted = cores();
    uint64_t bytes = 0;

    for (size_t i = 0; i < n; i++)
        bytes += files[i].bytes;
    c->crumb->done_bytes = 0;
    c->crumb->all_bytes = bytes;
    for (size_t i = 0; i < wanted; i++)
        workers[i] = (struct worker){ .work = &all, .piece = arena_alloc(&c->arena, PIECE) };
    while (started + 1 < wanted && pthread_create(&workers[started].thread, NULL, work, &workers[started]) == 0)
        started++;
    work(&workers[wanted - 1]);                 /* where no thread can be had, this one does it all */
    for (size_t i = 0; i < started; i++)
        pthread_join(workers[i].thread, NULL);
    c->crumb->all_bytes = 0;
}
