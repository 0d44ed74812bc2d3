/* A stuck child keeps its GPU, and its GPU alone, out of the rest of the run. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/text.h"
#include "verbs/session.h"

static const struct probe probe = { .name = "cuda.launch", .claim = "Kernels run.", .scope = SCOPE_DEVICE };
static const struct device gpus[2] = { { .index = 0 }, { .index = 1 } };
static const struct trial trials[] = {
    { .probe = &probe, .device = &gpus[0], .id = "cuda.launch@gpu0" },
    { .probe = &probe, .device = &gpus[0], .id = "cuda.copy@gpu0" },
    { .probe = &probe, .device = &gpus[1], .id = "cuda.copy@gpu1" },
    { .probe = &probe, .id = "stack.loads" },
};

static void a_stuck_child_quarantines_its_gpu(void **state)
{
    struct arena a = { NULL };
    struct judged judged[COUNT_OF(trials)] = { 0 };
    bool has_outcome[COUNT_OF(trials)] = { true, false, false, false };
    struct session s = { .arena = &a, .plan = { trials, COUNT_OF(trials) }, .judged = judged, .has_outcome = has_outcome };
    const struct batch_events events = session_events(&s);
    const char *why;

    (void)state;
    judged[0].trial = trials[0];
    judged[0].outcome.ending = ENDED_TIMEOUT;           /* it could be killed: the GPU may be asked again */
    assert_false(session_is_quarantined(&s, &trials[1]));
    assert_null(events.not_reached(&s, &trials[1]));
    judged[0].outcome.ending = ENDED_STUCK;
    assert_true(session_is_quarantined(&s, &trials[1]));
    assert_false(session_is_quarantined(&s, &trials[2]));
    assert_false(session_is_quarantined(&s, &trials[3]));
    why = events.not_reached(&s, &trials[1]);
    assert_non_null(why);
    assert_string_equal(why, "not reached: gpu0 is left alone since cuda.launch@gpu0 is stuck");
    assert_null(events.not_reached(&s, &trials[2]));
    assert_null(events.not_reached(&s, &trials[3]));
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(a_stuck_child_quarantines_its_gpu) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
