#include <string.h>

#include "report/list.h"

#include "base/text.h"
#include "report/safe.h"

static const char *known(const char *s)
{
    return s != NULL ? s : "?";
}

static void put_machine(FILE *f, const struct machine *m)
{
    safe_print(f, "machine  %s, %s, Linux %s %s\n", known(m->hostname), known(m->os), known(m->kernel), known(m->arch));
    safe_print(f, "         a GPU is %smeant for this process: %s\n", m->gpu_meant ? "" : "not ", m->gpu_meant ? m->why_meant : m->why_not_meant);
    for (size_t i = 0; i < m->n_pci; i++)
        safe_print(f, "  pci    %s  device %04x  driver %s\n", m->pci[i].address, m->pci[i].device_id,
                m->pci[i].driver != NULL ? m->pci[i].driver : "none");
    for (size_t i = 0; i < m->n_nodes; i++)
        safe_print(f, "  node   %s%s%s\n", m->nodes[i].path, m->nodes[i].opens ? "" : "  ", m->nodes[i].opens ? "" : m->nodes[i].why_not);
    if (m->module_version != NULL)
        safe_print(f, "  module nvidia %s\n", m->module_version);
    for (size_t i = 0; i < m->n_drivers; i++) {
        static const char *const kinds[] = {
            [DRIVER_INSTALLED] = "", [DRIVER_COMPAT] = "  (forward compatibility)",
            [DRIVER_STUB] = "  (a stub: for linking only)", [DRIVER_WSL] = "  (WSL)",
        };

        safe_print(f, "  driver %s  %s%s\n", m->drivers[i].path, m->drivers[i].version != NULL ? m->drivers[i].version : "", kinds[m->drivers[i].kind]);
    }
}

static void put_devices(FILE *f, const struct report *r)
{
    for (size_t i = 0; i < r->n_devices; i++) {
        const struct device *d = &r->devices[i];

        if (d->answers)
            safe_print(f, "gpu%d     %s, compute capability %d.%d, %d SMs, %.1f GiB, %s, %s\n", d->index, known(d->name),
                       d->cc / 10, d->cc % 10, d->sms, (double)d->memory_bytes / (1 << 30), known(d->pci), known(d->uuid));
        else
            safe_print(f, "gpu%d     %s does not answer\n", d->index, known(d->pci));
    }
}

static void put_stack(FILE *f, const struct stack *s)
{
    safe_print(f, "\nstack    %s  (%s, found by: %s)\n", s->name, s->prefix, s->found_by);
    if (s->broken != NULL)
        safe_print(f, "         %s\n", s->broken);
    if (s->unusable != NULL)
        safe_print(f, "         %s\n", s->unusable);
    for (size_t i = 0; i < s->n_versions; i++)
        if (strchr(s->versions[i].what, ':') == NULL)
            safe_print(f, "         %-12s %-16s %s\n", s->versions[i].what, s->versions[i].version, s->versions[i].source);
    for (size_t i = 0; i < s->n_members; i++) {
        const struct member *m = &s->members[i];

        safe_print(f, "  %-28s %-12s %s%s%s\n", m->family, m->version != NULL ? m->version : "-", m->place,
                m->why_bad != NULL ? "  ! " : "", m->why_bad != NULL ? m->why_bad : "");
    }
}

void list_write(FILE *f, const struct report *r)
{
    put_machine(f, r->machine);
    put_devices(f, r);
    for (size_t i = 0; i < r->n_stacks; i++)
        put_stack(f, &r->stacks[i]);
    if (r->n_stacks == 0)
        safe_print(f, "\nno stack found: --stack DIR names one\n");
}

void list_write_probes(FILE *f)
{
    size_t width = 0;

    for (const struct probe *const *p = all_probes; *p != NULL; p++)
        if (strlen((*p)->name) > width)
            width = strlen((*p)->name);
    for (const struct probe *const *p = all_probes; *p != NULL; p++)
        safe_print(f, "%-*s %s\n", (int)width, (*p)->name, (*p)->claim);
}
