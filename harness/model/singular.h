/* singular.h - one thing in a sentence that is written about several. */
#ifndef MODEL_SINGULAR_H
#define MODEL_SINGULAR_H

#include "base/text.h"

/* Adds what follows the number 1, in the singular if it begins with a noun that probes count:
 * " element of A differs" for " elements of A differ"; anything else as it is. */
void singular_add(struct text *t, const char *rest);

#endif
