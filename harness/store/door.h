/* door.h - the strict way into a JSON document that somebody else may have
 * written: every field has a type, bounds and a word on whether it must be there.
 * The first thing that is wrong is remembered with its place; after it, every
 * answer is empty, so that a reader need not look after each field.
 */
#ifndef STORE_DOOR_H
#define STORE_DOOR_H

#include "base/arena.h"
#include "base/err.h"
#include "store/document.h"

struct door {
    struct arena *arena;
    struct err   *err;
    bool          failed;
    const char   *of;           /* what the document is part of, "line 3"; NULL of none */
    struct step { const char *key; long i; } steps[8];      /* "trials[3].saw[0]" is two of them; i < 0 of what is in no list */
    size_t        n_steps;      /* 0 in the document itself */
};

enum presence { MUST_BE, MAY_BE };

/* Remembers what is wrong with `key` of the current place; false. */
bool door_refuse(struct door *d, const char *key, const char *why);

/* In the arena, where the document is; NULL if it is absent. */
const char *door_text(struct door *d, const struct value *object, const char *key, enum presence p);

/* 0 and false if they are absent: ask door_has where that matters. */
long long door_integer(struct door *d, const struct value *object, const char *key, enum presence p, long long min, long long max);
double door_number(struct door *d, const struct value *object, const char *key, enum presence p);
bool door_bool(struct door *d, const struct value *object, const char *key, enum presence p);

/* The index of the word in a table that ends with NULL; 0 if it is absent. */
int door_word(struct door *d, const struct value *object, const char *key, enum presence p, const char *const *words);

bool door_has(const struct value *object, const char *key);

/* An array of objects, or of texts. NULL if it is not one. */
const struct value *door_list(struct door *d, const struct value *object, const char *key);

/* The texts of a list. */
const char *const *door_texts(struct door *d, const struct value *object, const char *key, size_t *n);

/* Goes into an object that is the i-th of the list `key`, or, for i < 0, the field `key`; and back by door_leave, also
 * where NULL is given, for what is no object. */
const struct value *door_enter(struct door *d, const struct value *object, const char *key, long i);
void door_leave(struct door *d);

/* Runs `read` over each object of the list `key`, each into a new element. */
#define READ_LIST(d, object, key, items, n, read) do {                                  \
        const struct value *item_ = value_first(door_list((d), (object), (key)));       \
                                                                                        \
        for (long i_ = 0; item_ != NULL && !(d)->failed; item_ = item_->next, i_++) {   \
            const struct value *o_ = door_enter((d), item_, (key), i_);                 \
                                                                                        \
            if (o_ != NULL)                                                             \
                read(ARENA_PUSH((d)->arena, (items), (n)), (d), o_);                    \
            door_leave((d));                                                            \
        }                                                                               \
    } while (0)

#endif
