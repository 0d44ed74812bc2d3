/* What the doctor is told: how a text becomes lines, what these may mean, and how that joins with what a machine shows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "diagnose/told/message.h"
#include "reported.h"

static struct complaint told(struct arena *a, const char *text, size_t n, size_t piece)
{
    struct complaint_reader *r = arena_alloc(a, sizeof *r);
    struct complaint c = { .source = COMPLAINT_TEXT };

    *r = (struct complaint_reader){ .arena = a, .tells = message_tells };
    for (size_t at = 0; at < n; at += piece)
        complaint_read(r, text + at, n - at < piece ? n - at : piece);
    complaint_close(&c, r);
    return c;
}

static void every_ailment_that_a_message_or_a_hint_names_is_there(void **state)
{
    size_t missing = 0;
    const char *id;

    (void)state;
    for (size_t i = 0; (id = message_id_at(i)) != NULL; i++)
        if (ailment_by_id(id) == NULL) {
            print_error("a message names %s\n", id);
            missing++;
        }
    for (const struct hint *h = hints; h->id != NULL; h++)
        if (ailment_by_id(h->id) == NULL) {
            print_error("a hint names %s\n", h->id);
            missing++;
        }
    assert_int_equal(missing, 0);
}

static void a_line_is_cut_cleaned_and_does_not_depend_on_the_pieces_it_comes_in(void **state)
{
    static const char text[] = "one\r\n\033[31;1mtwo\033[0m\ttabbed\n\n  \nthree\0four\nlast";

    (void)state;
    for (size_t piece = 1; piece < sizeof text; piece++) {
        struct arena a = { NULL };
        const struct complaint c = told(&a, text, sizeof text - 1, piece);

        assert_int_equal(c.n_lines, 4);
        assert_string_equal(c.lines[0], "one");
        assert_string_equal(c.lines[1], "two tabbed");
        assert_string_equal(c.lines[2], "three four");
        assert_string_equal(c.lines[3], "last");
        arena_free(&a);
    }
}

static void of_a_long_log_the_last_lines_are_kept_and_those_that_say_something(void **state)
{
    struct arena a = { NULL };
    struct text t = { .arena = &a };
    struct complaint c;

    (void)state;
    for (int i = 0; i < 5000; i++)
        text_add(&t, i == 1000 ? "RuntimeError: Error 802: system not yet initialized\n" : "step %d\n", i);
    c = told(&a, t.s, t.n, 4096);
    assert_int_equal(c.n_lines, COMPLAINT_LAST + 1);
    assert_string_equal(c.lines[0], "RuntimeError: Error 802: system not yet initialized");
    assert_string_equal(c.lines[COMPLAINT_LAST], "step 4999");
    arena_free(&a);
}

static void a_line_without_an_end_takes_bounded_room(void **state)
{
    struct arena a = { NULL };
    char *text = malloc(1 << 20);
    struct complaint c;

    (void)state;
    assert_non_null(text);
    memset(text, 'x', 1 << 20);
    c = told(&a, text, 1 << 20, 1 << 16);
    assert_int_equal(c.n_lines, 1);
    assert_int_equal(strlen(c.lines[0]), COMPLAINT_LINE_MAX);
    free(text);
    arena_free(&a);
}

static void words_are_found_whatever_their_case_and_numbers_are_whole(void **state)
{
    static const struct { const char *line, *word; bool has; const char *number; } table[] = {
        { "Error 804: forward", "error 804", true, NULL }, { "error 8040", "error 804", false, NULL }, { "cuda error 46", "error 4", false, NULL },
        { "libcudart.so.12: cannot", "libcudart.so.#", true, "12" }, { "libcudart.so.12.4: cannot", "libcudart.so.#:", true, "12.4" },
        { "libcudart.so: cannot", "libcudart.so.#", false, NULL }, { "version `GLIBCXX_3.4.30' not", "version `GLIBCXX_#'", true, "3.4.30" },
        { "", "x", false, NULL }, { "x", "", false, NULL }, { "sm_120.", "sm_#", true, "120" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(table); i++) {
        const char *number = NULL;
        size_t n = 0;

        assert_int_equal(message_has(table[i].line, table[i].word, &number, &n), table[i].has);
        if (table[i].number != NULL) {
            assert_int_equal(n, strlen(table[i].number));
            assert_memory_equal(number, table[i].number, n);
        }
    }
}

static void every_row_is_found_by_its_own_words(void **state)
{
    static const struct message *const all[] = { kernel_messages, driver_messages, library_messages, work_messages };

    (void)state;
    for (size_t t = 0; t < COUNT_OF(all); t++)
        for (const struct message *m = all[t]; m->words[0] != NULL; m++) {
            struct arena a = { NULL };
            struct text line = { .arena = &a };

            for (size_t i = 0; i < MESSAGE_WORDS && m->words[i] != NULL; i++) {
                const char *hole = strchr(m->words[i], '#');

                text_add(&line, "%.*s%s%s; ", hole != NULL ? (int)(hole - m->words[i]) : (int)strlen(m->words[i]), m->words[i], hole != NULL ? "12.4" : "", hole != NULL ? hole + 1 : "");
            }
            if (m->when == NULL && !message_tells(line.s))
                fail_msg("nothing is found in: %s", line.s);
            arena_free(&a);
        }
}

/* Each confirmed report's own words: its cause is among the first three that they may mean. */
static void what_users_reported_means_its_confirmed_cause(void **state)
{
    size_t wrong = 0;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(reported); i++) {
        struct arena a = { NULL };
        const char *line = reported[i].error;
        struct meant *all;
        const size_t n = messages_mean(&all, &a, &line, 1);
        bool right = false;

        for (size_t k = 0; k < n && k < 3; k++)
            right |= text_has(reported[i].ids, text_make(&a, " %s ", all[k].id));
        if (!right || !message_tells(line)) {
            print_error("%s: %s, not%s\n", reported[i].address, n > 0 ? all[0].id : "nothing", reported[i].ids);
            wrong++;
        }
        arena_free(&a);
    }
    assert_int_equal(wrong, 0);
}

