/* Every way in which a child can end, and that we never wait for it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "run/process.h"

#define ANY SIZE_MAX

struct counter { struct sink sink; size_t bytes; int64_t limit_ms; };

static void count(struct sink *s, const char *bytes, size_t n)
{
    (void)bytes;
    ((struct counter *)(void *)s)->bytes += n;
}

static void start_clock(struct sink *s)
{
    s->deadline = clock_ms() + ((struct counter *)(void *)s)->limit_ms;
}

/* The child is a shell; descriptor 3 is its result pipe, 4 the control pipe. */
static const struct {
    const char *name, *script;
    enum ending ending;
    int         status;
    size_t      bytes;          /* ANY: do not compare */
    int         force;
} cases[] = {
    { "ends well",              "printf 123456 >&3",                                        ENDED_CLEAN,   0,       6, SIGKILL },
    { "exits with a code",      "exit 3",                                                   ENDED_CLEAN,   3,       0, SIGKILL },
    { "crashes",                "kill -SEGV $$",                                            ENDED_CRASHED, SIGSEGV, 0, SIGKILL },
    { "hangs",                  "exec sleep 100",                                           ENDED_TIMEOUT, SIGTERM, 0, SIGKILL },
    { "hangs, deaf to TERM",    "trap '' TERM; while :; do sleep 0.05; done",               ENDED_TIMEOUT, SIGKILL, 0, SIGKILL },
    { "stopped",                "kill -STOP $$",                                            ENDED_TIMEOUT, SIGKILL, 0, SIGKILL },
    { "closes its pipe, hangs", "exec 3>&-; exec sleep 100",                                ENDED_TIMEOUT, SIGTERM, 0, SIGKILL },
    { "writes a megabyte",      "head -c 1048576 /dev/zero >&3",                            ENDED_CLEAN,   0, 1048576, SIGKILL },
    { "writes without end",     "cat /dev/zero >&3",                                        ENDED_TIMEOUT, SIGTERM, ANY, SIGKILL },
    { "prints without end",     "cat /dev/zero",                                            ENDED_TIMEOUT, SIGTERM, 0, SIGKILL },
    { "leaves a grandchild",    "sleep 100 & printf 123456 >&3",                            ENDED_CLEAN,   0,       6, SIGKILL },
    { "survives the last signal", "trap '' TERM; while :; do sleep 0.05; done",             ENDED_STUCK,   0,       0, 0 },
};

static bool run_to_end(const struct process *p, struct sink *sink, struct process_end *end, struct arena *a)
{
    struct running r;
    struct err e;

    if (!process_start(&r, p, sink, &e))
        return false;
    while (!process_look(&r))
        process_sleep((struct running *[]){ &r }, 1);
    process_finish(&r, end, a);
    return r.control == -1;
}

static bool run(const char *script, int force, int64_t limit_ms, struct counter *c, struct process_end *end, struct arena *a)
{
    static char shell[] = "/bin/sh", option[] = "-c";
    char *argv[] = { shell, option, arena_text(a, script), NULL }, *envp[] = { arena_text(a, "PATH=/usr/bin:/bin"), NULL };
    const struct process p = { .argv = argv, .envp = envp, .result_fd = 3, .control_fd = 4, .crumb_fd = 5, .crumb = STDERR_FILENO,
                               .grace_ms = 300, .ask = SIGTERM, .force = force };

    *c = (struct counter){ .sink = { .started = start_clock, .take = count }, .limit_ms = limit_ms };
    return run_to_end(&p, &c->sink, end, a);
}

static void every_ending_is_told_apart(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct arena a = { NULL };
        struct process_end end;
        struct counter c;
        int64_t began = clock_ms();

        assert_true(run(cases[i].script, cases[i].force, cases[i].bytes == 1048576 ? 10000 : 500, &c, &end, &a));
        if (end.ending != cases[i].ending || end.status != cases[i].status || (cases[i].bytes != ANY && cases[i].bytes != c.bytes))
            fail_msg("%s: ending %d, status %d, %zu bytes", cases[i].name, (int)end.ending, end.status, c.bytes);
        if (clock_ms() - began > 5000)
            fail_msg("%s took %lld ms", cases[i].name, (long long)(clock_ms() - began));
        arena_free(&a);
    }
}

