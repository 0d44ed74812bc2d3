/* The talk with a child whose trial goes on for long: what a beat says is what the trial would have ended with. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "run/talk.h"

static const struct probe long_one = { .name = "t.long", .claim = "It goes on.", .beats = true, .limit_s = 30 };
static const struct probe short_one = { .name = "t.short", .claim = "It does not." };
static const struct probe other_program = { .name = "t.other", .claim = "Another program ends it.", .until_exit = true, .limit_s = 30 };

struct heard {
    struct arena   arena;
    struct talk    talk;
    struct batch   batch;
    struct trial   trial;
    const struct trial *listed[1];
    struct outcome out;
    size_t         ended, beats;
    struct beat    beat;
    double         last;            /* "n" of the last beat */
};

static const char *not_reached(void *arg, const struct trial *t) { (void)arg; (void)t; return NULL; }
static void began(void *arg, const struct trial *t) { (void)arg; (void)t; }

static double n_of(const struct outcome *o)
{
    const struct observation *n = outcome_saw(o, "n");

    return n != NULL ? n->number : -1;
}

static void beat(void *arg, const struct trial *t, const struct outcome *so_far, const struct beat *b)
{
    struct heard *h = arg;

    assert_ptr_equal(t, &h->trial);
    assert_int_equal(so_far->ending, ENDED_CUT);
    h->beats++;
    h->beat = *b;
    h->last = n_of(so_far);
}

static void done(void *arg, const struct trial *t, const struct outcome *o)
{
    struct heard *h = arg;

    (void)t;
    h->ended++;
    h->out = *o;
}

static struct heard *start(const struct probe *p)
{
    static struct heard h;
    static char self[] = "/gpuvet";
    static char *const env[] = { NULL };
    static const struct machine machine = { .arch = "x86_64" };
    static const struct probe *probes[1];
    static struct batch_events events;

    memset(&h, 0, sizeof h);
    probes[0] = p;
    h.trial = (struct trial){ .probe = p, .id = "t" };
    h.listed[0] = &h.trial;
    events = (struct batch_events){ .not_reached = not_reached, .began = began, .beat = beat, .done = done, .arg = &h };
    h.batch = (struct batch){ .job = { .self = self, .machine = &machine, .probes = probes, .n_probes = 1, .env = env },
                              .trials = h.listed, .n = 1, .grace_ms = 1000, .end_by = INT64_MAX };
    talk_init(&h.talk, &h.batch, &events, &h.arena);
    talk_with_new_child(&h.talk);
    h.talk.sink.started(&h.talk.sink);
    return &h;
}

static void stop(struct heard *h)
{
    arena_free(&h->arena);
    arena_free(&h->talk.heard[0]);
    arena_free(&h->talk.heard[1]);
}

static void say(struct heard *h, const char *lines)
{
    h->talk.sink.take(&h->talk.sink, lines, strlen(lines));
}

static void a_beat_is_told_and_moves_the_limit_of_silence(void **state)
{
    struct heard *h = start(&long_one);

    (void)state;
    say(h, "begin\t0\nnum\tn\t\t1\nbeat\t1\t1000\t60000\t12\t0\n");
    assert_int_equal(h->beats, 1);
    assert_true(h->beat.at_ms == 1000 && h->beat.all_ms == 60000 && h->beat.results == 12 && h->beat.faults == 0);
    assert_true(h->last == 1);
    h->talk.sink.deadline = 0;
    say(h, "num\tn\t\t2\nbeat\t1\t2000\t60000\t24\t1\n");
    assert_true(h->last == 2);
    assert_true(h->talk.sink.deadline > clock_ms() + 20000);
    assert_true(h->talk.sink.patience_ms > 0);
    stop(h);
}

static void it_ends_with_what_it_says_after_its_last_beat(void **state)
{
    struct heard *h = start(&long_one);

    (void)state;
    say(h, "begin\t0\nnum\tn\t\t1\nbeat\t1\t1\t2\t1\t0\nnum\tn\t\t7\ntext\tend\tgood\nend\t0\t2\n");
    assert_int_equal(h->ended, 1);
    assert_int_equal(h->out.ending, ENDED_CLEAN);
    assert_int_equal(h->out.n_saw, 2);
    assert_true(n_of(&h->out) == 7);
    assert_int_equal(h->talk.sink.patience_ms, 0);
    stop(h);
}

