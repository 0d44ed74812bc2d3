/* Which installation is used at all, and by whose hand it got there: several PyTorchs on one path, two packages' files in one place, an
 * interpreter that none is built for. */
#include "diagnose/look.h"

#include <string.h>

#include "base/text.h"
#include "model/crosscheck.h"

/* The next fact of the stack that begins so, from *i on; NULL: there is no more. */
static const struct stack_version *next_stated(const struct look *l, const char *start, size_t *i)
{
    while (*i < l->stack->n_versions)
        if (text_starts(l->stack->versions[(*i)++].what, start))
            return &l->stack->versions[*i - 1];
    return NULL;
}

static const struct stack_version *first_stated(const struct look *l, const char *start)
{
    size_t i = 0;

    return next_stated(l, start, &i);
}

/* "/opt/app/bin/python3", as a shell takes it. */
static const char *python_of(const struct look *l)
{
    return quoted(l, l->stack->python != NULL ? l->stack->python : "python3");
}

/* What pip is given to have the build that is installed: from PyTorch's index where its name says which. */
static const char *same_build(const struct look *l)
{
    const char *install = stated(l, "build:install"), *torch = stated(l, "torch");

    return install != NULL ? install : text_make(l->a, "torch==%s", torch != NULL ? torch : "VERSION");
}

/* Whether a GPU was seen to work with it: then what is unusual about the installation does no harm. */
static bool is_shown_to_work(const struct look *l)
{
    bool passed = false;

    for (size_t i = 0; i < l->r->n_trials; i++) {
        const struct judged *j = &l->r->trials[i];

        if (j->trial.stack != l->stack)
            continue;
        if (j->verdict == FAIL || j->verdict == BROKEN)
            return false;
        passed |= j->trial.device != NULL && j->verdict == PASS;
    }
    return passed;
}

/* ---- Several on one path ---- */

/* torch is what a program that starts in this folder imports: Python looks there first. */
static void look_for_working_folder(struct look *l)
{
    const char *file = fact(l, "project.shadows");
    bool any = false;

    for (size_t i = 0; i < l->r->n_stacks; i++)
        any |= l->r->stacks[i].kind == STACK_PYTHON;
    if (file == NULL || !any)
        return;
    found(l, SHOWN, "%s is what `import torch` takes in this folder, not the PyTorch that is installed", file);
    evidence(l, "%s: Python looks into the folder of the script, or with -c and -m into the current one, before all others", file);
    if (text_ends(file, ".py") && !text_ends(file, "/__init__.py"))
        fix(l, "mv %s %s", quoted(l, file), quoted(l, text_make(l->a, "%.*s_of_mine.py", (int)(strlen(file) - strlen(".py")), file)));
    else
        fix(l, "cd %s", quoted(l, text_dir_name(l->a, text_dir_name(l->a, text_dir_name(l->a, file)))));
}

/* The first one behind it that is another version; NULL: none is. */
static const struct stack_version *other_torch(const struct look *l)
{
    const struct stack_version *v;

    for (size_t i = 0; (v = next_stated(l, "torch.also", &i)) != NULL;)
        if (!text_is(v->version, stated(l, "torch")))
            return v;
    return NULL;
}

static void tell_both(struct look *l, const struct stack_version *other)
{
    evidence(l, "%s/torch/version.py: %s", stated(l, "site"), stated(l, "torch") != NULL ? stated(l, "torch") : "no version");
    evidence(l, "%s/torch/version.py: %s, later on the path", other->source, other->version);
}

/* An environment's own PyTorch is meant to go before that of the system; one from outside before the environment's is mostly forgotten. */
static void look_for_user_site(struct look *l)
{
    const struct stack_version *other = other_torch(l);

    if (other == NULL || !text_is(stated(l, "site:kind"), "user"))
        return;
    if (!text_starts(l->stack->name, "conda:") && !is_in_container(l) && is_shown_to_work(l))
        return;
    found(l, LIKELY, "PyTorch %s of the user's own folder is imported, and not %s, which the environment has", stated(l, "torch"), other->version);
    tell_both(l, other);
    fix(l, "export PYTHONNOUSERSITE=1");
}

