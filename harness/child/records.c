#include "child/state.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "model/record.h"

static void put(struct child *c, enum record_kind kind, const char *const *fields, size_t n)
{
    char line[RECORD_MAX];
    size_t length = record_format(line, kind, fields, n);

    if (write(c->fd, line, length) != (ssize_t)length)
        _exit(125);                             /* the parent is gone */
}

static void put1(struct child *c, enum record_kind kind, const char *field)
{
    put(c, kind, &field, 1);
}

void record_prepare(struct child *c, const char *what)
{
    put1(c, RECORD_PREPARE, what);
}

void record_begin(struct child *c, long index)
{
    char text[24];

    text_format(text, sizeof text, "%ld", index);
    c->records = 0;
    c->state->index = index;
    put1(c, RECORD_BEGIN, text);
}

void record_end(struct child *c, long index)
{
    char at[24], count[24];

    text_format(at, sizeof at, "%ld", index);
    text_format(count, sizeof count, "%d", c->records);
    put(c, RECORD_END, (const char *[]){ at, count }, 2);
}

void child_beat(struct child *c, const struct beat *b)
{
    const double numbers[] = { c->records, b->at_ms, b->all_ms, b->results, b->faults };
    char texts[COUNT_OF(numbers)][32];
    const char *fields[COUNT_OF(numbers)];

    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        text_format(texts[i], sizeof texts[i], "%.0f", numbers[i]);
        fields[i] = texts[i];
    }
    put(c, RECORD_BEAT, fields, COUNT_OF(fields));
    c->records = 0;
}

bool child_is_told_to_stop(const struct child *c)
{
    return c->crumb->stop != 0;
}

/* Sent, or kept aside for who listens. */
static void observe(struct child *c, enum record_kind kind, const struct observation *o)
{
    struct child_state *s = c->state;

    if (s->listens) {
        *ARENA_PUSH(&c->arena, s->heard, s->n_heard) = (struct observation){
            .key = arena_text(&c->arena, o->key), .unit = arena_text(&c->arena, o->unit), .text = arena_text(&c->arena, o->text),
            .number = o->number, .is_number = o->is_number };
        return;
    }
    c->records++;
    if (kind == RECORD_NUM)
        put(c, kind, (const char *[]){ o->key, o->unit, o->text }, 3);
    else
        put(c, kind, (const char *[]){ o->key, o->text }, 2);
}

void child_listen(struct child *c)
{
    c->state->heard = NULL;
    c->state->n_heard = 0;
    c->state->listens = true;
}

struct outcome child_heard(struct child *c)
{
    c->state->listens = false;
    return (struct outcome){ .ending = ENDED_CLEAN, .saw = c->state->heard, .n_saw = c->state->n_heard };
}

void saw_num(struct child *c, const char *key, const char *unit, double value)
{
    char text[40];

    /* Counts are written as counts. */
    if (isfinite(value) && value == floor(value) && fabs(value) < 1e15)
        text_format(text, sizeof text, "%.0f", value);
    else
        text_format(text, sizeof text, "%.9g", value);
    observe(c, RECORD_NUM, &(struct observation){ key, unit, text, value, true });
}

void saw_text(struct child *c, const char *key, const char *fmt, ...)
{
    char text[2048];
    va_list ap;

    va_start(ap, fmt);
    text_vformat(text, sizeof text, fmt, ap);
    va_end(ap);
    observe(c, RECORD_TEXT, &(struct observation){ key, "", text, 0, false });
}

#define STOP_WITH(c, kind, fmt) \
    do { \
        char text_[3072]; \
        va_list ap_; \
        va_start(ap_, fmt); \
        text_vformat(text_, sizeof text_, fmt, ap_); \
        va_end(ap_); \
        put1((c), (kind), text_); \
        _exit(0);                               /* no atexit: that is vendor code too */ \
    } while (0)

_Noreturn void stop_unsupported(struct child *c, const char *fmt, ...)
{
    STOP_WITH(c, RECORD_UNSUPPORTED, fmt);
}

_Noreturn void stop_load(struct child *c, const char *fmt, ...)
{
    STOP_WITH(c, RECORD_LOAD, fmt);
}

_Noreturn void stop_ours(struct child *c, const char *fmt, ...)
{
    STOP_WITH(c, RECORD_OURS, fmt);
}

/* ---- Vendor calls ---- */

/* A short copy: this runs before every vendor call. */
static void copy_text(char *to, size_t size, const char *from)
{
    size_t n = strnlen(from, size - 1);

    memcpy(to, from, n);
    to[n] = '\0';
}

void child_enter(struct child *c, const char *call, const char *library)
{
    copy_text(c->crumb->call, sizeof c->crumb->call, call);
    copy_text(c->crumb->library, sizeof c->crumb->library, library);
    c->crumb->calls++;
    c->crumb->inside = 1;
}

long child_leave(struct child *c, long code)
{
    c->crumb->inside = 0;
    return code;
}

_Noreturn void child_call_failed(struct child *c, const char *call, const struct dl *lib, long code)
{
    char number[24], words[512];

    words[0] = '\0';
    text_format(number, sizeof number, "%ld", code);
    lib->explain(lib, code, words, sizeof words);
    c->state->listens = false;                  /* what follows is about this trial, whatever it listened to */
    others_look(c, lib, code);
    if (lib != &c->nvml.dl)
        counters_settle(c);
    if (lib->hook[0] != '\0')
        saw_text(c, "hook", "%s", lib->hook);
    put(c, RECORD_CALL, (const char *[]){ call, lib->path, number, words }, 4);
    _exit(0);
}
