/* gpuvet run: discover, census, plan, run, judge, report; gpuvet selftest and bench, which are runs of selftest.* and bench.*; and gpuvet
 * doctor, which tells a run in its own way. */
#include "verbs/verbs.h"

#include "base/clock.h"
#include "base/text.h"
#include "model/alike.h"
#include "model/chip.h"
#include "model/comparison.h"
#include "model/duration.h"
#include "model/figures.h"
#include "model/rounds.h"
#include "model/second_opinion.h"
#include "model/unproved.h"
#include "model/vote.h"
#include "report/journal.h"
#include "report/out.h"
#include "report/progress.h"
#include "run/process.h"
#include "store/expected.h"
#include "store/saved.h"
#include "verbs/crosscheck.h"
#include "verbs/deliver.h"
#include "verbs/doctor.h"
#include "verbs/expect.h"
#include "verbs/hint.h"
#include "verbs/requires.h"
#include "verbs/session.h"
#include "verbs/patient.h"

struct run {
    struct session  session;
    struct require  require;
    bool            wants_gpu;          /* some requirement does */
    struct expected expected;
    struct want     want;
    struct progress progress;
    struct journal  journal;
    struct report   baseline;           /* of --baseline */
    struct machine  found;              /* as its files show it, before options say which of it is meant */
    double          began_ms;
    char            began[32];
};

static bool read_requires(struct run *r, struct err *e)
{
    const struct options *o = r->session.o;

    if (!requires_read(&r->require, r->session.arena, o, e) || !expected_read(&r->expected, r->session.arena, o->data, e)
        || !expect_read(&r->want, &r->require, r->session.arena, o, &r->expected, e))
        return false;
    r->wants_gpu = require_wants_gpu(&r->require);
    if (r->wants_gpu && o->no_gpu)
        return err_set(e, ERR_USAGE, "--no-gpu and a requirement on GPUs exclude each other");
    if (o->kernels != NULL && o->no_gpu)
        return err_set(e, ERR_USAGE, "--kernels and --no-gpu exclude each other");
    return true;
}

static void decide_meant(struct run *r)
{
    struct machine *m = &r->session.machine;

    r->found = *m;
    if (r->session.o->no_gpu) {
        m->gpu_meant = false;
        m->why_not_meant = "--no-gpu";
    } else if (r->wants_gpu && !m->gpu_meant) {
        m->gpu_meant = true;
        m->why_meant = "--require";
    }
}

static struct report report_of(const struct run *r)
{
    const struct session *s = &r->session;
    const int signo = process_interrupted();

    return (struct report){
        .version = GPUVET_VERSION, .began = r->began, .took_ms = clock_ms_fine() - r->began_ms,
        .command = s->o->command, .n_command = s->o->n_command, .machine = &s->machine,
        .devices = s->devices, .n_devices = s->n_devices, .stacks = s->stacks, .n_stacks = s->n_stacks,
        .trials = s->judged, .n_trials = s->plan.n_trials, .rounds = s->o->repeat > 1 ? s->round : 0, .signo = signo, .interrupted = signo != 0,
    };
}

/* So that what is left of a killed run can be judged, too. */
static void write_head(struct run *r)
{
    struct report head = report_of(r);
    struct requirement *list = NULL;

    for (size_t i = 0; i < r->require.n; i++)
        *ARENA_PUSH(r->session.arena, list, head.n_requires) = (struct requirement){
            r->require.demands[i].text, false, "the run did not get that far", true,
        };
    head.requires = list;
    journal_head(&r->journal, &head);
}

/* No detector is tested on a stack: none is looked for. */
static bool open_session(struct session *s, struct err *e)
{
    return text_is(s->o->verb, "selftest") ? session_open_machine(s, e) : session_open(s, e);
}

static bool prepare(struct run *r, struct err *e)
{
    struct session *s = &r->session;
    const struct options *o = s->o;
    struct selection pick = {
        .probes = o->probes.items, .n_probes = o->probes.n, .devices = o->devices.items, .n_devices = o->devices.n,
        .stacks = o->stacks.items, .n_stacks = o->stacks.n, .no_gpu = o->no_gpu, .level = o->level, .measures = o->measures, .diagnoses = o->diagnoses,
    };
    const char **also;

    /* Before anything is measured, which takes minutes. */
    if (o->baseline != NULL && o->repeat < 2)
        return err_set(e, ERR_USAGE, "--baseline: two rounds are needed to compare; --rounds 2 or more");
    if (o->baseline != NULL && (!saved_read(&r->baseline, s->arena, o->baseline, e) || (!comparison_can_begin(&r->baseline, e) && !err_in(e, "%s", o->baseline))))
        return false;
    if (!read_requires(r, e) || !outputs_check(o, e) || !open_session(s, e))
        return false;
    chips_name(&s->machine, &r->expected, s->arena);
    crosscheck_machine(s, &r->expected);
    pick.n_also = require_probes(&r->require, &also, s->arena);
    pick.also = also;
    crosscheck_project(s, &r->expected);
    decide_meant(r);
    progress_begin(&r->progress, o->quiet);
    r->progress.estimates = text_is(o->verb, "bench");
    if (!journal_begin(&r->journal, o->plan ? NULL : o->out, e))
        return false;
    s->watchers[0] = &r->progress.watcher;
    s->watchers[1] = &r->journal.watcher;
    if (!session_census(s, &pick, e))
        return false;
    crosscheck_stacks(s, &r->expected, &r->want);
    if (!session_plan(s, &pick, e))
        return false;
    write_head(r);
    return true;
}

