#include "child/cubin.h"

#include <string.h>

#include "kernels/pattern.h"

void cubin_see(struct child *c, const char *cubin, size_t bytes)
{
    saw_num(c, "cubin.bytes", "B", (double)bytes);
    saw_num(c, "cubin.is_elf", "", bytes > 4 && memcmp(cubin, "\177ELF", 4) == 0);
}

size_t cubin_run(struct child *c, const char *cubin)
{
    uint64_t words = CUBIN_WORDS;
    uint32_t host[CUBIN_WORDS];
    size_t wrong = 0;
    CUmodule module;
    CUdeviceptr p;
    void *args[] = { &p, &words, &c->seed, NULL };

    child_open_context(c);
    MUST(c, cuda, cuModuleLoadData(&module, cubin));
    p = device_buffer(c, sizeof host);
    child_launch_from(c, module, "fill_words", blocks_for(words), (struct grid){ BLOCK, 1, 1 }, args);
    device_wait(c);
    device_download(c, host, p, sizeof host);
    for (uint64_t i = 0; i < words; i++)
        wrong += host[i] != pattern_word(c->seed, i);
    MUST(c, cuda, cuModuleUnload(module));
    return wrong;
}
