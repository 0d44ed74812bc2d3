/* What the doctor makes of measurements: what held a GPU back, where something did, and silence where nothing was wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/text.h"
#include "diagnose/look.h"

static const struct probe measures = { .name = "sample.rate", .claim = "It is fast." };
static const struct device gpu = { .uuid = "GPU-1", .pci = "0000:01:00.0" };
static const struct machine host = { .place = PLACE_HOST, .gpu_meant = true };

#define WORD(k, s)      { .key = k, .unit = "", .text = s }
#define COUNT(k, n)     { .key = k, .unit = "", .text = #n, .number = n, .is_number = true }

/* Of one trial that passed, and what another one says of the same GPU's settings. */
static struct diagnoses of(const struct observation *saw, size_t n_saw, const struct observation *set, size_t n_set, struct arena *a)
{
    struct judged *trials = arena_alloc(a, 2 * sizeof *trials);
    struct diagnoses d;

    trials[0] = (struct judged){ .trial = { .id = "sample.rate@gpu0", .probe = &measures, .device = &gpu }, .verdict = PASS, .why = "", .outcome = { .saw = saw, .n_saw = n_saw } };
    trials[1] = (struct judged){ .trial = { .id = "sample.facts@gpu0", .probe = &measures, .device = &gpu }, .verdict = PASS, .why = "", .outcome = { .saw = set, .n_saw = n_set } };
    diagnose(&d, &(struct report){ .machine = &host, .trials = trials, .n_trials = 2, .closing = "" }, a);
    return d;
}

static const struct observation usual[] = { COUNT("power.limit", 300), COUNT("power.default", 300) };
static const struct observation lowered[] = { COUNT("power.limit", 200), COUNT("power.default", 300) };

static void expect(const struct observation *saw, size_t n_saw, const struct observation *set, const char *id, const char *cause)
{
    struct arena a = { NULL };
    struct diagnoses d = of(saw, n_saw, set, 2, &a);

    if (id == NULL ? d.n > 0 : d.n != 1 || !text_is(d.list[0].ailment->id, id) || !text_has(d.list[0].cause, cause))
        fail_msg("%s expected, %zu found: %s", id != NULL ? id : "nothing", d.n, d.n > 0 ? d.list[0].cause : "");
    arena_free(&a);
}

static void a_link_that_is_slow_under_load_is_told(void **state)
{
    static const struct observation slow[] = { WORD("link", "PCIe generation 1 x16"), WORD("link.best", "PCIe generation 4 x16") }, well[] = { WORD("link", "PCIe generation 4 x16") };

    (void)state;
    expect(slow, COUNT_OF(slow), usual, "pcie-link-slow", "ran at PCIe generation 1 x16, and both could do PCIe generation 4 x16");
    expect(well, COUNT_OF(well), usual, NULL, NULL);
}

static void what_slowed_a_gpu_down_is_told_by_the_reasons_that_nvml_gave(void **state)
{
    static const struct { const char *reasons, *warning, *id, *cause; } cases[] = {
        { "0x80", "slow", "gpu-slowed-down", "power brake" }, { "0x40", "slow", "gpu-slowed-down", "by heat" }, { "0x20", "slow", "gpu-slowed-down", "by heat" },
        { "0x8", "slow", "gpu-slowed-down", "its hardware" }, { "0xc4", "slow", "gpu-slowed-down", "power brake" },
        { "0x4", "slow", NULL, NULL }, { "0x1", "slow", NULL, NULL }, { "0x40", NULL, NULL, NULL }, { "nonsense", "slow", NULL, NULL },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct observation saw[] = { WORD("throttle.reasons", cases[i].reasons), WORD("warning", cases[i].warning) };

        expect(saw, cases[i].warning != NULL ? 2 : 1, usual, cases[i].id, cases[i].cause);
    }
}

static void a_power_limit_is_a_cause_only_where_it_was_lowered_and_held_the_gpu_back(void **state)
{
    static const struct observation held[] = { COUNT("power.capped", 90) }, once[] = { COUNT("power.capped", 10) };

    (void)state;
    expect(held, 1, lowered, "power-limit-lowered", "set to 200 W, where 300 W are usual");
    expect(held, 1, usual, NULL, NULL);
    expect(once, 1, lowered, NULL, NULL);
    expect(NULL, 0, lowered, NULL, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_link_that_is_slow_under_load_is_told),
        cmocka_unit_test(what_slowed_a_gpu_down_is_told_by_the_reasons_that_nvml_gave),
        cmocka_unit_test(a_power_limit_is_a_cause_only_where_it_was_lowered_and_held_the_gpu_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
