"""The phases of a transposed convolution: target pixels whose positions have one remainder by the stride.

A convolution with stride 1 has one phase.

Each phase is a convolution with stride 1 by those taps that meet it, so each of its pixels is one sum over channels and
taps, and nothing is added up in memory afterwards. The source is read from a copy of a box of it with margins of zeros.

Letters: T taps of a kernel; a position is a pixel of every phase, as many along an axis as the target has strides.
"""

from libc.stdlib cimport free, malloc
from libc.string cimport memcpy, memset

from cyresize.engine.dispatch cimport ops
from cyresize.engine.fold cimport Axis, Work
from cyresize.engine.prefetch cimport fetch_lines
from cyresize.engine.rows.ops_table cimport PRODUCT_ROWS

cdef enum:
    AHEAD = 8          # input channels from the kernels that are packed to those that are fetched
    MOST = 8           # phases of an axis
    PIXELS = 480       # positions of a box: ten tiles of 48
    WASTE = 4          # a box with margins may be as many times larger than the box


# ---- plan

cdef inline bint meets(const Axis* a, Py_ssize_t phase, Py_ssize_t tap) noexcept nogil:
    return (phase + a.pad - tap*a.dilation) % a.stride == 0


cdef inline Py_ssize_t shift(const Axis* a, Py_ssize_t phase, Py_ssize_t tap) noexcept nogil:
    # From a position to the source pixel that the tap brings there. The division leaves no remainder.
    return (phase + a.pad - tap*a.dilation)//a.stride


cdef bint plan_side(const Axis* a, Side* side) noexcept:
    """Whether the axis has few phases, taps for each, and margins of some size at most."""
    cdef Py_ssize_t phase, tap, at, met = 0
    if a.stride > MOST or a.stride > a.taps:
        return False
    side.count = (a.large + a.stride - 1)//a.stride
    side.low, side.high = a.small, -a.large
    for phase in range(a.stride):
        met = 0
        for tap in range(a.taps):
            if meets(a, phase, tap):
                at = shift(a, phase, tap)
                side.low, side.high = min(side.low, at), max(side.high, at)
                met += 1
        if met == 0:
            return False
    return side.high - side.low <= PIXELS


cdef void plan_taps(const Work* k, Phases* p) noexcept:
    cdef Py_ssize_t rz, ry, rx, kz, ky, kx, phase = 0, n = 0
    for rz in range(k.z.stride):
        for ry in range(k.y.stride):
            for rx in range(k.x.stride):
                p.first[phase] = n
                phase += 1
                for kz in range(k.z.taps):
                    for ky in range(k.y.taps):
                        for kx in range(k.x.taps):
                            if not (meets(&k.z, rz, kz) and meets(&k.y, ry, ky) and meets(&k.x, rx, kx)):
                                continue
                            p.tap[n] = (kz*k.y.taps + ky)*k.x.taps + kx
                            p.offset[n] = (
                                (shift(&k.z, rz, kz) - p.z.low)*p.plane + (shift(&k.y, ry, ky) - p.y.low)*p.row
                                + shift(&k.x, rx, kx) - p.x.low
                            )
                            n += 1
    p.first[phase] = n


