#include "model/peak.h"

/* A lane's transfers in 10^9 a second and what of its bits is data, by the PCI Express Base Specification: 128 of 130
 * from generation 3 on, 242 of 256 bytes (flits, without their check sums) in generation 6. */
double pcie_peak(int generation, int lanes)
{
    static const double rates[] = { [3] = 8 * 128.0 / 130, [4] = 16 * 128.0 / 130, [5] = 32 * 128.0 / 130, [6] = 64 * 242.0 / 256 };

    return generation >= 3 && generation < (int)COUNT_OF(rates) ? rates[generation] / 8 * lanes : 0;
}

bool peak_follows_clock(enum peak which)
{
    return which >= PEAK_FP64;
}

int peak_mhz(const struct gpu_peak *p, enum peak which)
{
    return which == PEAK_FP64 || which == PEAK_FP32 || p->tensor_mhz == 0 ? p->boost_mhz : p->tensor_mhz;
}

int sm_rate_of(const struct sm_rate *r, enum peak which)
{
    switch (which) {
    case PEAK_FP64: return r->fp64_tensor > r->fp64 ? r->fp64_tensor : r->fp64;
    case PEAK_FP32: return r->fp32;
    case PEAK_TF32: return r->tf32;
    case PEAK_FP16: return r->fp16;
    case PEAK_BF16: return r->bf16;
    case PEAK_FP8:  return r->fp8;
    case PEAK_INT8: return r->int8;
    case PEAK_FP4:  return r->fp4;
    case PEAK_NONE: case PEAK_MEMORY: case PEAK_PCIE: case PEAK_PCIE_BOTH: case PEAK_NVLINK: case PEAK_NVLINK_BOTH: break;
    }
    return 0;
}

double gpu_peak_of(const struct gpu_peak *p, enum peak which)
{
    switch (which) {
    case PEAK_MEMORY:      return p->memory_gbs;
    case PEAK_PCIE:        return pcie_peak(p->pcie_generation, p->pcie_lanes);
    case PEAK_PCIE_BOTH:   return 2 * pcie_peak(p->pcie_generation, p->pcie_lanes);
    case PEAK_NVLINK:      return p->nvlink_gbs;
    case PEAK_NVLINK_BOTH: return 2 * p->nvlink_gbs;
    case PEAK_FP64:        return p->fp64_tensor > p->fp64 ? p->fp64_tensor : p->fp64;
    case PEAK_FP32:        return p->fp32;
    case PEAK_TF32:        return p->tf32;
    case PEAK_FP16:        return p->fp16;
    case PEAK_BF16:        return p->bf16;
    case PEAK_FP8:         return p->fp8;
    case PEAK_INT8:        return p->int8;
    case PEAK_FP4:         return p->fp4;
    case PEAK_NONE:        break;
    }
    return 0;
}