static void look_for_python_path(struct look *l)
{
    const struct stack_version *other = other_torch(l);
    const char *path = variable(l, "PYTHONPATH");

    if (other == NULL || !text_is(stated(l, "site:kind"), "PYTHONPATH"))
        return;
    found(l, LIKELY, "PYTHONPATH puts PyTorch %s before %s, which the environment has", stated(l, "torch"), other->version);
    tell_both(l, other);
    if (path != NULL)
        evidence(l, "PYTHONPATH=%s", path);
    fix(l, "unset PYTHONPATH");
}

static void look_for_libtorch(struct look *l)
{
    const struct stack_version *v = first_stated(l, "libtorch.first");

    if (v == NULL)
        return;
    found(l, SHOWN, "LD_LIBRARY_PATH brings the libraries of another PyTorch, %s, before those of %s", v->version, l->stack->name);
    evidence(l, "%s: PyTorch %s", v->source, v->version);
    evidence(l, "%s/torch/lib: PyTorch %s", stated(l, "site"), stated(l, "torch") != NULL ? stated(l, "torch") : "of unknown version");
    fix(l, "unset LD_LIBRARY_PATH");
}

/* ---- Two hands ---- */

/* The CUDA in conda's build string, "12.1" of "py3.11_cuda12.1_cudnn8.9.2_0" and "cuda121", as digits alone; "cpu"; NULL: it does not say. */
static const char *cuda_digits(const struct look *l, const char *text)
{
    const char *at = text != NULL ? strstr(text, "cuda") : NULL;
    struct text t = { .arena = l->a };

    if (at == NULL)
        return text_has(text != NULL ? text : "", "cpu") ? "cpu" : NULL;
    for (at += strlen("cuda"); (*at >= '0' && *at <= '9') || *at == '.'; at++)
        if (*at != '.')
            text_put(&t, at, 1);
    return t.n > 0 ? t.s : NULL;
}

static bool is_same_cuda(const struct look *l, const char *conda_build)
{
    const char *conda = cuda_digits(l, conda_build), *cuda = stated(l, "cuda");
    const char *is = cuda != NULL ? cuda_digits(l, text_make(l->a, "cuda%s", cuda)) : "cpu";

    return conda == NULL || is == NULL || text_is(conda, is);
}

static void look_for_conda_and_pip(struct look *l)
{
    const char *conda = stated(l, "conda:version"), *installer = stated(l, "installer:torch"), *torch = stated(l, "torch"), *build = stated(l, "conda:pytorch");
    const char *here = torch != NULL ? arena_copy(l->a, torch, text_version_length(torch)) : NULL;

    if (conda == NULL || here == NULL || !text_is(stated(l, "site:kind"), "own") || text_is(installer, "conda") || (text_is(here, conda) && is_same_cuda(l, build)))
        return;
    found(l, SHOWN, "conda installed PyTorch %s (%s), and %s wrote %s over it: libraries and records of both are mixed", conda, build,
          installer != NULL ? installer : "another tool", torch);
    evidence(l, "%s/conda-meta: pytorch %s, %s", l->stack->prefix, conda, build);
    evidence(l, "%s/torch/version.py: %s", stated(l, "site"), torch);
    fix(l, "conda remove -p %s --force -y pytorch && %s -m pip install --force-reinstall %s", quoted(l, l->stack->prefix), python_of(l), same_build(l));
}

