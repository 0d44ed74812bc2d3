#include "kernels/images.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/embed.h"
#include "kernels/list.h"

#define TEXT(x)     TEXT_OF(x)
#define TEXT_OF(x)  #x

#define EMBED_PTX(name)     EMBED(kernel_ptx_##name, "kernels/ptx/" #name ".ptx")
KERNEL_IMAGES(EMBED_PTX)
SELFTEST_IMAGES(EMBED_PTX)

/* KERNEL_FATBINS is the folder of the fat binaries, if they were built. */
#ifdef KERNEL_FATBINS
#define EMBED_FATBIN(name)  EMBED(kernel_fatbin_##name, TEXT(KERNEL_FATBINS) "/" #name ".fatbin")
KERNEL_IMAGES(EMBED_FATBIN)
SELFTEST_IMAGES(EMBED_FATBIN)
#define FATBIN(name)        kernel_fatbin_##name
#else
#define FATBIN(name)        NULL
#endif

#define ROW(name)           { #name, FATBIN(name), kernel_ptx_##name },
const struct kernel_image kernel_images[] = { KERNEL_IMAGES(ROW) SELFTEST_IMAGES(ROW) { NULL, NULL, NULL } };

/* A container of 16 bytes, then entries: kind, bytes of the header, bytes of what
 * follows it, architecture (measured on nvcc 13.0's output, as in discover/fatbin.c). */
enum { CONTAINER = 16, KIND_SASS = 2, PAYLOAD_AT = 8, ARCH_AT = 28 };

static uint64_t number_at(const char *p, size_t bytes)
{
    uint64_t v = 0;

    memcpy(&v, p, bytes);               /* little-endian, as every host of the driver is */
    return v;
}

size_t kernel_image_archs(const struct kernel_image *image, int *archs, size_t max)
{
    const char *at = image->fatbin, *end;
    size_t n = 0;

    if (at == NULL)
        return 0;
    end = at + CONTAINER + number_at(at + PAYLOAD_AT, 8);
    for (at += CONTAINER; at < end; at += number_at(at + 4, 4) + number_at(at + PAYLOAD_AT, 8))
        if (number_at(at, 2) == KIND_SASS) {
            if (n < max)
                archs[n] = (int)number_at(at + ARCH_AT, 4);
            n++;
        }
    return n;
}

int kernel_image_floor(const struct kernel_image *image)
{
    static const char target[] = "\n.target sm_";
    const char *at = strstr(image->ptx, target);

    return at != NULL ? (int)strtol(at + sizeof target - 1, NULL, 10) : 0;
}

int kernel_image_is_on_demand(const struct kernel_image *image)
{
#define NAME(name) #name,
    static const char *const names[] = { SELFTEST_IMAGES(NAME) };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], image->name) == 0)
            return 1;
    return 0;
}

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
