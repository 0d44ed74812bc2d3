#include "verbs/verbs.h"

#include "report/out.h"
#include "verbs/session.h"

static bool list_machine(const struct options *o, char *const *env, struct arena *a, struct err *e)
{
    struct session s = { .arena = a, .o = o, .env = env };
    const struct selection all = { .no_gpu = false };
    struct report r;

    if (!session_open(&s, e) || !session_census(&s, &all, e))
        return false;
    r = (struct report){ .version = GPUVET_VERSION, .machine = &s.machine, .devices = s.devices, .n_devices = s.n_devices,
                         .stacks = s.stacks, .n_stacks = s.n_stacks };
    return o->json ? out_list_json(&r, e) : out_list(&r, e);
}

int verb_list(const struct options *o, char *const *env)
{
    struct arena arena = { NULL };
    struct err e = { .kind = ERR_NONE };
    bool ok = o->rest.n > 0 ? out_probes(&e) : list_machine(o, env, &arena, &e);

    if (!ok)
        out_error("%s", e.text);
    return ok ? 0 : 3;
}
