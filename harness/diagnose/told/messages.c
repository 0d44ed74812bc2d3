/* How the lines of a complaint are read by the tables of messages. */
#include "diagnose/told/message.h"

#include <string.h>

#include "base/text.h"

static const struct message *const tables[] = { kernel_messages, driver_messages, library_messages, work_messages };

enum { ROWS_OF_A_LETTER = 128 };

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The bytes of a number like 12.4 at s; a dot that no digit follows is not its. */
static size_t number_length(const char *s)
{
    size_t n = 0;

    while (is_digit(s[n]) || (n > 0 && s[n] == '.' && is_digit(s[n + 1])))
        n++;
    return n;
}

/* The word stands at `at`. A number ends where its digits do, and never begins within one. */
static bool stands_at(const char *line, const char *at, const char *word, const char **number, size_t *n)
{
    for (; *word != '\0'; word++) {
        if (*word == '#') {
            const size_t length = number_length(at);

            if (length == 0 || (at > line && is_digit(at[-1])))
                return false;
            if (*number == NULL) {
                *number = at;
                *n = length;
            }
            at += length;
        } else if (lower(*at) != lower(*word)) {
            return false;
        } else {
            at++;
        }
    }
    /* "error 80" is not in "error 804". */
    return !is_digit(word[-1]) || !is_digit(*at);
}

bool message_has(const char *line, const char *word, const char **number, size_t *n)
{
    if (*word == '\0')
        return false;
    for (const char *at = line; *at != '\0'; at++) {
        const char *found = *number;
        size_t length = *n;

        if (stands_at(line, at, word, &found, &length)) {
            *number = found;
            *n = length;
            return true;
        }
    }
    return false;
}

static bool fits(const struct message *m, const char *line, const char **number, size_t *n)
{
    for (size_t i = 0; i < MESSAGE_WORDS && m->words[i] != NULL; i++)
        if (!message_has(line, m->words[i], number, n))
            return false;
    return m->when == NULL || m->when(line);
}

static bool is_meant(const struct meant *all, size_t n, const char *id)
{
    for (size_t i = 0; i < n; i++)
        if (text_is(all[i].id, id))
            return true;
    return false;
}

static void add(struct meant **all, size_t *n, struct arena *a, const struct message *m, const char *line, const char *number)
{
    for (size_t i = 0; i < MESSAGE_MEANINGS && m->ids[i] != NULL; i++)
        if (!is_meant(*all, *n, m->ids[i]))
            *ARENA_PUSH(a, *all, *n) = (struct meant){ m, m->ids[i], line, number, m->proves && i == 0, m->no_guess };
}

/* The rows in their order, so that what says more comes first; of each the first line that has it. */
size_t messages_mean(struct meant **out, struct arena *a, const char *const *lines, size_t n_lines)
{
    size_t n = 0;

    *out = NULL;
    for (int guess = 0; guess < 2; guess++)             /* those that say too little come last */
        for (size_t t = 0; t < COUNT_OF(tables); t++)
            for (const struct message *m = tables[t]; m->words[0] != NULL; m++)
                for (size_t i = 0; i < n_lines && m->no_guess == (guess == 1); i++) {
                    const char *number = NULL;
                    size_t length = 0;

                    if (!fits(m, lines[i], &number, &length))
                        continue;
                    add(out, &n, a, m, lines[i], number != NULL ? arena_copy(a, number, length) : NULL);
                    break;
                }
    return n;
}

/* The rows by the first letter of their first word: long logs are asked line by line. */
static const struct message *by_letter[128][ROWS_OF_A_LETTER];

static void sort_by_letter(void)
{
    for (size_t t = 0; t < COUNT_OF(tables); t++)
        for (const struct message *m = tables[t]; m->words[0] != NULL; m++) {
            const struct message **rows = by_letter[(unsigned char)lower(m->words[0][0]) & 127];
            size_t n = 0;

            while (n < ROWS_OF_A_LETTER - 1 && rows[n] != NULL && rows[n] != m)
                n++;
            rows[n] = m;
        }
}

bool message_tells(const char *line)
{
    static bool sorted;

    if (!sorted)
        sort_by_letter();
    sorted = true;
    for (const char *at = line; *at != '\0'; at++) {
        const struct message *const *rows = by_letter[(unsigned char)lower(*at) & 127];

        for (size_t i = 0; i < ROWS_OF_A_LETTER && rows[i] != NULL; i++) {
            const char *number = NULL;
            size_t length = 0;

            if (lower(at[1]) == lower(rows[i]->words[0][1]) && fits(rows[i], line, &number, &length))
                return true;
        }
    }
    return false;
}

const char *message_id_at(size_t at)
{
    for (size_t t = 0; t < COUNT_OF(tables); t++)
        for (const struct message *m = tables[t]; m->words[0] != NULL; m++)
            for (size_t i = 0; i < MESSAGE_MEANINGS && m->ids[i] != NULL; i++)
                if (at-- == 0)
                    return m->ids[i];
    return NULL;
}
