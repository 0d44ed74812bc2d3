#include "discover/kernel_log.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

enum { XIDS_MAX = 64, RECOVERY = 154 };

/* In place of a word: the address of a GPU. */
static const char a_gpu[] = "(GPU)";

/* All of these words, in any order. */
struct known { const char *name, *words[3]; };

static const struct known known[] = {
    { "key-rejected",       { "Key was rejected by service" } },
    { "key-rejected",       { "unsigned module", "restricted" } },
    { "key-rejected",       { "Loading of", "module", "is rejected" } },
    { "key-rejected",       { "module verification failed", "ockdown" } },
    { "rm-init-failed",     { "RmInitAdapter failed" } },
    { "needs-open-module",  { "requires use of the NVIDIA open kernel modules" } },
    { "legacy-driver",      { "NVIDIA", "Legacy drivers" } },
    { "legacy-driver",      { "is supported through the NVIDIA" } },
    { "open-needs-gsp",     { "does not include the required GPU System Processor" } },
    { "api-mismatch",       { "NVRM: API mismatch" } },
    { "bound-to-nouveau",   { "probe routine was not called" } },
    { "gsp-firmware",       { "gsp_", ".bin", "failed" } },
    { "bar-unassigned",     { "NVRM", "BAR", " is 0M @" } },
    { "resumed",            { "PM: suspend exit" } },
    { "resumed",            { "PM: hibernation", "exit" } },
    { "gsp-timeout",        { "imeout", "RPC", "GSP" } },
    { "gsp-timeout",        { "GSP", "heartbeat timed out" } },
    { "fallen-off",         { "GPU has fallen off the bus" } },
    { "not-supported",      { "is not supported by the NVIDIA", "driver release" } },
    { "oom-killer",         { "Out of memory: Kill" } },
    { "fabric",             { "abric", "anager", "version" } },
    { "nvswitch-error",     { "nvswitch", "SXid (" } },
    { "selinux-denied",     { "avc:", "denied", "nvidia" } },
    { "selinux-denied",     { "avc:", "denied", "xserver_misc_device_t" } },
    { "apparmor-denied",    { "apparmor=\"DENIED\"", "/dev/nvidia" } },
    { "bar-unassigned",     { "BAR", "can't assign", a_gpu } },
    { "bar-unassigned",     { "BAR", "no space for", a_gpu } },
    { "bar-unassigned",     { "BAR", "failed to assign", a_gpu } },
};

static bool names_gpu(const struct kernel_log *log)
{
    for (size_t i = 0; i < log->n_gpus; i++)
        if (text_has(log->message, log->gpus[i].address))
            return true;
    return false;
}

static bool is_of(const struct kernel_log *log, const struct known *k)
{
    for (size_t i = 0; i < COUNT_OF(k->words) && k->words[i] != NULL; i++)
        if (k->words[i] == a_gpu ? !names_gpu(log) : !text_has(log->message, k->words[i]))
            return false;
    return true;
}

static struct log_line *line_of(struct kernel_log *log, const char *name)
{
    for (size_t i = 0; i < log->n_lines; i++)
        if (text_is(log->lines[i].name, name))
            return &log->lines[i];
    return NULL;
}

static void keep_known(struct kernel_log *log)
{
    for (size_t i = 0; i < COUNT_OF(known); i++) {
        if (!is_of(log, &known[i]) || line_of(log, known[i].name) != NULL)
            continue;
        if (log->kept == NULL)
            log->kept = arena_text(log->arena, log->message);
        *ARENA_PUSH(log->arena, log->lines, log->n_lines) = (struct log_line){ known[i].name, log->kept };
    }
}

/* ---- Xids ---- */

/* "PCI:0000:18:00", "0000:DB:00.0", "00000009:01:00.0", also with an instance behind it ("... GPU-I:05"): as the bus spells it, "0000:18:00.0".
 * NULL: it is none. */
static const char *address_in(struct arena *a, const char *at, const char *end)
{
    unsigned long part[4] = { 0, 0, 0, 0 };
    size_t n = 0;

    if (text_starts(at, "PCI:"))
        at += 4;
    while (n < COUNT_OF(part) && at < end && isxdigit((unsigned char)*at)) {
        char *after;

        part[n++] = strtoul(at, &after, 16);
        if (*after != (n == 3 ? '.' : ':')) {
            at = after;
            break;
        }
        at = after + 1;
    }
    if (n < 3 || part[0] > 0xffffffff || part[1] > 0xff || part[2] > 0x1f || part[3] > 7)
        return NULL;
    return text_make(a, "%04lx:%02lx:%02lx.%lx", part[0], part[1], part[2], part[3]);
}

static struct xid *xid_of(struct kernel_log *log, const char *address, long number)
{
    for (size_t i = 0; i < log->n_xids; i++)
        if (log->xids[i].number == number && text_is(log->xids[i].address, address))
            return &log->xids[i];
    if (log->n_xids == XIDS_MAX)
        return NULL;
    *ARENA_PUSH(log->arena, log->xids, log->n_xids) = (struct xid){ .address = address, .number = number };
    return &log->xids[log->n_xids - 1];
}

