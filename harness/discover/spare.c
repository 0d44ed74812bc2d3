#include "discover/spare.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/statvfs.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "base/text.h"

enum { SPARE_MIB = 64 };                /* that others keep on the disk */

static bool has_room(const char *folder, uint64_t bytes)
{
    struct statvfs v;

    return statvfs(folder, &v) == 0 && (uint64_t)v.f_bavail * v.f_frsize >= bytes + ((uint64_t)SPARE_MIB << 20);
}

/* Not every file system knows files without a name: then it loses its name at once. */
static int file_in(const char *folder)
{
    int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    char name[4096];

    if (fd >= 0 || !text_format(name, sizeof name, "%s/gpuvet-XXXXXX", folder))
        return fd;
    fd = mkostemp(name, O_CLOEXEC);
    if (fd >= 0)
        unlink(name);
    return fd;
}

int spare_file(const char *folder, uint64_t bytes, struct err *e)
{
    const char *const folders[] = { folder, "/tmp", "/var/tmp" };
    struct sysinfo memory;

    for (size_t i = 0; i < COUNT_OF(folders); i++) {
        int fd = folders[i] != NULL && has_room(folders[i], bytes) ? file_in(folders[i]) : -1;

        if (fd >= 0)
            return fd;
    }
    if (sysinfo(&memory) == 0 && (uint64_t)memory.freeram * memory.mem_unit / 2 >= bytes)
        return memfd_create("gpuvet", MFD_CLOEXEC);
    err_set(e, ERR_LIMIT, "unpacked it has %" PRIu64 " MiB, for which neither TMPDIR nor /tmp nor /var/tmp nor memory has room", bytes >> 20);
    return -1;
}
