#include "report/paragraph.h"

#include <string.h>

#include "report/safe.h"

void paragraph(FILE *f, int width, int indent, const char *label, const char *text)
{
    int at = safe_print(f, "%*s%s", indent, "", label), start = at;

    while (*text != '\0') {
        size_t n = strcspn(text, " \n");

        if (at > start && at + 1 + (int)n > width) {
            safe_print(f, "\n%*s", start, "");
            at = start;
        }
        if (at > start)
            at += safe_print(f, " ");
        at += safe_print(f, "%.*s", (int)n, text);
        text += n;
        while (*text == ' ' || *text == '\n')
            text++;
    }
    fputc('\n', f);
}