static void the_tail_of_what_it_printed_is_kept(void **state)
{
    struct arena a = { NULL };
    struct process_end end;
    struct counter c;

    (void)state;
    assert_true(run("seq 100000; printf 'last\\001words'", SIGKILL, 10000, &c, &end, &a));
    assert_non_null(end.said);
    assert_true(text_ends(end.said, "99999\n100000\nlast words"));
    arena_free(&a);
}

static void a_program_that_is_not_there_ends_with_127(void **state)
{
    static char missing[] = "/no/such/program";
    char *argv[] = { missing, NULL }, *envp[] = { NULL };
    const struct process p = { .argv = argv, .envp = envp, .result_fd = 3, .control_fd = 4, .crumb_fd = 5, .crumb = STDERR_FILENO,
                               .grace_ms = 300, .ask = SIGTERM, .force = SIGKILL };
    struct counter c = { .sink = { .started = start_clock, .take = count }, .limit_ms = 2000 };
    struct arena a = { NULL };
    struct process_end end;

    (void)state;
    assert_true(run_to_end(&p, &c.sink, &end, &a));
    assert_int_equal(end.ending, ENDED_CLEAN);
    assert_int_equal(end.status, 127);
    arena_free(&a);
}

/* A parent that ignored SIGCHLD, and many open descriptors, must not matter. */
static void a_careless_parent_does_not_matter(void **state)
{
    struct arena a = { NULL };
    struct process_end end;
    struct counter c;
    int low[12];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(low); i++)
        low[i] = dup(STDERR_FILENO);
    assert_true(run("printf 12 >&3; exit 5", SIGKILL, 2000, &c, &end, &a));
    assert_int_equal(end.status, 5);
    assert_int_equal(c.bytes, 2);
    for (size_t i = 0; i < COUNT_OF(low); i++)
        close(low[i]);
    arena_free(&a);
}

/* Two that sleep for half a second each, looked at in turn: one half second passes, not two. */
static void several_live_at_once(void **state)
{
    static char shell[] = "/bin/sh", option[] = "-c", script[] = "printf 12 >&3; sleep 0.5";
    char *argv[] = { shell, option, script, NULL }, *envp[] = { NULL };
    const struct process p = { .argv = argv, .envp = envp, .result_fd = 3, .control_fd = 4, .crumb_fd = 5, .crumb = STDERR_FILENO,
                               .grace_ms = 300, .ask = SIGTERM, .force = SIGKILL };
    struct counter c[2] = { { .sink = { .started = start_clock, .take = count }, .limit_ms = 5000 }, { .sink = { .started = start_clock, .take = count }, .limit_ms = 5000 } };
    struct running r[2], *both[] = { &r[0], &r[1] };
    struct arena a = { NULL };
    struct process_end end;
    bool both_lived = false, over[2] = { false, false };
    struct err e;

    (void)state;
    for (size_t i = 0; i < 2; i++)
        assert_true(process_start(&r[i], &p, &c[i].sink, &e));
    while (!over[0] || !over[1]) {
        for (size_t i = 0; i < 2; i++)
            if (!over[i])
                over[i] = process_look(&r[i]);
        both_lived |= !over[0] && !over[1] && c[0].bytes == 2 && c[1].bytes == 2;
        process_sleep(both, 2);
    }
    assert_true(both_lived);
    for (size_t i = 0; i < 2; i++) {
        process_finish(&r[i], &end, &a);
        assert_int_equal(end.ending, ENDED_CLEAN);
        assert_int_equal(end.status, 0);
    }
    arena_free(&a);
}

static void a_signal_to_us_ends_the_child_and_is_remembered(void **state)
{
    struct arena a = { NULL };
    struct process_end end;
    struct counter c;

    (void)state;
    assert_int_equal(process_interrupted(), 0);
    assert_true(run("kill -INT $PPID; exec sleep 100", SIGKILL, 20000, &c, &end, &a));
    assert_true(end.interrupted);
    assert_int_equal(process_interrupted(), SIGINT);
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_ending_is_told_apart),
        cmocka_unit_test(the_tail_of_what_it_printed_is_kept),
        cmocka_unit_test(a_program_that_is_not_there_ends_with_127),
        cmocka_unit_test(a_careless_parent_does_not_matter),
        cmocka_unit_test(several_live_at_once),
        cmocka_unit_test(a_signal_to_us_ends_the_child_and_is_remembered),
    };

    signal(SIGCHLD, SIG_IGN);           /* as a careless parent would leave it */
    process_setup();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
