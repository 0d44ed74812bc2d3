#include "model/singular.h"

#include <string.h>

void singular_add(struct text *t, const char *rest)
{
    static const char *const nouns[] = { " elements", " pairs", " products", " repetitions", " results", " sums", " tiles", " values", " words" };
    static const struct { const char *many, *one; } verbs[] = { { " differ", " differs" }, { " are ", " is " }, { " were ", " was " } };
    const char *verb = NULL;
    size_t noun = 0, k = 0;

    while (noun < COUNT_OF(nouns) && !text_starts(rest, nouns[noun]))
        noun++;
    if (noun == COUNT_OF(nouns)) {
        text_add(t, "%s", rest);
        return;
    }
    text_add(t, "%.*s", (int)strlen(nouns[noun]) - 1, rest);
    rest += strlen(nouns[noun]);
    while (k < COUNT_OF(verbs) && (verb = strstr(rest, verbs[k].many)) == NULL)
        k++;
    if (verb != NULL) {
        text_add(t, "%.*s%s", (int)(verb - rest), rest, verbs[k].one);
        rest = verb + strlen(verbs[k].many);
    }
    text_add(t, "%s", rest);
}
