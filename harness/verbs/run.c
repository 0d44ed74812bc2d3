/* gpuvet run: discover, census, plan, run, judge, report. */
#include "verbs/verbs.h"

#include <limits.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "model/census.h"
#include "model/judge.h"
#include "report/journal.h"
#include "report/json.h"
#include "report/out.h"
#include "report/plan_writer.h"
#include "report/progress.h"
#include "report/terminal.h"
#include "run/batch.h"
#include "run/links.h"
#include "verbs/machine.h"

enum { GRACE_MS = 3000 };

struct run {
    struct arena         *arena;
    const struct options *o;
    char *const          *env;
    const char           *self;
    struct seen           seen;
    struct plan           plan;
    struct judged        *judged;       /* one for each trial of the plan */
    bool                 *has_outcome;
    struct report         report;
    struct require        require;
    struct progress       progress;
    struct judged        *clean;        /* the comparison that runs now: its outcome goes here, not into the report */
    struct journal        journal;
    uint64_t              seed;
    int64_t               end_by;
    size_t                done;
};

/* ---- Events of a batch ---- */

static size_t index_of(const struct run *r, const struct trial *t)
{
    return (size_t)(t - r->plan.trials);
}

static const char *not_reached(void *arg, const struct trial *t)
{
    struct run *r = arg;

    for (size_t i = 0; i < COUNT_OF(t->probe->rests_on) && t->probe->rests_on[i] != NULL; i++) {
        const struct trial *f = plan_foundation(&r->plan, t, t->probe->rests_on[i]);
        const struct judged *j = f != NULL ? &r->judged[index_of(r, f)] : NULL;

        if (j == NULL || !r->has_outcome[index_of(r, f)] || j->verdict == PASS)
            continue;
        if (j->verdict == SKIP)
            return text_starts(j->why, "not reached") ? j->why : text_make(r->arena, "not reached: %s was skipped: %s", f->id, j->why);
        return text_make(r->arena, "not reached: %s %s", f->id, j->verdict == FAIL ? "failed" : "is broken");
    }
    return NULL;
}

static void began(void *arg, const struct trial *t)
{
    struct run *r = arg;

    r->progress.watcher.began(&r->progress.watcher, t, r->done, r->plan.n_trials);
}

static void done(void *arg, const struct trial *t, const struct outcome *o)
{
    struct run *r = arg;
    size_t i = index_of(r, t);
    struct judged *j = r->clean != NULL ? r->clean : &r->judged[i];

    j->trial = *t;
    j->outcome = *o;
    judge_trial(j, &r->seen.machine, r->arena);
    if (r->clean != NULL)
        return;
    r->done += !r->has_outcome[i];
    r->has_outcome[i] = true;
    r->progress.watcher.ended(&r->progress.watcher, j, r->done, r->plan.n_trials);
    r->journal.watcher.ended(&r->journal.watcher, j, r->done, r->plan.n_trials);
}

/* ---- Batches ---- */

static bool same_batch(const struct trial *x, const struct trial *y)
{
    return x->device == y->device && x->stack == y->stack
        && x->probe->scope != SCOPE_MACHINE && y->probe->scope != SCOPE_MACHINE
        && !x->probe->own_process && !y->probe->own_process;
}

static void not_run(struct run *r, const struct trial *t, const char *why)
{
    struct outcome o = { .ending = ENDED_NOT_RUN, .text = why };

    done(r, t, &o);
}

/* A stack that cannot be read at all is one failure, not one for each probe. */
static void tell_broken_stack(struct run *r, const struct stack *s)
{
    struct outcome o = { .ending = ENDED_CLEAN, .stop = STOP_LOAD, .text = s->broken };
    bool told = false;

    for (size_t i = 0; i < r->plan.n_trials; i++) {
        const struct trial *t = &r->plan.trials[i];

        if (t->stack != s || r->has_outcome[i])
            continue;
        if (told)
            not_run(r, t, text_make(r->arena, "%s cannot be read", s->name));
        else
            done(r, t, &o);
        told = true;
    }
}

static struct batch batch_of(const struct run *r, const struct trial *t)
{
    return (struct batch){
        .job = { .self = r->self, .machine = &r->seen.machine, .stack = t->stack, .device = t->device, .seed = r->seed, .env = r->env },
        .grace_ms = GRACE_MS, .end_by = r->end_by, .limit_s = r->o->limit_s,
    };
}

static void run_clean(struct run *r, struct batch *b, const struct batch_events *events)
{
    const char *tmp = environment_get(&r->seen.env, "TMPDIR");
    struct err e = { .kind = ERR_NONE };

    if (!links_make(&b->job.link_dir, r->arena, b->job.stack, tmp != NULL && *tmp == '/' ? tmp : "/tmp", &e)) {
        for (size_t i = 0; i < b->n; i++) {
            struct outcome o = { .ending = ENDED_CLEAN, .stop = STOP_OURS, .text = arena_text(r->arena, e.text) };

            events->done(r, b->trials[i], &o);
        }
        return;
    }
    b->job.surroundings = CLEAN;
    batch_run(b, events, r->arena);
    links_remove(b->job.link_dir);
}

