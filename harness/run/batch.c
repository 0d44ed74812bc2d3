#include "run/batch.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "model/blame.h"
#include "model/record.h"

enum {
    DEATHS_MAX  = 3,            /* children lost before the rest of a batch is given up */
    LIMIT_S     = 60,
    PREPARE_S   = 120,          /* opening a stack from a cold disk */
    EXIT_MS     = 10000,        /* to exit after the last trial */
};

#define NONE SIZE_MAX

struct state {
    struct sink                sink;        /* first: the process knows us by it */
    const struct batch        *batch;
    const struct batch_events *events;
    struct arena              *arena;
    int                        control;     /* the child's control pipe, -1 when no child lives */
    struct crumb              *crumb;

    size_t                     next;        /* the first trial that has no outcome yet */
    size_t                     current;     /* the trial the child was told to run; NONE */
    size_t                     last;        /* the trial that ended last in this child; NONE */
    bool                       begun, stopped, preparing;
    struct outcome             out;         /* of current */
    struct observation        *saw;
    double                     began_ms;

    char                       line[RECORD_MAX];
    size_t                     length;
    unsigned                   deaths;
};

static const struct trial *trial(const struct state *s, size_t i)
{
    return s->batch->trials[i];
}

static int64_t limit_ms(const struct state *s)
{
    unsigned limit = trial(s, s->current)->probe->limit_s;

    if (s->batch->limit_s > 0)
        limit = s->batch->limit_s;
    return (int64_t)(limit > 0 ? limit : LIMIT_S) * 1000;
}

static void set_deadline(struct state *s, int64_t ms)
{
    int64_t at = clock_ms() + ms;

    s->sink.deadline = at < s->batch->end_by ? at : s->batch->end_by;
}

static void tell(struct state *s, char what)
{
    if (s->control >= 0 && write(s->control, &what, 1) != 1)
        s->sink.deadline = clock_ms() + s->batch->grace_ms;     /* it does not listen any more */
}

static void finish(struct state *s)
{
    const struct trial *t = trial(s, s->current);

    s->out.took_ms = clock_ms_fine() - s->began_ms;
    s->out.saw = s->saw;
    if (s->out.rerun == NULL)
        s->out.rerun = job_rerun_line(&s->batch->job, t->probe, s->arena);
    s->events->done(s->events->arg, t, &s->out);
    s->last = s->current;
    s->current = NONE;
    s->next = s->last + 1;
}

static void not_run(struct state *s, size_t i, const char *why)
{
    struct outcome o = { .ending = ENDED_NOT_RUN, .text = why };

    s->events->done(s->events->arg, trial(s, i), &o);
}

/* Tells the child which trial is next: 'r' runs it, 's' passes over it, 'q' ends. */
static void advance(struct state *s)
{
    while (s->next < s->batch->n) {
        const char *why = s->events->not_reached(s->events->arg, trial(s, s->next));

        if (why == NULL)
            break;
        not_run(s, s->next, why);
        tell(s, 's');
        s->next++;
    }
    if (s->next == s->batch->n) {
        set_deadline(s, EXIT_MS);
        tell(s, 'q');
        return;
    }
    s->current = s->next;
    s->begun = s->stopped = s->preparing = false;
    s->out = (struct outcome){ .ending = ENDED_CLEAN };
    s->saw = NULL;
    s->began_ms = clock_ms_fine();
    s->events->began(s->events->arg, trial(s, s->current));
    set_deadline(s, PREPARE_S * 1000);
    tell(s, 'r');
}

static void started(struct sink *sink)
{
    struct state *s = (struct state *)(void *)sink;

    for (size_t i = 0; i < s->next; i++)
        tell(s, 's');
    advance(s);
}

static void bad_record(struct state *s, const char *line, size_t n, const char *why)
{
    if (s->current == NONE || s->stopped)
        return;
    s->out.stop = STOP_BAD_RECORD;
    s->out.text = text_make(s->arena, "%s: \"%.*s\"", why, (int)(n < 200 ? n : 200), line);
    s->stopped = true;
    s->sink.deadline = 0;
}

