#include "verbs/deliver.h"

#include "report/out.h"

int deliver(const struct report *r, const struct options *o, char *const *env, struct journal *journal)
{
    struct err e = { .kind = ERR_NONE };
    bool ok;

    ok = o->json ? out_json(r, &e)
                 : out_terminal(r, o->colour == COLOUR_ALWAYS, o->colour == COLOUR_NEVER, env, &e);
    if (!ok)
        out_error("%s", e.text);
    if (journal != NULL && !journal_finish(journal, r, &e)) {
        out_error("%s", e.text);
        ok = false;
    }
    /* A report that could not be delivered is no verdict, but a found fault stays one. */
    return !ok && r->exit_code != 1 ? 3 : r->exit_code;
}
