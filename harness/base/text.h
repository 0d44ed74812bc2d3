/* text.h - formatting and looking at strings. The only place that calls snprintf. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdarg.h>

#include "base/arena.h"

/* Formats into a buffer of `size` bytes; cuts what does not fit, always ends
 * with NUL. Returns false if it cut. */
bool text_format(char *out, size_t size, const char *fmt, ...) PRINTF_LIKE(3, 4);
bool text_vformat(char *out, size_t size, const char *fmt, va_list ap) PRINTF_LIKE(3, 0);

/* Formats into the arena. */
char *text_make(struct arena *a, const char *fmt, ...) PRINTF_LIKE(2, 3);
char *text_vmake(struct arena *a, const char *fmt, va_list ap) PRINTF_LIKE(2, 0);

bool text_is(const char *s, const char *other);             /* equal; NULL equals nothing */
bool text_starts(const char *s, const char *with);
bool text_ends(const char *s, const char *with);
bool text_has(const char *s, const char *part);

/* Equal, or where the pattern ends with '*', beginning so; NULL matches nothing. */
bool text_matches(const char *pattern, const char *s);

/* The part of a path after its last '/'. */
const char *text_base_name(const char *path);

/* The part of a path before its last '/', "/" for files in the root, "." without any. */
char *text_dir_name(struct arena *a, const char *path);

/* "name" under "dir", with exactly one '/' between them. */
char *text_join(struct arena *a, const char *dir, const char *name);

/* Walks over the lines of *cursor (without their newline): true with the next
 * line in *line, *n bytes long, not terminated; false at the end. */
bool text_next_line(const char **cursor, const char **line, size_t *n);

/* Compares dotted versions number by number: <0, 0, >0; "9.10" is after "9.9".
 * Stops at the first character that is neither a digit nor a dot. */
int text_compare_versions(const char *a, const char *b);

/* 12 of "12.4.1"; 0 of what is no version. */
long text_version_major(const char *version);

/* "2.3.1" is within "2.3" and "2.3.1"; "2.30" is not within "2.3". */
bool text_version_within(const char *version, const char *series);

/* The bytes of a dotted version that a string begins with: 9 of "580.65.06-open". */
size_t text_version_length(const char *s);

/* The decimal digits of n, which end at the end of `room`: for what is written so often that a format costs. */
const char *text_digits(char room[24], unsigned long n);

/* Parses a whole string as a decimal number; false if anything is left over. */
bool text_to_long(const char *s, long *out) MUST_USE;
bool text_to_double(const char *s, double *out) MUST_USE;

/* Replaces control bytes and DEL by a space, in place: done once, at the door. */
void text_clean(char *s);

/* The bytes of the UTF-8 character at s; 0 if there is none: an overlong form,
 * a surrogate, a character cut short. 1 for a NUL. */
size_t text_utf8_length(const char *s);

/* A string that grows in an arena. Zero-initialise all but .arena. */
struct text {
    struct arena *arena;
    char         *s;            /* always terminated once something was added */
    size_t        n, room;
};

void text_add(struct text *t, const char *fmt, ...) PRINTF_LIKE(2, 3);
void text_put(struct text *t, const char *bytes, size_t n);

/* Adds a word as a shell has to be given it: in single quotes if it would be read as anything but itself. */
void text_add_quoted(struct text *t, const char *word);

#endif
