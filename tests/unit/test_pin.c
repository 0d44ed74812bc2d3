/* Requires-Dist: which version is fixed, and whether it is asked for here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/pin.h"

static void only_a_fixed_version_is_a_pin(void **state)
{
    static const struct { const char *line, *name, *version, *extras; } cases[] = {
        { "nvidia-nccl-cu12 (==2.21.5) ; platform_system == \"Linux\"", "nvidia-nccl-cu12", "2.21.5", NULL },
        { "nvidia-nccl-cu12==2.21.5; platform_system == \"Linux\"", "nvidia-nccl-cu12", "2.21.5", NULL },
        { "triton == 3.1.0", "triton", "3.1.0", NULL }, { "  x==1.0rc1", "x", "1.0rc1", NULL }, { "x===1.0", "x", "1.0", NULL },
        { "cuda-toolkit[cublas,cudart]==13.0.2; sys_platform == 'linux'", "cuda-toolkit", "13.0.2", "cublas,cudart" },
        { "x (>=1,==1.5)", "x", "1.5", NULL },
        { "jinja2", NULL, NULL, NULL }, { "sympy>=1.13", NULL, NULL, NULL }, { "x==12.*", NULL, NULL, NULL }, { "x!=1.0", NULL, NULL, NULL },
        { "setuptools ; python_version == \"3.12\"", NULL, NULL, NULL }, { "==1.0", NULL, NULL, NULL }, { "x==", NULL, NULL, NULL }, { "", NULL, NULL, NULL },
        { "x==1\r", "x", "1", NULL }, { "x==;", NULL, NULL, NULL }, { "x ~== 2", NULL, NULL, NULL },
    };
    struct arena a = { NULL };
    struct pin pin;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        assert_int_equal(pin_read(&pin, &a, cases[i].line), cases[i].name != NULL);
        if (cases[i].name == NULL)
            continue;
        assert_string_equal(pin.distribution, cases[i].name);
        assert_string_equal(pin.version, cases[i].version);
        if (cases[i].extras != NULL)
            assert_string_equal(pin.extras, cases[i].extras);
        else
            assert_null(pin.extras);
    }
    arena_free(&a);
}

static void a_condition_is_heeded_as_far_as_it_is_known(void **state)
{
    static const struct { const char *condition, *arch; bool applies; } cases[] = {
        { NULL, "x86_64", true },
        { " platform_machine == 'x86_64'", "x86_64", true }, { " platform_machine == 'x86_64'", "aarch64", false },
        { "platform_machine=='x86_64'", "x86_64", true }, { " platform_machine == 'x86'", "x86_64", false },
        { " platform_machine == 'x86_64_v3'", "x86_64", false }, { " platform_machine == 'aarch64'", NULL, true },
        { " platform_machine != 'aarch64'", "x86_64", true }, { " platform_machine != 'aarch64'", "aarch64", false },
        { " platform_system == \"Linux\" and platform_machine == \"x86_64\"", "x86_64", true },
        { " platform_system == \"Linux\" and platform_machine == \"x86_64\"", "aarch64", false },
        { " sys_platform == 'win32'", "x86_64", false }, { " sys_platform != 'darwin'", "x86_64", true }, { " os_name == 'nt'", NULL, false },
        { " sys_platform == 'win32' or platform_machine == 'x86_64'", "x86_64", true },
        { " sys_platform == 'win32' or platform_machine == 'x86_64'", "aarch64", false },
        { " (platform_machine == 'aarch64') and (sys_platform == 'linux')", "x86_64", false },
        { " python_version < '3.9'", "x86_64", true }, { " implementation_name == 'pypy'", "x86_64", true },
        { " extra == 'sparse'", "x86_64", false }, { " extra=='sparse' and (os_name == 'posix' or os_name == 'nt')", "x86_64", false },
        { " platform_machine == x86", "aarch64", true }, { " platform_machine ==", "x86_64", true }, { "", "x86_64", true }, { " and ", NULL, true },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        if (pin_applies(&(struct pin){ .condition = cases[i].condition }, cases[i].arch) != cases[i].applies)
            fail_msg("\"%s\" on %s", cases[i].condition, cases[i].arch != NULL ? cases[i].arch : "an unknown architecture");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_a_fixed_version_is_a_pin),
        cmocka_unit_test(a_condition_is_heeded_as_far_as_it_is_known),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
