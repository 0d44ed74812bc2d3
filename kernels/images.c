#include "kernels/images.h"

#include <string.h>

#include "kernels/list.h"

#define TEXT(x)     TEXT_OF(x)
#define TEXT_OF(x)  #x

/* KERNEL_FATBINS is the folder of the fat binaries, if they were built. */
#define EMBED(symbol, file) \
    __asm__(".section .rodata\n.balign 64\n" \
            ".global " #symbol "\n" #symbol ":\n.incbin \"" file "\"\n.global " #symbol "_end\n" #symbol "_end:\n.byte 0\n.text\n"); \
    extern const char symbol[], symbol##_end[];

#define EMBED_PTX(name)     EMBED(kernel_ptx_##name, "kernels/ptx/" #name ".ptx")
KERNEL_IMAGES(EMBED_PTX)

#ifdef KERNEL_FATBINS
#define EMBED_FATBIN(name)  EMBED(kernel_fatbin_##name, TEXT(KERNEL_FATBINS) "/" #name ".fatbin")
KERNEL_IMAGES(EMBED_FATBIN)
#define FATBIN(name)        kernel_fatbin_##name
#else
#define FATBIN(name)        NULL
#endif

#define ROW(name)           { #name, FATBIN(name), kernel_ptx_##name },
const struct kernel_image kernel_images[] = { KERNEL_IMAGES(ROW) { NULL, NULL, NULL } };

const struct kernel_image *kernel_image_of(const char *kernel)
{
#define IN(kernel_name, image_name) { #kernel_name, #image_name },
    static const struct { const char *kernel, *image; } homes[] = { KERNELS(IN) };

    for (size_t i = 0; i < sizeof homes / sizeof *homes; i++)
        if (strcmp(homes[i].kernel, kernel) == 0)
            for (const struct kernel_image *m = kernel_images; m->name != NULL; m++)
                if (strcmp(m->name, homes[i].image) == 0)
                    return m;
    return NULL;
}
