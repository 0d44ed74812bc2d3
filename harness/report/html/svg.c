#include "report/html/svg.h"

#include <math.h>
#include <stdlib.h>

#include "report/html/markup.h"
#include "report/html/scale.h"

static double within(double share)
{
    const struct scale s = { .from = 0, .to = 1, .at_from = 0, .at_to = 100 };

    return scale_at(&s, share);
}

void svg_at(FILE *f, const char *name, double at)
{
    const long tenths = fabs(at) < 1e9 ? lround(at * 10) : 0, size = labs(tenths);

    fprintf(f, " %s=\"%s%ld", name, tenths < 0 ? "-" : "", size / 10);
    if (size % 10 != 0)
        fprintf(f, ".%ld", size % 10);
    fputc('"', f);
}

/* It has the place that it is given: its text stands beside it. */
static void begin_strip(FILE *f, const char *is, const char *label)
{
    fprintf(f, "<svg class=\"%s\" viewBox=\"0 0 100 10\" preserveAspectRatio=\"none\" role=\"img\"", is);
    markup_attribute(f, "aria-label", "%s", label);
    markup(f, ">");
}

void svg_bar(FILE *f, const struct bar *b)
{
    begin_strip(f, "bar", b->label);
    svg_box(f, "track", 0, 0, 100, 10);
    svg_box(f, b->is, 0, 0, within(b->share), 10);
    if (b->mark > 0)
        svg_line(f, "mark", within(b->mark), 0, within(b->mark), 10);
    svg_end(f);
}

void svg_range(FILE *f, const struct range *r)
{
    const double from = within(r->from), to = within(r->to);

    begin_strip(f, "bar", r->label);
    svg_box(f, "track", 0, 0, 100, 10);
    svg_box(f, "plain", from, 0, to - from > 1 ? to - from : 1, 10);
    svg_line(f, "mark", within(r->middle), 0, within(r->middle), 10);
    svg_end(f);
}

void svg_begin(FILE *f, const char *is, double width, double height, const char *title, const char *more)
{
    fprintf(f, "<svg class=\"%s\" viewBox=\"0 0 %.5g %.5g\" role=\"img\"", is, width, height);
    markup_attribute(f, "aria-label", "%s%s%s", title, more != NULL ? ". " : "", more != NULL ? more : "");
    markup(f, ">");
    markup_element(f, "title", NULL, "%s", title);
}

void svg_end(FILE *f)
{
    markup(f, "</svg>");
}

void svg_line(FILE *f, const char *is, double x1, double y1, double x2, double y2)
{
    fprintf(f, "<line class=\"%s\"", is);
    svg_at(f, "x1", x1);
    svg_at(f, "y1", y1);
    svg_at(f, "x2", x2);
    svg_at(f, "y2", y2);
    markup(f, "/>");
}

void svg_box(FILE *f, const char *is, double x, double y, double width, double height)
{
    fprintf(f, "<rect class=\"%s\"", is);
    if (x != 0)
        svg_at(f, "x", x);
    if (y != 0)
        svg_at(f, "y", y);
    svg_at(f, "width", width);
    svg_at(f, "height", height);
    markup(f, "/>");
}

void svg_dot(FILE *f, const char *is, double x, double y, double radius)
{
    fprintf(f, "<circle class=\"%s\"", is);
    svg_at(f, "cx", x);
    svg_at(f, "cy", y);
    svg_at(f, "r", radius);
    markup(f, "/>");
}

void svg_text(FILE *f, const char *is, enum svg_side side, double x, double y, const char *text)
{
    static const char *const anchors[] = { [SVG_START] = "start", [SVG_MIDDLE] = "middle", [SVG_END] = "end" };

    fprintf(f, "<text class=\"%s\" text-anchor=\"%s\"", is, anchors[side]);
    svg_at(f, "x", x);
    svg_at(f, "y", y);
    markup(f, ">");
    markup_text(f, text);
    markup(f, "</text>");
}
