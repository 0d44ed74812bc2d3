/* torch.record - every file of PyTorch's packages, byte for byte as their RECORDs
 * list them. stack.files has compared the libraries' sizes before that. */
#include "child/product/hashes.h"

#include <string.h>

#include "base/text.h"

/* How many files are in a state, and the first of them. */
struct group { size_t n; const struct hashed *first; };

static void add(struct group *g, const struct hashed *f)
{
    if (g->n++ == 0)
        g->first = f;
}

static const char *and_more(struct child *c, const struct group *g)
{
    return g->n > 1 ? text_make(&c->arena, ", and so %s %zu more", g->n == 2 ? "is" : "are", g->n - 1) : "";
}

/* Machine code that was changed is wrong; a text may have been changed on purpose, and images for containers leave out what
 * nobody imports. */
static void tell(struct child *c, struct hashed *files, size_t n)
{
    struct group library = { 0, NULL }, text = { 0, NULL }, missing = { 0, NULL }, unreadable = { 0, NULL };

    for (size_t i = 0; i < n; i++)
        switch (files[i].state) {
        case HASH_DIFFERS:    add(text_has(text_base_name(files[i].path), ".so") ? &library : &text, &files[i]); break;
        case HASH_MISSING:    add(&missing, &files[i]); break;
        case HASH_UNREAD:
        case HASH_UNREADABLE: add(&unreadable, &files[i]); break;
        case HASH_SAME:       break;
        }
    if (library.n > 0)
        saw_text(c, "altered", "%s: its bytes are not those that its package's RECORD lists%s", library.first->path, and_more(c, &library));
    if (unreadable.n > 0)
        saw_text(c, "unread", "%s cannot be read (%s)%s", unreadable.first->path, strerror(unreadable.first->why), and_more(c, &unreadable));
    if (text.n > 0)
        saw_text(c, "warning", "%s was changed since it was installed%s", text.first->path, and_more(c, &text));
    else if (missing.n > 0)
        saw_text(c, "warning", "%s is listed in its package's RECORD, and missing%s", missing.first->path, and_more(c, &missing));
}

static void run(struct child *c)
{
    struct hashed *files;
    size_t n = hashes_listed(&files, c);
    double bytes = 0;

    if (n == 0)
        stop_unsupported(c, "no package of it has a RECORD with hashes");
    hashes_check(c, files, n);
    for (size_t i = 0; i < n; i++)
        bytes += (double)files[i].bytes;
    saw_num(c, "files", "", (double)n);
    saw_num(c, "files.bytes", "B", bytes);
    tell(c, files, n);
}

extern const struct probe probe_stack_files;

const struct probe probe_torch_record = {
    .name     = "torch.record",
    .claim    = "Every library file of PyTorch's packages holds the bytes that their RECORDs list.",
    .scope    = SCOPE_STACK,
    .stacks   = ON_PYTHON,
    .rests_on = { &probe_stack_files },
    .limit_s  = 600,                    /* 5 GB from a disk that gives 10 MB/s */
    .level    = LEVEL_FULL,
    .may_skip = true,
    .expects  = (const struct expect[]){
        { .key = "altered", .bound = ABSENT, .sentence = "%s" },
        { .key = "unread",  .bound = ABSENT, .sentence = "%s" },
        { .key = NULL },
    },
    .run      = run,
};
