"""A torch whose clock is made up, as far as scripts/peers-lib/worker.py goes: every operation takes as long as its bytes or
products say at a rate that is set here, and no time at all of this machine. A torch/__init__.py of tests.

FAKE_PEER=WHAT:WHERE[,...] is the trouble it makes. WHERE: import, sum, fill, copy, add, matmul, scaled, forward, backward, replay.
WHAT: raise, crash, hang, leave (os._exit(3)), print, lazy (does nothing, in its time), free (takes no time)."""
import os, signal, time, types

__version__ = '2.99-made-up'
GB_S, TFLOP_S, MS = 4400, {2: 790, 1: 1400}, {'forward': 0.08, 'backward': 0.2, 'replay': 0.02, 'step': 0.02}
float32, float16, bfloat16, float8_e4m3fn = 4, 2, 2, 1
_now = [0.0]
_orders = [order.split(':') for order in os.environ.get('FAKE_PEER', '').split(',') if order]


def _takes(where, ms):
    """Whether it does its work."""
    for what, there in _orders:
        if there != where:
            continue
        if what == 'raise':
            raise RuntimeError('this was ordered\nand has a second line')
        if what == 'crash':
            os.kill(os.getpid(), signal.SIGSEGV)
        if what == 'hang':
            time.sleep(600)
        if what == 'leave':
            os._exit(3)
        if what == 'print':
            print('{"figure": 1e9}', flush=True)
        if what in ('lazy', 'free'):
            _now[0] += 0 if what == 'free' else ms
            return False
    _now[0] += ms
    return True


class Tensor:
    def __init__(self, *sizes, dtype=float32):
        self.sizes, self.dtype, self.value, self.n = sizes, dtype, 0.0, 1
        for size in sizes:
            self.n *= size

    def ms(self, rows):
        return self.n * self.dtype * rows / GB_S / 1e6

    def normal_(self):
        self.value = 0.25
        return self

    def fill_(self, value):
        if _takes('fill', self.ms(1)):
            self.value = value

    def copy_(self, other):
        if _takes('copy', self.ms(2)):
            self.value = other.value

    def __getitem__(self, i):
        return self

    def __mod__(self, x):
        return self

    def item(self):
        return self.value

    def to(self, what):
        return Tensor(*self.sizes, dtype=what)

    def t(self):
        return Tensor(*self.sizes[::-1], dtype=self.dtype)

    def contiguous(self):
        return self

    def cpu(self):
        return self

    def backward(self):
        _takes('backward', MS['backward'])


def zeros(*sizes, device, dtype=float32):
    sizes = sizes[0] if sizes and isinstance(sizes[0], tuple) else sizes
    return Tensor(*sizes, dtype=dtype)


randn = ones = arange = zeros


def sum(a):
    _takes('sum', a.ms(1))


def add(a, b, alpha, out):
    _takes('add', a.ms(3))


def _product(where, a, b, rate):
    (m, k), (_, n) = a.sizes, b.sizes
    _takes(where, 2 * m * n * k / rate / 1e9 + 0.002)


def matmul(a, b):
    _product('matmul', a, b, TFLOP_S[a.dtype])


def _scaled_mm(a, b, scale_a, scale_b, out_dtype, use_fast_accum):
    _product('scaled', a, b, TFLOP_S[a.dtype])


class no_grad:
    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass


class Model:
    def __init__(self, *layers):
        pass

    def to(self, device):
        return self

    def parameters(self):
        return []

    def __call__(self, x):
        _takes('forward', MS['forward'])
        return x


class Descent:
    def __init__(self, parameters, lr):
        pass

    def zero_grad(self, set_to_none):
        pass

    def step(self):
        _now[0] += MS['step']


class Event:
    def __init__(self, enable_timing):
        self.at = None

    def record(self):
        self.at = _now[0]

    def synchronize(self):
        pass

    def elapsed_time(self, later):
        return later.at - self.at


class Stream:
    def wait_stream(self, other):
        pass


class Graph:
    def replay(self):
        _takes('replay', MS['replay'])


nn = types.SimpleNamespace(Sequential=Model, CrossEntropyLoss=lambda: lambda y, labels: y, functional=types.SimpleNamespace(conv2d=lambda x, w, padding: x),
                           **{layer: lambda *sizes: None for layer in ('Conv2d', 'ReLU', 'MaxPool2d', 'Flatten', 'Linear')})
optim = types.SimpleNamespace(SGD=Descent)
cuda = types.SimpleNamespace(Event=Event, Stream=Stream, CUDAGraph=Graph, current_stream=Stream, stream=lambda s: no_grad(), graph=lambda g: no_grad(),
                             empty_cache=lambda: None)
_takes('import', 0)
