/* document.h - a JSON document (RFC 8259) as a tree of values.
 *
 * It is read in place: texts stay where they were read, so that most of a large
 * document is never copied. A saved run has a hundred thousand values, and a
 * person waits for its report.
 */
#ifndef STORE_DOCUMENT_H
#define STORE_DOCUMENT_H

#include "base/arena.h"

enum value_kind { VALUE_NULL, VALUE_FALSE, VALUE_TRUE, VALUE_WHOLE, VALUE_REAL, VALUE_TEXT, VALUE_LIST, VALUE_OBJECT };

struct value {
    const struct value *next;       /* the one behind it in its list or object */
    const char         *key;        /* of an object's member; else NULL */
    enum value_kind     kind;
    uint32_t            n;              /* how many a list or an object holds */
    union {
        const char         *text;
        const struct value *first;      /* of a list or an object */
        long long           whole;
        double              real;
    };
};

/* Where a text stops being a document, from 1, and why. Columns are bytes. */
struct flaw { size_t line, column; const char *why; };

/* text[n] is NUL. The bytes are changed, and must live as long as the document; values lie in the arena. NULL and a
 * flaw for what is no document: a key said twice in one object, invalid UTF-8, a NUL in a text, a number too large
 * for its type, or lists and objects more than 64 deep are none either. */
const struct value *document_parse(struct arena *a, char *text, size_t n, struct flaw *c);

/* NULL if it is not there, or `object` is none. */
const struct value *value_member(const struct value *object, const char *key);

/* Of a list or an object; NULL and 0 for what is empty, or neither. */
const struct value *value_first(const struct value *list);
size_t value_count(const struct value *list);

/* NULL for what is no text; 0 for what is no number. */
const char *value_text(const struct value *v);
double value_number(const struct value *v);

bool value_is(const struct value *v, enum value_kind kind);     /* NULL is nothing */
bool value_is_number(const struct value *v);
bool value_is_boolean(const struct value *v);

#endif
