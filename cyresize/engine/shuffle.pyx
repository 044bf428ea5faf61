"""The driver of shuffles: a threaded copy between two arrays of one shape whose axes lie in different orders.

Pixel shuffles, depth to space and their inverses are such copies once the axes are split. Letters: A the short axis
whose members are interleaved (the upscale factor), B the long one (the row).
"""

from cython.parallel cimport prange

from libc.string cimport memcpy

from cyresize.engine.arrays cimport Strided, read, write
from cyresize.engine.dispatch cimport ops
from cyresize.engine.parallel cimport enter_team, leave_team

cdef enum Kind:
    RUNS           # both sides are contiguous along the innermost axis
    INTERLEAVE     # A is innermost in the target, B in the source
    DEINTERLEAVE   # the other way round
    TILES          # anything else, element by element in small tiles

cdef enum:
    MOST_AXES = 72   # NumPy's limit is 64
    MOST_ROWS = 16   # longest A that is interleaved

cdef struct Axis:
    Py_ssize_t size, source, target   # strides in bytes

cdef struct Copy:
    int kind, n_outer, cell           # cell: log2 of the bytes that are moved as one
    Axis outer[MOST_AXES]
    Axis a, b
    char* source
    char* target
    Py_ssize_t total, parts           # outer positions; pieces that each b is cut into


cdef inline Py_ssize_t magnitude(Py_ssize_t v) noexcept nogil:
    return -v if v < 0 else v


cdef void remove(Axis* axes, int* n, int k) noexcept nogil:
    cdef int i
    for i in range(k, n[0] - 1):
        axes[i] = axes[i + 1]
    n[0] -= 1


cdef int simplified(Axis* axes, int n) noexcept nogil:
    """Drop axes of size 1, order by target stride, join neighbours that are one axis on both sides."""
    cdef int i, k, kept = 0
    cdef Axis axis
    for i in range(n):
        if axes[i].size == 1:
            continue
        axis = axes[i]
        k = kept
        while k > 0 and magnitude(axes[k - 1].target) < magnitude(axis.target):
            axes[k] = axes[k - 1]
            k -= 1
        axes[k] = axis
        kept += 1
    k = 0
    for i in range(1, kept):
        axis = axes[i]
        if axes[k].source == axis.source*axis.size and axes[k].target == axis.target*axis.size:
            axes[k].size *= axis.size
            axes[k].source = axis.source
            axes[k].target = axis.target
        else:
            k += 1
            axes[k] = axis
    return min(kept, k + 1)


cdef int find_unit(const Axis* axes, int n, Py_ssize_t cell) noexcept nogil:
    # The axis that is contiguous in the source, else the one with the smallest source stride.
    cdef int i, best = 0
    for i in range(n):
        if axes[i].source == cell:
            return i
        if magnitude(axes[i].source) < magnitude(axes[best].source):
            best = i
    return best


cdef void choose(Copy* p) noexcept nogil:
    """Take the inner axes out of the list and say how they are copied."""
    cdef Py_ssize_t cell = <Py_ssize_t> 1 << p.cell
    cdef Axis one
    cdef int k
    one.size = 1
    one.source = one.target = 0
    p.a = one
    p.b = one
    p.kind = TILES
    if p.n_outer == 0:
        return
    p.a = p.outer[p.n_outer - 1]
    p.n_outer -= 1
    if p.a.source == cell and p.a.target == cell:
        p.kind = RUNS
        if p.n_outer:
            p.n_outer -= 1
            p.b = p.outer[p.n_outer]
        return
    if p.n_outer == 0:
        return
    k = find_unit(p.outer, p.n_outer, cell)
    p.b = p.outer[k]
    remove(p.outer, &p.n_outer, k)
    if p.a.target != cell or p.b.source != cell:
        return
    if p.b.target == p.a.size*cell and p.a.size <= MOST_ROWS:
        p.kind = INTERLEAVE
    elif p.a.source == p.b.size*cell and p.b.size <= MOST_ROWS:
        p.kind = DEINTERLEAVE
        one = p.a
        p.a = p.b
        p.b = one


