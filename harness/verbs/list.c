#include "verbs/verbs.h"

#include "base/text.h"
#include "report/out.h"
#include "verbs/machine.h"

int verb_list(const struct options *o)
{
    struct arena arena = { NULL };
    struct err e = { .kind = ERR_NONE };
    struct report r = { .version = GPUVET_VERSION };
    struct seen seen;
    bool ok;

    if (o->rest.n > 0) {
        ok = out_probes(&e);
    } else {
        if (!machine_see(&seen, &arena, o, &e)) {
            out_error("%s", e.text);
            return 3;
        }
        r.machine = &seen.machine;
        r.stacks = seen.stacks;
        r.n_stacks = seen.n_stacks;
        ok = o->json ? out_list_json(&r, &e) : out_list(&r, &e);
    }
    if (!ok)
        out_error("%s", e.text);
    return ok ? 0 : 3;
}