/* pip takes one record away at a time, and each takes the files that it lists. */
static void look_for_two_records(struct look *l)
{
    const struct stack_version *v;

    for (size_t i = 0; (v = next_stated(l, "twice:", &i)) != NULL;) {
        const char *name = v->what + strlen("twice:"), *requires = stated(l, text_make(l->a, "requires:%s", name)), *space = strchr(v->version, ' ');
        const char *version = requires != NULL ? requires : space != NULL ? space + 1 : v->version;

        found(l, LIKELY, "%s is recorded twice, as %s and as %s: an installation was interrupted, or two tools made one each, and the files are of both or of either",
              name, arena_copy(l->a, v->version, strcspn(v->version, " ")), space != NULL ? space + 1 : "another");
        evidence(l, "%s has two dist-info folders of %s", v->source, name);
        fix(l, "%s -m pip uninstall -y %s && %s -m pip uninstall -y %s; %s -m pip install --no-deps %s", python_of(l), name, python_of(l), name, python_of(l),
            text_is(name, "torch") ? same_build(l) : quoted(l, text_make(l->a, "%s==%s", name, version)));
        return;
    }
}

/* "cu12" of the PyTorch's own CUDA; NULL: not known. */
static bool is_for(const struct look *l, const char *distribution)
{
    const char *cuda = stated(l, "cuda");

    return stated(l, text_make(l->a, "requires:%s", distribution)) != NULL
        || (cuda != NULL && first_stated(l, "requires:nvidia-") == NULL && text_ends(distribution, text_make(l->a, "-cu%ld", text_version_major(cuda))));
}

/* "nvidia-nccl-cu11==2.14.3 nvidia-nccl-cu12==2.27.3" */
static void look_for_two_owners(struct look *l)
{
    const struct stack_version *v;

    for (size_t i = 0; (v = next_stated(l, "owners:", &i)) != NULL;) {
        const char *file = v->what + strlen("owners:"), *owner = stated(l, text_make(l->a, "owner:%s", file)), *space = strchr(v->version, ' ');
        const char *one = arena_copy(l->a, v->version, strcspn(v->version, " ")), *other = space != NULL ? space + 1 : "", *right, *wrong;
        const bool first = is_for(l, arena_copy(l->a, one, strcspn(one, "="))), second = is_for(l, arena_copy(l->a, other, strcspn(other, "=")));

        if (first == second || (owner != NULL && text_starts(first ? one : other, text_make(l->a, "%s==", owner))))
            continue;                   /* the file that is there is the right one's */
        right = first ? one : other;
        wrong = arena_copy(l->a, first ? other : one, strcspn(first ? other : one, "="));
        if (owner != NULL)
            found(l, SHOWN, "%s and %s were installed into one folder, and the files are those of %s, which this PyTorch does not use", one, other, owner);
        else
            found(l, LIKELY, "%s and %s were installed into one folder: the files are of whichever came last, and this PyTorch wants those of %s", one, other, right);
        evidence(l, "%s/%s is listed by both%s%s%s", v->source, file, owner != NULL ? ", and has the size that " : "", owner != NULL ? owner : "", owner != NULL ? " lists" : "");
        fix(l, "%s -m pip uninstall -y %s; %s -m pip install --force-reinstall --no-deps %s", python_of(l), wrong, python_of(l), quoted(l, right));
        return;
    }
}

static void look_for_split(struct look *l)
{
    const struct stack_version *v = first_stated(l, "split:");
    const char *dir = v != NULL ? v->what + strlen("split:") : NULL;

    if (v == NULL)
        return;
    found(l, SHOWN, "PyTorch lies in %s, and the packages with its libraries elsewhere: its own paths do not lead there", stated(l, "site"));
    evidence(l, "%s needs %s, and looks for it beside itself", v->source, v->version);
    evidence(l, "%s/%s is there", dir, v->version);
    fix(l, "%s -m venv .venv && .venv/bin/python -m pip install %s", python_of(l), same_build(l));
}