cdef inline void copy_runs_of(
    const char* s, char* d, const Py_ssize_t run, const Axis* b, Py_ssize_t begin, Py_ssize_t end
) noexcept nogil:
    cdef Py_ssize_t i
    for i in range(begin, end):
        memcpy(d + i*b.target, s + i*b.source, run)


cdef void copy_runs(const Copy* p, const char* s, char* d, Py_ssize_t begin, Py_ssize_t end) noexcept nogil:
    cdef Py_ssize_t run = p.a.size << p.cell
    if p.b.size == 1:
        # One run: the pieces are cut from it.
        s += (begin << p.cell)
        d += (begin << p.cell)
        memcpy(d, s, (end - begin) << p.cell)
    elif run == 2:
        copy_runs_of(s, d, 2, &p.b, begin, end)
    elif run == 4:
        copy_runs_of(s, d, 4, &p.b, begin, end)
    elif run == 8:
        copy_runs_of(s, d, 8, &p.b, begin, end)
    elif run == 16:
        copy_runs_of(s, d, 16, &p.b, begin, end)
    else:
        copy_runs_of(s, d, run, &p.b, begin, end)


cdef void copy_interleaved(const Copy* p, const char* s, char* d, Py_ssize_t begin, Py_ssize_t end) noexcept nogil:
    cdef const void* rows[MOST_ROWS]
    cdef Py_ssize_t j
    for j in range(p.a.size):
        rows[j] = s + j*p.a.source + begin*p.b.source
    ops.interleave[p.cell](rows, p.a.size, end - begin, d + begin*p.b.target)


cdef void copy_deinterleaved(const Copy* p, const char* s, char* d, Py_ssize_t begin, Py_ssize_t end) noexcept nogil:
    cdef void* rows[MOST_ROWS]
    cdef Py_ssize_t j
    for j in range(p.a.size):
        rows[j] = d + j*p.a.target + begin*p.b.target
    ops.deinterleave[p.cell](s + begin*p.b.source, p.a.size, end - begin, rows)


cdef inline void copy_tiles_of(
    const Axis* a, const Axis* b, const char* s, char* d, Py_ssize_t begin, Py_ssize_t end, const Py_ssize_t cell
) noexcept nogil:
    # Tiles of 32 x 32 keep the lines of both sides in the cache.
    cdef Py_ssize_t i, j, i0, j0
    for i0 in range(begin, end, 32):
        for j0 in range(0, a.size, 32):
            for i in range(i0, min(i0 + 32, end)):
                for j in range(j0, min(j0 + 32, a.size)):
                    memcpy(d + i*b.target + j*a.target, s + i*b.source + j*a.source, cell)


cdef void copy_tiles(const Copy* p, const char* s, char* d, Py_ssize_t begin, Py_ssize_t end) noexcept nogil:
    if p.cell == 0:
        copy_tiles_of(&p.a, &p.b, s, d, begin, end, 1)
    elif p.cell == 1:
        copy_tiles_of(&p.a, &p.b, s, d, begin, end, 2)
    elif p.cell == 2:
        copy_tiles_of(&p.a, &p.b, s, d, begin, end, 4)
    else:
        copy_tiles_of(&p.a, &p.b, s, d, begin, end, 8)


cdef inline void copy_part(const Copy* p, const char* s, char* d, Py_ssize_t part) noexcept nogil:
    """The inner axes, or one of the parts they are cut into."""
    cdef Py_ssize_t length = p.a.size if p.kind == RUNS and p.b.size == 1 else p.b.size, begin = 0, end = length
    if p.parts > 1:
        begin = length*part // p.parts
        end = length*(part + 1) // p.parts
    if p.kind == RUNS:
        copy_runs(p, s, d, begin, end)
    elif p.kind == INTERLEAVE:
        copy_interleaved(p, s, d, begin, end)
    elif p.kind == DEINTERLEAVE:
        copy_deinterleaved(p, s, d, begin, end)
    else:
        copy_tiles(p, s, d, begin, end)


