/* What PyTorch's own files need of Python and of the system, and of the toolkit
 * that an extension of it would be compiled with. */
#include "model/crosscheck.h"

#include "base/text.h"

/* ---- torch.host ---- */

static bool has_abi(const struct stack *s, const char *python, size_t *n)
{
    bool has = false;

    for (size_t i = 0; i < s->n_versions; i++)
        if (text_is(s->versions[i].what, "python:abi")) {
            has |= text_version_within(python, s->versions[i].version);
            ++*n;
        }
    return has;
}

static void check_python(struct findings *f, const struct stack *s)
{
    const char *python = stack_version(s, "python"), *abi = stack_version(s, "python:abi"), *install = stack_version(s, "build:install");
    size_t n = 0;

    if (python == NULL || abi == NULL)
        return;
    finding_add(f, NOTED, "python", "%s", python);
    finding_add(f, NOTED, "python.built_for", "%s", abi);
    if (has_abi(s, python, &n))
        return;
    finding_add(f, WRONG, "unfit", "this PyTorch was built for Python %s, and the environment's is %s: it cannot import it", abi, python);
    if (install != NULL)
        finding_add(f, NOTED, "install", "--force-reinstall %s", install);
}

static void check_symbols(struct findings *f, const struct stack *s, const char *name, const char *library, const char *needs, const char *machine)
{
    const char *needed = stack_version(s, needs), *offered = stack_version(s, machine);

    if (needed == NULL)
        return;
    finding_add(f, NOTED, text_make(f->arena, "%s.needed", name), "%s", needed);
    if (offered == NULL)
        return;
    finding_add(f, NOTED, name, "%s", offered);
    if (text_compare_versions(offered, needed) < 0)
        finding_add(f, WRONG, "unfit", "its libraries need %s %s, and the machine's %s is %s", name, needed, library, offered);
}

void check_host(struct findings *f, const struct stack *s)
{
    check_python(f, s);
    check_symbols(f, s, "glibc", "libc.so.6", "needs:glibc", "machine:glibc");
    check_symbols(f, s, "glibcxx", "libstdc++.so.6", "needs:glibcxx", "machine:glibcxx");
    check_symbols(f, s, "cxxabi", "libstdc++.so.6", "needs:cxxabi", "machine:cxxabi");
    if (f->n == 0)
        f->not_known = "its files say neither for which Python they were built nor what they need of the system";
}

/* ---- torch.toolkit ---- */

/* torch/utils/cpp_extension.py refuses another major, and only warns of another minor. */
void check_toolkit(struct findings *f, const struct stack *s)
{
    const char *cuda = stack_version(s, "expect:cuda"), *toolkit = stack_version(s, "machine:toolkit");
    const char *asked = stack_version(s, "machine:toolkit_asked");

    if (cuda == NULL) {
        f->not_known = check_why_no_cuda(s);
        return;
    }
    finding_add(f, NOTED, "cuda", "%s", cuda);
    finding_add(f, NOTED, "toolkit", "%s", toolkit != NULL ? toolkit : "none, and PyTorch itself needs none");
    if (toolkit == NULL || text_compare_versions(toolkit, cuda) == 0)
        return;
    if (text_version_major(toolkit) == text_version_major(cuda))
        finding_add(f, NOTED, "extensions", "toolkit %s compiles extensions for this PyTorch (CUDA %s): within one major that is no obstacle", toolkit, cuda);
    else
        finding_add(f, asked != NULL ? WARNS : NOTED, asked != NULL ? "warning" : "extensions",
                    "toolkit %s cannot compile extensions for this PyTorch, which was built with CUDA %s: its own build tools refuse another major version."
                    " Nothing else of PyTorch uses a toolkit", toolkit, cuda);
}