static void look_for_overwritten(struct look *l)
{
    struct findings f = { .arena = l->a };

    if (stated(l, "torch") == NULL && stated(l, "installed:torch") == NULL)
        return;
    check_build(&f, l->stack);
    for (size_t i = 0; i < f.n; i++)
        if (text_is(f.items[i].key, "mixed")) {
            found(l, SHOWN, "the PyTorch of %s is not the one that its package manager recorded: %s", l->stack->name, f.items[i].text);
            evidence(l, "%s/torch/version.py: %s", stated(l, "site"), stated(l, "torch") != NULL ? stated(l, "torch") : "no version");
            evidence(l, "its record: %s", stated(l, "installed:torch"));
            fix(l, "%s -m pip install --force-reinstall --no-deps %s", python_of(l), quoted(l, text_make(l->a, "torch==%s", stated(l, "installed:torch"))));
            return;
        }
}

/* ---- The interpreter ---- */

static void look_for_musl(struct look *l)
{
    const struct stack_version *v = first_stated(l, "python.loader");

    if (v == NULL || !text_has(v->version, "ld-musl"))
        return;
    found(l, SHOWN, "the Python of %s belongs to musl (Alpine), and PyTorch is built for glibc alone", l->stack->name);
    evidence(l, "%s: its loader is %s", v->source, v->version);
    advise(l, is_in_container(l) ? "build the image from one with glibc: in its Dockerfile FROM python:%s-slim, not -alpine" : "use a Python of a distribution with glibc, as in the image python:%s-slim",
        stated(l, "python") != NULL ? stated(l, "python") : "3.12");
}

/* "3.10", the last of "3.7 3.8 3.9 3.10". */
static const char *newest_of(const char *list)
{
    const char *space = strrchr(list, ' ');

    return space != NULL ? space + 1 : list;
}

static bool names(const struct look *l, const char *list, const char *word)
{
    return text_has(text_make(l->a, " %s ", list), text_make(l->a, " %s ", word));
}

/* Why pip finds nothing for this Python; NULL: it would. */
static const char *why_no_build(const struct look *l)
{
    const char *loader = fact(l, "python.loader"), *machine = fact(l, "python.machine"), *version = fact(l, "python.version"), *pythons = fact(l, "project.torch.python");
    const char *wanted = fact(l, "project.torch");

    if (loader != NULL && text_has(loader, "ld-musl"))
        return "this Python belongs to musl (Alpine), and PyTorch is built for glibc alone";
    if (machine != NULL && !text_is(machine, "x86_64") && !text_is(machine, "aarch64") && !text_is(machine, "ppc64le"))
        return text_make(l->a, "this Python is a program for %s, and PyTorch is built for 64 bits alone", text_is(machine, "machine 40") ? "32-bit ARM" : machine);
    if (version == NULL || pythons == NULL || names(l, pythons, version))
        return NULL;
    return text_make(l->a, "PyTorch%s%s is built for Python %s, and this one is %s", text_is(wanted, "any") ? "" : " ", text_is(wanted, "any") ? "" : wanted, pythons, version);
}

/* "No matching distribution found": there is nothing installed to look at, but what is wanted and for whom. */
static void look_for_no_build(struct look *l)
{
    const char *wanted = fact(l, "project.torch"), *pythons = fact(l, "project.torch.python"), *why = wanted != NULL && fact(l, "python.torch") == NULL ? why_no_build(l) : NULL;
    const char *requirement = text_is(wanted, "any") || wanted == NULL ? "torch" : text_make(l->a, "torch==%s", wanted), *variant = strchr(requirement, '+');

    if (why == NULL)
        return;
    found(l, SHOWN, "pip finds no PyTorch for this environment: %s", why);
    evidence_of_fact(l, "project.torch");
    if (fact(l, "python") != NULL)
        evidence(l, "%s: Python %s", fact(l, "python"), fact(l, "python.version") != NULL ? fact(l, "python.version") : "of unknown version");
    if (text_has(why, "musl"))
        advise(l, "use an image or a system with glibc, as python:3.12-slim is one");
    else if (pythons != NULL)
        fix(l, "uv venv --python %s && uv pip install %s%s%s", newest_of(pythons), quoted(l, requirement), variant != NULL ? " --index https://download.pytorch.org/whl/" : "",
            variant != NULL ? variant + 1 : "");
    else
        advise(l, "use a 64-bit Python on a 64-bit system");
}