cdef void band(const Copy* p, Py_ssize_t begin, Py_ssize_t end) noexcept nogil:
    """Outer positions times parts, from ``begin`` to ``end``."""
    cdef Py_ssize_t at[MOST_AXES]
    cdef Py_ssize_t _, rest = begin // p.parts, part = begin % p.parts
    cdef const char* s = p.source
    cdef char* d = p.target
    cdef int k
    for k in range(p.n_outer - 1, -1, -1):
        at[k] = rest % p.outer[k].size
        rest //= p.outer[k].size
        s += at[k]*p.outer[k].source
        d += at[k]*p.outer[k].target
    for _ in range(begin, end):
        copy_part(p, s, d, part)
        part += 1
        if part < p.parts:
            continue
        part = 0
        k = p.n_outer - 1
        while k >= 0:
            at[k] += 1
            s += p.outer[k].source
            d += p.outer[k].target
            if at[k] < p.outer[k].size:
                break
            at[k] = 0
            s -= p.outer[k].size*p.outer[k].source
            d -= p.outer[k].size*p.outer[k].target
            k -= 1


cdef void run(Copy* p, int threads) noexcept nogil:
    cdef int t, team, k
    threads = enter_team(threads)
    p.total = 1
    for k in range(p.n_outer):
        p.total *= p.outer[k].size
    p.parts = 1 if p.total >= 4*threads else threads
    p.total *= p.parts
    team = <int> min(<Py_ssize_t> threads, p.total)
    if team == 1:
        band(p, 0, p.total)
    else:
        for t in prange(team, num_threads=team, schedule="static", chunksize=1):
            band(p, p.total*t // team, p.total*(t + 1) // team)
    leave_team(threads)


cdef void open_copy(Copy* p, const Strided* a, const Strided* b) noexcept:
    p.source, p.target = a.data, b.data
    p.cell = 3
    while p.cell > 0 and a.itemsize % (1 << p.cell):
        p.cell -= 1


cdef void finish_copy(Copy* p, int n, Py_ssize_t itemsize, int threads) noexcept:
    # An element wider than eight bytes is an axis of words.
    p.outer[n] = Axis(itemsize >> p.cell, 1 << p.cell, 1 << p.cell)
    with nogil:
        p.n_outer = simplified(p.outer, n + 1)
        choose(p)
        run(p, threads)


def permute(source, target, int threads):
    """Copy ``source`` to ``target``: same shape, same element size, any strides, no shared memory."""
    cdef Strided a, b
    cdef Copy p
    cdef int k
    read(source, &a)
    write(target, &b)
    open_copy(&p, &a, &b)
    for k in range(a.ndim):
        p.outer[k] = Axis(a.shape[k], a.strides[k], b.strides[k])
    finish_copy(&p, a.ndim, a.itemsize, threads)


def shuffle(source, target, int axes, Py_ssize_t factor, bint back, int threads):
    """Copy ... x C*r**axes x (pixels) to ... x C x (pixels*r), or ``back``: same element size, no shared memory.

    ``factor`` is r; of a channel's r**axes the last axis counts fastest, as everywhere.
    """
    cdef Strided a, b
    cdef const Strided* fine = &a
    cdef const Strided* coarse = &b
    cdef Copy p
    cdef int k, n, channel
    cdef Py_ssize_t step
    read(source, &a)
    write(target, &b)
    open_copy(&p, &a, &b)
    if not back:
        fine, coarse = coarse, fine
    channel = fine.ndim - axes - 1
    step = coarse.strides[channel]
    n = fine.ndim
    # Pixels, with the finer ones between them, whose distance in the coarse array is one of channels.
    for k in range(fine.ndim - 1, channel, -1):
        p.outer[k] = between(coarse.shape[k], fine.strides[k]*factor, coarse.strides[k], back)
        p.outer[n] = between(factor, fine.strides[k], step, back)
        step *= factor
        n += 1
    for k in range(channel + 1):
        p.outer[k] = between(fine.shape[k], fine.strides[k], step if k == channel else coarse.strides[k], back)
    finish_copy(&p, n, a.itemsize, threads)


cdef inline Axis between(Py_ssize_t size, Py_ssize_t fine, Py_ssize_t coarse, bint back) noexcept:
    return Axis(size, fine, coarse) if back else Axis(size, coarse, fine)