/* The trial at `first` and all later ones that share its child. */
static void run_batch_of(struct run *r, size_t first)
{
    const struct trial *t = &r->plan.trials[first];
    const struct trial **trials = NULL;
    const struct probe **probes = NULL;
    const struct batch_events events = { not_reached, began, done, r };
    struct batch b = batch_of(r, t);

    for (size_t i = first; i < r->plan.n_trials; i++) {
        const struct trial *other = &r->plan.trials[i];

        if (r->has_outcome[i] || other->left_out != NULL || (i != first && !same_batch(t, other)))
            continue;
        *ARENA_PUSH(r->arena, trials, b.n) = other;
        *ARENA_PUSH(r->arena, probes, b.job.n_probes) = other->probe;
    }
    b.trials = trials;
    b.job.probes = probes;
    if (r->o->clean && t->stack != NULL)
        run_clean(r, &b, &events);
    else
        batch_run(&b, &events, r->arena);
}

/* ---- The comparison: what failed as used, once more with nothing foreign in sight ---- */

static const char *always_go(void *arg, const struct trial *t)
{
    (void)arg;
    (void)t;
    return NULL;
}

/* Which of the user's variables bring foreign files; NULL if none is set. */
static const char *foreign_variables(const struct run *r)
{
    const char *path = environment_get(&r->seen.env, "LD_LIBRARY_PATH"), *preload = environment_get(&r->seen.env, "LD_PRELOAD");
    bool has_path = path != NULL && *path != '\0', has_preload = preload != NULL && *preload != '\0';

    return has_path && has_preload ? "LD_LIBRARY_PATH and LD_PRELOAD" : has_path ? "LD_LIBRARY_PATH" : has_preload ? "LD_PRELOAD" : NULL;
}

static void compare_clean(struct run *r, struct judged *j, const char *variables)
{
    const struct trial *t = &r->plan.trials[(size_t)(j - r->judged)];
    const struct batch_events events = { always_go, began, done, r };
    struct batch b = batch_of(r, t);
    struct judged clean = { .why = NULL };

    b.trials = &t;
    b.n = 1;
    b.job.probes = &t->probe;
    b.job.n_probes = 1;
    r->clean = &clean;
    run_clean(r, &b, &events);
    r->clean = NULL;
    if (clean.verdict != PASS)
        return;
    j->why = text_make(r->arena, "%s. Without %s it passes: the environment is the cause, not the stack", j->why, variables);
    j->act = "env -u LD_LIBRARY_PATH -u LD_PRELOAD gpuvet run";
}

static void compare_failures_clean(struct run *r)
{
    const char *variables = foreign_variables(r);

    for (size_t i = 0; i < r->plan.n_trials && variables != NULL && !r->o->clean; i++) {
        const struct judged *j = &r->judged[i];

        if (j->verdict == FAIL && r->has_outcome[i] && j->trial.stack != NULL && j->trial.stack->broken == NULL
            && j->trial.device == NULL && process_interrupted() == 0)
            compare_clean(r, &r->judged[i], variables);
    }
}

static void run_plan(struct run *r, bool machine_only)
{
    for (size_t i = 0; i < r->plan.n_trials; i++) {
        const struct trial *t = &r->plan.trials[i];

        if (r->has_outcome[i] || (machine_only && t->probe->scope != SCOPE_MACHINE))
            continue;
        if (t->stack != NULL && t->stack->broken != NULL)
            tell_broken_stack(r, t->stack);
        else if (t->left_out != NULL)
            not_run(r, t, t->left_out);
        else
            run_batch_of(r, i);
    }
}

/* ---- Planning ---- */

static void allocate_results(struct run *r)
{
    r->judged = arena_alloc(r->arena, r->plan.n_trials * sizeof *r->judged);
    r->has_outcome = arena_alloc(r->arena, r->plan.n_trials * sizeof *r->has_outcome);
    r->done = 0;
}

/* The driver is asked first: what it answers names the devices of the plan. */
static bool census(struct run *r, const struct selection *pick, struct err *e)
{
    struct selection all_devices = *pick;
    const struct outcome *answers = NULL;
    struct device *devices;

    all_devices.n_devices = 0;
    if (!plan_make(&r->plan, r->arena, &r->seen.machine, NULL, 0, r->seen.stacks, r->seen.n_stacks, &all_devices, e))
        return false;
    allocate_results(r);
    if (!r->o->plan || r->seen.machine.gpu_meant)
        run_plan(r, true);
    for (size_t i = 0; i < r->plan.n_trials; i++)
        if (r->has_outcome[i] && outcome_saw(&r->judged[i].outcome, "gpu0.memory") != NULL)
            answers = &r->judged[i].outcome;
    r->report.n_devices = census_devices(&devices, r->arena, answers, &r->seen.machine);
    r->report.devices = devices;
    return true;
}