cdef bint plan_phases(const Work* k, Phases* p) noexcept:
    """Whether phases serve: not if many, empty, mostly of margins, or if there is no memory for the tables."""
    memset(p, 0, sizeof(Phases))
    if not (plan_side(&k.z, &p.z) and plan_side(&k.y, &p.y) and plan_side(&k.x, &p.x)):
        return False
    p.width = min(p.x.count, <Py_ssize_t> PIXELS)
    p.rows = min(p.y.count, max(PIXELS//p.width, <Py_ssize_t> 1))
    p.row = p.width + p.x.high - p.x.low
    p.plane = (p.rows + p.y.high - p.y.low)*p.row
    p.channel = (1 + p.z.high - p.z.low)*p.plane
    if p.channel > WASTE*p.rows*p.width or p.z.count*p.y.count*p.x.count > 5*(k.z.small*k.y.small*k.x.small)//4:
        return False
    p.phases = k.z.stride*k.y.stride*k.x.stride
    p.taps = k.z.taps*k.y.taps*k.x.taps
    p.first = <Py_ssize_t*> malloc((p.phases + 1 + 2*p.taps)*sizeof(Py_ssize_t))
    if p.first == NULL:
        return False
    p.tap = p.first + p.phases + 1
    p.offset = p.tap + p.taps
    plan_taps(k, p)
    return True


cdef bint side_has_margins(const Axis* a, const Side* side) noexcept nogil:
    return side.low < 0 or side.count + side.high > a.small


cdef bint has_margins(const Work* k, const Phases* p) noexcept nogil:
    """Whether zeros are multiplied that are no pixels of the source."""
    return side_has_margins(&k.z, &p.z) or side_has_margins(&k.y, &p.y) or side_has_margins(&k.x, &p.x)


cdef void free_phases(Phases* p) noexcept:
    free(p.first)


# ---- boxes

cdef Py_ssize_t boxes(const Phases* p) noexcept nogil:
    return p.z.count*((p.y.count + p.rows - 1)//p.rows)*((p.x.count + p.width - 1)//p.width)


cdef Box box_at(const Phases* p, Py_ssize_t i) noexcept nogil:
    cdef Py_ssize_t across = (p.x.count + p.width - 1)//p.width, down = (p.y.count + p.rows - 1)//p.rows
    cdef Box b
    b.x = (i % across)*p.width
    b.y = (i // across % down)*p.rows
    b.z = i // across // down
    b.rows = min(p.rows, p.y.count - b.y)
    b.width = min(p.width, p.x.count - b.x)
    return b


cdef inline void copy_line(
    const char* source, Py_ssize_t n, Py_ssize_t first, Py_ssize_t width, char* out, const Py_ssize_t size
) noexcept nogil:
    # Pixels `first` to first + width of a row of n pixels, zeros outside.
    cdef Py_ssize_t begin = min(max(-first, <Py_ssize_t> 0), width), end = max(min(n - first, width), begin)
    memset(out, 0, begin*size)
    memcpy(out + begin*size, source + (first + begin)*size, (end - begin)*size)
    memset(out + end*size, 0, (width - end)*size)


cdef void copy_box(
    const Work* k, const Phases* p, const Box* b, const char* source, Py_ssize_t channels, char* out
) noexcept nogil:
    """The pixels that a box reads, of contiguous channels."""
    cdef Py_ssize_t width = b.width + p.x.high - p.x.low, size = k.itemsize, c, i, j, z, y
    cdef char* line
    for c in range(channels):
        for i in range(1 + p.z.high - p.z.low):
            z = b.z + p.z.low + i
            for j in range(b.rows + p.y.high - p.y.low):
                y = b.y + p.y.low + j
                line = out + (c*p.channel + i*p.plane + j*p.row)*size
                if 0 <= z < k.z.small and 0 <= y < k.y.small:
                    copy_line(
                        source + ((c*k.z.small + z)*k.y.small + y)*k.x.small*size, k.x.small, b.x + p.x.low, width,
                        line, size,
                    )
                else:
                    memset(line, 0, width*size)


# ---- kernels

cdef inline void pack_panel(
    const Phases* p, const char* weight, Py_ssize_t step, Py_ssize_t inputs, Py_ssize_t rows, Py_ssize_t phase,
    char* to, const Py_ssize_t size,
) noexcept nogil:
    # Up to PRODUCT_ROWS kernels, of one phase; the last one again for those that are missing.
    cdef Py_ssize_t row = p.taps*size, r1 = min(<Py_ssize_t> 1, rows - 1)*row, r2 = min(<Py_ssize_t> 2, rows - 1)*row
    cdef Py_ssize_t r3 = (rows - 1)*row, begin = p.first[phase], end = p.first[phase + 1], c, j
    cdef const char* w
    for c in range(inputs):
        if phase == 0 and c + AHEAD < inputs:
            fetch_lines(weight + (c + AHEAD)*step, rows*row)
        for j in range(begin, end):
            w = weight + c*step + p.tap[j]*size
            memcpy(to, w, size)
            memcpy(to + size, w + r1, size)
            memcpy(to + 2*size, w + r2, size)
            memcpy(to + 3*size, w + r3, size)
            to += PRODUCT_ROWS*size


cdef inline unsigned int largest_exponent(const char* numbers, Py_ssize_t n, Py_ssize_t size) noexcept nogil:
    # Of float and double, in its place within 32 bits.
    cdef const unsigned int* bits = <const unsigned int*> numbers
    cdef unsigned int largest = 0, upper, one = 1
    cdef Py_ssize_t i
    if size == 4:
        for i in range(n):
            upper = bits[i] & 0x7f800000
            largest = upper if upper > largest else largest
        return largest
    bits += (<const unsigned char*> &one)[0]    # where the upper half of a double is, by the order of bytes
    for i in range(n):
        upper = bits[2*i] & 0x7ff00000
        largest = upper if upper > largest else largest
    return largest


cdef bint all_finite(
    const char* weight, Py_ssize_t step, Py_ssize_t inputs, Py_ssize_t n, Py_ssize_t size
) noexcept nogil:
    """Whether ``n`` weights of each input channel are; ``step`` bytes between channels."""
    cdef Py_ssize_t c
    cdef unsigned int largest = 0
    for c in range(inputs):
        largest = max(largest, largest_exponent(weight + c*step, n, size))
    return largest < (0x7f800000 if size == 4 else 0x7ff00000)


cdef void pack_phases(
    const Phases* p, const char* weight, Py_ssize_t step, Py_ssize_t inputs, Py_ssize_t outputs, Py_ssize_t size,
    char* out,
) noexcept nogil:
    """Panels of PRODUCT_ROWS outputs by channels by taps, phase after phase; ``step`` bytes between input channels."""
    cdef Py_ssize_t panels = (outputs + PRODUCT_ROWS - 1)//PRODUCT_ROWS, panel, phase, taps, rows
    cdef const char* kernels
    cdef char* to
    for panel in range(panels):
        rows = min(outputs - panel*PRODUCT_ROWS, <Py_ssize_t> PRODUCT_ROWS)
        kernels = weight + panel*PRODUCT_ROWS*p.taps*size
        # A panel's kernels stay in the cache until all phases have theirs.
        for phase in range(p.phases):
            taps = p.first[phase + 1] - p.first[phase]
            to = out + (p.first[phase]*panels + panel*taps)*inputs*PRODUCT_ROWS*size
            if size == 4:
                pack_panel(p, kernels, step, inputs, rows, phase, to, 4)
            else:
                pack_panel(p, kernels, step, inputs, rows, phase, to, 8)


# ---- target rows

cdef void join_row(const Work* k, const Box* b, const char* sums, Py_ssize_t step, char* out) noexcept nogil:
    """A row of each phase along x, ``step`` bytes apart, to its part of a target row."""
    cdef const void* rows[MOST]
    cdef Py_ssize_t stride = k.x.stride, size = k.itemsize, r
    cdef Py_ssize_t whole = min(b.width, k.x.large//stride - b.x)
    for r in range(stride):
        rows[r] = sums + r*step
    out += b.x*stride*size
    ops.interleave[k.cell](rows, stride, whole, out)
    if whole < b.width:
        for r in range(k.x.large % stride):
            memcpy(out + (whole*stride + r)*size, sums + r*step + whole*size, size)


cdef void join_phases(
    const Work* k, const Phases* p, const Box* b, Py_ssize_t phase, const char* sums, Py_ssize_t step
) noexcept nogil:
    """The sums of a box, for all phases along x of phase ``phase`` of z and y, to their places.

    ``sums`` are channels by rows by pixels for each phase along x, ``step`` bytes apart.
    """
    cdef Py_ssize_t oz = b.z*k.z.stride + phase // k.y.stride, size = k.itemsize, c, i, oy
    if oz >= k.z.large:
        return
    for c in range(k.channels):
        for i in range(b.rows):
            oy = (b.y + i)*k.y.stride + phase % k.y.stride
            if oy < k.y.large:
                join_row(
                    k, b, sums + (c*b.rows + i)*b.width*size, step, k.large + c*k.c + oz*k.d + oy*k.h,
                )
