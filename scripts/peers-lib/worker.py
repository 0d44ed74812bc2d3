"""worker - what PyTorch and the driver need for the same work; scripts/peers runs this under the environment's own Python.

A line of JSON on stdin asks for one work, a line of JSON on stdout answers it: a figure and its unit, or "failed" and why. Each
work runs in a process of its own, forked after `import torch` and before CUDA is there: fresh allocations each time, and what
crashes or hangs ends alone. Time is device time by events, in windows until two agree, as gpuvet measures (child/pace.h)."""
import ctypes, json, math, os, signal, statistics, sys

WINDOWS, AGREE = 6, 0.005
SETTINGS = {'window_ms': 500}

try:
    import torch
    WHY_NOT = None
except BaseException as e:
    torch, WHY_NOT = None, f'import torch: {type(e).__name__}: {e}'.splitlines()[0]


def pace(call, elapsed):
    """ms of one call: the median of the windows that count; elapsed(call, n) is the device time of n calls in a row."""
    elapsed(call, 1)
    calls = max(1, round(SETTINGS['window_ms'] / max(elapsed(call, 3) / 3, 1e-3)))
    windows = []
    while len(windows) < WINDOWS:
        windows.append(elapsed(call, calls) / calls)
        if len(windows) > 1 and abs(windows[-1] - windows[-2]) < AGREE * windows[-1]:
            return statistics.median([w for w in windows if abs(w - windows[-1]) < AGREE * windows[-1]])
    return statistics.median(windows[1:])


def look(call, elapsed):
    """ms of one call, at a glance: the shortest of three lots of a millisecond."""
    elapsed(call, 1)
    calls = min(max(1, math.ceil(1 / max(elapsed(call, 1), 1e-3))), 1000)
    return min(elapsed(call, calls) for _ in range(3)) / calls


# ---- PyTorch ----

def by_torch(call, n):
    began, ended = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
    began.record()
    for _ in range(n):
        call()
    ended.record()
    ended.synchronize()
    return began.elapsed_time(ended)


def memory(ask, what):
    n = ask['bytes'] // 4
    a, b, c = (torch.zeros(n, device='cuda') for _ in range(3))
    a.normal_()
    call, rows = {
        'sum': (lambda: torch.sum(a), 1),
        'fill': (lambda: b.fill_(1.5), 1),
        'copy': (lambda: b.copy_(a), 2),
        'triad': (lambda: torch.add(a, b, alpha=3, out=c), 3),
    }[what]
    ms = pace(call, by_torch)
    if what == 'fill' and b[-1].item() != 1.5 or what == 'copy' and b[-1].item() != a[-1].item():
        raise ValueError('its last element is wrong')
    return {'figure': n * 4 * rows / ms / 1e6, 'unit': 'GB/s'}


def factors(kind, m, n, k):
    """Of N(0, 1); the second one as rows of columns, which is what tensor cores like best, and as rows."""
    wide = torch.float16 if kind == 'fp16' else torch.bfloat16 if kind == 'bf16' else torch.float32
    a, b = torch.randn(m, k, device='cuda', dtype=wide), torch.randn(n, k, device='cuda', dtype=wide)
    if kind == 'fp8':
        a, b = a.to(torch.float8_e4m3fn), b.to(torch.float8_e4m3fn)
    return a, b


def products(kind, m, n, k):
    """The ways in which PyTorch can be asked for the same product."""
    a, b = factors(kind, m, n, k)
    if kind == 'fp8':
        one = torch.ones((), device='cuda')
        return {'': lambda: torch._scaled_mm(a, b.t(), scale_a=one, scale_b=one, out_dtype=torch.bfloat16, use_fast_accum=True)}
    rows = b.t().contiguous()
    return {'transposed': lambda: torch.matmul(a, b.t()), 'plain': lambda: torch.matmul(a, rows)}


def gemm(ask, kind):
    """The fastest of the shapes, each by the faster way, measured; and each shape at a glance."""
    best, rates = (0, None, None), {}
    for m, n, k in ask['shapes']:
        name = str(m) if m == n == k else f'{m}x{n}x{k}'
        for way, call in products(kind, m, n, k).items():
            rate = 2 * m * n * k / look(call, by_torch) / 1e9
            rates[name] = max(rates.get(name, 0), rate)
            if rate > best[0]:
                best = rate, (m, n, k), way
        torch.cuda.empty_cache()
    m, n, k = best[1]
    ms = pace(products(kind, m, n, k)[best[2]], by_torch)
    return {'figure': 2 * m * n * k / ms / 1e9, 'unit': 'TFLOP/s', 'of': f'{m}x{n}x{k} {best[2]}'.strip(), 'rates': rates}


def network():
    """The SimpleCNN of harness/math/cnn.h."""
    nn = torch.nn
    return nn.Sequential(nn.Conv2d(3, 16, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 10)).to('cuda')


