#include "store/document.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "store/scalar.h"

enum { DEEPEST = 64, FEW_MEMBERS = 16, KEY_SHOWN = 64, SPARE = 32 };

static void skip_some_blanks(struct reader *r)
{
    char *s = r->at;

    for (;; s++) {
        while (*s == ' ')
            s++;
        if (*s == '\n') {
            r->line++;
            r->line_start = s + 1;
        } else if (*s != '\t' && *s != '\r') {
            break;
        }
    }
    r->at = s;
}

/* Most often there are none. */
static inline void skip_blanks(struct reader *r)
{
    if ((unsigned char)*r->at <= ' ')
        skip_some_blanks(r);
}

/* Values are taken many at a time, as there are so many. */
static struct value *new_value(struct reader *r)
{
    if (r->n_spare == 0) {
        r->spare = arena_alloc(r->arena, SPARE * sizeof *r->spare);
        r->n_spare = SPARE;
    }
    r->n_spare--;
    return r->spare++;
}

/* ---- Lists and objects ---- */

static bool is_same_key(const struct value *x, const struct value *y)
{
    return *x->key == *y->key && strcmp(x->key, y->key) == 0;
}

static int by_key(const void *x, const void *y)
{
    const struct value *const *a = x, *const *b = y;

    return strcmp((*a)->key, (*b)->key);
}

/* Of many members, in whose pairs a hostile document could keep us for hours. */
static const struct value *twice_of_many(const struct value *object)
{
    struct arena arena = { NULL };
    const struct value **all = arena_alloc(&arena, object->n * sizeof *all), *twice = NULL;
    size_t i = 0;

    for (const struct value *v = object->first; v != NULL; v = v->next)
        all[i++] = v;
    qsort(all, object->n, sizeof *all, by_key);
    for (i = 1; i < object->n && twice == NULL; i++)
        twice = is_same_key(all[i - 1], all[i]) ? all[i] : NULL;
    arena_free(&arena);
    return twice;
}

/* A member whose key another one has; NULL if there is none. */
static const struct value *said_twice(const struct value *object)
{
    if (object->n > FEW_MEMBERS)
        return twice_of_many(object);
    for (const struct value *v = object->first; v != NULL; v = v->next)
        for (const struct value *other = v->next; other != NULL; other = other->next)
            if (is_same_key(v, other))
                return v;
    return NULL;
}

static bool read_value(struct reader *r, struct value *v);

static bool read_key(struct reader *r, struct value *member)
{
    if (*r->at != '"')
        return missing(r, "a key in quotes is missing");
    if (!read_text(r, &member->key))
        return false;
    skip_blanks(r);
    if (*r->at != ':')
        return missing(r, "a colon is missing behind the key");
    r->at++;
    skip_blanks(r);
    return true;
}

/* The values from behind the opening bracket to the closing one. */
static bool read_items(struct reader *r, struct value *v, char closing)
{
    struct value *last = NULL;

    r->at++;
    skip_blanks(r);
    while (v->n > 0 || *r->at != closing) {
        struct value *item = new_value(r);

        if ((v->kind == VALUE_OBJECT && !read_key(r, item)) || !read_value(r, item))
            return false;
        *(last != NULL ? &last->next : &v->first) = item;
        last = item;
        v->n++;
        skip_blanks(r);
        if (*r->at == closing)
            return true;
        if (*r->at != ',')
            return missing(r, v->kind == VALUE_OBJECT ? "a comma or } is missing" : "a comma or ] is missing");
        r->at++;
        skip_blanks(r);
    }
    return true;
}

static bool read_nested(struct reader *r, struct value *v, enum value_kind kind)
{
    const struct value *twice;

    *v = (struct value){ .key = v->key, .kind = kind };
    if (++r->depth > DEEPEST)
        return complain(r, r->at, "lists and objects are nested too deeply");
    if (!read_items(r, v, kind == VALUE_OBJECT ? '}' : ']'))
        return false;
    twice = kind == VALUE_OBJECT ? said_twice(v) : NULL;
    if (twice != NULL)
        return complain(r, r->at, text_make(r->arena, "the object that ends here has a duplicate key \"%.*s\"", KEY_SHOWN, twice->key));
    r->depth--;
    r->at++;
    return true;
}

static bool read_literal(struct reader *r, struct value *v)
{
    static const struct { const char *word; size_t n; enum value_kind kind; } literals[] = {
        { "null", 4, VALUE_NULL }, { "false", 5, VALUE_FALSE }, { "true", 4, VALUE_TRUE },
    };

    for (size_t i = 0; i < COUNT_OF(literals); i++)
        if (strncmp(r->at, literals[i].word, literals[i].n) == 0) {
            v->kind = literals[i].kind;
            r->at += literals[i].n;
            return true;
        }
    return missing(r, "a value is missing");
}

static bool read_value(struct reader *r, struct value *v)
{
    switch (*r->at) {
    case '{': return read_nested(r, v, VALUE_OBJECT);
    case '[': return read_nested(r, v, VALUE_LIST);
    case '"': v->kind = VALUE_TEXT; return read_text(r, &v->text);
    case '-': case '0': case '1': case '2': case '3': case '4': case '5': case '6': case '7': case '8': case '9':
        return read_number(r, v);
    default: return read_literal(r, v);
    }
}

const struct value *document_parse(struct arena *a, char *text, size_t n, struct flaw *c)
{
    struct reader r = { .arena = a, .at = text, .end = text + n, .line_start = text, .line = 1, .flaw = c };
    struct value *v = arena_alloc(a, sizeof *v);

    skip_blanks(&r);
    if (!read_value(&r, v))
        return NULL;
    skip_blanks(&r);
    if (r.at == r.end)
        return v;
    complain(&r, r.at, "something stands behind the document");
    return NULL;
}

/* ---- Values ---- */

/* As strcmp says, which would be called for what most often differs in its first letters. */
static bool is_key(const char *key, const char *of)
{
    for (; *key == *of; key++, of++)
        if (*key == '\0')
            return true;
    return false;
}

const struct value *value_member(const struct value *object, const char *key)
{
    if (object == NULL || object->kind != VALUE_OBJECT)
        return NULL;
    for (const struct value *v = object->first; v != NULL; v = v->next)
        if (is_key(v->key, key))
            return v;
    return NULL;
}

const struct value *value_first(const struct value *list)
{
    return list != NULL && (list->kind == VALUE_LIST || list->kind == VALUE_OBJECT) ? list->first : NULL;
}

size_t value_count(const struct value *list)
{
    return value_first(list) != NULL ? list->n : 0;
}

const char *value_text(const struct value *v)
{
    return value_is(v, VALUE_TEXT) ? v->text : NULL;
}

double value_number(const struct value *v)
{
    return value_is(v, VALUE_REAL) ? v->real : value_is(v, VALUE_WHOLE) ? (double)v->whole : 0;
}

bool value_is(const struct value *v, enum value_kind kind)
{
    return v != NULL && v->kind == kind;
}

bool value_is_number(const struct value *v)
{
    return value_is(v, VALUE_WHOLE) || value_is(v, VALUE_REAL);
}

bool value_is_boolean(const struct value *v)
{
    return value_is(v, VALUE_FALSE) || value_is(v, VALUE_TRUE);
}
