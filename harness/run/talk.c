#include "run/talk.h"

#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"

enum {
    LIMIT_S   = 60,
    PREPARE_S = 120,            /* opening a stack from a cold disk */
    EXIT_MS   = 10000,          /* to exit after the last trial */
};

static const struct trial *trial(const struct talk *t, size_t i)
{
    return t->batch->trials[i];
}

static int64_t limit_ms(const struct talk *t)
{
    unsigned limit = trial(t, t->current)->probe->limit_s;

    if (t->batch->limit_s > 0)
        limit = t->batch->limit_s;
    return (int64_t)(limit > 0 ? limit : LIMIT_S) * 1000;
}

static int64_t prepare_ms(const struct talk *t)
{
    return (int64_t)(t->batch->limit_s > 0 ? t->batch->limit_s : PREPARE_S) * 1000;
}

static void set_deadline(struct talk *t, int64_t ms)
{
    int64_t at = clock_ms() + ms;

    t->sink.deadline = at < t->batch->end_by ? at : t->batch->end_by;
}

static void tell(struct talk *t, char what)
{
    if (*t->control >= 0 && write(*t->control, &what, 1) != 1)
        t->sink.deadline = clock_ms() + t->batch->grace_ms;     /* it does not listen any more */
}

static void keep(struct talk *t, struct observation **all, size_t *n, const struct observation *saw, size_t n_saw)
{
    for (size_t i = 0; i < n_saw; i++)
        *ARENA_PUSH(t->arena, *all, *n) = (struct observation){
            .key = arena_text(t->arena, saw[i].key), .unit = arena_text(t->arena, saw[i].unit), .text = arena_text(t->arena, saw[i].text),
            .number = saw[i].number, .is_number = saw[i].is_number,
        };
}

/* What it ends with is what it has said since its last beat. Cut short, that is not all: the beat tells the rest. */
static void keep_what_was_heard(struct talk *t, bool whole)
{
    struct observation *all = NULL;
    size_t n = 0;

    keep(t, &all, &n, t->saw, t->out.n_saw);
    if (!whole)
        keep(t, &all, &n, t->kept, t->n_kept);
    t->saw = all;
    t->out.n_saw = n;
    arena_free(&t->heard[0]);
    arena_free(&t->heard[1]);
    t->kept = NULL;
    t->n_kept = 0;
}

static bool beats(const struct talk *t)
{
    return t->current != NO_TRIAL && trial(t, t->current)->probe->beats;
}

void talk_finish_trial(struct talk *t)
{
    const struct trial *over = trial(t, t->current);

    t->out.took_ms = clock_ms_fine() - t->began_ms;
    if (beats(t))
        keep_what_was_heard(t, t->out.ending == ENDED_CLEAN && !t->stopped);
    t->sink.patience_ms = 0;
    t->out.saw = t->saw;
    if (t->out.rerun == NULL)
        t->out.rerun = job_rerun_line(&t->batch->job, over->probe, t->arena);
    t->events->done(t->events->arg, over, &t->out);
    t->last = t->current;
    t->current = NO_TRIAL;
    t->next = t->last + 1;
}

void talk_not_run(struct talk *t, size_t i, const char *why)
{
    struct outcome o = { .ending = ENDED_NOT_RUN, .text = why };

    t->events->done(t->events->arg, trial(t, i), &o);
}

bool talk_has_more(struct talk *t)
{
    for (; t->next < t->batch->n; t->next++) {
        const char *why = t->events->not_reached(t->events->arg, trial(t, t->next));

        if (why == NULL)
            why = deaths_forbid(&t->deaths, trial(t, t->next), t->where, t->arena);
        if (why == NULL)
            return true;
        talk_not_run(t, t->next, why);
        tell(t, 's');
    }
    return false;
}

/* Tells the child which trial is next: 'r' runs it, 's' passes over it, 'q' ends. */
static void advance(struct talk *t)
{
    if (!talk_has_more(t)) {
        set_deadline(t, EXIT_MS);
        tell(t, 'q');
        return;
    }
    t->current = t->next;
    t->begun = t->stopped = t->preparing = t->ended = t->has_beaten = false;
    t->out = (struct outcome){ .ending = ENDED_CLEAN };
    t->saw = NULL;
    t->began_ms = clock_ms_fine();
    t->events->began(t->events->arg, trial(t, t->current));
    set_deadline(t, prepare_ms(t));
    tell(t, 'r');
}

static void started(struct sink *sink)
{
    struct talk *t = (struct talk *)(void *)sink;

    for (size_t i = 0; i < t->next; i++)
        tell(t, 's');
    advance(t);
}

static void bad_record(struct talk *t, const char *line, size_t n, const char *why)
{
    if (t->current == NO_TRIAL || t->stopped)
        return;
    t->out.stop = STOP_BAD_RECORD;
    t->out.text = text_make(t->arena, "%s: \"%.*s\"", why, (int)(n < 200 ? n : 200), line);
    t->stopped = true;
    t->sink.deadline = 0;
}

static void stop(struct talk *t, const struct record *r)
{
    switch (r->kind) {
    case RECORD_CALL:
        t->out.stop = STOP_CALL;
        t->out.call = r->field[0];
        t->out.library = r->field[1];
        t->out.code = r->code;
        t->out.text = r->field[3];
        break;
    case RECORD_LOAD:
        t->out.stop = STOP_LOAD;
        t->out.text = r->field[0];
        break;
    case RECORD_UNSUPPORTED:
        t->out.stop = STOP_UNSUPPORTED;
        t->out.text = r->field[0];
        break;
    default:
        t->out.stop = STOP_OURS;
        t->out.text = r->field[0];
        break;
    }
    t->stopped = true;                      /* it is over when the child has exited: then we have its last words */
    set_deadline(t, EXIT_MS);
}

