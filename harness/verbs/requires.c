#include "verbs/requires.h"

#include <string.h>

#include "base/text.h"
#include "store/sheet.h"

/* What has a '/' is a file; else it is one if it is no demand and can be read. */
static bool read_one(struct require *q, struct arena *a, const char *text, struct err *e)
{
    struct err why_no_file;

    if (strcspn(text, "<>=") == strlen(text) && text_has(text, "/"))
        return sheet_read(q, a, text, e);
    if (require_parse(q, a, text, e) || sheet_read(q, a, text, &why_no_file))
        return true;
    if (why_no_file.kind != ERR_SYS)
        *e = why_no_file;               /* there is such a file, and something in it is wrong */
    return false;
}

bool requires_read(struct require *q, struct arena *a, const struct options *o, struct err *e)
{
    for (size_t i = 0; i < o->requires.n; i++)
        if (!read_one(q, a, o->requires.items[i], e)) {
            e->kind = ERR_USAGE;        /* a sheet that is not there as well */
            return err_in(e, "--require");
        }
    return true;
}
