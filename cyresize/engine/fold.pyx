"""Columns out of a source row (unfold) and columns added up into target rows (fold), the two ends of convolution.

Letters: C channels, D x H x W source, K taps of the kernel, a row is one line of pixels, a band is a range of rows
counted through the whole volume. Columns are C x K x K x K x (rows of the band x W).
"""

from libc.string cimport memcpy, memset

from cyresize.engine.dispatch cimport ops
from cyresize.engine.image cimport padded

cdef enum:
    MOST_PHASES = 64   # a larger stride is rare: its pixels are added one by one


cdef inline Py_ssize_t first_inside(const Axis* a, Py_ssize_t tap) noexcept nogil:
    # The smallest position on the small side whose tap lies inside the large one.
    cdef Py_ssize_t v = a.pad - tap*a.dilation
    return min((v + a.stride - 1)//a.stride, a.small) if v > 0 else 0


cdef inline Py_ssize_t last_inside(const Axis* a, Py_ssize_t tap) noexcept nogil:
    # One behind the largest.
    cdef Py_ssize_t v = a.large - 1 + a.pad - tap*a.dilation
    return min(v//a.stride + 1, a.small) if v >= 0 else 0


cdef inline char* columns_of(
    const Work* k, Py_ssize_t c, Py_ssize_t kz, Py_ssize_t ky, Py_ssize_t kx, Py_ssize_t row
) noexcept nogil:
    cdef Py_ssize_t tap = ((c*k.z.taps + kz)*k.y.taps + ky)*k.x.taps + kx
    return k.columns + (tap*(k.end - k.begin) + row - k.begin)*k.x.small*k.itemsize


# ---- unfold: one row of the columns is a row of the source, shifted and thinned out

cdef inline void thin_row(
    const char* source, Py_ssize_t step, char* out, Py_ssize_t n, const Py_ssize_t size
) noexcept nogil:
    cdef Py_ssize_t x
    for x in range(n):
        memcpy(out + x*size, source + x*step, size)


cdef void unfold_row(const Work* k, Py_ssize_t kx, const char* source, char* out) noexcept nogil:
    cdef Py_ssize_t first = first_inside(&k.x, kx), last = max(last_inside(&k.x, kx), first), n = last - first
    cdef Py_ssize_t step = k.x.stride*k.w, size = k.itemsize
    memset(out, 0, first*size)
    memset(out + last*size, 0, (k.x.small - last)*size)
    if n == 0:
        return
    source += (first*k.x.stride - k.x.pad + kx*k.x.dilation)*k.w
    out += first*size
    if step == size:
        memcpy(out, source, n*size)
    elif size == 4:
        thin_row(source, step, out, n, 4)
    elif size == 8:
        thin_row(source, step, out, n, 8)
    else:
        thin_row(source, step, out, n, size)


cdef void unfold(const Work* k) noexcept nogil:
    """The columns of a band of the small side, from the large side: zeros where a tap lies outside."""
    cdef Py_ssize_t c, kz, ky, kx, row, z, y
    cdef char* out
    for c in range(k.channels):
        for kz in range(k.z.taps):
            for ky in range(k.y.taps):
                for kx in range(k.x.taps):
                    for row in range(k.begin, k.end):
                        z = (row // k.y.small)*k.z.stride - k.z.pad + kz*k.z.dilation
                        y = (row % k.y.small)*k.y.stride - k.y.pad + ky*k.y.dilation
                        out = columns_of(k, c, kz, ky, kx, row)
                        if 0 <= z < k.z.large and 0 <= y < k.y.large:
                            unfold_row(k, kx, k.large + c*k.c + z*k.d + y*k.h, out)
                        else:
                            memset(out, 0, k.x.small*k.itemsize)


# ---- fold: a target row is the interleaving of `stride` phases, each a sum of contiguous rows of columns

cdef void plan_taps(const Work* k, Folder* f) noexcept nogil:
    # Position x adds to target pixel x*stride + offset: to phase offset mod stride, there to x + offset div stride.
    cdef Py_ssize_t kx, first, offset
    for kx in range(k.x.taps):
        first = first_inside(&k.x, kx)
        f.count[kx] = max(last_inside(&k.x, kx) - first, 0)
        f.source[kx] = first*k.itemsize
        offset = first*k.x.stride - k.x.pad + kx*k.x.dilation
        if f.phases:
            f.target[kx] = (offset % k.x.stride)*f.step + (offset // k.x.stride)*k.itemsize
        else:
            f.target[kx] = offset*k.itemsize


cdef inline void add_columns(const Work* k, const Folder* f, const char* columns) noexcept nogil:
    # One row of every tap along x.
    cdef Py_ssize_t kx, x, step = (k.end - k.begin)*k.x.small*k.itemsize
    for kx in range(k.x.taps):
        if f.phases == 0:
            for x in range(f.count[kx]):
                ops.add_row[k.number](
                    columns + kx*step + f.source[kx] + x*k.itemsize,
                    f.joined + f.target[kx] + x*k.x.stride*k.itemsize, 1,
                )
        elif f.count[kx]:
            ops.add_row[k.number](columns + kx*step + f.source[kx], f.rows + f.target[kx], f.count[kx])


cdef void fill(char* row, Py_ssize_t n, const char* value, Py_ssize_t size) noexcept nogil:
    cdef Py_ssize_t i
    if value == NULL:
        memset(row, 0, n*size)
        return
    for i in range(n):
        memcpy(row + i*size, value, size)


cdef void join(const Work* k, const Folder* f, char* out) noexcept nogil:
    cdef Py_ssize_t whole = k.x.large // k.x.stride, x
    ops.interleave[k.cell](f.pointers, k.x.stride, whole, out)
    for x in range(whole*k.x.stride, k.x.large):
        memcpy(out + x*k.itemsize, f.rows + (x % k.x.stride)*f.step + whole*k.itemsize, k.itemsize)


cdef inline Py_ssize_t small_position(const Axis* a, Py_ssize_t large, Py_ssize_t tap) noexcept nogil:
    # The position whose tap falls on `large`, or -1.
    cdef Py_ssize_t v = large + a.pad - tap*a.dilation
    if v < 0 or v % a.stride or v // a.stride >= a.small:
        return -1
    return v // a.stride


cdef Py_ssize_t rows_of(
    const Work* k, Py_ssize_t oz, Py_ssize_t oy, Py_ssize_t* tap, Py_ssize_t* row, Py_ssize_t* first
) noexcept nogil:
    """Which taps and rows of the band add to target row (oz, oy); ``first`` is the first row of any band to do so."""
    cdef Py_ssize_t kz, ky, z, y, at, n = 0
    first[0] = k.z.small*k.y.small
    for kz in range(k.z.taps):
        z = small_position(&k.z, oz, kz)
        if z < 0:
            continue
        for ky in range(k.y.taps):
            y = small_position(&k.y, oy, ky)
            if y < 0:
                continue
            at = z*k.y.small + y
            first[0] = min(first[0], at)
            if k.begin <= at < k.end:
                tap[n] = kz*k.y.taps + ky
                row[n] = at
                n += 1
    if first[0] == k.z.small*k.y.small:
        # Nothing ever adds to it: the first band sets it to the bias.
        first[0] = 0
    return n


cdef void fold_row(
    const Work* k, const Folder* f, Py_ssize_t c, const Py_ssize_t* tap, const Py_ssize_t* row, Py_ssize_t n,
    bint fresh, char* out,
) noexcept nogil:
    """Set (``fresh``) or add to a target row of one channel."""
    cdef Py_ssize_t j
    cdef const char* bias = k.bias + c*k.itemsize if k.bias != NULL and fresh else NULL
    if k.x.stride > MOST_PHASES:
        fill(f.joined, k.x.large, bias, k.itemsize)
    for j in range(f.phases):
        fill(f.rows + j*f.step, f.length, bias, k.itemsize)
    for j in range(n):
        add_columns(k, f, columns_of(k, c, tap[j] // k.y.taps, tap[j] % k.y.taps, 0, row[j]))
    if f.phases == 0 and fresh:
        memcpy(out, f.joined, k.x.large*k.itemsize)
    elif f.phases == 0:
        ops.add_row[k.number](f.joined, out, k.x.large)
    elif fresh:
        join(k, f, out)
    else:
        join(k, f, f.joined)
        ops.add_row[k.number](f.joined, out, k.x.large)


cdef inline char* take(char* space, Py_ssize_t* used, Py_ssize_t size) noexcept nogil:
    cdef Py_ssize_t at = used[0]
    used[0] += padded(size)
    return NULL if space == NULL else space + at


cdef Py_ssize_t plan_fold(const Work* k, Folder* f, char* space) noexcept nogil:
    """Lay the buffers of a thread out in ``space`` (NULL: only count); the bytes they need."""
    cdef Py_ssize_t used = 0, j, taps = k.z.taps*k.y.taps
    f.length = (k.x.large + k.x.stride - 1)//k.x.stride
    f.step = padded(f.length*k.itemsize)
    f.phases = k.x.stride if k.x.stride <= MOST_PHASES else 0
    f.pointers = <const void**> take(space, &used, f.phases*sizeof(void*))
    f.rows = take(space, &used, f.phases*f.step)
    f.joined = take(space, &used, k.x.large*k.itemsize)
    f.source = <Py_ssize_t*> take(space, &used, k.x.taps*sizeof(Py_ssize_t))
    f.target = <Py_ssize_t*> take(space, &used, k.x.taps*sizeof(Py_ssize_t))
    f.count = <Py_ssize_t*> take(space, &used, k.x.taps*sizeof(Py_ssize_t))
    f.tap = <Py_ssize_t*> take(space, &used, taps*sizeof(Py_ssize_t))
    f.row = <Py_ssize_t*> take(space, &used, taps*sizeof(Py_ssize_t))
    if space != NULL:
        for j in range(f.phases):
            f.pointers[j] = f.rows + j*f.step
        plan_taps(k, f)
    return used


cdef void fold(const Work* k, Folder* f) noexcept nogil:
    """Add the columns of a band of the small side into the large side.

    Bands must come in order: the first one that touches a row sets it to the bias, so the target need not be cleared.
    """
    cdef Py_ssize_t oz, oy, c, n, first
    for oz in range(k.z.large):
        for oy in range(k.y.large):
            n = rows_of(k, oz, oy, f.tap, f.row, &first)
            if n == 0 and not k.begin <= first < k.end:
                continue
            for c in range(k.channels):
                fold_row(k, f, c, f.tap, f.row, n, first >= k.begin, k.large + c*k.c + oz*k.d + oy*k.h)