const struct rule python_rules[] = {
    { { "no-build-for-python", LINK_PYTHON, .what = "PyTorch is built for a few minor versions of Python, for glibc, and for 64 bits; for another Python pip finds nothing, or a very old release.",
        .unlike = "unfit-system: there a PyTorch is installed, for another Python. An index without that release gives the same message for every Python." }, look_for_no_build },
    { { "python-on-musl", LINK_PYTHON, .of_stack = true, .what = "PyTorch's builds need glibc; Alpine's Python is a program of musl, whose loader cannot bring them up.",
        .unlike = "glibc-too-old: there it is glibc, and an old one." }, look_for_musl },
    { { "working-folder-first", LINK_PYTHON, .what = "A file torch.py, or a folder torch, in the current folder or beside the script is imported in place of the installed PyTorch.",
        .unlike = "user-site-first: there the other one is another installation." }, look_for_working_folder },
    { { "user-site-first", LINK_PYTHON, .of_stack = true, .what = "What `pip install --user` once put into ~/.local goes before the packages of an environment that is no venv: of conda, of a container, of a cluster.",
        .unlike = "A venv looks into ~/.local only with --system-site-packages, and then last. conda-and-pip: there both are in one folder." }, look_for_user_site },
    { { "pythonpath-first", LINK_PYTHON, .of_stack = true, .what = "The folders of PYTHONPATH go before those of every environment, also of a venv; modules of a cluster set it.",
        .unlike = "user-site-first: there PYTHONNOUSERSITE=1 is enough." }, look_for_python_path },
    { { "libtorch-first", LINK_PYTHON, .of_stack = true, .what = "A folder of LD_LIBRARY_PATH holds the libraries of another PyTorch under the same names, and they are loaded in place of the package's own.",
        .unlike = "library-shadowed: there it is one of NVIDIA's libraries." }, look_for_libtorch },
    { { "conda-and-pip", LINK_PYTHON, .of_stack = true, .what = "conda and pip do not know of one another's PyTorch: the one's files lie over the other's, and each upgrades its own.",
        .unlike = "conda's own package has a dist-info folder, too; its INSTALLER says conda, and that is as it should be. Two environments, one of each, are well." }, look_for_conda_and_pip },
    { { "two-packages-one-file", LINK_PYTHON, .of_stack = true, .what = "NVIDIA's packages for two CUDA majors unpack into the same folders: what was installed last has overwritten the other's libraries.",
        .unlike = "pins-differ: there one package is installed, of another version." }, look_for_two_owners },
    { { "recorded-twice", LINK_PYTHON, .of_stack = true, .general = true, .what = "One folder of packages has two records of one distribution: programs that ask for its version get either.",
        .unlike = "two-packages-one-file: there two distributions share a file. A folder that begins with ~ is pip's own remains, and does nothing." }, look_for_two_records },
    { { "overwritten", LINK_PYTHON, .of_stack = true, .general = true, .what = "torch/version.py and the record of the package name different versions: one was put over the other.",
        .unlike = "recorded-twice: there both have a record. conda-and-pip: there conda has one." }, look_for_overwritten },
    { { "packages-split", LINK_PYTHON, .of_stack = true, .what = "PyTorch looks for NVIDIA's libraries in nvidia/ beside its own folder. Where pip puts it into lib64 and them into lib, or into another environment, that leads nowhere.",
        .unlike = "library-missing: there the file is nowhere." }, look_for_split },
    { { .id = NULL }, NULL },
};
