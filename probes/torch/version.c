/* torch.version - which release libtorch says it is, against the one that its files say: a library of another release
 * that was put into the folder is found here. */
#include "child/child.h"

#include <string.h>

#include "base/text.h"

/* "2.6.0" of 0x0206000000000000. */
static const char *of_number(struct child *c, uint64_t v)
{
    return text_make(&c->arena, "%d.%d.%d", (int)(v >> 56), (int)(v >> 48 & 255), (int)(v >> 40 & 255));
}

/* "TORCH_VERSION=2.6.0, ..." in the text that a C++ program prints with at::show_config(). */
static const char *of_text(struct child *c, const char *text)
{
    static const char before[] = "TORCH_VERSION=";
    const char *at = text != NULL ? strstr(text, before) : NULL;

    return at != NULL ? arena_copy(&c->arena, at + sizeof before - 1, strcspn(at + sizeof before - 1, ", \n")) : NULL;
}

static const char *ask(struct child *c)
{
    const struct libtorch *l = &c->libtorch;
    struct std_string text;

    if (l->aoti_torch_abi_version != NULL)
        return of_number(c, VALUE(c, libtorch, aoti_torch_abi_version()));
    if (l->show_config == NULL && l->show_config_old == NULL)
        return NULL;
    child_enter(c, "at::show_config()", l->dl.path);
    text = l->show_config != NULL ? l->show_config() : l->show_config_old();
    child_leave(c, 0);
    return of_text(c, text.text);
}

/* "1.13.1" and "1.13" agree, as do "2.6.0" and "2.6.0+cu124": one may tell more. */
static bool agree(const char *says, const char *files_say)
{
    size_t n = strlen(says), m = text_version_length(files_say), least = n < m ? n : m;

    return strncmp(says, files_say, least) == 0 && (n == m || (n < m ? files_say : says)[least] == '.');
}

static void run(struct child *c)
{
    const char *files_say = stack_version(c->stack, "torch"), *says;

    child_bind_libtorch(c);
    says = ask(c);
    if (says == NULL)
        stop_unsupported(c, "this libtorch does not tell its release: neither aoti_torch_abi_version (2.9) nor TORCH_VERSION in at::show_config()");
    saw_text(c, "torch.says", "%s", says);
    if (files_say != NULL && !agree(says, files_say))
        saw_text(c, "disagrees", "%s says it is PyTorch %s, the files around it say %s: it is another release's library", c->libtorch.dl.path, says, files_say);
}

extern const struct probe probe_stack_loads;

const struct probe probe_torch_version = {
    .name     = "torch.version",
    .claim    = "libtorch is the release that its files say it is.",
    .scope    = SCOPE_STACK,
    .needs    = NEEDS_STACK,
    .stacks   = ON_TORCH,
    .library  = "torch_cpu",
    .rests_on = { &probe_stack_loads },
    .may_skip = true,
    .own_process = true,        /* at::show_config() may open NVRTC */
    .expects  = (const struct expect[]){
        { .key = "disagrees", .bound = ABSENT, .sentence = "%s" },
        { .key = NULL },
    },
    .run      = run,
};
