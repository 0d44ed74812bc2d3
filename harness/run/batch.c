#include "run/batch.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "model/blame.h"
#include "run/talk.h"

struct batch_run {
    struct talk         talk;
    const struct batch *batch;
    struct arena       *arena;
    struct process      process;
    struct running      child;
    bool                lives;          /* the child does */
    int                 crumb_fd;
    struct crumb       *crumb;
};

static const char overtime[] = "the time of --timeout was used up";

/* What the page says about a child that died: the call in progress, the fault. */
static void explain_death(struct batch_run *r, const struct process_end *end)
{
    struct outcome *out = &r->talk.out;
    const struct crumb *c = r->crumb;

    out->ending = end->ending == ENDED_CLEAN ? ENDED_SILENT : end->ending;
    out->status = end->status;
    out->said = end->said;
    if (c->inside == 1) {
        out->call = arena_copy(r->arena, c->call, strnlen(c->call, sizeof c->call));
        out->library = c->library[0] != '\0' ? arena_copy(r->arena, c->library, strnlen(c->library, sizeof c->library)) : NULL;
    }
    if (c->signo != 0) {
        struct blame b = blame_explain(c, r->batch->job.self, r->arena);

        out->blamed = b.file;
        out->fault = b.sentence;
    }
}

static void count_death(struct batch_run *r, size_t trial, const struct process_end *end)
{
    deaths_add(&r->talk.deaths, r->batch->trials[trial], end->ending == ENDED_TIMEOUT || end->ending == ENDED_STUCK, r->arena);
}

/* It died idle: the trial that ended last left something behind. */
static void blame_last_trial(struct batch_run *r, const struct process_end *end)
{
    struct talk *t = &r->talk;
    size_t again = t->current;

    count_death(r, t->last, end);
    t->current = t->last;
    explain_death(r, end);
    talk_finish_trial(t);
    t->next = again;
    t->current = NO_TRIAL;
}

static void after_death(struct batch_run *r, const struct process_end *end)
{
    struct talk *t = &r->talk;

    if (t->current == NO_TRIAL)
        return;                             /* it was done */
    if (t->stopped) {
        t->out.said = end->said;
        talk_finish_trial(t);
        return;
    }
    if (end->interrupted && t->has_beaten) {
        t->out.ending = ENDED_CUT;
        talk_finish_trial(t);
        return;
    }
    if (end->interrupted) {
        talk_not_run(t, t->current, "interrupted");
        t->next = t->current + 1;
        t->current = NO_TRIAL;
        return;
    }
    if (t->ended && end->ending == ENDED_CLEAN && end->status == 0) {
        talk_finish_trial(t);
        return;
    }
    if (!t->begun && !t->preparing && t->last != NO_TRIAL) {
        blame_last_trial(r, end);
        return;
    }
    count_death(r, t->current, end);
    explain_death(r, end);
    if (clock_ms() >= r->batch->end_by && end->ending == ENDED_TIMEOUT) {
        t->out.stop = STOP_OURS;
        t->out.text = overtime;
    }
    talk_finish_trial(t);
}

static void give_up(struct batch_run *r, const char *why)
{
    struct talk *t = &r->talk;

    while (t->next < r->batch->n)
        talk_not_run(t, t->next++, why);
}

/* Our own failure: nothing is known about the trials, so nothing may pass. */
static void fail_all(struct batch_run *r, const char *why)
{
    struct talk *t = &r->talk;

    while (t->next < r->batch->n) {
        struct outcome o = { .ending = ENDED_CLEAN, .stop = STOP_OURS, .text = why };

        t->events->done(t->events->arg, r->batch->trials[t->next++], &o);
    }
}

static const char *who(const struct batch *b, struct arena *a)
{
    return text_make(a, "%s%s%s", b->job.device != NULL ? text_make(a, "gpu%d", b->job.device->index)
                     : b->job.set != NULL ? "the GPUs together" : "the machine",
                     b->job.stack != NULL ? " with " : "", b->job.stack != NULL ? b->job.stack->name : "");
}

