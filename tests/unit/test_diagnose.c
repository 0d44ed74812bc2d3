/* What the doctor knows: every ailment can be looked up and told apart, and the chain is in order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/text.h"
#include "diagnose/look.h"

static void every_ailment_has_a_name_of_its_own_and_says_what_it_is_and_is_not(void **state)
{
    const struct ailment *one, *other;

    (void)state;
    for (size_t i = 0; (one = ailment_at(i)) != NULL; i++) {
        assert_true(one->what != NULL && text_ends(one->what, "."));
        assert_true(one->unlike != NULL && text_ends(one->unlike, "."));
        assert_ptr_equal(ailment_by_id(one->id), one);
        for (size_t k = 0; k < i && (other = ailment_at(k)) != NULL; k++)
            assert_string_not_equal(one->id, other->id);
    }
    assert_null(ailment_by_id("nothing"));
}

static const struct ailment early = { "early", LINK_MODULE, .what = "." }, late = { "late", LINK_DRIVER, .what = "." };

static void the_exit_code_is_that_of_the_worst_that_is_known(void **state)
{
    static const struct judged open[1] = { { .trial = { .id = "x" }, .why = "y" } };
    static const struct judged *const opens[] = { &open[0] };
    const struct diagnosis cause = { .ailment = &early, .cause = "c" }, note = { .ailment = &late, .cause = "n", .follows = true };
    const struct { struct diagnoses d; int run, is; } table[] = {
        { { .n = 0 }, 0, 0 }, { { .n = 0 }, 77, 77 }, { { .n = 0 }, 3, 3 }, { { .n = 0 }, 1, 3 }, { { &cause, 1, NULL, 0 }, 1, 1 }, { { &cause, 1, NULL, 0 }, 77, 1 },
        { { &note, 1, NULL, 0 }, 0, 0 }, { { NULL, 0, opens, 1 }, 1, 3 }, { { &cause, 1, opens, 1 }, 1, 1 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(table); i++) {
        const struct report r = { .exit_code = table[i].run, .closing = "" };

        assert_int_equal(diagnoses_exit_code(&table[i].d, &r), table[i].is);
    }
}

static struct diagnoses of(struct machine *m, struct judged *trials, size_t n, struct arena *a)
{
    const struct report r = { .machine = m, .trials = trials, .n_trials = n, .closing = "", .exit_code = 1 };
    struct diagnoses d;

    diagnose(&d, &r, a);
    return d;
}

static void the_first_broken_link_is_the_cause_and_the_rest_are_notes(void **state)
{
    const struct pci_gpu gpu = { .address = "0000:01:00.0", .driver = "nouveau" };
    struct machine m = { .pci = &gpu, .n_pci = 1, .place = PLACE_HOST, .os_id = "debian", .nouveau_loaded = true, .gpu_meant = true };
    static const struct probe asks = { .name = "sample.driver", .claim = "It answers.", .scope = SCOPE_MACHINE };
    struct judged trial = { .trial = { .id = "sample.driver", .probe = &asks }, .verdict = FAIL, .why = "it does not",
                            .outcome = { .stop = STOP_CALL, .call = "cuInit(0)", .code = 803, .text = "X" } };
    struct arena a = { NULL };
    struct diagnoses d = of(&m, &trial, 1, &a);

    (void)state;
    assert_int_equal(d.n, 2);
    assert_string_equal(d.list[0].ailment->id, "nouveau-owns-gpu");
    assert_string_equal(d.list[0].fix, "sudo apt-get install -y nvidia-driver && sudo reboot");
    assert_false(d.list[0].follows);
    assert_string_equal(d.list[1].ailment->id, "driver-library-mismatch");
    assert_true(d.list[1].follows);
    assert_int_equal(d.n_unexplained, 0);
    arena_free(&a);
}

static void what_nothing_explains_is_left_open(void **state)
{
    struct machine m = { .place = PLACE_HOST, .gpu_meant = true };
    static const struct probe asks = { .name = "sample.driver", .claim = "It answers.", .scope = SCOPE_MACHINE };
    struct judged trials[] = {
        { .trial = { .id = "a", .probe = &asks }, .verdict = PASS, .why = "" },
        { .trial = { .id = "b", .probe = &asks }, .verdict = FAIL, .why = "wrong", .outcome = { .stop = STOP_CALL, .call = "cuInitialise()", .code = 803 } },
        { .trial = { .id = "c", .probe = &asks }, .verdict = BROKEN, .why = "who knows" },
    };
    struct arena a = { NULL };
    struct diagnoses d = of(&m, trials, COUNT_OF(trials), &a);

    (void)state;
    assert_int_equal(d.n, 0);               /* a call whose name only begins like another's is another */
    assert_int_equal(d.n_unexplained, 2);
    assert_string_equal(d.unexplained[0]->trial.id, "b");
    arena_free(&a);
}

static void root_is_given_commands_without_sudo(void **state)
{
    static const struct fact facts[] = { { "process.uid", "0", "/proc/self/status" } };
    const struct pci_gpu gpu = { .address = "0000:01:00.0", .driver = "nouveau" };
    struct machine m = { .pci = &gpu, .n_pci = 1, .place = PLACE_HOST, .os_id = "debian", .nouveau_loaded = true, .gpu_meant = true, .facts = facts, .n_facts = 1 };
    struct arena a = { NULL };

    (void)state;
    assert_string_equal(of(&m, NULL, 0, &a).list[0].fix, "apt-get install -y nvidia-driver && reboot");
    m.n_facts = 0;
    assert_string_equal(of(&m, NULL, 0, &a).list[0].fix, "sudo apt-get install -y nvidia-driver && sudo reboot");
    arena_free(&a);
}

static void what_the_machine_lacks_does_not_explain_a_library_that_does_not_load(void **state)
{
    const struct pci_gpu gpu = { .address = "0000:01:00.0", .driver = "nouveau" };
    struct machine m = { .pci = &gpu, .n_pci = 1, .place = PLACE_HOST, .os_id = "debian", .nouveau_loaded = true, .gpu_meant = true };
    static const struct probe loads = { .name = "sample.loads", .claim = "It loads.", .scope = SCOPE_STACK }, computes = { .name = "sample.computes", .claim = "It computes.", .scope = SCOPE_STACK_DEVICE };
    static const struct stack stack = { .name = "toolkit-13.0" };
    struct judged trials[] = {
        { .trial = { .id = "a", .probe = &loads, .stack = &stack }, .verdict = FAIL, .why = "no", .outcome = { .stop = STOP_CALL, .call = "dlopen", .code = 0 } },
        { .trial = { .id = "b", .probe = &computes, .stack = &stack }, .verdict = FAIL, .why = "no" },
    };
    struct arena a = { NULL };
    struct diagnoses d = of(&m, trials, COUNT_OF(trials), &a);

    (void)state;
    assert_int_equal(d.n, 1);
    assert_int_equal(d.n_unexplained, 1);
    assert_string_equal(d.unexplained[0]->trial.id, "a");
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_ailment_has_a_name_of_its_own_and_says_what_it_is_and_is_not),
        cmocka_unit_test(the_exit_code_is_that_of_the_worst_that_is_known),
        cmocka_unit_test(the_first_broken_link_is_the_cause_and_the_rest_are_notes),
        cmocka_unit_test(what_nothing_explains_is_left_open),
        cmocka_unit_test(root_is_given_commands_without_sudo),
        cmocka_unit_test(what_the_machine_lacks_does_not_explain_a_library_that_does_not_load),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
