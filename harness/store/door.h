/* door.h - the strict way into a JSON document that somebody else may have
 * written: every field has a type, bounds and a word on whether it must be there.
 * The first thing that is wrong is remembered with its place; after it, every
 * answer is empty, so that a reader need not look after each field.
 */
#ifndef STORE_DOOR_H
#define STORE_DOOR_H

#include <jansson.h>

#include "base/arena.h"
#include "base/err.h"

struct door {
    struct arena *arena;
    struct err   *err;
    bool          failed;
    char          place[256];   /* "trials[3].saw[0]"; "" for the document itself */
};

/* The document, which lives in the arena and is freed with it alone: it is const, since json_decref is not for it.
 * NULL, and why, if it is none or says a key twice. */
const json_t *door_parse(struct arena *a, const char *text, size_t n, json_error_t *why);

enum presence { MUST_BE, MAY_BE };

/* Remembers what is wrong with `key` of the current place; false. */
bool door_refuse(struct door *d, const char *key, const char *why);

/* In the arena, where the document is; NULL if it is absent. */
const char *door_text(struct door *d, const json_t *object, const char *key, enum presence p);

/* 0 and false if they are absent: ask door_has where that matters. */
json_int_t door_integer(struct door *d, const json_t *object, const char *key, enum presence p, json_int_t min, json_int_t max);
double door_number(struct door *d, const json_t *object, const char *key, enum presence p);
bool door_bool(struct door *d, const json_t *object, const char *key, enum presence p);

/* The index of the word in a table that ends with NULL; 0 if it is absent. */
int door_word(struct door *d, const json_t *object, const char *key, enum presence p, const char *const *words);

bool door_has(const json_t *object, const char *key);

/* An array of objects, or of texts. NULL if it is not one. */
const json_t *door_list(struct door *d, const json_t *object, const char *key);

/* Goes to the i-th object of a list, or into an object for i < 0, and back by
 * door_leave with what door_enter gave. NULL is given for what is no object. */
const json_t *door_enter(struct door *d, const json_t *from, const char *key, long i, size_t *back);
void door_leave(struct door *d, size_t back);

#endif
