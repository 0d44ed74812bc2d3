#include "model/record.h"

#include <math.h>
#include <string.h>

#include "base/text.h"

static const struct { const char *name; size_t fields; } kinds[] = {
    [RECORD_PREPARE]     = { "prepare", 1 },
    [RECORD_BEGIN]       = { "begin", 1 },
    [RECORD_NUM]         = { "num", 3 },
    [RECORD_TEXT]        = { "text", 2 },
    [RECORD_CALL]        = { "call", 4 },
    [RECORD_LOAD]        = { "load", 1 },
    [RECORD_UNSUPPORTED] = { "unsupported", 1 },
    [RECORD_OURS]        = { "ours", 1 },
    [RECORD_BEAT]        = { "beat", 5 },
    [RECORD_END]         = { "end", 2 },
};

/* Appends a field: no control bytes, and room left for the newline. */
static size_t put_field(char *out, size_t at, const char *s)
{
    for (; *s != '\0' && at < RECORD_MAX - 2; s++)
        out[at++] = (unsigned char)*s < ' ' || *s == 0x7f ? ' ' : *s;
    return at;
}

size_t record_format(char out[RECORD_MAX], enum record_kind kind, const char *const *fields, size_t n)
{
    size_t at = put_field(out, 0, kinds[kind].name);

    for (size_t i = 0; i < n; i++) {
        /* A long field may not push the tabs of those behind it off the line. */
        size_t reserve = n - i;

        if (at >= RECORD_MAX - 2 - reserve)
            at = RECORD_MAX - 2 - reserve;
        out[at++] = '\t';
        at = put_field(out, at, fields[i]);
    }
    out[at++] = '\n';
    return at;
}

static bool split(struct record *r, char *line, struct err *e)
{
    size_t n = 0;
    char *tab = strchr(line, '\t');

    for (; tab != NULL; tab = strchr(tab + 1, '\t')) {
        if (n == RECORD_FIELDS)
            return err_set(e, ERR_FORMAT, "too many fields");
        *tab = '\0';
        r->field[n++] = tab + 1;
    }
    for (size_t k = 0; k < COUNT_OF(kinds); k++)
        if (strcmp(line, kinds[k].name) == 0) {
            r->kind = (enum record_kind)k;
            if (n != kinds[k].fields)
                return err_set(e, ERR_FORMAT, "%s has %zu fields, not %zu", line, n, kinds[k].fields);
            return true;
        }
    return err_set(e, ERR_FORMAT, "unknown kind");
}

/* Times and counts of a trial that goes on: none is negative. */
static bool beat_numbers(struct record *r, struct err *e)
{
    struct beat *b = &r->beat;
    double *const numbers[] = { &b->at_ms, &b->all_ms, &b->results, &b->faults };

    for (size_t i = 0; i < COUNT_OF(numbers); i++)
        if (!text_to_double(r->field[i + 1], numbers[i]) || !isfinite(*numbers[i]) || *numbers[i] < 0)
            return err_set(e, ERR_FORMAT, "bad number");
    return true;
}

static bool numbers(struct record *r, struct err *e)
{
    switch (r->kind) {
    case RECORD_BEAT:
        if (!text_to_long(r->field[0], &r->count) || r->count < 0)
            return err_set(e, ERR_FORMAT, "bad count");
        return beat_numbers(r, e);
    case RECORD_END:
        if (!text_to_long(r->field[1], &r->count) || r->count < 0)
            return err_set(e, ERR_FORMAT, "bad count");
        __attribute__((fallthrough));       /* an end has an index, too */
    case RECORD_BEGIN:
        if (!text_to_long(r->field[0], &r->index) || r->index < 0)
            return err_set(e, ERR_FORMAT, "bad index");
        return true;
    case RECORD_CALL:
        return text_to_long(r->field[2], &r->code) || err_set(e, ERR_FORMAT, "bad code");
    case RECORD_NUM:
        return text_to_double(r->field[2], &r->number) || err_set(e, ERR_FORMAT, "bad number");
    default:
        return true;
    }
}

bool record_parse(struct record *r, struct arena *a, const char *line, size_t n, struct err *e)
{
    *r = (struct record){ .kind = RECORD_PREPARE };
    if (n >= RECORD_MAX)
        return err_set(e, ERR_FORMAT, "line of %zu bytes", n);
    for (size_t i = 0; i < n; i++)
        if (((unsigned char)line[i] < ' ' && line[i] != '\t') || line[i] == 0x7f)
            return err_set(e, ERR_FORMAT, "control byte %u", (unsigned char)line[i]);
    return split(r, arena_copy(a, line, n), e) && numbers(r, e);
}
