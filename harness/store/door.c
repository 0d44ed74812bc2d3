#include "store/door.h"

#include <string.h>

#include "base/text.h"

/* "line 3.trials[3].saw[0].key" */
static const char *place(const struct door *d, const char *key)
{
    struct text t = { .arena = d->arena };

    text_add(&t, "%s", d->of != NULL ? d->of : "");
    for (size_t i = 0; i < d->n_steps && i < COUNT_OF(d->steps); i++) {
        text_add(&t, "%s%s", t.n > 0 ? "." : "", d->steps[i].key);
        if (d->steps[i].i >= 0)
            text_add(&t, "[%ld]", d->steps[i].i);
    }
    text_add(&t, "%s%s", t.n > 0 && *key != '\0' ? "." : "", key);
    return t.s;
}

bool door_refuse(struct door *d, const char *key, const char *why)
{
    if (!d->failed)
        err_set(d->err, ERR_FORMAT, "%s: %s", place(d, key), why);
    d->failed = true;
    return false;
}

bool door_has(const struct value *object, const char *key)
{
    return value_member(object, key) != NULL;
}

/* The field, or NULL: absent, or something was wrong before. */
static const struct value *field(struct door *d, const struct value *object, const char *key, enum presence p)
{
    const struct value *value = d->failed ? NULL : value_member(object, key);

    if (value == NULL && p == MUST_BE)
        door_refuse(d, key, "it is missing");
    return value;
}

const char *door_text(struct door *d, const struct value *object, const char *key, enum presence p)
{
    const struct value *value = field(d, object, key, p);

    if (value == NULL)
        return NULL;
    if (!value_is(value, VALUE_TEXT))
        door_refuse(d, key, "it is no text");
    return value_text(value);
}

long long door_integer(struct door *d, const struct value *object, const char *key, enum presence p, long long min, long long max)
{
    const struct value *value = field(d, object, key, p);

    if (value == NULL)
        return 0;
    if (!value_is(value, VALUE_WHOLE) || value->whole < min || value->whole > max) {
        door_refuse(d, key, text_make(d->arena, "it is no whole number from %lld to %lld", min, max));
        return 0;
    }
    return value->whole;
}

double door_number(struct door *d, const struct value *object, const char *key, enum presence p)
{
    const struct value *value = field(d, object, key, p);

    if (value == NULL)
        return 0;
    if (!value_is_number(value)) {
        door_refuse(d, key, "it is no number");
        return 0;
    }
    return value_number(value);
}

bool door_bool(struct door *d, const struct value *object, const char *key, enum presence p)
{
    const struct value *value = field(d, object, key, p);

    if (value != NULL && !value_is_boolean(value))
        door_refuse(d, key, "it is neither true nor false");
    return value_is(value, VALUE_TRUE);
}

int door_word(struct door *d, const struct value *object, const char *key, enum presence p, const char *const *words)
{
    const char *value = door_text(d, object, key, p);

    for (int i = 0; value != NULL && words[i] != NULL; i++)
        if (text_is(words[i], value))
            return i;
    if (value != NULL)
        door_refuse(d, key, text_make(d->arena, "\"%s\" is none of its words", value));
    return 0;
}

const struct value *door_list(struct door *d, const struct value *object, const char *key)
{
    const struct value *value = field(d, object, key, MUST_BE);

    if (value != NULL && !value_is(value, VALUE_LIST))
        door_refuse(d, key, "it is no list");
    return d->failed ? NULL : value;
}

const char *const *door_texts(struct door *d, const struct value *o, const char *key, size_t *n)
{
    const char **words = NULL;

    for (const struct value *word = value_first(door_list(d, o, key)); word != NULL; word = word->next)
        if (value_is(word, VALUE_TEXT))
            *ARENA_PUSH(d->arena, words, *n) = word->text;
        else
            door_refuse(d, key, "a word is no text");
    return words;
}

const struct value *door_enter(struct door *d, const struct value *object, const char *key, long i)
{
    if (d->n_steps < COUNT_OF(d->steps))
        d->steps[d->n_steps] = (struct step){ key, i };
    d->n_steps++;
    if (!value_is(object, VALUE_OBJECT))
        door_refuse(d, "", "it is no object");
    return d->failed ? NULL : object;
}

void door_leave(struct door *d)
{
    d->n_steps--;
}