static void what_stops_it_does_not_lose_what_its_last_beat_said(void **state)
{
    struct heard *h = start(&long_one);

    (void)state;
    say(h, "begin\t0\nnum\tn\t\t1\nbeat\t1\t1\t2\t1\t0\nnum\tn\t\t3\nbeat\t1\t1\t2\t1\t0\nnum\tgrown\t\t5\ncall\tcublasLtMatmul\t/l/x.so\t14\tINTERNAL\n");
    talk_finish_trial(&h->talk);                /* as batch.c does when the child has exited */
    assert_int_equal(h->out.stop, STOP_CALL);
    assert_string_equal(h->out.text, "INTERNAL");
    assert_true(n_of(&h->out) == 3);
    assert_non_null(outcome_saw(&h->out, "grown"));
    stop(h);
}

static void a_hundred_thousand_beats_do_not_pile_up(void **state)
{
    struct heard *h = start(&long_one);

    (void)state;
    say(h, "begin\t0\n");
    for (int i = 0; i < 100000; i++)
        say(h, "num\tn\t\t1\ntext\twords\tso many that they would be noticed, were they kept, over and over again for hours\nbeat\t2\t1\t2\t1\t0\n");
    assert_int_equal(h->beats, 100000);
    assert_true(h->talk.n_kept == 2 && h->talk.out.n_saw == 0);
    say(h, "num\tn\t\t4\nend\t0\t1\n");
    assert_true(n_of(&h->out) == 4);
    stop(h);
}

static void a_beat_out_of_turn_is_a_bad_record(void **state)
{
    static const struct { const struct probe *probe; const char *lines; } cases[] = {
        { &short_one, "begin\t0\nnum\tn\t\t1\nbeat\t1\t1\t2\t1\t0\n" },
        { &long_one, "beat\t0\t1\t2\t1\t0\n" },
        { &long_one, "begin\t0\nnum\tn\t\t1\nbeat\t2\t1\t2\t1\t0\n" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct heard *h = start(cases[i].probe);

        say(h, cases[i].lines);
        assert_int_equal(h->beats, 0);
        assert_int_equal(h->talk.out.stop, STOP_BAD_RECORD);
        stop(h);
    }
}

static void what_another_program_ends_is_not_over_before_that_has_exited(void **state)
{
    struct heard *h = start(&other_program);

    (void)state;
    say(h, "begin\t0\nnum\tn\t\t1\n");
    h->talk.sink.deadline = 0;
    say(h, "end\t0\t1\n");
    assert_int_equal(h->ended, 0);
    assert_true(h->talk.ended);
    assert_true(h->talk.sink.deadline > clock_ms() + 20000);
    talk_finish_trial(&h->talk);                /* as batch.c does when it has exited with code 0 */
    assert_int_equal(h->ended, 1);
    assert_int_equal(h->out.ending, ENDED_CLEAN);
    assert_true(n_of(&h->out) == 1);
    stop(h);
}

static void a_record_after_its_end_is_a_bad_record(void **state)
{
    struct heard *h = start(&other_program);

    (void)state;
    say(h, "begin\t0\nnum\tn\t\t1\nend\t0\t1\nnum\tn\t\t2\n");
    assert_int_equal(h->talk.out.stop, STOP_BAD_RECORD);
    stop(h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_beat_is_told_and_moves_the_limit_of_silence),
        cmocka_unit_test(it_ends_with_what_it_says_after_its_last_beat),
        cmocka_unit_test(what_stops_it_does_not_lose_what_its_last_beat_said),
        cmocka_unit_test(a_hundred_thousand_beats_do_not_pile_up),
        cmocka_unit_test(a_beat_out_of_turn_is_a_bad_record),
        cmocka_unit_test(what_another_program_ends_is_not_over_before_that_has_exited),
        cmocka_unit_test(a_record_after_its_end_is_a_bad_record),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
