#include "store/column.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/expected.h"
#include "model/gpu_code.h"

enum { LARGEST_WHOLE = 1000000, LIST_MAX = 200 };

/* A pointer and the length behind it: how the rows keep their lists. */
struct span { const void *items; size_t n; };

_Static_assert(offsetof(struct list, n) == offsetof(struct span, n), "a list is a span");
_Static_assert(offsetof(struct torch_build, n_codes) == offsetof(struct torch_build, codes) + offsetof(struct span, n), "so are codes");
_Static_assert(offsetof(struct torch_build, n_pins) == offsetof(struct torch_build, pins) + offsetof(struct span, n), "and pins");
_Static_assert(offsetof(struct compat_package, n_branches) == offsetof(struct compat_package, branches) + offsetof(struct span, n), "and branches");
_Static_assert(offsetof(struct compat_package, n_not_on) == offsetof(struct compat_package, not_on) + offsetof(struct span, n), "and these");
_Static_assert(offsetof(struct cudnn_release, n_builds) == offsetof(struct cudnn_release, builds) + offsetof(struct span, n), "and builds");

static bool is_version(const char *s)
{
    return *s >= '0' && *s <= '9' && s[strlen(s) - 1] != '.' && text_version_length(s) == strlen(s) && !text_has(s, "..");
}

static bool is_date(const char *s)
{
    static const char *const shape = "dddd-dd-dd";
    size_t n = strlen(s);

    for (size_t i = 0; i < n && i < 10; i++)
        if (shape[i] == 'd' ? s[i] < '0' || s[i] > '9' : s[i] != shape[i])
            return false;
    return n == 7 || n == 10;
}

/* A text that may stand in a column of that kind. */
static const char *text_of(struct door *d, const char *key, const struct value *value, enum column_kind kind)
{
    /* Commands are made of it, to be pasted into a shell. */
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .,_=+:/-";
    const char *s = value_text(value);

    if (s == NULL || *s == '\0')
        door_refuse(d, key, s == NULL ? "it is no text" : "it is empty");
    else if (kind == ARGUMENTS && strspn(s, plain) < strlen(s))
        door_refuse(d, key, text_make(d->arena, "\"%s\" holds more than letters, digits, blanks and .,_=+:/-", s));
    else if (kind == VERSION && !is_version(s))
        door_refuse(d, key, text_make(d->arena, "\"%s\" is no version: numbers and dots", s));
    else if (kind == DATE && !is_date(s))
        door_refuse(d, key, text_make(d->arena, "\"%s\" is no date: YYYY-MM or YYYY-MM-DD", s));
    else
        return s;
    return NULL;
}

static int whole_of(struct door *d, const char *key, const struct value *value)
{
    if (!value_is(value, VALUE_WHOLE) || value->whole < 1 || value->whole > LARGEST_WHOLE) {
        door_refuse(d, key, "it is no whole number from 1 to 1000000");
        return 0;
    }
    return (int)value->whole;
}

static double number_of(struct door *d, const char *key, const struct value *value)
{
    const double x = value_number(value);

    if (!value_is_number(value) || !(x > 0) || x > LARGEST_WHOLE) {
        door_refuse(d, key, "it is no number from 0 to 1000000");
        return 0;
    }
    return x;
}

static int cc_of(struct door *d, const char *key, const struct value *value)
{
    int cc = value_is(value, VALUE_TEXT) ? cc_parse(value->text) : 0;

    if (cc == 0)
        door_refuse(d, key, "it is no compute capability as in \"9.0\"");
    return cc;
}

static int device_of(struct door *d, const char *key, const struct value *value)
{
    const char *s = value_text(value);

    if (s == NULL || strlen(s) != 4 || strspn(s, "0123456789abcdef") != 4) {
        door_refuse(d, key, "it is no PCI device id as in \"1b80\"");
        return 0;
    }
    return (int)strtol(s, NULL, 16);
}

static size_t length_of(struct door *d, const char *key, const struct value *value)
{
    const size_t n = value_count(value);

    if (!value_is(value, VALUE_LIST) || n > LIST_MAX) {
        door_refuse(d, key, value_is(value, VALUE_LIST) ? "the list is too long" : "it is no list");
        return 0;
    }
    return n;
}

static struct list texts_of(struct door *d, const char *key, const struct value *value, enum column_kind kind)
{
    struct list list = { NULL, length_of(d, key, value) };
    const char **items = arena_alloc(d->arena, (list.n + 1) * sizeof *items);

    value = value_first(value);
    for (size_t i = 0; i < list.n && !d->failed; i++, value = value->next)
        items[i] = text_of(d, key, value, kind);
    list.items = items;
    return list;
}

static const char *sources_of(struct door *d, const char *key, const struct value *value)
{
    struct list list = texts_of(d, key, value, WORDS);
    struct text all = { .arena = d->arena };

    if (list.n == 0)
        door_refuse(d, key, "it names no source");
    for (size_t i = 0; i < list.n && !d->failed; i++)
        text_add(&all, "%s%s", i > 0 ? "; " : "", list.items[i]);
    return all.s;
}

