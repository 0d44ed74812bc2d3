/* Runs a fuzz target over the files of its corpus: the regression test that needs
 * no fuzzer. An empty corpus is an error. */
#include <dirent.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static int replay(int dir, const char *name)
{
    int fd = openat(dir, name, O_RDONLY);
    struct stat st;
    uint8_t *bytes;

    if (fd < 0 || fstat(fd, &st) != 0 || (bytes = malloc((size_t)st.st_size + 1)) == NULL || read(fd, bytes, (size_t)st.st_size) != st.st_size) {
        perror(name);
        return 1;
    }
    close(fd);
    LLVMFuzzerTestOneInput(bytes, (size_t)st.st_size);
    free(bytes);
    return 0;
}

int main(int argc, char **argv)
{
    DIR *d = argc == 2 ? opendir(argv[1]) : NULL;
    int failed = d == NULL, n = 0;

    for (struct dirent *entry; d != NULL && (entry = readdir(d)) != NULL;)
        if (entry->d_name[0] != '.') {
            failed |= replay(dirfd(d), entry->d_name);
            n++;
        }
    if (d != NULL)
        closedir(d);
    printf("%d inputs\n", n);
    return failed || n == 0;
}
