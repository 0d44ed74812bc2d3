/* Linux in Windows: the driver is Windows' own, and its parts for Linux lie in one folder. */
#include "discover/facts/facts.h"

#include "base/text.h"

static void read_part(struct fact_reader *r, const char *key, const char *file)
{
    static const char *const dirs[] = { "/usr/lib/wsl/lib", "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/local/nvidia/lib64" };
    static const char drivers[] = "/usr/lib/wsl/drivers";
    char **names;
    size_t n = root_list(r->root, r->arena, drivers, &names);

    for (size_t i = 0; i < COUNT_OF(dirs); i++)
        if (root_exists(r->root, text_join(r->arena, dirs[i], file))) {
            fact_add(r, key, "there", text_join(r->arena, dirs[i], file));
            return;
        }
    for (size_t i = 0; i < n; i++) {
        const char *path = text_make(r->arena, "%s/%s/%s", drivers, names[i], file);

        if (root_exists(r->root, path)) {
            fact_add(r, key, "there", path);
            return;
        }
    }
    fact_add(r, key, "missing", dirs[0]);
}

void facts_of_wsl(struct fact_reader *r)
{
    if (r->m->place != PLACE_WSL)
        return;
    read_part(r, "wsl.libdxcore", "libdxcore.so");
    read_part(r, "wsl.libnvdxgdmal", "libnvdxgdmal.so.1");
}
