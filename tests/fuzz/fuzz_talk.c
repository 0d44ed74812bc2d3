/* Fuzzes the talk with a child: whatever it writes, no trial gets an outcome
 * twice, none passes that it did not begin and end, and what is kept is bounded. */
#include <stdint.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "run/talk.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

enum { TRIALS = 3 };

static const struct probe probe = { .name = "fuzz.talk", .claim = "The child may say anything." };
static const struct probe beats = { .name = "fuzz.talk", .claim = "The child may say anything, over and over.", .beats = true };
static const struct trial trials[TRIALS] = { { .probe = &probe, .id = "a" }, { .probe = &probe, .id = "b" }, { .probe = &beats, .id = "c" } };
static const struct trial *const listed[TRIALS] = { &trials[0], &trials[1], &trials[2] };
static unsigned outcomes[TRIALS];

static const char *not_reached(void *arg, const struct trial *t)
{
    (void)arg;
    return t == &trials[1] && outcomes[0] == 0 ? "never asked before its foundation" : NULL;
}

static void began(void *arg, const struct trial *t)
{
    (void)arg;
    (void)t;
}

static void beat(void *arg, const struct trial *t, const struct outcome *so_far, const struct beat *b)
{
    (void)arg;
    if (!t->probe->beats || so_far->ending != ENDED_CUT || !(b->at_ms >= 0) || !(b->faults >= 0))
        __builtin_trap();
}

static void done(void *arg, const struct trial *t, const struct outcome *o)
{
    (void)arg;
    if (++outcomes[t - trials] > 1 || (o->ending == ENDED_CLEAN && o->stop == STOP_NONE && o->n_saw > 0 && o->saw == NULL))
        __builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static char self[] = "/gpuvet";
    static char *const env[] = { NULL };
    static const struct machine machine = { .arch = "x86_64" };
    static const struct probe *const probes[TRIALS] = { &probe, &probe, &beats };
    const struct batch_events events = { .not_reached = not_reached, .began = began, .beat = beat, .done = done, .arg = NULL };
    struct arena arena = { NULL };
    const struct batch b = { .job = { .self = self, .machine = &machine, .probes = probes, .n_probes = TRIALS, .env = env },
                             .trials = listed, .n = TRIALS, .grace_ms = 1000, .end_by = INT64_MAX };
    struct talk t;

    memset(outcomes, 0, sizeof outcomes);
    talk_init(&t, &b, &events, &arena);
    talk_with_new_child(&t);
    t.sink.started(&t.sink);
    t.sink.take(&t.sink, (const char *)bytes, n);
    if (t.next > TRIALS || (t.current != NO_TRIAL && t.current >= TRIALS) || t.length > sizeof t.line)
        __builtin_trap();
    arena_free(&t.heard[0]);
    arena_free(&t.heard[1]);
    arena_free(&arena);
    return 0;
}
