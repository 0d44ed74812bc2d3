/* What gpuvet doctor is asked about: --error, a command behind --, --pid. */
#include "verbs/patient.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "diagnose/told/message.h"
#include "discover/interpreter.h"
#include "report/out.h"
#include "run/command.h"
#include "run/process.h"

enum { INPUT_PIECE = 65536 };

static bool read_input(struct complaint_reader *r, struct err *e)
{
    char piece[INPUT_PIECE];
    ssize_t n;

    if (isatty(STDIN_FILENO) == 1)
        return err_set(e, ERR_USAGE, "--error - reads a log from standard input, which is a terminal: give it by < or |");
    while ((n = read(STDIN_FILENO, piece, sizeof piece)) != 0)
        if (n > 0)
            complaint_read(r, piece, (size_t)n);
        else if (errno != EINTR)
            return err_sys(e, "cannot read standard input");
    return true;
}

struct taker { struct complaint_reader *reader; bool shows; };

static void take(void *taker, const char *bytes, size_t n)
{
    const struct taker *t = taker;

    complaint_read(t->reader, bytes, n);
    if (t->shows)
        out_pass_on(bytes, n);
}

static bool run(struct patient *s, struct complaint_reader *r, const struct options *o, struct arena *a, struct err *e)
{
    struct taker taker = { r, !o->quiet && out_is_watched() };
    struct command c = { .limit_s = o->command_s, .take = take, .taker = &taker };
    char **words = NULL, folder[PATH_MAX];
    struct command_end end;
    size_t n = 0;

    for (size_t i = 0; i < o->failing.n; i++)
        *ARENA_PUSH(a, words, n) = arena_text(a, o->failing.items[i]);
    *ARENA_PUSH(a, words, n) = NULL;
    c.argv = words;
    s->folder = getcwd(folder, sizeof folder) != NULL ? arena_text(a, folder) : "/";
    process_setup();
    if (!command_run(&c, &end, e))
        return false;
    s->interrupted = end.interrupted;
    s->complaint.command = o->failing.items;
    s->complaint.n_command = o->failing.n;
    s->complaint.exit_code = end.exit_code;
    s->complaint.signo = end.signo;
    s->complaint.limit_s = end.timed_out ? o->command_s : 0;
    return true;
}

bool patient_read(struct patient *s, const struct options *o, struct arena *a, struct err *e)
{
    struct complaint_reader *r = arena_alloc(a, sizeof *r);

    *s = (struct patient){ .process = o->pid, .complains = o->errors.n > 0 || o->failing.n > 0 };
    *r = (struct complaint_reader){ .arena = a, .tells = message_tells };
    s->complaint.source = o->failing.n > 0 ? COMPLAINT_COMMAND : o->errors.n == 1 && text_is(o->errors.items[0], "-") ? COMPLAINT_LOG : COMPLAINT_TEXT;
    if ((s->complaint.source == COMPLAINT_COMMAND && !run(s, r, o, a, e)) || (s->complaint.source == COMPLAINT_LOG && !read_input(r, e)))
        return false;
    for (size_t i = 0; i < o->errors.n && s->complaint.source == COMPLAINT_TEXT; i++) {
        complaint_read(r, o->errors.items[i], strlen(o->errors.items[i]));
        complaint_read(r, "\n", 1);
    }
    complaint_close(&s->complaint, r);
    if (s->complaint.n_lines == 0 && o->errors.n > 0)
        return err_set(e, ERR_USAGE, "--error was given no text: %s", s->complaint.source == COMPLAINT_LOG ? "standard input is empty" : "it is empty");
    return true;
}

bool patient_check_process(const struct root *root, struct arena *a, const char *pid, struct err *e)
{
    const struct root of_process = { root->fd, root->path, pid }, own = { root->fd, root->path, NULL };
    const char *folder = text_make(a, "/proc/%s", pid), *there, *here;

    if (!root_is_folder(root, folder))
        return err_set(e, ERR_USAGE, "--pid %s: there is no such process", pid);
    if (root_read(&of_process, a, "/proc/self/environ", NULL) == NULL || root_read(&of_process, a, "/proc/self/maps", NULL) == NULL) {
        if (errno != EACCES && errno != EPERM)
            return err_set(e, ERR_USAGE, "--pid %s: it has ended, or is part of the kernel: nothing can be seen of it", pid);
        if (geteuid() == 0)
            return err_set(e, ERR_USAGE, "--pid %s: even root may not look into it from here: run gpuvet doctor --pid where it was started, on the host or in its container", pid);
        return err_set(e, ERR_USAGE, "--pid %s: another user's process does not show its environment; it takes the process's own user, or root: sudo gpuvet doctor --pid %s",
                       pid, pid);
    }
    there = root_link(&of_process, a, "/proc/self/ns/mnt");
    here = root_is_this_machine(root) ? root_link(&own, a, "/proc/self/ns/mnt") : NULL;
    if (there != NULL && here != NULL && !text_is(there, here))
        return err_set(e, ERR_USAGE, "--pid %s: that process sees other files than this one, as in a container: run gpuvet doctor --pid there", pid);
    return true;
}