/* "name=python3, Ch 00000008": of the line; "<unknown>" is none. */
static void keep_program(struct kernel_log *log, struct xid *x, const char *line)
{
    const char *name = strstr(line, ", name=");
    char *copy;

    if (name == NULL || x->n_programs == COUNT_OF(x->programs))
        return;
    name += strlen(", name=");
    copy = arena_copy(log->arena, name, strcspn(name, ","));
    if (*copy == '\0' || *copy == '<')
        return;
    for (size_t i = 0; i < x->n_programs; i++)
        if (text_is(x->programs[i], copy))
            return;
    x->programs[x->n_programs++] = copy;
}

static void keep_xid(struct kernel_log *log, const char *line)
{
    const char *open = strstr(line, "NVRM: Xid ("), *close = open != NULL ? strchr(open, ')') : NULL, *address;
    struct xid *x;
    char *after;
    long number;

    if (close == NULL || close[1] != ':')
        return;
    address = address_in(log->arena, open + strlen("NVRM: Xid ("), close);
    number = strtol(close + 2, &after, 10);
    if (address == NULL || after == close + 2 || number <= 0 || number > 9999)
        return;
    x = xid_of(log, address, number);
    if (x == NULL)
        return;
    if (x->count++ == 0 || number == RECOVERY)
        x->told = arena_text(log->arena, line);
    keep_program(log, x, line);
}

/* ---- Lines ---- */

static const char *after_nvrm(const char *line)
{
    return text_starts(line, "NVRM:") ? line + 5 + strspn(line + 5, " ") : NULL;
}

/* The driver breaks its longer messages into lines, each of which begins with NVRM: */
static bool goes_on(const char *before, const char *line)
{
    static const char *const begin[] = { "GPU ", "Xid ", "API ", "The ", "loading ", "Loading " };
    const char *rest = after_nvrm(line);
    const size_t n = strlen(before);

    if (rest == NULL || after_nvrm(before) == NULL || before[n - 1] == '.' || before[n - 1] == '!' || text_has(before, "Xid ("))
        return false;
    for (size_t i = 0; i < COUNT_OF(begin); i++)
        if (text_starts(rest, begin[i]))
            return false;
    return true;
}

static void add_to_message(struct kernel_log *log, const char *line)
{
    const size_t n = strlen(log->message);
    const char *was = log->kept;

    (void)text_format(log->message + n, sizeof log->message - n, " %s", after_nvrm(line));
    if (was == NULL)
        return;
    log->kept = arena_text(log->arena, log->message);
    for (size_t i = 0; i < log->n_lines; i++)
        if (log->lines[i].text == was)
            log->lines[i].text = log->kept;
}

static void take_clean(struct kernel_log *log, const char *line)
{
    if (goes_on(log->message, line)) {
        add_to_message(log, line);
    } else {
        (void)text_format(log->message, sizeof log->message, "%s", line);
        log->kept = NULL;
    }
    keep_known(log);
    keep_xid(log, line);
}

/* The text of a record begins behind the first ';' of its prefix, which is of digits, letters, ',' and '-'. */
static size_t record_prefix(const char *line, size_t n)
{
    size_t i = 0;

    while (i < n && (isalnum((unsigned char)line[i]) || line[i] == ',' || line[i] == '-' || line[i] == '='))
        i++;
    return i > 4 && i < n && line[i] == ';' && memchr(line, ',', i) != NULL ? i + 1 : 0;
}

/* "[   12.345678] ", or "<4>[   12.3] ". */
static size_t time_prefix(const char *line, size_t n)
{
    size_t i = n > 3 && line[0] == '<' && isdigit((unsigned char)line[1]) && line[2] == '>' ? 3 : 0, from = i;

    if (i == n || line[i] != '[')
        return from;
    for (i++; i < n && (isdigit((unsigned char)line[i]) || line[i] == ' ' || line[i] == '.'); i++)
        ;
    if (i + 1 >= n || line[i] != ']')
        return from;
    return i + 1 + (line[i + 1] == ' ');
}

static int hex(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* \x0a as the byte that it stands for, in place. */
static void unescape(char *s)
{
    char *to = s;

    for (; *s != '\0'; s++) {
        if (s[0] == '\\' && s[1] == 'x' && hex(s[2]) >= 0 && hex(s[3]) >= 0 && (s[2] != '0' || s[3] != '0')) {
            *to++ = (char)(hex(s[2]) * 16 + hex(s[3]));
            s += 3;
        } else {
            *to++ = *s;
        }
    }
    *to = '\0';
}

void kernel_log_take(struct kernel_log *log, const char *line, size_t n)
{
    const size_t record = record_prefix(line, n), from = record > 0 ? record : time_prefix(line, n);
    char copy[KERNEL_MESSAGE_BYTES];
    const char *text = copy, *one;
    size_t length;

    if (from >= n || line[0] == ' ')        /* a record's further lines describe the device */
        return;
    (void)text_format(copy, sizeof copy, "%.*s", (int)(n - from < sizeof copy ? n - from : sizeof copy), line + from);
    if (record > 0)
        unescape(copy);
    while (text_next_line(&text, &one, &length)) {
        char own[KERNEL_MESSAGE_BYTES];

        (void)text_format(own, sizeof own, "%.*s", (int)length, one);
        text_clean(own);
        take_clean(log, own);
    }
}

void kernel_log_take_text(struct kernel_log *log, const char *text)
{
    const char *line;
    size_t n;

    while (text_next_line(&text, &line, &n))
        kernel_log_take(log, line, n);
}
