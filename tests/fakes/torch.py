"""A torch of plain Python, as far as probes/torch/python.py goes: the torch/__init__.py of the tests' environments.

FAKE_PYTHON=WHAT:WHERE[,...] is the trouble it makes. WHERE: import, product, gradient, conv, cuda, exit. WHAT: raise, lack (a module), crash, kill,
hang, leave (os._exit(3)), print, lie (the last element is off by one), nan, short (an element is missing). FAKE_OPENS=FILE opens it."""
import atexit, ctypes, os, signal, sys, time, types
from .version import __version__, cuda as _cuda

_orders = [order.split(":") for order in os.environ.get("FAKE_PYTHON", "").split(",") if order]


def _trouble(where):
    for what, there in _orders:
        if there != where:
            continue
        if what == "raise":
            raise RuntimeError("this was ordered\nand has a second line")
        if what == "lack":
            import a_module_that_nobody_has
        if what in ("crash", "kill"):
            os.kill(os.getpid(), signal.SIGSEGV if what == "crash" else signal.SIGKILL)
        if what == "hang":
            time.sleep(600)
        if what == "leave":
            os._exit(3)
        if what == "print":
            print("end\t0\t0\nnum\tconv.wrong\t\t7", flush=True)
            print("begin\t0", file=sys.stderr, flush=True)


def _spoilt(where, values):
    for what, there in _orders:
        if there == where and what in ("lie", "nan", "short"):
            values = values[:-1] + {"lie": [values[-1] + 1], "nan": [float("nan")], "short": []}[what]
    return values


class Tensor:
    def __init__(self, values, sizes):
        self.values, self.sizes, self.grad, self.parents = values, tuple(sizes), None, None

    def reshape(self, *sizes):
        return Tensor(self.values, (len(self.values),) if sizes == (-1,) else sizes)

    def to(self, device):
        if device != "cpu":
            _trouble("cuda")
        return self

    def t(self):
        rows, columns = self.sizes
        return Tensor([self.values[i * columns + j] for j in range(columns) for i in range(rows)], (columns, rows))

    def requires_grad_(self):
        return self

    def detach(self):
        return self

    def cpu(self):
        return self

    def sum(self):
        return self

    def tolist(self):
        return list(self.values)

    def backward(self):
        _trouble("gradient")
        a, b = self.parents
        terms, columns = b.sizes
        row = [sum(b.values[k * columns + j] for j in range(columns)) for k in range(terms)]
        a.grad = Tensor(_spoilt("gradient", row * a.sizes[0]), a.sizes)


float32 = "float32"


def tensor(values, dtype):
    return Tensor([float(v) for v in values], (len(values),))


def matmul(a, b):
    _trouble("product")
    (rows, terms), (_, columns) = a.sizes, b.sizes
    y = [sum(a.values[i * terms + k] * b.values[k * columns + j] for k in range(terms)) for i in range(rows) for j in range(columns)]
    result = Tensor(_spoilt("product", y), (rows, columns))
    result.parents = a, b
    return result


def _conv2d(x, w, stride, padding):
    _trouble("conv")
    (n, c, height, width), (k, _, r, s) = x.sizes, w.sizes
    p, q = (height + 2 * padding - r) // stride + 1, (width + 2 * padding - s) // stride + 1

    def at(i, j, row, column):
        return x.values[((i * c + j) * height + row) * width + column] if 0 <= row < height and 0 <= column < width else 0.0

    y = [sum(at(i, j, a * stride + u - padding, b * stride + v - padding) * w.values[((o * c + j) * r + u) * s + v]
             for j in range(c) for u in range(r) for v in range(s))
         for i in range(n) for o in range(k) for a in range(p) for b in range(q)]
    return Tensor(_spoilt("conv", y), (n, k, p, q))


def _is_available():
    import warnings
    if "FAKE_NO_CUDA" in os.environ:
        warnings.warn("CUDA initialization: " + os.environ["FAKE_NO_CUDA"])
        return False
    return bool(os.environ.get("CUDA_VISIBLE_DEVICES"))


nn = types.SimpleNamespace(functional=types.SimpleNamespace(conv2d=_conv2d))
version = types.SimpleNamespace(cuda=_cuda)
backends = types.SimpleNamespace(cudnn=types.SimpleNamespace(version=lambda: 91900))
cuda = types.SimpleNamespace(is_available=_is_available, init=lambda: None, device_count=lambda: 1, get_device_name=lambda i: "SIMULATED GPU")
_trouble("import")
if "FAKE_OPENS" in os.environ:
    ctypes.CDLL(os.environ["FAKE_OPENS"])
atexit.register(_trouble, "exit")
