/* Fuzzes the reader of wheels: zip, inflate, and what a wheel says of itself. Input
 * that begins like a zip file is the file itself; any other is a list of patches to
 * a small wheel (place, width, bytes), so that no seeds are needed to get past the headers. */
#include "discover/inspect.h"
#include "model/wheel.h"
#include "tests/unit/small_elf.h"
#include "tests/unit/small_zip.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void make(struct small_zip *z, int wide)
{
    static struct small_elf elf;

    *z = (struct small_zip){ .n = 0 };
    small_elf_make(&elf);
    small_zip_add(z, "small/lib/libsmall.so.1", &elf, sizeof elf, wide ? 0 : 8);
    small_zip_text(z, "torch/version.py", "__version__ = '2.5.1+cu124'\ncuda: Optional[str] = '12.4'\n");
    small_zip_add(z, "small-1.0.dist-info/METADATA", "Name: small\nVersion: 1.0\nRequires-Dist: nvidia-cuda-runtime-cu12 (==12.4)\n", 75, 0);
    small_zip_add(z, "small-1.0.dist-info/WHEEL", "Tag: cp311-cp311-manylinux_2_17_x86_64\n", 39, 0);
    small_zip_add(z, "small-1.0.dist-info/RECORD", "small/lib/libsmall.so.1,sha256=x,2000\n\"a,b\",,\n", 47, 0);
    small_zip_end(z, wide);
}

static void patch(struct small_zip *z, const uint8_t *bytes, size_t n)
{
    for (size_t i = 0; n - i >= 3;) {
        size_t at = (size_t)(bytes[i] << 8 | bytes[i + 1]) % z->n, width = 1 + bytes[i + 2] % 8;

        i += 3;
        if (width > n - i || width > z->n - at)
            return;
        memcpy(z->bytes + at, bytes + i, width);
        i += width;
    }
}

static void read_it(const void *bytes, size_t n)
{
    struct arena arena = { NULL };
    struct environment env = { NULL, 0 };
    struct inspection all = { .n_files = 0 };
    struct inspector in;
    struct root root;
    struct err e;
    int fd = small_file(bytes, n), code;

    if (fd < 0 || !root_open(&root, &arena, "/", &e))
        __builtin_trap();
    inspector_begin(&in, &arena, &root, &env);
    inspect_wheel(&in, &all, fd, "small-1.0-py3-none-any.whl");
    code = inspection_exit_code(&all);
    if (all.n_wheels != 1 || (code != 0 && code != 1 && code != 3))
        __builtin_trap();
    for (size_t i = 0; i < all.n_files; i++)
        if (all.files[i].elf == NULL && all.files[i].problems.n == 0)
            __builtin_trap();
    close(root.fd);
    close(fd);
    arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static struct small_zip z;

    if (n >= 4 && memcmp(bytes, "PK\3\4", 4) == 0) {
        read_it(bytes, n);
        return 0;
    }
    make(&z, n > 0 && (bytes[0] & 1) != 0);
    if (n > 0)
        patch(&z, bytes + 1, n - 1);
    read_it(z.bytes, z.n);
    return 0;
}
