#include "verbs/session.h"

#include <limits.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "discover/machine.h"
#include "model/census.h"
#include "run/process.h"
#include "verbs/patient.h"

static bool find_self(struct session *s, struct err *e)
{
    char self[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);

    if (n < 0)
        return err_sys(e, "/proc/self/exe");
    s->self = arena_copy(s->arena, self, (size_t)n);
    return true;
}

/* --all-gpus: what CUDA_VISIBLE_DEVICES hides is meant, too. */
static void unhide_gpus(struct session *s)
{
    static const char name[] = "CUDA_VISIBLE_DEVICES";
    char **kept = NULL;
    size_t n = 0;

    environment_unset(&s->environment, s->arena, name);
    for (char *const *v = s->env; *v != NULL; v++)
        if (!text_starts(*v, name) || (*v)[sizeof name - 1] != '=')
            *ARENA_PUSH(s->arena, kept, n) = *v;
    *ARENA_PUSH(s->arena, kept, n) = NULL;
    s->env = kept;
}

/* Trials run with the environment of the process that is looked at. */
static bool take_process(struct session *s, struct err *e)
{
    char **env = NULL;
    size_t n = 0;

    if (s->patient == NULL || s->patient->process == NULL)
        return true;
    if (!patient_check_process(&s->root, s->arena, s->patient->process, e))
        return false;
    s->root.process = s->patient->process;
    environment_read(&s->environment, s->arena, &s->root);
    for (size_t i = 0; i < s->environment.n && root_is_this_machine(&s->root); i++)
        *ARENA_PUSH(s->arena, env, n) = arena_text(s->arena, s->environment.vars[i]);
    *ARENA_PUSH(s->arena, env, n) = NULL;
    if (root_is_this_machine(&s->root))
        s->env = env;
    return true;
}

/* The soak comes on top of the time that is given to the rest. */
static int64_t end_of_time(const struct options *o)
{
    return clock_ms() + ((int64_t)o->timeout_s + (o->level == LEVEL_SOAK ? options_soak_s(o) : 0)) * 1000;
}

bool session_open_machine(struct session *s, struct err *e)
{
    if (!find_self(s, e) || !root_open(&s->root, s->arena, s->o->root, e))
        return err_in(e, "cannot begin");
    if (!take_process(s, e))
        return false;
    s->seed = s->o->seed != 0 ? s->o->seed : (uint64_t)time(NULL);
    s->end_by = end_of_time(s->o);
    process_setup();
    environment_read(&s->environment, s->arena, &s->root);
    if (s->o->all_gpus)
        unhide_gpus(s);
    machine_read(&s->machine, s->arena, &s->root, &s->environment);
    return true;
}

bool session_open(struct session *s, struct err *e)
{
    if (!session_open_machine(s, e))
        return false;
    s->n_stacks = stacks_find(&s->stacks, s->arena, &s->root, &s->environment, &s->machine,
                              s->o->stack_dirs.items, s->o->stack_dirs.n);
    if (s->patient != NULL && (s->patient->process != NULL || s->patient->folder != NULL))
        patient_narrow(s);
    return true;
}

static bool plan_anew(struct session *s, const struct selection *pick, struct err *e)
{
    if (!plan_make(&s->plan, s->arena, &s->machine, s->devices, s->n_devices, s->stacks, s->n_stacks, pick, e))
        return false;
    s->judged = arena_alloc(s->arena, s->plan.n_trials * sizeof *s->judged);
    s->has_outcome = arena_alloc(s->arena, s->plan.n_trials * sizeof *s->has_outcome);
    s->gathered = arena_alloc(s->arena, s->plan.n_trials * sizeof *s->gathered);
    s->done = 0;
    return true;
}

bool session_census(struct session *s, const struct selection *pick, struct err *e)
{
    struct selection any_device = *pick;
    const struct outcome *answers = NULL;

    any_device.n_devices = 0;               /* they have no names yet */
    if (!plan_anew(s, &any_device, e))
        return false;
    if (s->machine.gpu_meant)
        session_execute(s, true);
    for (size_t i = 0; i < s->plan.n_trials; i++)
        if (s->has_outcome[i] && outcome_saw(&s->judged[i].outcome, "gpu0.memory") != NULL)
            answers = &s->judged[i].outcome;
    s->n_devices = census_devices(&s->devices, s->arena, answers, &s->machine);
    for (size_t i = 0; i < s->plan.n_trials; i++)
        if (s->has_outcome[i] && outcome_saw(&s->judged[i].outcome, "tenants.gpus") != NULL)
            census_tenants(s->devices, s->n_devices, &s->judged[i].outcome);
    return true;
}

void session_begin_round(struct session *s, unsigned round)
{
    s->judged = arena_alloc(s->arena, s->plan.n_trials * sizeof *s->judged);
    s->has_outcome = arena_alloc(s->arena, s->plan.n_trials * sizeof *s->has_outcome);
    s->gathered = arena_alloc(s->arena, s->plan.n_trials * sizeof *s->gathered);
    s->done = 0;
    s->round = round;
    s->seed++;
    s->end_by = end_of_time(s->o);
}

bool session_plan(struct session *s, const struct selection *pick, struct err *e)
{
    const struct plan first = s->plan;
    const struct judged *judged = s->judged;
    const bool *has_outcome = s->has_outcome;

    if (!plan_anew(s, pick, e))
        return false;
    for (size_t i = 0; i < first.n_trials; i++)
        for (size_t k = 0; k < s->plan.n_trials && has_outcome[i]; k++)
            if (s->plan.trials[k].probe == first.trials[i].probe && s->plan.trials[k].probe->scope == SCOPE_MACHINE) {
                s->judged[k] = judged[i];
                s->judged[k].trial = s->plan.trials[k];
                s->has_outcome[k] = true;
                s->done++;
            }
    return true;
}