/* A round that was interrupted adds only what it showed: earlier rounds showed the rest. */
static void add_round(struct judged *sums, const struct session *s, unsigned round)
{
    const bool whole = process_interrupted() == 0;

    for (size_t i = 0; i < s->plan.n_trials; i++)
        if (whole || sums[i].rounds == 0 || s->judged[i].outcome.ending != ENDED_NOT_RUN)
            rounds_add(&sums[i], &s->judged[i], round);
}

static void measure(struct figure *figures, const struct session *s)
{
    for (size_t i = 0; i < s->plan.n_trials; i++)
        figure_add_round(&figures[i], &s->judged[i], s->arena);
}

/* Of a bench whose level says how long it may take; of others, always. */
static bool fits_in(const struct session *s, unsigned rounds, double took_s, double *longest_s, double *before_s)
{
    *longest_s = took_s - *before_s > *longest_s ? took_s - *before_s : *longest_s;
    *before_s = took_s;
    return !s->o->timed || duration_allows_round(plan_may_take_s(&s->plan, s->o->level), took_s, *longest_s, rounds);
}

static void run_rounds(struct session *s, const struct expected *x)
{
    const double began_ms = clock_ms_fine();
    double longest_s = 0, before_s = 0;
    struct figure *figures = arena_alloc(s->arena, s->plan.n_trials * sizeof *figures);
    struct judged *sums = s->judged;

    s->round = s->o->repeat > 1 ? 1 : 0;
    session_execute(s, false);
    measure(figures, s);
    if (s->o->repeat > 1) {
        sums = arena_alloc(s->arena, s->plan.n_trials * sizeof *sums);
        add_round(sums, s, 1);
    }
    for (unsigned round = 2; round <= s->o->repeat && process_interrupted() == 0
         && fits_in(s, round - 1, (clock_ms_fine() - began_ms) / 1000, &longest_s, &before_s); round++) {
        session_begin_round(s, round);
        session_execute(s, false);
        measure(figures, s);
        add_round(sums, s, round);
    }
    for (size_t i = 0; i < s->plan.n_trials; i++) {
        rounds_close(&sums[i], s->arena);
        if (figures[i].n == 0)
            continue;
        figure_settle(&figures[i]);
        figure_expect(&figures[i], &sums[i], x);
        sums[i].figure = &figures[i];
        judge_figure(&sums[i], s->arena);
    }
    s->judged = sums;
}

static void compare_with_baseline(struct report *now, const struct run *r, struct arena *a)
{
    const struct options *o = r->session.o;
    struct comparison *c = arena_alloc(a, sizeof *c);
    struct report before;

    if (o->baseline == NULL)
        return;
    before = comparison_as_asked(&r->baseline, now, o->devices.n > 0, a);
    comparison_make(c, &before, now, a);
    now->comparison = c;
    now->baseline = o->baseline;
    judge_comparison(now, a);
}

/* Who is nobody in particular is not to be hidden. */
static const char *user_of(const struct environment *env)
{
    const char *user = environment_get(env, "USER");

    return text_is(user, "root") ? NULL : user;
}

int run_about(const struct patient *patient, const struct options *o, char *const *env)
{
    struct arena arena = { NULL };
    struct run r = { .session = { .arena = &arena, .o = o, .patient = patient, .env = env }, .began_ms = clock_ms_fine() };
    struct err e = { .kind = ERR_NONE };
    struct report report;

    clock_stamp(r.began);
    if (!prepare(&r, &e)) {
        progress_end(&r.progress);
        journal_abandon(&r.journal);
        out_refusal(o->nagios, e.text);
        return e.kind == ERR_USAGE ? options_usage_code(o) : 3;
    }
    if (o->plan) {
        progress_end(&r.progress);
        if (out_plan(&r.session.plan, text_is(o->verb, "bench") ? o->repeat : 0, o->timed, o->level, &e))
            return 0;
        out_error("%s", e.text);
        return 3;
    }
    run_rounds(&r.session, &r.expected);
    session_compare_failures(&r.session);
    if (o->diagnoses)
        session_try_variants(&r.session);
    report = report_of(&r);
    alike_warn(r.session.judged, &report, &arena);
    judge_beside(r.session.judged, &report, &arena);
    vote(r.session.judged, &report, &arena);
    second_opinions(r.session.judged, &report, &arena);
    hint_machine(r.session.judged, &report, &arena);
    judge_report(&report, &r.require, o->strict, &arena);
    compare_with_baseline(&report, &r, &arena);
    unproved_list(&report, all_probes, &arena);
    progress_end(&r.progress);
    if (text_is(o->verb, "doctor")) {
        const struct redaction names = { r.found.hostname, user_of(&r.session.environment) };

        report.complaint = patient != NULL && patient->complains ? &patient->complaint : NULL;
        report.machine = &r.found;          /* a GPU that was not tried (--no-gpu) is there all the same */
        return doctor_tell(&report, o, &names, &arena);
    }
    return deliver(&report, o, env, &r.journal);
}

int verb_run(const struct options *o, char *const *env)
{
    return run_about(NULL, o, env);
}
