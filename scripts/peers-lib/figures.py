"""figures - what the rounds come to: ratios with their intervals, and the table."""
import math, statistics

# Student's t that one case in 100 exceeds, one way or the other, by degrees of freedom; beyond the last one that serves, which is wider.
T99 = [63.657, 9.925, 5.841, 4.604, 4.032, 3.707, 3.499, 3.355, 3.250, 3.169, 3.106, 3.055]


def within(x):
    """The interval that holds the true mean in 99 of 100 cases."""
    off = T99[min(len(x) - 1, len(T99)) - 1] * statistics.stdev(x) / math.sqrt(len(x))
    return statistics.mean(x) - off, statistics.mean(x) + off


def spread_of(x, words):
    return words.format(*within(x)) if len(x) > 1 else 'one round'


class Ratio:
    """Own over peer, round by round: what disturbs a round disturbs both. The middle is the median of the rounds' ratios; the interval
    that holds the true ratio in 99 of 100 cases is Student's t on their logarithms, as gpuvet compare has it for rounds that are not pairs."""

    def __init__(self, own, peer):
        logs = [math.log(own[r] / peer[r]) for r in sorted(own.keys() & peer.keys())]
        self.n = len(logs)
        self.middle = math.exp(statistics.median(logs)) if logs else None
        self.low, self.high = map(math.exp, within(logs)) if self.n > 1 else (None, None)

    def interval(self):
        return f'{self.low:.3f} to {self.high:.3f}' if self.n > 1 else 'one round'


def h200(gpu):
    return 'H200' in gpu


class Row:
    """One line: own figure `own` beside `peer`, a figure's name or a number.
    `bound` is one of: None; ('ratio', x), ('low', x): the ratio's middle, or its interval's lower end, is at least x;
    ('at most', x): the ratio is at most x; ('more', x): own is at most x ms more. `on_h200`: said of no other GPU."""

    def __init__(self, work, own, peer, bound=None, words='', on_h200=False):
        self.work, self.own, self.peer, self.bound, self.words, self.on_h200 = work, own, peer, bound, words, on_h200

    def target(self):
        kind, x = self.bound or (None, 0)
        return self.words or {None: '', 'ratio': f'≥ {x:.2f}', 'low': f'≥ {x:.2f} at the lower end', 'at most': f'≤ {x:.2f}', 'more': f'≤ {x} ms more'}[kind]

    def cells(self, figures, gpu):
        """None where either of the two was not measured."""
        own = figures.get(self.own)
        peer = figures.get(self.peer) if isinstance(self.peer, str) else own and dict.fromkeys(own, self.peer)
        if not own or not peer or not own.keys() & peer.keys():
            return None
        ratio, shown = Ratio(own, peer), {}
        kind, x = self.bound or (None, 0)
        differences = [own[r] - peer[r] for r in sorted(own.keys() & peer.keys())]
        more = statistics.median(differences)
        met = {None: lambda: None, 'ratio': lambda: ratio.middle >= x, 'at most': lambda: ratio.middle <= x, 'more': lambda: more <= x,
               'low': lambda: None if ratio.low is None else ratio.low >= x}[kind]()
        shown['ratio'] = f'{more:+.0f} ms' if kind == 'more' else f'{ratio.middle:.3f}'
        shown['interval'] = spread_of(differences, '{:+.0f} ms to {:+.0f} ms') if kind == 'more' else ratio.interval()
        shown['met'] = '' if kind is None else 'for an H200' if self.on_h200 and not h200(gpu) else 'cannot tell' if met is None else 'yes' if met else 'NO'
        return own, peer, ratio, shown


def number(x):
    return f'{x:.4g}' if x < 1000 else f'{x:,.0f}'


def line(work, own, unit, peer='–', figure='', ratio='', interval='', rounds='', target='', met=''):
    cells = [work, f'{number(own)} {unit}', peer, figure, ratio, interval, rounds, target, met]
    return '| ' + ' | '.join(str(cell) for cell in cells) + ' |'


def table(rows, figures, units, names, gpu):
    """Lines of Markdown, and how often a target was met, was not, and could not be told. What has no peer stands alone."""
    lines = ['| work | gpuvet | peer | its figure | gpuvet / peer | 99 % interval | rounds | target | met |', '|---|--:|---|--:|--:|---|--:|---|---|']
    tally, beside = {'yes': 0, 'NO': 0, 'cannot tell': 0}, {row.work for row in rows if row.cells(figures, gpu)}
    for row in rows:
        cells = row.cells(figures, gpu)
        if not cells:
            if row.own in figures and row.work not in beside:
                beside.add(row.work)
                lines.append(line(row.work, statistics.median(figures[row.own].values()), units[row.own], rounds=len(figures[row.own])))
            continue
        own, peer, ratio, shown = cells
        tally[shown['met']] = tally.get(shown['met'], 0) + 1
        theirs = names.get(row.peer, row.peer) if isinstance(row.peer, str) else 'its target'
        lines.append(line(row.work, statistics.median(own.values()), units[row.own], theirs, f'{number(statistics.median(peer.values()))} {units[row.own]}',
                          shown['ratio'], shown['interval'], ratio.n, row.target(), shown['met']))
    return lines, tally