static bool plan_all(struct run *r, const struct selection *pick, struct err *e)
{
    struct plan first = r->plan;
    struct judged *judged = r->judged;
    bool *has_outcome = r->has_outcome;

    if (!plan_make(&r->plan, r->arena, &r->seen.machine, r->report.devices, r->report.n_devices,
                   r->seen.stacks, r->seen.n_stacks, pick, e))
        return false;
    allocate_results(r);
    for (size_t i = 0; i < first.n_trials; i++)
        for (size_t k = 0; k < r->plan.n_trials && has_outcome[i]; k++)
            if (r->plan.trials[k].probe == first.trials[i].probe) {
                r->judged[k] = judged[i];
                r->judged[k].trial = r->plan.trials[k];
                r->has_outcome[k] = true;
                r->done++;
            }
    return true;
}

/* ---- The end ---- */

static void fill_report(struct run *r, double began_ms)
{
    struct report *rep = &r->report;

    rep->version = GPUVET_VERSION;
    rep->took_ms = clock_ms_fine() - began_ms;
    rep->command = r->o->command;
    rep->n_command = r->o->n_command;
    rep->machine = &r->seen.machine;
    rep->stacks = r->seen.stacks;
    rep->n_stacks = r->seen.n_stacks;
    rep->trials = r->judged;
    rep->n_trials = r->plan.n_trials;
    rep->signo = process_interrupted();
    rep->interrupted = rep->signo != 0;
    judge_report(rep, &r->require, r->o->strict, r->arena);
}

static int write_report(struct run *r)
{
    struct err e = { .kind = ERR_NONE };
    bool ok = true;

    progress_end(&r->progress);
    if (r->o->json)
        ok = out_json(&r->report, &e);
    else
        ok = out_terminal(&r->report, r->o->colour == COLOUR_ALWAYS, r->o->colour == COLOUR_NEVER, r->env, &e);
    if (!ok)
        out_error("%s", e.text);
    if (!journal_finish(&r->journal, &r->report, &e)) {
        out_error("%s", e.text);
        ok = false;
    }
    /* A report that could not be delivered is no verdict, but a found fault stays one. */
    return !ok && r->report.exit_code != 1 ? 3 : r->report.exit_code;
}

static bool read_requires(struct run *r, struct err *e)
{
    for (size_t i = 0; i < r->o->requires.n; i++)
        if (!require_parse(&r->require, r->arena, r->o->requires.items[i], e))
            return false;
    if (r->require.gpu && r->o->no_gpu)
        return err_set(e, ERR_USAGE, "--require gpu and --no-gpu exclude each other");
    return true;
}

static void decide_meant(struct run *r)
{
    struct machine *m = &r->seen.machine;

    if (r->o->no_gpu) {
        m->gpu_meant = false;
        m->why_not_meant = "--no-gpu";
    } else if (r->require.gpu && !m->gpu_meant) {
        m->gpu_meant = true;
        m->why_meant = "--require gpu";
    }
}

static bool prepare(struct run *r, struct err *e)
{
    static char self[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);

    if (n < 0)
        return err_sys(e, "/proc/self/exe");
    self[n] = '\0';
    r->self = self;
    r->seed = (uint64_t)time(NULL);
    r->end_by = clock_ms() + (int64_t)r->o->timeout_s * 1000;
    if (!read_requires(r, e) || !machine_see(&r->seen, r->arena, r->o, e))
        return false;
    decide_meant(r);
    process_setup();
    progress_begin(&r->progress, r->o->quiet);
    return journal_begin(&r->journal, r->o->out, e);
}

int verb_run(const struct options *o, char *const *env)
{
    struct arena arena = { NULL };
    struct run r = { .arena = &arena, .o = o, .env = env };
    const struct selection pick = {
        o->probes.items, o->probes.n, o->devices.items, o->devices.n, o->stacks.items, o->stacks.n, o->no_gpu,
    };
    struct err e = { .kind = ERR_NONE };
    double began_ms = clock_ms_fine();
    char *stamp = arena_alloc(&arena, 32);

    clock_stamp(stamp);
    r.report.began = stamp;
    if (!prepare(&r, &e) || !census(&r, &pick, &e) || !plan_all(&r, &pick, &e)) {
        out_error("%s", e.text);
        journal_abandon(&r.journal);
        return e.kind == ERR_USAGE ? 2 : 3;
    }
    if (o->plan) {
        journal_abandon(&r.journal);
        return out_plan(&r.plan, &e) ? 0 : 3;
    }
    run_plan(&r, false);
    compare_failures_clean(&r);
    fill_report(&r, began_ms);
    return write_report(&r);
}