/* In the place of what was known under that key; NULL: it is not known any more. */
static void set_fact(struct session *s, const char *key, const char *value, const char *source)
{
    struct fact *facts = NULL;
    size_t n = 0;

    for (size_t i = 0; i < s->machine.n_facts; i++)
        if (!text_is(s->machine.facts[i].key, key))
            *ARENA_PUSH(s->arena, facts, n) = s->machine.facts[i];
    if (value != NULL)
        *ARENA_PUSH(s->arena, facts, n) = (struct fact){ key, value, source };
    s->machine.facts = facts;
    s->machine.n_facts = n;
}

/* The words of a process, as /proc has them. */
static struct command_line words_of_process(struct session *s)
{
    const char *folder = root_link(&s->root, s->arena, "/proc/self/cwd"), **words = NULL;
    struct command_line c = { .folder = folder != NULL ? folder : "/" };
    size_t bytes = 0;
    const char *all = root_read(&s->root, s->arena, "/proc/self/cmdline", &bytes);

    for (size_t at = 0; all != NULL && at < bytes; at += strlen(all + at) + 1)
        *ARENA_PUSH(s->arena, words, c.n) = all + at;
    c.words = words;
    return c;
}

/* The site-packages whose libtorch a process has mapped: no name says it better. */
static const char *mapped_site(const struct session *s)
{
    static const char *const keys[] = { "mapped.torch_python", "mapped.torch_cpu", "mapped.torch", "mapped.c10" };

    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        const char *file = machine_fact(&s->machine, keys[i]), *lib = file != NULL ? text_dir_name(s->arena, file) : "";

        if (text_ends(lib, "/torch/lib"))
            return text_dir_name(s->arena, text_dir_name(s->arena, lib));
    }
    return NULL;
}

/* What stands in that folder under the name torch, and is no PyTorch that was built there; NULL: nothing. */
static const char *shadow_in(const struct session *s, const char *folder)
{
    const char *file = text_join(s->arena, folder, "torch.py"), *package = text_join(s->arena, folder, "torch/__init__.py");
    char **names;
    size_t n = root_list(&s->root, s->arena, text_join(s->arena, folder, "torch"), &names);

    if (text_ends(folder, "-packages"))
        return NULL;
    if (root_exists(&s->root, file))
        return file;
    for (size_t i = 0; i < n; i++)
        if (text_starts(names[i], "_C."))
            return NULL;
    return root_exists(&s->root, package) ? package : NULL;
}

void patient_narrow(struct session *s)
{
    const struct patient *of = s->patient;
    struct search search = { .arena = s->arena, .root = &s->root, .env = &s->environment, .machine = &s->machine };
    const bool is_process = of->process != NULL;
    const struct command_line line = is_process ? words_of_process(s) : (struct command_line){ of->complaint.command, of->complaint.n_command, of->folder };
    const char *first = NULL, *python = interpreter_of(&line, s->arena, &s->root, &s->environment, &first);
    const char *source = is_process ? text_make(s->arena, "/proc/%s", of->process) : "the command", *site = is_process ? mapped_site(s) : NULL;

    set_fact(s, "subject.python", python, source);
    set_fact(s, "subject.first_folder", first, source);
    if (python != NULL)                         /* that Python's folder, not ours */
        set_fact(s, "project.shadows", first != NULL ? shadow_in(s, first) : NULL, source);
    if ((python == NULL && site == NULL) || s->o->stacks.n > 0 || s->o->stack_dirs.n > 0)
        return;
    if ((site == NULL || !python_in(&search, site, "mapped by the process")) && python != NULL)
        (void)python_in(&search, python, is_process ? "the process's Python" : "the command's Python");
    stacks_complete(&search);
    s->stacks = search.found.items;             /* none: that Python has no PyTorch, and no other matters */
    s->n_stacks = search.found.n;
    if (s->n_stacks > 0)
        set_fact(s, "subject.stack", s->stacks[0].name, source);
}
