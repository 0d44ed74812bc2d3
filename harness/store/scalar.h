/* scalar.h - the texts and numbers of a JSON document, and the place where its reader is. */
#ifndef STORE_SCALAR_H
#define STORE_SCALAR_H

#include "store/document.h"

/* The byte behind the text is NUL, which nothing but the end of the document may be: whoever looks for a character ends there. */
struct reader {
    struct arena     *arena;
    char             *at;
    const char       *end, *line_start;
    size_t            line;
    unsigned          depth;
    struct value     *spare;
    size_t            n_spare;
    struct flaw *flaw;
};

/* Both complain and give false. What was expected is missing: where the text ends, that is what is wrong. */
bool complain(const struct reader *r, const char *at, const char *why);
bool missing(const struct reader *r, const char *why);

/* From its opening quote to behind the closing one, which becomes a NUL. */
bool read_text(struct reader *r, const char **text) MUST_USE;

bool read_number(struct reader *r, struct value *v) MUST_USE;

#endif
