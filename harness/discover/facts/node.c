/* What a file is to this process: a device node, or a folder that it writes to. */
#include "discover/facts/facts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/text.h"

/* The name or, `by_name`, the number of the line "NAME:x:NUMBER:..." that has the other. */
static const char *group_line(const struct fact_reader *r, const char *known, bool by_name)
{
    const char *text = root_read(r->root, r->arena, "/etc/group", NULL), *line;
    size_t n;

    while (text_next_line(&text, &line, &n)) {
        char *name = arena_copy(r->arena, line, n), *secret = strchr(name, ':'), *number = secret != NULL ? strchr(secret + 1, ':') : NULL;

        if (number == NULL)
            continue;
        *secret = '\0';
        number++;
        number[strcspn(number, ":")] = '\0';
        if (text_is(by_name ? name : number, known))
            return by_name ? number : name;
    }
    return NULL;
}

const char *fact_group_name(const struct fact_reader *r, long gid)
{
    return gid == 0 ? "root" : group_line(r, text_make(r->arena, "%ld", gid), false);
}

/* A user of a recorded machine other than root is there by number. */
static long number_of(const struct fact_reader *r, const char *name, bool is_group)
{
    const char *number = is_group && group_line(r, name, true) != NULL ? group_line(r, name, true) : name;
    long n;

    if (text_is(name, "root"))
        return 0;
    return text_to_long(number, &n) && n >= 0 && n <= UINT32_MAX ? n : 65534;       /* nobody */
}

/* "mode 0660 root:video" */
static void recorded_mode(const struct fact_reader *r, char *words, struct node *n)
{
    char *owner = strchr(words, ' '), *group = owner != NULL ? strchr(owner, ':') : NULL;
    const size_t digits = strspn(words, "01234567");

    if (group == NULL || digits == 0 || digits > 5 || words[digits] != ' ')
        return;
    *owner++ = *group++ = '\0';
    n->mode = words;
    n->uid = number_of(r, owner, false);
    n->gid = number_of(r, group, true);
}

static void recorded(const struct fact_reader *r, const char *path, struct node *n)
{
    const char *text = root_read(r->root, r->arena, path, NULL), *line;
    size_t length;
    long major;

    while (text_next_line(&text, &line, &length)) {
        char *copy = arena_copy(r->arena, line, length);

        if (text_starts(copy, "mode "))
            recorded_mode(r, copy + 5, n);
        else if (text_starts(copy, "major ") && text_to_long(copy + 6, &major) && major > 0 && major <= UINT32_MAX)
            n->major = (unsigned)major;
        else if (n->why_not == NULL && copy[strspn(copy, " \t\r")] != '\0')
            n->why_not = copy;
    }
}

/* NULL: it may be. */
static const char *why_not_opened(const struct fact_reader *r, const char *path, mode_t mode, bool ask)
{
    int fd = -1;

    if (!ask || S_ISDIR(mode))
        return faccessat(r->root->fd, path + 1, R_OK | W_OK, AT_EACCESS) == 0 ? NULL : strerror(errno);
    fd = openat(r->root->fd, path + 1, O_RDWR | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return strerror(errno);
    close(fd);
    return NULL;
}

bool fact_node(const struct fact_reader *r, const char *path, bool ask, struct node *n)
{
    const char *why;
    struct stat st;

    *n = (struct node){ .path = path };
    if (!root_stat(r->root, path, &st))
        return false;
    if (root_is_this_machine(r->root)) {
        why = why_not_opened(r, path, st.st_mode, ask);
        n->why_not = why != NULL ? arena_text(r->arena, why) : NULL;
        n->mode = text_make(r->arena, "%04o", (unsigned)(st.st_mode & 07777));
        n->uid = (long)st.st_uid;
        n->gid = (long)st.st_gid;
        n->major = S_ISCHR(st.st_mode) ? major(st.st_rdev) : 0;
    } else if (S_ISREG(st.st_mode)) {
        recorded(r, path, n);
    }
    n->group = n->mode != NULL ? fact_group_name(r, n->gid) : NULL;
    n->opens = n->why_not == NULL;
    return true;
}
