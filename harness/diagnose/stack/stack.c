/* What files say of a stack, and what its libraries did. */
#include "diagnose/look.h"

#include <string.h>

#include "base/text.h"
#include "model/crosscheck.h"
#include "model/repair.h"

static void look_for_damage(struct look *l)
{
    for (size_t i = 0; i < l->stack->n_members; i++) {
        const struct member *m = &l->stack->members[i];
        const char *command = m->why_bad != NULL ? repair_command(l->stack, m->path, l->a) : NULL;

        if (m->why_bad == NULL)
            continue;
        found(l, SHOWN, "%s of %s is %s%s", text_base_name(m->place), l->stack->name, text_starts(m->why_bad, "missing: ") ? "" : "no whole library: ", m->why_bad);
        evidence(l, "%s: %s", m->place, m->why_bad);
        fix(l, "%s", command != NULL ? command : "install that library again");
        return;
    }
}

/* The folder that comes first, if LD_LIBRARY_PATH is why. */
static bool is_on_search_path(const struct look *l, const char *sentence)
{
    const char *path = variable(l, "LD_LIBRARY_PATH");

    for (const char *at = path; at != NULL && *at != '\0';) {
        const size_t n = strcspn(at, ":");
        const char *folder = text_make(l->a, "%.*s/", (int)n, at);

        if (n > 0 && text_has(sentence, folder))
            return true;
        at += n + (at[n] == ':');
    }
    return false;
}

static void look_for_shadow(struct look *l)
{
    if (found_shadow_in_process(l))
        return;
    for (size_t i = 0; i < l->r->n_trials; i++) {
        const struct judged *j = &l->r->trials[i];
        const struct observation *saw = j->trial.stack == l->stack ? outcome_saw(&j->outcome, "foreign") : NULL;

        if (saw == NULL)
            continue;
        found(l, SHOWN, "a library of %s is not the one that is used: %s", l->stack->name, saw->text);
        evidence(l, "%s mapped it", j->trial.id);
        if (is_on_search_path(l, saw->text)) {
            evidence(l, "its folder is in LD_LIBRARY_PATH: %s", variable(l, "LD_LIBRARY_PATH"));
            fix(l, "unset LD_LIBRARY_PATH");
        } else {
            advise(l, "take the folder of the other file out of /etc/ld.so.conf.d and of the environment, or remove its package; then: sudo ldconfig");
        }
        return;
    }
}

/* Tried both ways: with the user's variables it fails, without them it does not. */
static void look_for_surroundings(struct look *l)
{
    for (size_t i = 0; i < l->r->n_trials; i++) {
        const struct judged *j = &l->r->trials[i];
        const struct observation *without = j->trial.stack == l->stack ? outcome_saw(&j->outcome, "clean.passes") : NULL;
        const char *path = variable(l, "LD_LIBRARY_PATH"), *preload = variable(l, "LD_PRELOAD");

        if (without == NULL)
            continue;
        found(l, SHOWN, "%s puts libraries before those of %s: without it everything loads", without->text, l->stack->name);
        evidence(l, "%s: %s", j->trial.id, j->why);
        if (path != NULL && *path != '\0')
            evidence(l, "LD_LIBRARY_PATH=%s", path);
        if (preload != NULL && *preload != '\0')
            evidence(l, "LD_PRELOAD=%s", preload);
        fix(l, text_has(without->text, " and ") ? "unset LD_LIBRARY_PATH LD_PRELOAD" : "unset %s", without->text);
        return;
    }
}

/* What the checks of an installed PyTorch find wrong, as ailments of their own. */
static void look_by(struct look *l, void (*check)(struct findings *, const struct stack *), const char *what)
{
    struct findings f = { .arena = l->a };
    const char *install = NULL;
    bool any = false;

    if (stack_version(l->stack, "torch") == NULL)
        return;
    check(&f, l->stack);
    for (size_t i = 0; i < f.n; i++)
        if (text_is(f.items[i].key, "install"))
            install = f.items[i].text;
    for (size_t i = 0; i < f.n; i++) {
        if (f.items[i].weight != WRONG)
            continue;
        if (!any)
            found(l, SHOWN, "%s %s: %s", l->stack->name, what, f.items[i].text);
        evidence(l, "%s", f.items[i].text);
        any = true;
    }
    if (any && install != NULL)
        (void)fix_by_pip(l, "%s", install);
}

static void look_for_pins(struct look *l) { look_by(l, check_pins, "has libraries of other versions than its PyTorch was built for"); }

const struct rule stack_rules[] = {
    { { "library-damaged", LINK_FILES, .of_stack = true, .what = "A library file is cut short, empty, or for another processor.",
        .unlike = "library-missing: there it does not exist." }, look_for_damage },
    { { "pins-differ", LINK_FILES, .of_stack = true, .what = "Every PyTorch names the very versions of cuBLAS, cuDNN and NCCL that it was built for; another package has put others in their place.",
        .unlike = "library-shadowed: there the right ones are installed, and others are found first." }, look_for_pins },
    { { "environment-interferes", LINK_LOADING, .of_stack = true, .what = "LD_LIBRARY_PATH or LD_PRELOAD brings libraries that do not go with the stack's: both were tried, with and without.",
        .unlike = "library-shadowed: there the loader's own configuration does it." }, look_for_surroundings },
    { { "library-shadowed", LINK_LOADING, .of_stack = true, .what = "A library of the same name lies in a folder that is searched first, and is used instead of the stack's own.",
        .unlike = "pins-differ: there the stack's own are of the wrong version." }, look_for_shadow },
    { { .id = NULL }, NULL },
};
