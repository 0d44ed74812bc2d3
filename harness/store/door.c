#include "store/door.h"

#include <math.h>
#include <string.h>

#include "base/text.h"

/* ---- Reading into an arena ---- */

static struct arena *reading;           /* jansson's functions know no context, and one document is read at a time */

static void *take(size_t size)
{
    return arena_alloc(reading, size);
}

static void keep(void *bytes)
{
    (void)bytes;
}

const json_t *door_parse(struct arena *a, const char *text, size_t n, json_error_t *why)
{
    json_malloc_t usual_malloc;
    json_free_t usual_free;
    const json_t *document;

    json_get_alloc_funcs(&usual_malloc, &usual_free);
    reading = a;
    json_set_alloc_funcs(take, keep);
    document = json_loadb(text, n, JSON_REJECT_DUPLICATES, why);
    json_set_alloc_funcs(usual_malloc, usual_free);
    return document;
}

/* ---- Fields ---- */

bool door_refuse(struct door *d, const char *key, const char *why)
{
    if (!d->failed)
        err_set(d->err, ERR_FORMAT, "%s%s%s: %s", d->place, *d->place != '\0' && *key != '\0' ? "." : "", key, why);
    d->failed = true;
    return false;
}

bool door_has(const json_t *object, const char *key)
{
    return json_object_get(object, key) != NULL;
}

/* The field, or NULL: absent, or something was wrong before. */
static const json_t *field(struct door *d, const json_t *object, const char *key, enum presence p)
{
    const json_t *value = d->failed ? NULL : json_object_get(object, key);

    if (value == NULL && p == MUST_BE)
        door_refuse(d, key, "it is missing");
    return value;
}

const char *door_text(struct door *d, const json_t *object, const char *key, enum presence p)
{
    const json_t *value = field(d, object, key, p);

    if (value == NULL)
        return NULL;
    if (!json_is_string(value)) {
        door_refuse(d, key, "it is no text");
        return NULL;
    }
    return json_string_value(value);
}

json_int_t door_integer(struct door *d, const json_t *object, const char *key, enum presence p, json_int_t min, json_int_t max)
{
    const json_t *value = field(d, object, key, p);

    if (value == NULL)
        return 0;
    if (!json_is_integer(value) || json_integer_value(value) < min || json_integer_value(value) > max) {
        door_refuse(d, key, text_make(d->arena, "it is no whole number from %" JSON_INTEGER_FORMAT " to %" JSON_INTEGER_FORMAT, min, max));
        return 0;
    }
    return json_integer_value(value);
}

double door_number(struct door *d, const json_t *object, const char *key, enum presence p)
{
    const json_t *value = field(d, object, key, p);

    if (value == NULL)
        return 0;
    if (!json_is_number(value)) {
        door_refuse(d, key, "it is no number");
        return 0;
    }
    return json_number_value(value);
}

bool door_bool(struct door *d, const json_t *object, const char *key, enum presence p)
{
    const json_t *value = field(d, object, key, p);

    if (value != NULL && !json_is_boolean(value))
        door_refuse(d, key, "it is neither true nor false");
    return json_is_true(value);
}

int door_word(struct door *d, const json_t *object, const char *key, enum presence p, const char *const *words)
{
    const char *value = door_text(d, object, key, p);

    for (int i = 0; value != NULL && words[i] != NULL; i++)
        if (text_is(words[i], value))
            return i;
    if (value != NULL)
        door_refuse(d, key, text_make(d->arena, "\"%s\" is none of its words", value));
    return 0;
}

const json_t *door_list(struct door *d, const json_t *object, const char *key)
{
    const json_t *value = field(d, object, key, MUST_BE);

    if (value != NULL && !json_is_array(value))
        door_refuse(d, key, "it is no list");
    return d->failed ? NULL : value;
}

/* As much as there is room for. By hand: each object of a long document passes here. */
static void place_add(struct door *d, const char *word)
{
    const size_t n = strlen(d->place), room = sizeof d->place - 1 - n, more = strlen(word);

    memcpy(d->place + n, word, more < room ? more : room);
    d->place[n + (more < room ? more : room)] = '\0';
}

const json_t *door_enter(struct door *d, const json_t *from, const char *key, long i, size_t *back)
{
    const json_t *value = i < 0 ? json_object_get(from, key) : json_array_get(from, (size_t)i);
    char digits[24];

    *back = strlen(d->place);
    place_add(d, *back > 0 ? "." : "");
    place_add(d, key);
    if (i >= 0) {
        place_add(d, "[");
        place_add(d, text_digits(digits, (unsigned long)i));
        place_add(d, "]");
    }
    if (!json_is_object(value)) {
        door_refuse(d, "", "it is no object");
        return NULL;
    }
    return d->failed ? NULL : value;
}

void door_leave(struct door *d, size_t back)
{
    d->place[back] = '\0';
}
