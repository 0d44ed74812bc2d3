#include "model/chip.h"

#include "base/text.h"

static void add(struct machine *m, struct arena *a, struct fact **facts, const struct pci_gpu *gpu, const char *what, const char *value, const char *file)
{
    if (value != NULL)
        *ARENA_PUSH(a, *facts, m->n_facts) = (struct fact){
            text_make(a, "gpu.%s.%s", gpu->address, what), value, text_make(a, "PCI device id %04x, by %s", gpu->device_id, file),
        };
}

static const char *branch(struct arena *a, int number)
{
    return number > 0 ? text_make(a, "%d", number) : NULL;
}

void chips_name(struct machine *m, const struct expected *x, struct arena *a)
{
    const struct fact *old = m->facts;
    const size_t n = m->n_facts;
    struct fact *facts = NULL;

    m->n_facts = 0;
    for (size_t i = 0; i < n; i++)
        *ARENA_PUSH(a, facts, m->n_facts) = old[i];
    for (size_t i = 0; i < m->n_pci; i++) {
        const struct gpu_chip *chip = expected_chip(x, m->pci[i].device_id);
        const struct gpu_arch *arch = chip != NULL ? expected_arch(x, chip->cc) : NULL;

        if (arch == NULL)
            continue;
        add(m, a, &facts, &m->pci[i], "arch", arch->arch, "chips.json");
        add(m, a, &facts, &m->pci[i], "module", chip->module, "chips.json");
        add(m, a, &facts, &m->pci[i], "first_driver", branch(a, arch->min_driver), "chips.json and archs.json");
        add(m, a, &facts, &m->pci[i], "last_driver", branch(a, arch->last_driver), "chips.json and archs.json");
    }
    m->facts = facts;
}
