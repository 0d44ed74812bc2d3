/* column.h - a JSON object's fields as a struct's, by a table of columns. */
#ifndef STORE_COLUMN_H
#define STORE_COLUMN_H

#include "store/door.h"

/* What may stand in a column, and what of the struct it fills. */
enum column_kind {
    WORDS,          /* any text                              const char * */
    ARGUMENTS,      /* what may stand in a command as it is  const char * */
    VERSION,        /* "12.4.1": numbers and dots            const char * */
    DATE,           /* "2024-09", "2024-09-05"               const char * */
    SOURCES,        /* one text or more, none empty          const char *, joined by "; " */
    WHOLE,          /* a whole number above 0                int */
    NUMBER,         /* a number above 0                      double */
    CC,             /* a compute capability, "12.0"          int, 120 */
    PCI_DEVICE,     /* four hexadecimal digits, "1b80"       int */
    ANSWER,         /* true or false                         enum answer */
    WORD_LIST,      /* texts                                 struct list */
    VERSIONS,       /* versions                              struct list */
    WHOLES,         /* whole numbers above 0                 const int * and its length behind it */
    GPU_CODES,      /* "sm_90", "compute_120"                const struct gpu_code * and its length, by architecture */
    PINS,           /* an object of distribution: version    const struct pin * and its length */
    CUDNN_BUILDS,   /* objects of cuda, min_driver, cc       const struct cudnn_build * and its length */
};

struct column { const char *name; enum column_kind kind; size_t at; enum presence presence; };      /* ends with a NULL name */

/* null is an absent field; a field that is no column is refused: a typing error
 * would otherwise read as "not known". False, with the door's error, if anything is wrong. */
bool columns_read(struct door *d, const struct column *columns, const struct value *object, void *row) MUST_USE;

#endif
