/* How a PyTorch is installed and what lies beside it, as versions of its stack; what a project's folder asks for. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "discover/machine.h"
#include "discover/tool_release.h"
#include "tests/unit/pythons.h"

#define V "/opt/app" SITE

static const struct stack *find(struct layout *l)
{
    put_variable(l, "VIRTUAL_ENV=/opt/app");
    find_all(l, NULL);
    return stack_named(l, "venv:/opt/app");
}

static void put_app(struct layout *l)
{
    put_venv(l, "/opt/app", false);
    put_torch(l, V, "2.4.1+cu124", "12.4", NULL);
    put_text(l, V "/torch-2.4.1+cu124.dist-info/METADATA", "");
}

static void assert_version(const struct stack *s, const char *what, const char *version)
{
    const char *is = stack_version(s, what);

    if (version == NULL ? is != NULL : !text_is(is, version))
        fail_msg("%s is %s, not %s", what, is != NULL ? is : "not there", version != NULL ? version : "absent");
}

static void two_records_count_and_what_is_left_of_one_does_not(void **state)
{
    struct layout *l = *state;
    const struct stack *s;

    put_app(l);
    put_text(l, V "/torch-2.3.0.dist-info/METADATA", "");
    put_text(l, V "/nvidia_nccl_cu12-2.20.5.dist-info/METADATA", "");
    put_folder(l, V "/nvidia_nccl_cu12-2.19.3.dist-info");          /* of an interrupted pip: it has no METADATA */
    put_text(l, V "/~riton-3.0.0.dist-info/METADATA", "");
    put_text(l, V "/triton-3.0.0.dist-info/METADATA", "");
    s = find(l);
    assert_version(s, "twice:torch", "2.3.0 2.4.1+cu124");
    assert_version(s, "twice:nvidia-nccl-cu12", NULL);
    assert_version(s, "twice:triton", NULL);
}

static void one_file_of_two_packages_is_the_one_s_whose_size_it_has(void **state)
{
    static const char one[] = V "/nvidia_nccl_cu11-2.14.3.dist-info", other[] = V "/nvidia_nccl_cu12-2.20.5.dist-info";
    struct layout *l = *state;
    const struct stack *s;

    put_app(l);
    put_text(l, text_make(&l->arena, "%s/RECORD", one), "nvidia/nccl/lib/libnccl.so.2,sha256=x,5\nnvidia/nccl/lib/libnccl-net.so,sha256=x,7\n");
    put_text(l, text_make(&l->arena, "%s/RECORD", other), "garbage\n\"nvidia/nccl/lib/libnccl.so.2\",sha256=x,6\nnvidia/nccl/lib/libnccl-net.so,sha256=x,7\n");
    put_text(l, V "/nvidia/nccl/lib/libnccl.so.2", "12345");
    s = find(l);
    assert_version(s, "owners:nvidia/nccl/lib/libnccl.so.2", "nvidia-nccl-cu11==2.14.3 nvidia-nccl-cu12==2.20.5");
    assert_version(s, "owner:nvidia/nccl/lib/libnccl.so.2", "nvidia-nccl-cu11");
    assert_version(s, "owners:nvidia/nccl/lib/libnccl-net.so", NULL);       /* one size: whose it is does not matter */
}

static void another_torch_on_the_path_is_told_with_its_folder(void **state)
{
    struct layout *l = *state;
    const struct stack *s;

    put_venv(l, "/opt/app", true);
    put_torch(l, V, "2.4.1+cu124", "12.4", NULL);
    put_torch(l, "/usr/lib/python3.11/site-packages", "2.1.0", "11.8", NULL);
    s = find(l);
    assert_version(s, "site", V);
    assert_version(s, "site:kind", "own");
    assert_version(s, "torch.also", "2.1.0");
}

static void a_libtorch_of_the_same_version_is_no_other_one(void **state)
{
    struct layout *l = *state;

    put_app(l);
    put_library(l, "/opt/lt/lib/libtorch_cpu.so");
    put_text(l, "/opt/lt/build-version", "2.4.1+cu124\n");
    put_variable(l, "LD_LIBRARY_PATH=relative::/nowhere:/opt/lt/lib");
    assert_version(find(l), "libtorch.first", NULL);
}

static void a_libtorch_without_a_version_is_another_one(void **state)
{
    struct layout *l = *state;

    put_app(l);
    put_library(l, "/opt/lt/lib/libtorch_cpu.so");
    put_variable(l, "LD_LIBRARY_PATH=/opt/lt/lib");
    assert_version(find(l), "libtorch.first", "of unknown version");
}

static void sister_packages_tell_their_own_version_and_what_they_pin(void **state)
{
    struct layout *l = *state;
    const struct stack *s;

    put_app(l);
    put_text(l, V "/torchvision/version.py", "__version__ = '0.19.1+cpu'\ngit_version = 'x'\n");
    put_text(l, V "/torchvision-0.19.1.dist-info/METADATA", "Name: torchvision\nRequires-Dist: torch-scatter ==1.0\nRequires-Dist: torch (==2.4.1)\nRequires-Dist:");
    put_text(l, V "/torchaudio-2.4.0.dist-info/METADATA", "Requires-Dist: torch >=2.4\n");
    s = find(l);
    assert_version(s, "companion:torchvision", "0.19.1+cpu");
    assert_version(s, "companion:torchvision:torch", "2.4.1");
    assert_version(s, "companion:torchaudio", "2.4.0");
    assert_version(s, "companion:torchaudio:torch", NULL);
}

