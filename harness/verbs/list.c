#include "verbs/verbs.h"

#include "report/out.h"
#include "run/process.h"
#include "verbs/session.h"

/* A sheet that demands less than the machine has would be worse than none. */
static bool everything_was_told(const struct session *s, struct err *e)
{
    for (size_t i = 0; i < s->plan.n_trials; i++)
        if (s->judged[i].verdict == BROKEN || (s->machine.gpu_meant && s->judged[i].verdict != PASS))
            return err_set(e, ERR_LIMIT, "no order sheet: %s: %s", s->plan.trials[i].id, s->judged[i].why);
    return process_interrupted() == 0 || err_set(e, ERR_LIMIT, "no order sheet: interrupted");
}

/* The census and each GPU's facts are asked for; of the rest it is enough to know that it would run. */
static bool list_as_require(const struct options *o, char *const *env, struct arena *a, struct err *e)
{
    struct selection asked = { .no_gpu = false };
    const struct selection everything = { .no_gpu = false };
    struct session s = { .arena = a, .o = o, .env = env };
    const char **names = NULL;
    struct plan all;
    struct report r;

    for (const struct probe *const *p = all_probes; *p != NULL; p++)
        if ((*p)->scope == SCOPE_MACHINE || (*p)->tells_facts)
            *ARENA_PUSH(a, names, asked.n_probes) = (*p)->name;
    asked.probes = names;
    if (!session_open(&s, e) || !session_census(&s, &asked, e) || !session_plan(&s, &asked, e))
        return false;
    session_execute(&s, false);
    if (!everything_was_told(&s, e))
        return false;
    r = (struct report){ .version = GPUVET_VERSION, .machine = &s.machine, .devices = s.devices, .n_devices = s.n_devices,
                         .stacks = s.stacks, .n_stacks = s.n_stacks, .trials = s.judged, .n_trials = s.plan.n_trials };
    return plan_make(&all, a, &s.machine, s.devices, s.n_devices, s.stacks, s.n_stacks, &everything, e) && out_as_require(&r, &all, e);
}

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
    bool ok = o->rest.n > 0 ? out_probes(&e) : o->as_require ? list_as_require(o, env, &arena, &e) : list_machine(o, env, &arena, &e);

    if (!ok)
        out_error("%s", e.text);
    return ok ? 0 : 3;
}