static void stop(struct state *s, const struct record *r)
{
    switch (r->kind) {
    case RECORD_CALL:
        s->out.stop = STOP_CALL;
        s->out.call = r->field[0];
        s->out.library = r->field[1];
        s->out.code = r->code;
        s->out.text = r->field[3];
        break;
    case RECORD_LOAD:
        s->out.stop = STOP_LOAD;
        s->out.text = r->field[0];
        break;
    case RECORD_UNSUPPORTED:
        s->out.stop = STOP_UNSUPPORTED;
        s->out.text = r->field[0];
        break;
    default:
        s->out.stop = STOP_OURS;
        s->out.text = r->field[0];
        break;
    }
    s->stopped = true;                      /* it is over when the child has exited: then we have its last words */
    set_deadline(s, EXIT_MS);
}

static void observe(struct state *s, const struct record *r)
{
    struct observation *o = ARENA_PUSH(s->arena, s->saw, s->out.n_saw);
    bool is_number = r->kind == RECORD_NUM;

    *o = (struct observation){ .key = r->field[0], .unit = is_number ? r->field[1] : "",
                               .text = r->field[is_number ? 2 : 1], .number = r->number, .is_number = is_number };
}

/* What is wrong with a record at this point of the talk; NULL if nothing. */
static const char *out_of_turn(const struct state *s, const struct record *r)
{
    if (s->current == NONE || s->stopped)
        return "no trial runs";
    switch (r->kind) {
    case RECORD_PREPARE:
        return s->begun ? "prepare after begin" : NULL;
    case RECORD_BEGIN:
        return s->begun || (size_t)r->index != s->current ? "begin of another trial" : NULL;
    case RECORD_NUM:
    case RECORD_TEXT:
        return s->begun || s->preparing ? NULL : "an observation before begin";
    case RECORD_END:
        if (!s->begun || (size_t)r->index != s->current)
            return "end of another trial";
        return (size_t)r->count != s->out.n_saw ? "observations were lost" : NULL;
    default:
        return NULL;                        /* what stops a trial may come while it is prepared */
    }
}

static void take_line(struct state *s, const char *line, size_t n)
{
    struct err e = { .kind = ERR_NONE };
    struct record r;
    const char *why;

    if (s->stopped)
        return;
    if (!record_parse(&r, s->arena, line, n, &e)) {
        bad_record(s, line, n, e.text);
        return;
    }
    why = out_of_turn(s, &r);
    if (why != NULL) {
        bad_record(s, line, n, why);
        return;
    }
    switch (r.kind) {
    case RECORD_PREPARE:
        s->preparing = true;
        set_deadline(s, PREPARE_S * 1000);
        break;
    case RECORD_BEGIN:
        s->begun = true;
        s->out.n_saw = 0;                   /* what preparing saw was said in case it would fail */
        s->began_ms = clock_ms_fine();
        set_deadline(s, limit_ms(s));
        break;
    case RECORD_NUM:
    case RECORD_TEXT:
        observe(s, &r);
        break;
    case RECORD_END:
        finish(s);
        advance(s);
        break;
    default:
        stop(s, &r);
        break;
    }
}

static void take(struct sink *sink, const char *bytes, size_t n)
{
    struct state *s = (struct state *)(void *)sink;

    for (size_t i = 0; i < n; i++) {
        if (bytes[i] == '\n') {
            take_line(s, s->line, s->length);
            s->length = 0;
        } else if (s->length < sizeof s->line) {
            s->line[s->length++] = bytes[i];
        } else {
            bad_record(s, s->line, s->length, "a line without an end");
            s->length = 0;
        }
    }
}

/* What the page says about a child that died: the call in progress, the fault. */
static void explain_death(struct state *s, const struct process_end *end)
{
    struct crumb *c = s->crumb;

    s->out.ending = end->ending == ENDED_CLEAN ? ENDED_SILENT : end->ending;
    s->out.status = end->status;
    s->out.said = end->said;
    if (c->inside == 1) {
        s->out.call = arena_copy(s->arena, c->call, strnlen(c->call, sizeof c->call));
        s->out.library = c->library[0] != '\0' ? arena_copy(s->arena, c->library, strnlen(c->library, sizeof c->library)) : NULL;
    }
    if (c->signo != 0) {
        struct blame b = blame_explain(c, s->batch->job.self, s->arena);

        s->out.blamed = b.file;
        s->out.fault = b.sentence;
    }
}