static void start_child(struct batch_run *r)
{
    struct err e = { .kind = ERR_NONE };

    memset(r->crumb, 0, offsetof(struct crumb, stack));
    talk_with_new_child(&r->talk);
    r->talk.control = &r->child.control;
    r->process = (struct process){
        .argv = job_argv(&r->batch->job, r->arena, true), .envp = job_env(&r->batch->job, r->arena),
        .result_fd = JOB_RESULT_FD, .control_fd = JOB_CONTROL_FD, .crumb_fd = JOB_CRUMB_FD, .crumb = r->crumb_fd,
        .grace_ms = r->batch->grace_ms, .ask = 15, .force = 9,
    };
    r->lives = process_start(&r->child, &r->process, &r->talk.sink, &e);
    if (!r->lives)
        fail_all(r, arena_text(r->arena, e.text));
}

/* What is left gets a child, or the reason why it has none. */
static void go_on(struct batch_run *r)
{
    if (process_interrupted() != 0)
        give_up(r, "interrupted");
    else if (clock_ms() >= r->batch->end_by)
        fail_all(r, overtime);
    else if (talk_has_more(&r->talk))
        start_child(r);
}

static void share_page(struct batch_run *r)
{
    struct err e = { .kind = ERR_NONE };

    r->crumb_fd = memfd_create("gpuvet crumb", MFD_CLOEXEC);
    r->crumb = r->crumb_fd >= 0 && ftruncate(r->crumb_fd, sizeof *r->crumb) == 0
        ? mmap(NULL, sizeof *r->crumb, PROT_READ | PROT_WRITE, MAP_SHARED, r->crumb_fd, 0) : MAP_FAILED;
    if (r->crumb != MAP_FAILED)
        return;
    err_sys(&e, "cannot make the page shared with a child");
    fail_all(r, arena_text(r->arena, e.text));
}

static void give_page_back(struct batch_run *r)
{
    if (r->crumb != MAP_FAILED)
        munmap(r->crumb, sizeof *r->crumb);
    if (r->crumb_fd >= 0)
        close(r->crumb_fd);
}

struct batch_run *batch_start(const struct batch *b, const struct batch_events *events, struct arena *a)
{
    struct batch_run *r = arena_alloc(a, sizeof *r);

    r->batch = b;
    r->arena = a;
    talk_init(&r->talk, b, events, a);
    r->talk.where = who(b, a);
    share_page(r);
    return r;
}

static void tell_how_far(const struct batch_run *r)
{
    const struct batch_events *events = r->talk.events;
    const uint64_t all = r->crumb->all_bytes;

    if (all > 0 && r->talk.current != NO_TRIAL && events->working != NULL)
        events->working(events->arg, r->batch->trials[r->talk.current], r->crumb->done_bytes, all);
}

bool batch_step(struct batch_run *r)
{
    if (r->lives && (process_interrupted() != 0 || clock_ms() >= r->batch->end_by - LAST_WORDS_MS))
        r->crumb->stop = 1;
    if (r->lives && process_look(&r->child)) {
        struct process_end end;

        process_finish(&r->child, &end, r->arena);
        r->lives = false;
        after_death(r, &end);
    }
    while (!r->lives && r->talk.next < r->batch->n)
        go_on(r);
    if (r->lives) {
        tell_how_far(r);
        return false;
    }
    give_page_back(r);
    return true;
}

struct running *batch_child(struct batch_run *r)
{
    return r->lives ? &r->child : NULL;
}

void batch_run(const struct batch *b, const struct batch_events *events, struct arena *a)
{
    struct batch_run *r = batch_start(b, events, a);

    while (!batch_step(r))
        process_sleep((struct running *[]){ batch_child(r) }, 1);
}
