#include "model/blame.h"

#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

struct mapping { const char *file; bool executable; };

/* One line of /proc/self/maps: "lo-hi rwxp offset dev inode   /path". */
static bool mapping_parse(const char *line, size_t n, uint64_t address, struct mapping *m, struct arena *a)
{
    char copy[1024], *at, *after;
    uint64_t lo, hi;

    if (n >= sizeof copy)
        return false;
    memcpy(copy, line, n);
    copy[n] = '\0';
    lo = strtoull(copy, &after, 16);
    if (*after != '-')
        return false;
    hi = strtoull(after + 1, &after, 16);
    if (*after != ' ' || strlen(after) < 6 || address < lo || address >= hi)
        return false;
    m->executable = after[3] == 'x';
    at = strchr(after, '/');
    m->file = at != NULL ? arena_text(a, at) : NULL;
    return true;
}

static bool mapping_at(const struct crumb *c, uint64_t address, struct mapping *m, struct arena *a)
{
    const char *at = c->maps;
    size_t left = c->maps_bytes <= CRUMB_MAPS ? c->maps_bytes : 0;

    while (left > 0) {
        const char *end = memchr(at, '\n', left);
        size_t n = end != NULL ? (size_t)(end - at) : left;

        if (mapping_parse(at, n, address, m, a))
            return true;
        n += end != NULL;
        at += n;
        left -= n;
    }
    return false;
}

/* Code that others pass through on the way to a fault: never the culprit by itself. */
static bool is_runtime(const char *file, const char *self)
{
    static const char *const names[] = {
        "libc.so", "libc-", "ld-linux", "ld-", "libstdc++.so", "libgcc_s.so", "libpthread", "libm.so",
        "libasan.so", "libubsan.so",
    };
    const char *name = text_base_name(file);

    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (text_starts(name, names[i]))
            return true;
    return text_is(file, self);
}

/* The first return address in code of a library that is not the runtime. False: the walk did not reach us, who made the
 * call, and so does not say that there is none. Our handler is the first frame, before the fault. */
static bool caller_by_frames(const struct crumb *c, const char *self, const char **file, struct arena *a)
{
    bool behind_fault = false;

    *file = NULL;
    for (uint32_t i = 0; i < c->n_frames && i < CRUMB_FRAMES; i++) {
        struct mapping m;

        behind_fault |= c->frames[i] == c->pc;
        if (c->frames[i] == 0 || !mapping_at(c, c->frames[i] - 1, &m, a) || !m.executable || m.file == NULL)
            continue;
        if (!is_runtime(m.file, self)) {
            *file = m.file;
            return true;
        }
        if (behind_fault && text_is(m.file, self))
            return true;
    }
    return false;
}

/* A guess: the first word on the stack that points into code of a library that is not the runtime. */
static const char *caller_on_stack(const struct crumb *c, const char *self, struct arena *a)
{
    size_t bytes = c->stack_bytes <= CRUMB_STACK ? c->stack_bytes : 0;

    for (size_t i = 0; i + sizeof(uint64_t) <= bytes; i += sizeof(uint64_t)) {
        struct mapping m;
        uint64_t word;

        memcpy(&word, c->stack + i, sizeof word);
        if (mapping_at(c, word, &m, a) && m.executable && m.file != NULL && !is_runtime(m.file, self))
            return m.file;
    }
    return NULL;
}

const char *signal_name(int signo, char out[16])
{
    static const struct { int signo; const char *name; } names[] = {
        { SIGSEGV, "SIGSEGV" }, { SIGBUS, "SIGBUS" }, { SIGABRT, "SIGABRT" }, { SIGILL, "SIGILL" }, { SIGFPE, "SIGFPE" },
        { SIGTERM, "SIGTERM" }, { SIGKILL, "SIGKILL" }, { SIGINT, "SIGINT" }, { SIGTRAP, "SIGTRAP" }, { SIGSYS, "SIGSYS" },
        { SIGPIPE, "SIGPIPE" }, { SIGXCPU, "SIGXCPU" }, { SIGXFSZ, "SIGXFSZ" },
    };

    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (names[i].signo == signo)
            return names[i].name;
    text_format(out, 16, "signal %d", signo);
    return out;
}

struct blame blame_explain(const struct crumb *c, const char *self, struct arena *a)
{
    struct blame b = { .file = NULL };
    char buffer[16];
    const char *name = signal_name(c->signo, buffer);
    const char *thread = c->tid != c->main_tid ? ", in a thread of its own" : "";
    struct mapping m;

    if (c->signo == SIGBUS && mapping_at(c, c->address, &m, a) && m.file != NULL) {
        b.file = m.file;
        b.sentence = text_make(a, "%s: the file ends before the bytes that were asked for (address 0x%" PRIx64 ")%s",
                               name, c->address, thread);
        return b;
    }
    if (mapping_at(c, c->pc, &m, a) && m.file != NULL && !is_runtime(m.file, self)) {
        b.file = m.file;
        b.sentence = text_make(a, "%s at address 0x%" PRIx64 "%s", name, c->address, thread);
        return b;
    }
    if (!caller_by_frames(c, self, &b.file, a))
        b.file = caller_on_stack(c, self, a);
    if (c->signo == SIGABRT || c->signo == SIGTERM)
        b.sentence = text_make(a, "%s%s%s", name, b.file != NULL ? ", called from there" : "", thread);
    else
        b.sentence = text_make(a, "%s at address 0x%" PRIx64 "%s%s", name, c->address,
                               b.file != NULL ? ", called from there" : "", thread);
    return b;
}