static void after_death(struct state *s, const struct process_end *end)
{
    if (s->current == NONE)
        return;                             /* it was done */
    if (s->stopped) {
        s->out.said = end->said;
        finish(s);
        return;
    }
    if (end->interrupted) {
        not_run(s, s->current, "interrupted");
        s->next = s->current + 1;
        s->current = NONE;
        return;
    }
    s->deaths++;
    if (!s->begun && !s->preparing && s->last != NONE) {
        /* It died idle: the trial that ended last left something behind. */
        size_t again = s->current;

        s->current = s->last;
        explain_death(s, end);
        finish(s);
        s->next = again;
        s->current = NONE;
        return;
    }
    explain_death(s, end);
    if (clock_ms() >= s->batch->end_by && end->ending == ENDED_TIMEOUT) {
        s->out.stop = STOP_OURS;
        s->out.text = "the time limit of the whole run was reached (--timeout)";
    }
    finish(s);
}

static void give_up(struct state *s, const char *why)
{
    while (s->next < s->batch->n)
        not_run(s, s->next++, why);
}

/* Our own failure: nothing is known about the trials, so nothing may pass. */
static void fail_all(struct state *s, const char *why)
{
    while (s->next < s->batch->n) {
        struct outcome o = { .ending = ENDED_CLEAN, .stop = STOP_OURS, .text = why };

        s->events->done(s->events->arg, trial(s, s->next++), &o);
    }
}

static bool run_child(struct state *s, int crumb_fd, struct err *e)
{
    const struct process p = {
        .argv = job_argv(&s->batch->job, s->arena, true),
        .envp = job_env(&s->batch->job, s->arena),
        .result_fd = JOB_RESULT_FD, .control_fd = JOB_CONTROL_FD, .crumb_fd = JOB_CRUMB_FD, .crumb = crumb_fd,
        .grace_ms = s->batch->grace_ms, .ask = 15, .force = 9,
    };
    struct process_end end;

    memset(s->crumb, 0, offsetof(struct crumb, stack));
    s->length = 0;
    s->last = s->current = NONE;
    if (!process_run(&p, &s->sink, &s->control, &end, s->arena, e))
        return false;
    after_death(s, &end);
    return true;
}

static const char *who(const struct batch *b, struct arena *a)
{
    return text_make(a, "%s%s%s", b->job.device != NULL ? text_make(a, "gpu%d", b->job.device->index) : "the machine",
                     b->job.stack != NULL ? " with " : "", b->job.stack != NULL ? b->job.stack->name : "");
}

void batch_run(const struct batch *b, const struct batch_events *events, struct arena *a)
{
    struct state s = { .sink = { started, take, 0 }, .batch = b, .events = events, .arena = a, .control = -1 };
    int fd = memfd_create("gpuvet crumb", MFD_CLOEXEC);
    struct err e = { .kind = ERR_NONE };

    s.crumb = fd >= 0 && ftruncate(fd, sizeof *s.crumb) == 0
        ? mmap(NULL, sizeof *s.crumb, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) : MAP_FAILED;
    if (s.crumb == MAP_FAILED) {
        err_sys(&e, "cannot make the page shared with a child");
        fail_all(&s, arena_text(a, e.text));
        if (fd >= 0)
            close(fd);
        return;
    }
    while (s.next < b->n) {
        if (process_interrupted() != 0) {
            give_up(&s, "interrupted");
        } else if (clock_ms() >= b->end_by) {
            fail_all(&s, "the time limit of the whole run was reached (--timeout)");
        } else if (s.deaths >= DEATHS_MAX) {
            give_up(&s, text_make(a, "not reached: %d children died on %s", DEATHS_MAX, who(b, a)));
        } else if (!run_child(&s, fd, &e)) {
            fail_all(&s, arena_text(a, e.text));
        }
    }
    munmap(s.crumb, sizeof *s.crumb);
    close(fd);
}
