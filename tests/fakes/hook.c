/* A library to preload: it stands before the driver in one call, as vGPU
 * splitters and profilers do. */
__attribute__((visibility("default"))) int cuDriverGetVersion(int *version);

int cuDriverGetVersion(int *version)
{
    *version = 4242;
    return 0;
}
