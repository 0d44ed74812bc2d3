"""tools - other people's programs: how each is asked, and what its output says. None of them is part of this repository."""
import re

GEMM_KINDS = {'bf16': 'bf16', 'fp16': 'fp16', 'fp8_e4m3': 'fp8', 'fp32': 'fp32'}
SCALES = {'gbps': 1, 'gb/s': 1, 'tbps': 1e3, 'tb/s': 1e3, 'mb/s': 1e-3, 'tflops': 1, 'gflops': 1e-3}


def nvbandwidth(text):
    """GB/s of a copy within the GPU; it counts each byte once, and we count it read and written."""
    sums = re.findall(r'^SUM device_local_copy ([0-9.]+)\s*$', text, re.M)
    return {'nvbandwidth.copy': 2 * float(sums[-1])} if sums else {}


def babelstream(text):
    """MBytes of 10^6 a second, of the shortest run of each."""
    rows = re.findall(r'^(Copy|Triad)\s+([0-9.]+)\s+[0-9.]+\s', text, re.M)
    return {f'babelstream.{name.lower()}': float(rate) / 1e3 for name, rate in rows} if 'MBytes/sec' in text else {}


def clpeak(text):
    """The best of a section: units stand behind each value, or in the section's name."""
    best, section, unit = {}, '', ''
    for line in text.splitlines():
        value = re.match(r'\s*(\w+)\s*:\s*([0-9.]+)\s*(\S*)\s*$', line)
        if not value:
            section, unit = line.strip().lower(), ''.join(re.findall(r'\((\w+)\)\s*$', line))
            continue
        kind, rate = value[1], float(value[2]) * SCALES.get((value[3] or unit).lower(), float('nan'))
        key = 'clpeak.read' if section.startswith('global memory bandwidth') else \
            f'clpeak.gemm.{GEMM_KINDS[kind]}' if section.startswith('cublaslt gemm') and kind in GEMM_KINDS else None
        if key and rate > best.get(key, 0):
            best[key] = rate
    return best


def gpu_burn(text):
    """TFLOP/s of the first GPU in the last report; none where it found errors, whose figure says nothing."""
    reports = re.findall(r"proc'd: (-?\d+) \((\d+) Gflop/s\).*?errors: (-?\d+)", text)
    if not reports or any(int(done) <= 0 or int(errors) != 0 for done, _, errors in reports[-1:]):
        return {}
    return {'gpu-burn.fp32': float(reports[-1][1]) / 1e3}


# Name on the command line: what it is asked if the user says no more than where it is, and what reads it.
TOOLS = {
    'nvbandwidth': (['-t', 'device_local_copy'], nvbandwidth),
    'babelstream': (['-n', '100'], babelstream),
    'clpeak': (['--cuda', '--bandwidth', '--gemm'], clpeak),
    'gpu-burn': (['10'], gpu_burn),
}
