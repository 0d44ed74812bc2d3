/* document_peer.h - what jansson, which we do not read documents with, makes of the same bytes. */
#ifndef TESTS_DOCUMENT_PEER_H
#define TESTS_DOCUMENT_PEER_H

#include <jansson.h>
#include <string.h>

#include "base/text.h"
#include "store/document.h"

static bool is_same(const struct value *v, const json_t *j);

static bool is_same_list(const struct value *list, const json_t *j)
{
    size_t i = 0;

    for (const struct value *v = value_first(list); v != NULL; v = v->next, i++)
        if (v->key != NULL || !is_same(v, json_array_get(j, i)))
            return false;
    return i == json_array_size(j) && i == value_count(list);
}

static bool is_same_object(const struct value *object, const json_t *j)
{
    size_t n = 0;

    for (const struct value *v = value_first(object); v != NULL; v = v->next, n++)
        if (v->key == NULL || value_member(object, v->key) != v || !is_same(v, json_object_get(j, v->key)))
            return false;
    return n == json_object_size(j) && n == value_count(object);
}

static bool is_same(const struct value *v, const json_t *j)
{
    static const json_type types[] = {
        [VALUE_NULL] = JSON_NULL, [VALUE_FALSE] = JSON_FALSE, [VALUE_TRUE] = JSON_TRUE, [VALUE_WHOLE] = JSON_INTEGER,
        [VALUE_REAL] = JSON_REAL, [VALUE_TEXT] = JSON_STRING, [VALUE_LIST] = JSON_ARRAY, [VALUE_OBJECT] = JSON_OBJECT,
    };

    if (j == NULL || json_typeof(j) != types[v->kind])
        return false;
    switch (v->kind) {
    case VALUE_WHOLE:  return v->whole == json_integer_value(j);
    case VALUE_REAL:   return v->real == json_real_value(j);
    case VALUE_TEXT:   return text_is(v->text, json_string_value(j));
    case VALUE_LIST:   return is_same_list(v, j);
    case VALUE_OBJECT: return is_same_object(v, j);
    default:           return true;
    }
}

enum agreement { BOTH_READ_IT, BOTH_REFUSE_IT, THEY_DIFFER };

/* Ours takes no more than 64 levels, where jansson takes 2048; and no NUL, which jansson (2.14) passes over behind a number. */
static enum agreement agreement(struct arena *a, const char *bytes, size_t n, struct flaw *c)
{
    const struct value *v = document_parse(a, arena_copy(a, bytes, n), n, c);
    json_t *j = json_loadb(bytes, n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, NULL);
    const bool is_stricter = v == NULL && (text_has(c->why, "nested too deeply") || memchr(bytes, '\0', n) != NULL);
    const enum agreement is = (v == NULL && j == NULL) || is_stricter ? BOTH_REFUSE_IT : v != NULL && is_same(v, j) ? BOTH_READ_IT : THEY_DIFFER;

    json_decref(j);
    return is;
}

#endif