static void observe(struct talk *t, const struct record *r)
{
    struct observation *o = ARENA_PUSH(beats(t) ? &t->heard[t->turn] : t->arena, t->saw, t->out.n_saw);
    bool is_number = r->kind == RECORD_NUM;

    *o = (struct observation){ .key = r->field[0], .unit = is_number ? r->field[1] : "",
                               .text = r->field[is_number ? 2 : 1], .number = r->number, .is_number = is_number };
}

/* A trial that goes on for hours must not fill our memory with what it says: of two beats the older is forgotten. */
static void beat(struct talk *t, const struct record *r)
{
    const struct trial *now = trial(t, t->current);
    struct outcome so_far = { .ending = ENDED_CUT, .took_ms = clock_ms_fine() - t->began_ms, .saw = t->saw, .n_saw = t->out.n_saw };
    struct arena scratch = { NULL };

    set_deadline(t, limit_ms(t));
    t->has_beaten = true;
    t->kept = t->saw;
    t->n_kept = t->out.n_saw;
    so_far.rerun = job_rerun_line(&t->batch->job, now->probe, &scratch);
    if (t->events->beat != NULL)
        t->events->beat(t->events->arg, now, &so_far, &r->beat);
    arena_free(&scratch);
    t->turn ^= 1;
    arena_free(&t->heard[t->turn]);
    t->saw = NULL;
    t->out.n_saw = 0;
}

/* What is wrong with a record at this point of the talk; NULL if nothing. */
static const char *out_of_turn(const struct talk *t, const struct record *r)
{
    if (t->current == NO_TRIAL || t->stopped)
        return "no trial runs";
    if (t->ended)
        return "a record after the end";
    switch (r->kind) {
    case RECORD_PREPARE:
        return t->begun ? "prepare after begin" : NULL;
    case RECORD_BEGIN:
        return t->begun || (size_t)r->index != t->current ? "begin of another trial" : NULL;
    case RECORD_NUM:
    case RECORD_TEXT:
        return t->begun || t->preparing ? NULL : "an observation before begin";
    case RECORD_BEAT:
        if (!t->begun || !beats(t))
            return "a beat of a trial that does not beat";
        return (size_t)r->count != t->out.n_saw ? "observations were lost" : NULL;
    case RECORD_END:
        if (!t->begun || (size_t)r->index != t->current)
            return "end of another trial";
        return (size_t)r->count != t->out.n_saw ? "observations were lost" : NULL;
    default:
        return NULL;                        /* what stops a trial may come while it is prepared */
    }
}

/* Of the kind that a trial that beats says over and over. */
static bool is_passing(const char *line, size_t n)
{
    static const char *const kinds[] = { "num", "text", "beat" };

    for (size_t i = 0; i < COUNT_OF(kinds); i++)
        if (n > strlen(kinds[i]) && memcmp(line, kinds[i], strlen(kinds[i])) == 0)
            return true;
    return false;
}

static void take_line(struct talk *t, const char *line, size_t n)
{
    struct err e = { .kind = ERR_NONE };
    struct record r;
    const char *why;

    if (t->stopped)
        return;
    if (!record_parse(&r, beats(t) && is_passing(line, n) ? &t->heard[t->turn] : t->arena, line, n, &e)) {
        bad_record(t, line, n, e.text);
        return;
    }
    why = out_of_turn(t, &r);
    if (why != NULL) {
        bad_record(t, line, n, why);
        return;
    }
    switch (r.kind) {
    case RECORD_PREPARE:
        t->preparing = true;
        set_deadline(t, prepare_ms(t));
        break;
    case RECORD_BEGIN:
        t->begun = true;
        t->out.n_saw = 0;                   /* what preparing saw was said in case it would fail */
        t->began_ms = clock_ms_fine();
        set_deadline(t, limit_ms(t));
        t->sink.patience_ms = beats(t) ? LAST_WORDS_MS : 0;
        break;
    case RECORD_BEAT:
        beat(t, &r);
        break;
    case RECORD_NUM:
    case RECORD_TEXT:
        observe(t, &r);
        break;
    case RECORD_END:
        if (trial(t, t->current)->probe->until_exit) {
            t->ended = true;
            set_deadline(t, limit_ms(t));
            break;
        }
        talk_finish_trial(t);
        advance(t);
        break;
    default:
        stop(t, &r);
        break;
    }
}

static void take(struct sink *sink, const char *bytes, size_t n)
{
    struct talk *t = (struct talk *)(void *)sink;

    for (size_t i = 0; i < n; i++) {
        if (bytes[i] == '\n') {
            take_line(t, t->line, t->length);
            t->length = 0;
        } else if (t->length < sizeof t->line) {
            t->line[t->length++] = bytes[i];
        } else {
            bad_record(t, t->line, t->length, "a line without an end");
            t->length = 0;
        }
    }
}

void talk_init(struct talk *t, const struct batch *b, const struct batch_events *events, struct arena *a)
{
    static const int none = -1;

    *t = (struct talk){ .sink = { started, take, 0, 0 }, .batch = b, .events = events, .arena = a, .control = &none,
                        .current = NO_TRIAL, .last = NO_TRIAL };
}

void talk_with_new_child(struct talk *t)
{
    t->length = 0;
    t->last = t->current = NO_TRIAL;
}