/* ---- Joined with what a machine shows ---- */

static struct diagnoses joined(const struct machine *m, const char *line, struct arena *a)
{
    const char **lines = arena_alloc(a, sizeof *lines);
    struct complaint *c = arena_alloc(a, sizeof *c);
    struct report *r = arena_alloc(a, sizeof *r);
    struct diagnoses d;

    lines[0] = line;
    *c = (struct complaint){ .source = COMPLAINT_TEXT, .lines = lines, .n_lines = 1 };
    *r = (struct report){ .machine = m, .closing = "", .exit_code = 77, .complaint = c };
    diagnose(&d, r, a);
    assert_int_equal(diagnoses_exit_code(&d, r), d.n > 0 ? 1 : 3);
    assert_true(d.n > 0 || text_starts(diagnoses_closing(&d, r, a), "CANNOT TELL - something failed"));
    return d;
}

static const struct pci_gpu nouveau_gpu = { .address = "0000:01:00.0", .driver = "nouveau" };
static const struct machine plain = { .place = PLACE_HOST, .gpu_meant = true };
static const struct machine with_nouveau = { .place = PLACE_HOST, .gpu_meant = true, .pci = &nouveau_gpu, .n_pci = 1, .nouveau_loaded = true };

static void what_the_machine_shows_and_the_message_may_mean_is_shown(void **state)
{
    struct arena a = { NULL };
    const struct diagnoses d = joined(&with_nouveau, "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.", &a);

    (void)state;
    assert_int_equal(d.n, 1);
    assert_string_equal(d.list[0].ailment->id, "nouveau-owns-gpu");
    assert_int_equal(d.list[0].certainty, SHOWN);
    assert_true(text_starts(d.list[0].evidence[0], "the error: NVIDIA-SMI has failed"));
    arena_free(&a);
}

static void where_the_machine_is_broken_what_it_cannot_have_said_is_a_note(void **state)
{
    struct arena a = { NULL };
    const struct diagnoses d = joined(&with_nouveau, "CUDA error: device-side assert triggered", &a);

    (void)state;
    assert_int_equal(d.n, 2);
    assert_string_equal(d.list[0].ailment->id, "nouveau-owns-gpu");
    assert_string_equal(d.list[1].ailment->id, "device-assert");
    assert_true(d.list[1].follows);
    arena_free(&a);
}

static void where_nothing_is_shown_the_most_likely_three_are_told(void **state)
{
    struct arena a = { NULL };
    const struct diagnoses d = joined(&plain, "RuntimeError: No CUDA GPUs are available", &a);

    (void)state;
    assert_int_equal(d.n, 3);
    for (size_t i = 0; i < d.n; i++) {
        assert_int_equal(d.list[i].certainty, LIKELY);
        assert_false(d.list[i].follows);
        assert_true(d.list[i].fix != NULL || d.list[i].advice != NULL);
        assert_false(text_starts(d.list[i].ailment->id, "container-"));       /* it is none */
    }
    arena_free(&a);
}