def captured(call):
    """One call as a CUDA graph, after the warm-up on another stream that PyTorch asks for."""
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for _ in range(5):
            call()
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        call()
    return graph.replay


def cnn(ask, what, how):
    batch = ask['batch']
    model, x = network(), torch.randn(batch, 3, 12, 12, device='cuda')
    labels = torch.arange(batch, device='cuda') % 10
    descent, loss = torch.optim.SGD(model.parameters(), lr=1 / 64), torch.nn.CrossEntropyLoss()

    def forward():
        with torch.no_grad():
            return model(x)

    def train():
        descent.zero_grad(set_to_none=True)
        loss(model(x), labels).backward()
        descent.step()

    call = forward if what == 'forward' else train
    return {'figure': batch / pace(captured(call) if how == 'graph' else call, by_torch) * 1e3, 'unit': 'images/s'}


# ---- The driver ----

class Driver:
    def __init__(self):
        self.lib = ctypes.CDLL('libcuda.so.1')
        self.events = [ctypes.c_void_p(), ctypes.c_void_p()]
        device, context = ctypes.c_int(), ctypes.c_void_p()
        self.must('cuInit', 0)
        self.must('cuDeviceGet', ctypes.byref(device), 0)
        self.must('cuDevicePrimaryCtxRetain', ctypes.byref(context), device)
        self.must('cuCtxSetCurrent', context)
        for event in self.events:
            self.must('cuEventCreate', ctypes.byref(event), 0)

    def must(self, name, *args):
        code = getattr(self.lib, name)(*args)
        if code != 0:
            raise RuntimeError(f'{name} gives {code}')

    def buffer(self, size):
        at = ctypes.c_uint64()
        self.must('cuMemAlloc_v2', ctypes.byref(at), ctypes.c_size_t(size))
        return at

    def elapsed(self, call, n):
        ms = ctypes.c_float()
        self.must('cuEventRecord', self.events[0], None)
        for _ in range(n):
            call()
        self.must('cuEventRecord', self.events[1], None)
        self.must('cuEventSynchronize', self.events[1])
        self.must('cuEventElapsedTime', ctypes.byref(ms), *self.events)
        return ms.value


def driver(ask, what):
    d, size, word, got = Driver(), ask['bytes'] // 4 * 4, 0x3fc00000, ctypes.c_uint()
    words, to = ctypes.c_size_t(size // 4), d.buffer(size)
    call, rows = lambda: d.must('cuMemsetD32_v2', to, word, words), 1
    if what == 'copy':
        a = d.buffer(size)
        d.must('cuMemsetD32_v2', a, word, words)
        call, rows = lambda: d.must('cuMemcpyDtoD_v2', to, a, ctypes.c_size_t(size)), 2
    ms = pace(call, d.elapsed)
    d.must('cuMemcpyDtoH_v2', ctypes.byref(got), ctypes.c_uint64(to.value + size - 4), ctypes.c_size_t(4))
    if got.value != word:
        raise ValueError('its last element is wrong')
    return {'figure': size * rows / ms / 1e6, 'unit': 'GB/s'}


# ---- Answers ----

def answer(ask):
    area, *rest = ask['work'].split('.')
    if area != 'driver' and torch is None:
        return {'failed': WHY_NOT}
    try:
        told = {'memory': memory, 'gemm': gemm, 'cnn': cnn, 'driver': driver}[area](ask, *rest)
        if not (math.isfinite(told['figure']) and told['figure'] > 0):
            raise ValueError(f'its figure is {told["figure"]}')
        return told
    except BaseException as e:
        return {'failed': f'{type(e).__name__}: {e}'.splitlines()[0]}


def in_a_process(ask):
    """Its answer, or how it ended."""
    ours, its = os.pipe()
    pid = os.fork()
    if pid == 0:
        signal.alarm(max(1, int(ask['limit'])))         # whose default ends even what hangs in a call
        os.write(its, json.dumps(answer(ask)).encode())
        os._exit(0)
    os.close(its)
    with os.fdopen(ours, 'rb') as f:
        told = f.read()
    _, status = os.waitpid(pid, 0)
    if os.WIFSIGNALED(status):
        of = os.WTERMSIG(status)
        return {'failed': f'it did not end within {int(ask["limit"])} s' if of == signal.SIGALRM else f'it was ended by {signal.Signals(of).name}'}
    return json.loads(told) if told else {'failed': f'it left with exit code {os.WEXITSTATUS(status)}'}


def main():
    answers = os.fdopen(os.dup(1), 'w')     # what else is printed is none
    os.dup2(2, 1)
    SETTINGS['window_ms'] = float(sys.argv[1])
    print(json.dumps({'prefix': sys.prefix, 'torch': torch and torch.__version__, 'why': WHY_NOT}), file=answers, flush=True)
    for line in sys.stdin:
        print(json.dumps(in_a_process(json.loads(line))), file=answers, flush=True)


main()
