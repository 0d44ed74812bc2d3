/* The fake libc10_cuda.so. */
#include "tests/fakes/torch.h"

const long fake_failure = 1;

EXPORT int8_t device_count(void) __asm__("_ZN3c104cuda12device_countEv");

/* FAKE_TORCH_GPUS: as many as that instead, as where PyTorch's runtime refuses a driver. */
int8_t device_count(void)
{
    fake_gate("c10::cuda::device_count");
    return (int8_t)fake_number("FAKE_TORCH_GPUS", fake_driver_serves() ? fake_driver()->device_count() : 0);
}