static void a_number_in_the_message_is_told(void **state)
{
    struct arena a = { NULL };
    const struct diagnoses d = joined(&plain, "The detected CUDA version (11.8) mismatches the version that was used to compile PyTorch (12.1).", &a);

    (void)state;
    assert_int_equal(d.n, 1);
    assert_true(text_has(d.list[0].cause, "the nvcc of CUDA 11.8,"));
    arena_free(&a);
}

static void what_no_row_knows_is_left_open(void **state)
{
    static const char *const unknown[] = { "", "x", "Loss is nan", "HTTP Error 500: Internal Server Error", "401 Client Error: Unauthorized", "ValueError: shapes (2,3)",
                                           "KeyError: 'model'", "error 404", "FileNotFoundError: [Errno 2] No such file or directory: 'data.csv'" };
    struct arena a = { NULL };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(unknown); i++)
        assert_int_equal(joined(&plain, unknown[i], &a).n, 0);
    arena_free(&a);
}

/* The message's own numbers decide. */
static void memory_that_is_out_is_told_apart_by_its_numbers(void **state)
{
    static const struct { const char *line, *id; } table[] = {
        { "CUDA out of memory. Tried to allocate 24.01 GiB. GPU 0 has a total capacity of 24.00 GiB of which 23.50 GiB is free.", "out-of-memory" },
        { "CUDA out of memory. Tried to allocate 23.99 GiB. GPU 0 has a total capacity of 24.00 GiB of which 23.50 GiB is free.", "out-of-memory" },
        { "CUDA out of memory. Tried to allocate 23.50 GiB. GPU 0 has a total capacity of 24.00 GiB of which 23.50 GiB is free.", "memory-refused" },
        { "CUDA out of memory. Tried to allocate 1.00 GiB. GPU 0 has 1.00 GiB is allocated by PyTorch, and 1024.00 MiB is reserved by PyTorch but unallocated.", "memory-in-pieces" },
        { "CUDA out of memory. Tried to allocate 1.00 GiB. GPU 0 has 1.00 GiB is allocated by PyTorch, and 1023.00 MiB is reserved by PyTorch but unallocated.", "out-of-memory" },
        { "CUDA out of memory. Tried to allocate", "out-of-memory" }, { "CUDA out of memory. Tried to allocate x GiB of which is free", "out-of-memory" },
        { "CUDA out of memory. Tried to allocate 1.00 GiB. total capacity of 8.00 GiB of which 0.50 GiB is free. Process 7 has 6.00 GiB memory in use. Including non-PyTorch memory, this process has 1.50 GiB memory in use.", "memory-held-by-others" },
        { "CUDA out of memory. Tried to allocate 1.00 GiB. total capacity of 8.00 GiB of which 0.50 GiB is free. Process 7 has 6.00 GiB", "out-of-memory" },
        { "CUDA out of memory. Tried to allocate 7.00 GiB. total capacity of 8.00 GiB of which 0.50 GiB is free. Process 7 has 6.00 GiB memory in use. Including non-PyTorch memory, this process has 1.50 GiB memory in use.", "out-of-memory" },
    };
    struct arena a = { NULL };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(table); i++) {
        const struct diagnoses d = joined(&plain, table[i].line, &a);

        assert_string_equal(d.list[0].ailment->id, table[i].id);
    }
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_ailment_that_a_message_or_a_hint_names_is_there),
        cmocka_unit_test(a_line_is_cut_cleaned_and_does_not_depend_on_the_pieces_it_comes_in),
        cmocka_unit_test(of_a_long_log_the_last_lines_are_kept_and_those_that_say_something),
        cmocka_unit_test(a_line_without_an_end_takes_bounded_room),
        cmocka_unit_test(words_are_found_whatever_their_case_and_numbers_are_whole),
        cmocka_unit_test(every_row_is_found_by_its_own_words),
        cmocka_unit_test(what_users_reported_means_its_confirmed_cause),
        cmocka_unit_test(what_the_machine_shows_and_the_message_may_mean_is_shown),
        cmocka_unit_test(where_the_machine_is_broken_what_it_cannot_have_said_is_a_note),
        cmocka_unit_test(where_nothing_is_shown_the_most_likely_three_are_told),
        cmocka_unit_test(a_number_in_the_message_is_told),
        cmocka_unit_test(what_no_row_knows_is_left_open),
        cmocka_unit_test(memory_that_is_out_is_told_apart_by_its_numbers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
