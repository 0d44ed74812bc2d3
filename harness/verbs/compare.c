/* Failures, once more under other conditions: what is said of them gets sharper,
 * the verdict stays. */
#include "verbs/session.h"

#include <signal.h>

#include "base/text.h"
#include "run/links.h"

/* Which of the user's variables bring foreign files; NULL if none is set. */
static const char *foreign_variables(const struct session *s)
{
    const char *path = environment_get(&s->environment, "LD_LIBRARY_PATH"), *preload = environment_get(&s->environment, "LD_PRELOAD");
    bool has_path = path != NULL && *path != '\0', has_preload = preload != NULL && *preload != '\0';

    return has_path && has_preload ? "LD_LIBRARY_PATH and LD_PRELOAD" : has_path ? "LD_LIBRARY_PATH" : has_preload ? "LD_PRELOAD" : NULL;
}

/* Clean good and as-used bad: the environment is the cause. */
static void compare_clean(struct session *s, struct judged *j, const char *variables)
{
    const struct trial *t = &s->plan.trials[(size_t)(j - s->judged)];
    struct judged clean = { .why = NULL };
    struct batch b = session_batch(s, t);
    struct err e;

    if (!session_link(s, t->stack, &b.job.link_dir, &e))
        return;
    b.job.surroundings = CLEAN;
    session_run_aside(s, &b, t, &clean);
    links_remove(b.job.link_dir);
    if (clean.verdict != PASS)
        return;
    outcome_add(&j->outcome, s->arena, "clean.passes", variables);
    j->why = text_make(s->arena, "%s. Without %s it passes: the environment is the cause, not the stack", j->why, variables);
    j->act = "env -u LD_LIBRARY_PATH -u LD_PRELOAD gpuvet run";
}

/* GPU work fails late: with every launch waited for, the call that causes it is the one that fails. */
static void compare_blocking(struct session *s, struct judged *j)
{
    const struct trial *t = &s->plan.trials[(size_t)(j - s->judged)];
    struct judged blocking = { .why = NULL };
    struct batch b = session_batch(s, t);

    b.job.launch_blocking = true;
    session_run_aside(s, &b, t, &blocking);
    if (blocking.verdict == PASS)
        j->why = text_make(s->arena, "%s. Run alone with CUDA_LAUNCH_BLOCKING=1 it passes", j->why);
    else if (blocking.outcome.call != NULL && !text_is(blocking.outcome.call, j->outcome.call))
        j->why = text_make(s->arena, "%s. With CUDA_LAUNCH_BLOCKING=1: %s", j->why, blocking.why);
}

/* A vendor call on a GPU that crashed or returned an error; a hang would only hang again. */
static bool may_be_late(const struct judged *j)
{
    return (j->trial.device != NULL || j->trial.set != NULL) && j->outcome.call != NULL
        && (j->outcome.stop == STOP_CALL || j->outcome.ending == ENDED_CRASHED);
}

void session_compare_failures(struct session *s)
{
    const char *variables = s->o->clean ? NULL : foreign_variables(s);

    for (size_t i = 0; i < s->plan.n_trials; i++) {
        struct judged *j = &s->judged[i];

        if (j->verdict != FAIL || !s->has_outcome[i] || process_interrupted() != 0 || session_is_quarantined(s, &s->plan.trials[i])
            || j->trial.probe->beats                    /* it would take its hours again */
            || j->passes > 0                            /* it comes and goes: one more pass would show nothing */
            || (j->trial.stack != NULL && j->trial.stack->broken != NULL))
            continue;
        if (variables != NULL && j->trial.stack != NULL && j->trial.device == NULL && j->trial.set == NULL)
            compare_clean(s, j, variables);
        if (may_be_late(j))
            compare_blocking(s, j);
    }
}