static struct span wholes_of(struct door *d, const char *key, const struct value *value)
{
    size_t n = length_of(d, key, value);
    int *items = arena_alloc(d->arena, (n + 1) * sizeof *items);

    value = value_first(value);
    for (size_t i = 0; i < n && !d->failed; i++, value = value->next)
        items[i] = whole_of(d, key, value);
    return (struct span){ items, n };
}

static int by_arch(const void *x, const void *y)
{
    const struct gpu_code *a = x, *b = y;

    return a->arch != b->arch ? a->arch - b->arch : a->variant != b->variant ? a->variant - b->variant : b->sass - a->sass;
}

static struct span codes_of(struct door *d, const char *key, const struct value *value)
{
    size_t n = length_of(d, key, value);
    struct gpu_code *items = arena_alloc(d->arena, (n + 1) * sizeof *items);

    value = value_first(value);
    for (size_t i = 0; i < n && !d->failed; i++, value = value->next) {
        const char *name = text_of(d, key, value, WORDS);

        if (name != NULL && !gpu_code_parse(&items[i], name))
            door_refuse(d, key, text_make(d->arena, "\"%s\" is no architecture as in \"sm_90\" or \"compute_120\"", name));
    }
    qsort(items, n, sizeof *items, by_arch);
    return (struct span){ items, n };
}

static struct span pins_of(struct door *d, const char *key, const struct value *value)
{
    struct pin *items = NULL;
    size_t n = 0;

    if (!value_is(value, VALUE_OBJECT))
        door_refuse(d, key, "it is no object of distributions and versions");
    for (const struct value *pin = value_first(value); pin != NULL && !d->failed; pin = pin->next)
        *ARENA_PUSH(d->arena, items, n) = (struct pin){ .distribution = pin->key, .version = text_of(d, pin->key, pin, VERSION) };
    return (struct span){ items, n };
}

static struct span builds_of(struct door *d, const char *key, const struct value *value)
{
    static const struct column columns[] = {
        { "cuda",       WORDS,     offsetof(struct cudnn_build, cuda),       MUST_BE },
        { "min_driver", VERSION,   offsetof(struct cudnn_build, min_driver), MAY_BE },
        { "cc",         WORD_LIST, offsetof(struct cudnn_build, cc),         MAY_BE },
        { NULL, WORDS, 0, MAY_BE },
    };
    size_t n = length_of(d, key, value);
    struct cudnn_build *items = arena_alloc(d->arena, (n + 1) * sizeof *items);

    value = value_first(value);
    for (size_t i = 0; i < n && !d->failed; i++, value = value->next) {
        const struct value *build = door_enter(d, value, key, (long)i);

        if (build == NULL || !columns_read(d, columns, build, &items[i]))
            break;
        door_leave(d);
    }
    return (struct span){ items, n };
}

/* By its bytes: the field is a pointer of another type. */
static void put_span(void *field, struct span span)
{
    memcpy(field, &span, sizeof span);
}

static void read_column(struct door *d, const struct column *c, const struct value *value, void *field)
{
    switch (c->kind) {
    case WORDS:
    case ARGUMENTS:
    case VERSION:
    case DATE:         *(const char **)field = text_of(d, c->name, value, c->kind); break;
    case SOURCES:      *(const char **)field = sources_of(d, c->name, value); break;
    case WHOLE:        *(int *)field = whole_of(d, c->name, value); break;
    case NUMBER:       *(double *)field = number_of(d, c->name, value); break;
    case CC:           *(int *)field = cc_of(d, c->name, value); break;
    case PCI_DEVICE:   *(int *)field = device_of(d, c->name, value); break;
    case WORD_LIST:    *(struct list *)field = texts_of(d, c->name, value, WORDS); break;
    case VERSIONS:     *(struct list *)field = texts_of(d, c->name, value, VERSION); break;
    case WHOLES:        put_span(field, wholes_of(d, c->name, value)); break;
    case GPU_CODES:     put_span(field, codes_of(d, c->name, value)); break;
    case PINS:          put_span(field, pins_of(d, c->name, value)); break;
    case CUDNN_BUILDS:  put_span(field, builds_of(d, c->name, value)); break;
    case ANSWER:
        if (!value_is_boolean(value))
            door_refuse(d, c->name, "it is neither true nor false");
        *(enum answer *)field = value_is(value, VALUE_TRUE) ? ANSWER_YES : ANSWER_NO;
        break;
    }
}

static bool is_column(const struct column *columns, const char *name)
{
    for (; columns->name != NULL; columns++)
        if (text_is(columns->name, name))
            return true;
    return false;
}

bool columns_read(struct door *d, const struct column *columns, const struct value *object, void *row)
{
    for (const struct value *field = value_first(object); field != NULL; field = field->next)
        if (!is_column(columns, field->key))
            door_refuse(d, field->key, "there is no such column");
    for (const struct column *c = columns; c->name != NULL && !d->failed; c++) {
        const struct value *value = value_member(object, c->name);

        if (value != NULL && value->kind != VALUE_NULL)
            read_column(d, c, value, (char *)row + c->at);
        else if (c->presence == MUST_BE)
            door_refuse(d, c->name, "it is missing");
    }
    return !d->failed;
}