static void the_binaries_of_bitsandbytes_are_those_that_are_called_so(void **state)
{
    struct layout *l = *state;
    const struct stack *s;

    put_app(l);
    put_text(l, V "/bitsandbytes-0.43.0.dist-info/METADATA", "");
    put_text(l, V "/bitsandbytes/libbitsandbytes_cuda118.so", "");
    put_text(l, V "/bitsandbytes/libbitsandbytes_cuda121.so", "");
    put_text(l, V "/bitsandbytes/libbitsandbytes_cuda121_nocublaslt.so", "");
    put_text(l, V "/bitsandbytes/libbitsandbytes_cuda.so", "");
    put_text(l, V "/bitsandbytes/libbitsandbytes_cpu.so", "");
    s = find(l);
    assert_version(s, "bitsandbytes", "0.43.0");
    assert_version(s, "bitsandbytes:cuda", "118 121");
    assert_version(s, "bitsandbytes:chooses", NULL);
    assert_version(s, "bitsandbytes:searches", NULL);
}

/* Across the border of what is read at once, and behind a text that only begins so. */
static void the_release_of_a_tool_is_found_anywhere_in_its_bytes(void **state)
{
    static const char text[] = "Cuda compilation tools, release 12.8, V12.8.93";
    struct layout *l = *state;
    const size_t size = (1 << 20) + 4096;
    char *bytes = calloc(1, size);

    assert_non_null(bytes);
    memcpy(bytes + 100, "Cuda compilation tools, release %d", 34);
    memcpy(bytes + (1 << 20) - 20, text, sizeof text);
    put_bytes(l, "/bin/ptxas", bytes, size);
    free(bytes);
    put_text(l, "/bin/cut", "Cuda compilation tools, release 1");
    put_text(l, "/bin/none", "");
    assert_string_equal(tool_release(&l->root, &l->arena, "/bin/ptxas"), "12.8");
    assert_null(tool_release(&l->root, &l->arena, "/bin/cut"));
    assert_null(tool_release(&l->root, &l->arena, "/bin/none"));
    assert_null(tool_release(&l->root, &l->arena, "/bin/absent"));
}

static void a_library_of_conda_that_lost_its_name_is_told(void **state)
{
    struct layout *l = *state;

    put_folder(l, "/opt/conda/conda-meta");
    put_link(l, "/opt/conda/bin/python3", "python3.11");
    put_text(l, "/opt/conda/bin/python3.11", "");
    put_torch(l, "/opt/conda" SITE, "2.4.1", "12.1", NULL);
    put_text(l, "/opt/conda/lib/libstdc++.so.6.0.33-gdb.py", "");
    put_library(l, "/opt/conda/lib/libstdc++.so.6.0.34");
    put_variable(l, "CONDA_PREFIX=/opt/conda");
    find_all(l, NULL);
    assert_version(stack_named(l, "conda:conda"), "glibcxx.unlinked", "libstdc++.so.6.0.34");
}

/* ---- What a project asks for ---- */

static const char *wish(struct layout *l, const char *name, const char *text)
{
    static const char *const vars[] = { "PWD=/work" };
    const struct environment env = { vars, 1 };
    struct machine m;

    put_text(l, "/work/requirements.txt", "");
    put_text(l, "/work/pyproject.toml", "");
    put_text(l, text_join(&l->arena, "/work", name), text);
    machine_read(&m, &l->arena, &l->root, &env);
    return machine_fact(&m, "project.torch");
}

static void what_a_project_asks_for_is_read_from_its_lines(void **state)
{
    static const struct { const char *file, *text, *is; } cases[] = {
        { "requirements.txt", "numpy\ntorch==1.11.0+cu113\n", "1.11.0+cu113" },
        { "requirements.txt", "torch == 2.4.1 ; python_version < '3.12'", "2.4.1" },
        { "requirements.txt", "torch==2.4.*", "2.4" },
        { "requirements.txt", "torch", "any" },
        { "requirements.txt", "torch>=2.1,<3\n", "any" },
        { "requirements.txt", "torchvision==0.19\ntorch-scatter\ntorch_geometric\n# torch==1\n", NULL },
        { "requirements.txt", "torch==", "any" },
        { "pyproject.toml", "dependencies = [\n  \"torch==2.3.0\",\n]\n", "2.3.0" },
        { "pyproject.toml", "[tool.x]\ntorch = \"^2.0\"\n", NULL },
    };
    struct layout *l = *state;

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const char *is = wish(l, cases[i].file, cases[i].text);

        if (cases[i].is == NULL ? is != NULL : !text_is(is, cases[i].is))
            fail_msg("%s: %s, not %s", cases[i].text, is != NULL ? is : "nothing", cases[i].is != NULL ? cases[i].is : "nothing");
    }
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, layout_open, layout_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(two_records_count_and_what_is_left_of_one_does_not),
        TEST(one_file_of_two_packages_is_the_one_s_whose_size_it_has),
        TEST(another_torch_on_the_path_is_told_with_its_folder),
        TEST(a_libtorch_of_the_same_version_is_no_other_one),
        TEST(a_libtorch_without_a_version_is_another_one),
        TEST(sister_packages_tell_their_own_version_and_what_they_pin),
        TEST(the_binaries_of_bitsandbytes_are_those_that_are_called_so),
        TEST(the_release_of_a_tool_is_found_anywhere_in_its_bytes),
        TEST(a_library_of_conda_that_lost_its_name_is_told),
        TEST(what_a_project_asks_for_is_read_from_its_lines),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
