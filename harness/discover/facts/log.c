/* The kernel's log: whether it may be read, the Xids of each GPU, and the lines that name a cause. */
#include "discover/facts/facts.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "discover/kernel_log.h"

enum { NEWEST_BYTES = 2 << 20, READING_MS = 1000, RECORD_BYTES = 8192 };

static const char path[] = "/dev/kmsg";

/* The device gives a record (and lines about its device) at each reading, and EPIPE where older ones were overwritten meanwhile.
 * False: the time was up before its end. */
static bool read_device(struct kernel_log *log, int fd)
{
    const int64_t until = clock_ms() + READING_MS;

    while (clock_ms() < until) {
        char record[RECORD_BYTES];
        const ssize_t n = read(fd, record, sizeof record - 1);

        if (n > 0) {
            record[n] = '\0';
            kernel_log_take_text(log, record);
        } else if (n == 0 || (errno != EPIPE && errno != EINTR)) {
            return n == 0 || errno == EAGAIN;
        }
    }
    return false;
}

/* The newest of a recorded log. */
static char *read_file(struct arena *a, int fd, off_t size)
{
    const off_t from = size > NEWEST_BYTES ? size - NEWEST_BYTES : 0;
    char *text = arena_alloc(a, NEWEST_BYTES + 1);
    size_t n = 0;
    ssize_t got;

    while (n < NEWEST_BYTES && (got = pread(fd, text + n, NEWEST_BYTES - n, from + (off_t)n)) > 0)
        n += (size_t)got;
    return text;
}

/* A recorded log that could not be read holds the reason alone, as a device node does. */
static const char *reason_in(struct arena *a, const char *text)
{
    static const int reasons[] = { EPERM, EACCES };

    for (size_t i = 0; i < COUNT_OF(reasons); i++) {
        const char *reason = strerror(reasons[i]);

        if (text_starts(text, reason) && text[strlen(reason) + strspn(text + strlen(reason), "\n")] == '\0')
            return arena_text(a, reason);
    }
    return NULL;
}

/* NULL: it was read. */
static const char *read_log(struct fact_reader *r, struct kernel_log *log)
{
    const int fd = root_fd(r->root, path), why = errno;
    const char *reason = NULL;
    struct stat st = { .st_mode = 0 };

    if (fd < 0)
        return arena_text(r->arena, strerror(why));
    if (fstat(fd, &st) == 0 && S_ISCHR(st.st_mode) && root_is_this_machine(r->root)) {
        if (!read_device(log, fd))
            reason = "it was not read to its end";
    } else if (!S_ISREG(st.st_mode)) {
        reason = "it is no file that holds a log";     /* of a folder, a device would be this machine's */
    } else {
        const char *text = read_file(r->arena, fd, st.st_size);

        reason = reason_in(r->arena, text);
        kernel_log_take_text(log, reason == NULL ? text : NULL);
    }
    close(fd);
    return reason;
}

static void add_xid(struct fact_reader *r, const struct xid *x)
{
    const char *key = text_make(r->arena, "%s.%ld", x->address, x->number);
    struct text programs = { .arena = r->arena };

    fact_add(r, text_make(r->arena, "log.xid.%s", key), text_make(r->arena, "%zu: %s", x->count, x->told), path);
    for (size_t i = 0; i < x->n_programs; i++)
        text_add(&programs, "%s%s", i > 0 ? ", " : "", x->programs[i]);
    fact_add(r, text_make(r->arena, "log.programs.%s", key), programs.s, path);
}

void facts_of_log(struct fact_reader *r)
{
    struct kernel_log log = { .arena = r->arena, .gpus = r->m->pci, .n_gpus = r->m->n_pci };
    const char *reason = read_log(r, &log);

    fact_add(r, "log.readable", reason == NULL ? "yes" : text_make(r->arena, "no: %s", reason), path);
    for (size_t i = 0; i < log.n_xids; i++)
        add_xid(r, &log.xids[i]);
    for (size_t i = 0; i < log.n_lines; i++)
        fact_add(r, text_make(r->arena, "log.line.%s", log.lines[i].name), log.lines[i].text, path);
}
