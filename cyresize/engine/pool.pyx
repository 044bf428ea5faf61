"""The driver of pooling: each output is the maximum or the mean over a window of the source, in one to three axes.

Letters: N images, C channels, D x H x W source, OD x OH x OW output. A plane is D x H x W of one channel; where the
channels are interleaved in memory a row holds all of them and they are called lanes.
"""

from cython.parallel cimport prange

from libc.math cimport fabs, fabsf
from libc.stdlib cimport calloc, free, malloc
from libc.string cimport memcpy, memset

from cyresize.engine.arrays cimport Strided, is_half, make_volume, number_of, read, write
from cyresize.engine.dispatch cimport kernels, ops
from cyresize.engine.image cimport move_row, padded
from cyresize.engine.parallel cimport enter_team, leave_team
from cyresize.engine.rows.ops_table cimport N_F32, N_F64, N_I64, Spans, Taps, cast_fn
from cyresize.engine.rows.table cimport F16

cdef enum:
    MOST_TAPS = 1 << 16   # longer windows are not listed tap by tap

cdef enum Op:
    MAX, MEAN, LP

cdef Py_ssize_t[10] SIZES = [1, 1, 2, 2, 4, 4, 8, 8, 4, 8]
cdef Py_ssize_t NARROW = (<Py_ssize_t> 1 << 31) - 1


cdef class Windows:
    """Where the windows of one axis lie: `regular` ones at a constant distance, or any (`spans`)."""

    cdef Py_ssize_t n_in, n_out, taps, stride, dilation, most, plane_step
    cdef bint is_regular
    cdef Py_ssize_t* start    # first source index inside [planes or 1][n_out]
    cdef Py_ssize_t* count    # indices inside
    cdef Py_ssize_t* size     # indices inside the source or its padding
    cdef Py_ssize_t* shift    # of each tap, for output 0
    cdef Py_ssize_t* begin    # outputs for which the tap is inside
    cdef Py_ssize_t* end

    def __dealloc__(self):
        free(self.start)
        free(self.shift)

    cdef int allocate(self, Py_ssize_t cells, Py_ssize_t taps) except -1:
        self.start = <Py_ssize_t*> calloc(3*cells, sizeof(Py_ssize_t))
        self.shift = <Py_ssize_t*> calloc(3*taps + 1, sizeof(Py_ssize_t))
        if self.start == NULL or self.shift == NULL:
            raise MemoryError(f"no memory for the windows of {cells} outputs")
        self.count = self.start + cells
        self.size = self.count + cells
        self.begin = self.shift + taps
        self.end = self.begin + taps
        return 0


cdef inline Py_ssize_t ceil_div(Py_ssize_t a, Py_ssize_t b) noexcept nogil:
    # For b > 0 and any a.
    return (a + b - 1)//b if a > 0 else -((-a)//b)


cdef inline Py_ssize_t floor_div(Py_ssize_t a, Py_ssize_t b) noexcept nogil:
    return a//b if a >= 0 else -((-a + b - 1)//b)


def regular(
    Py_ssize_t n_in, Py_ssize_t n_out, Py_ssize_t taps, Py_ssize_t stride, Py_ssize_t dilation, Py_ssize_t before,
    Py_ssize_t after,
):
    """Windows of ``taps`` indices, ``dilation`` apart, every ``stride``, the source padded ``before`` and ``after``."""
    cdef Windows w = Windows.__new__(Windows)
    cdef Py_ssize_t o, k, first, low, high
    cdef Py_ssize_t listed = taps if taps <= MOST_TAPS else 0
    w.allocate(n_out, listed)
    w.n_in, w.n_out, w.taps, w.stride, w.dilation, w.is_regular = n_in, n_out, listed, stride, dilation, listed > 0
    for o in range(n_out):
        first = o*stride - before
        low = max(ceil_div(-first, dilation), 0)
        high = min(ceil_div(n_in - first, dilation), taps)
        w.start[o] = first + low*dilation
        w.count[o] = max(high - low, 0)
        w.size[o] = max(min(ceil_div(n_in + after - first, dilation), taps), 0)
        w.most = max(w.most, w.count[o])
    for k in range(listed):
        w.shift[k] = k*dilation - before
        w.begin[k] = min(max(ceil_div(-w.shift[k], stride), 0), n_out)
        w.end[k] = max(min(floor_div(n_in - 1 - w.shift[k], stride) + 1, n_out), w.begin[k])
    return w


def spans(Py_ssize_t n_in, const long long[:, ::1] start, const long long[:, ::1] count):
    """Windows start .. start + count - 1, the same for every plane (one row) or one row for each plane."""
    cdef Windows w = Windows.__new__(Windows)
    cdef Py_ssize_t planes = start.shape[0], n_out = start.shape[1], p, o
    w.allocate(planes*n_out, 0)
    w.n_in, w.n_out, w.stride, w.dilation = n_in, n_out, 1, 1
    w.plane_step = n_out if planes > 1 else 0
    for p in range(planes):
        for o in range(n_out):
            w.start[p*n_out + o] = start[p, o]
            w.count[p*n_out + o] = w.size[p*n_out + o] = count[p, o]
            w.most = max(w.most, count[p, o])
    return w


cdef struct Side:
    # A Windows without the object around it.
    Py_ssize_t n_in, n_out, dilation, most, plane_step
    const Py_ssize_t* start
    const Py_ssize_t* count
    const Py_ssize_t* size

cdef struct Volume:
    char* data
    Py_ssize_t n, c, d, h, w          # strides in bytes
    Py_ssize_t itemsize
    bint contiguous                   # the elements of a row lie next to each other

cdef struct Flat:
    # A small plane, pooled as one long row. It is copied into a frame that has the padding in it, `pitch` wide; then
    # output (oy, ox) at oy*out_pitch + ox has its window at stride times that, and what lies between rows is ignored.
    bint used, framed                 # framed: false if the plane can serve as it lies
    Py_ssize_t pitch, out_pitch, n_out, rows, top, left, columns
    Taps taps
    Py_ssize_t* shift
    int* first
    char* divisors

cdef struct Pool:
    int op, number                    # number: the type that is calculated with
    Side z, y, x
    Taps taps
    bint tapped, quad, narrow         # regular columns; 2 x 2 windows that touch; offsets fit an int
    bint with_index, include_pad, absolute
    bint in_place                     # rows are read where they lie
    bint any_order                    # sums need not be added up in row-major order
    Volume src, dst, index
    Py_ssize_t channels, lanes        # channels that are planes of their own; channels within a row
    Py_ssize_t row, out_row           # elements
    Py_ssize_t size                   # bytes of the calculated type
    Py_ssize_t span                   # rows of the ring for each z of a window
    cast_fn widen, narrow_row
    const int* first                  # of each window, relative to column x*stride
    double divisor, power, scale
    Py_ssize_t index_times, index_image, index_channel
    Py_ssize_t stride_y, taps_y, before_y, before_x, taps_x
    Flat flat

cdef struct Scratch:
    # What one thread works with.
    const void** rows
    Py_ssize_t* offset                # of each row, in elements of the plane, from the first
    int* offset_int
    long long* tags                   # which source row a slot of the ring holds
    char* ring
    char* packed
    char* column
    char* out
    char* sums
    char* divisors
    char* frame
    int* where
    long long* index
    Py_ssize_t divided_by             # row size for which `divisors` was made


cdef const void* source_row(
    const Pool* p, Scratch* s, Py_ssize_t n, Py_ssize_t c, Py_ssize_t z, Py_ssize_t y, Py_ssize_t slot
) noexcept nogil:
    """A source row in the calculated type, copied to a slot of the ring."""
    cdef const char* row = p.src.data + n*p.src.n + c*p.src.c + z*p.src.d + y*p.src.h
    cdef char* kept = s.ring + slot*padded(p.row*p.size)
    cdef long long key = ((n*p.channels + c)*p.z.n_in + z)*p.y.n_in + y
    if s.tags[slot] == key:
        return kept
    s.tags[slot] = key
    if not p.src.contiguous:
        move_row(
            s.packed if p.widen != NULL else kept, p.lanes*p.src.itemsize, p.src.itemsize, row, p.src.w, p.src.c,
            p.row//p.lanes, p.lanes, p.src.itemsize,
        )
        row = s.packed
    if p.widen != NULL:
        p.widen(row, kept, p.row)
    elif p.src.contiguous:
        memcpy(kept, row, p.row*p.size)
    if p.op == LP:
        raise_row(p, kept)
    return kept


cdef void raise_row(const Pool* p, char* row) noexcept nogil:
    cdef Py_ssize_t x
    if p.absolute and p.number == <int> N_F32:
        for x in range(p.row):
            (<float*> row)[x] = fabsf((<float*> row)[x])
    elif p.absolute:
        for x in range(p.row):
            (<double*> row)[x] = fabs((<double*> row)[x])
    ops.raised[p.number](row, p.power, row, p.row)


cdef Py_ssize_t window_rows(
    const Pool* p, Scratch* s, Py_ssize_t n, Py_ssize_t c, Py_ssize_t plane, Py_ssize_t oz, Py_ssize_t oy
) noexcept nogil:
    """Collect the source rows of one output row; how many there are."""
    cdef Py_ssize_t z = p.z.start[plane*p.z.plane_step + oz], y = p.y.start[plane*p.y.plane_step + oy]
    cdef Py_ssize_t rows_y = p.y.count[plane*p.y.plane_step + oy], i, j, k = 0, at
    cdef const char* plane_data = p.src.data + n*p.src.n + c*p.src.c
    for i in range(p.z.count[plane*p.z.plane_step + oz]):
        for j in range(rows_y):
            at = y + j*p.y.dilation
            if p.in_place:
                s.rows[k] = plane_data + (z + i*p.z.dilation)*p.src.d + at*p.src.h
            else:
                s.rows[k] = source_row(p, s, n, c, z + i*p.z.dilation, at, i*p.span + at % p.span)
            s.offset[k] = (i*p.z.dilation*p.y.n_in + j*p.y.dilation)*p.x.n_in
            s.offset_int[k] = <int> s.offset[k]
            k += 1
    return k


cdef inline Spans spans_of(const Pool* p, Py_ssize_t plane) noexcept nogil:
    cdef Spans x
    x.n_out = p.x.n_out
    x.lanes = p.lanes
    x.step = p.x.dilation
    x.start = p.x.start + plane*p.x.plane_step
    x.count = p.x.count + plane*p.x.plane_step
    return x


cdef void max_row(const Pool* p, Scratch* s, Py_ssize_t plane, Py_ssize_t count, void* out) noexcept nogil:
    cdef Spans columns
    cdef const void** rows = s.rows
    cdef const void* one = s.column
    if p.quad and count == 2:
        ops.max_quad[p.number](s.rows[0], s.rows[1], out, p.x.n_out)
        return
    if count > 1:
        ops.max_rows[p.number](s.rows, count, s.column, p.row)
        rows = &one
        count = 1
    if p.tapped:
        ops.max_taps[p.number](&p.taps, rows, count, out)
    else:
        columns = spans_of(p, plane)
        ops.max_spans[p.number](&columns, rows, count, out)


cdef void place(const Pool* p, const int* where, long long base, long long* index) noexcept nogil:
    cdef Py_ssize_t x, c
    if p.lanes == 1:
        for x in range(p.x.n_out):
            index[x] = base + x*p.taps.stride + where[x]
    else:
        for x in range(p.x.n_out):
            for c in range(p.lanes):
                index[x*p.lanes + c] = base + x*p.taps.stride + where[x*p.lanes + c]


cdef void max_row_at(
    const Pool* p, Scratch* s, Py_ssize_t plane, Py_ssize_t count, Py_ssize_t base, void* out, long long* index
) noexcept nogil:
    cdef Spans columns
    cdef Py_ssize_t x
    if p.quad and count == 2:
        ops.max_quad_at[p.number](s.rows[0], s.rows[1], s.offset_int[1], base, out, index, p.x.n_out)
    elif p.narrow:
        memcpy(s.where, p.first, p.out_row*sizeof(int))
        ops.max_taps_at[p.number](&p.taps, s.rows, s.offset_int, count, out, s.where)
        place(p, s.where, base, index)
    else:
        columns = spans_of(p, plane)
        ops.max_spans_at[p.number](&columns, s.rows, s.offset, count, out, index)
        for x in range(p.out_row):
            index[x] += base


cdef void number_indices(const Pool* p, Py_ssize_t n, Py_ssize_t c, long long* index) noexcept nogil:
    """Turn indices in the plane into the dialect's."""
    cdef Py_ssize_t x, lane
    cdef long long base = n*p.index_image + c*p.index_channel
    if p.index_times == 1 and base == 0 and (p.lanes == 1 or p.index_channel == 0):
        return
    for x in range(p.x.n_out):
        for lane in range(p.lanes):
            index[x*p.lanes + lane] = index[x*p.lanes + lane]*p.index_times + base + lane*p.index_channel


cdef inline void set_number(int number, char* row, Py_ssize_t x, double value) noexcept nogil:
    if number == <int> N_F32:
        (<float*> row)[x] = <float> value
    elif number == <int> N_F64:
        (<double*> row)[x] = value
    else:
        (<long long*> row)[x] = <long long> value


cdef void divisors(const Pool* p, Scratch* s, Py_ssize_t plane, Py_ssize_t rows) noexcept nogil:
    """What each sum of an output row is divided by; ``rows`` is the row part of it."""
    cdef const Py_ssize_t* sizes = (p.x.size if p.include_pad else p.x.count) + plane*p.x.plane_step
    cdef Py_ssize_t x, lane
    cdef double value
    if s.divided_by == rows and p.x.plane_step == 0:
        return
    s.divided_by = rows
    for x in range(p.x.n_out):
        # A window without a single pixel inside has the sum 0 and stays 0.
        value = p.divisor if p.divisor != 0 else max(rows*sizes[x], <Py_ssize_t> 1)
        for lane in range(p.lanes):
            set_number(p.number, s.divisors, x*p.lanes + lane, value/p.scale)


cdef void mean_row(
    const Pool* p, Scratch* s, Py_ssize_t plane, Py_ssize_t count, Py_ssize_t size, void* out
) noexcept nogil:
    cdef Spans columns
    cdef const void** rows = s.rows
    cdef const void* one = s.column
    if p.any_order and count > 1:
        ops.sum_rows[p.number](rows, count, s.column, p.row)
        rows = &one
        count = 1
    if p.tapped:
        ops.sum_taps[p.number](&p.taps, rows, count, s.sums)
    else:
        columns = spans_of(p, plane)
        ops.sum_spans[p.number](&columns, rows, count, s.sums)
    if p.scale != 0:
        divisors(p, s, plane, size)
        ops.quotient[p.number](s.sums, s.divisors, out, p.out_row)
    else:
        memcpy(out, s.sums, p.out_row*p.size)
    if p.op == LP:
        ops.raised[p.number](out, 1.0/p.power, out, p.out_row)


cdef void store(const Pool* p, const Volume* v, char* row, const char* packed) noexcept nogil:
    move_row(
        row, v.w, v.c, packed, p.lanes*v.itemsize, v.itemsize, p.x.n_out, p.lanes, v.itemsize,
    )


cdef void output_row(
    const Pool* p, Scratch* s, Py_ssize_t plane, Py_ssize_t n, Py_ssize_t c, Py_ssize_t oz, Py_ssize_t oy
) noexcept nogil:
    cdef Py_ssize_t size, base
    cdef Py_ssize_t count = window_rows(p, s, n, c, plane, oz, oy)
    cdef Py_ssize_t zi = plane*p.z.plane_step + oz, yi = plane*p.y.plane_step + oy
    cdef char* to = p.dst.data + n*p.dst.n + c*p.dst.c + oz*p.dst.d + oy*p.dst.h
    cdef char* out = to if p.dst.contiguous and p.narrow_row == NULL else s.out
    cdef char* index_to
    cdef long long* index
    if p.op != MAX:
        size = p.z.size[zi]*p.y.size[yi] if p.include_pad else p.z.count[zi]*p.y.count[yi]
        mean_row(p, s, plane, count, size, out)
    elif not p.with_index:
        max_row(p, s, plane, count, out)
    else:
        index_to = p.index.data + n*p.index.n + c*p.index.c + oz*p.index.d + oy*p.index.h
        index = <long long*> index_to if p.index.contiguous else s.index
        base = (p.z.start[zi]*p.y.n_in + p.y.start[yi])*p.x.n_in
        max_row_at(p, s, plane, count, base, out, index)
        number_indices(p, n, c, index)
        if not p.index.contiguous:
            store(p, &p.index, index_to, <char*> index)
    if p.narrow_row != NULL:
        p.narrow_row(s.out, to if p.dst.contiguous else s.packed, p.out_row)
        out = s.packed
    if not p.dst.contiguous:
        store(p, &p.dst, to, out)


# ---- small planes

cdef void frame_plane(const Pool* p, char* frame, const char* plane) noexcept nogil:
    cdef Py_ssize_t y
    for y in range(p.flat.rows):
        memcpy(
            frame + ((p.flat.top + y)*p.flat.pitch + p.flat.left)*p.size, plane + y*p.src.h, p.flat.columns*p.size
        )


cdef void pool_flat(const Pool* p, Scratch* s, const char* frame) noexcept nogil:
    """All windows of a plane at once."""
    cdef Py_ssize_t k
    for k in range(p.taps_y):
        s.rows[k] = frame + k*p.y.dilation*p.flat.pitch*p.size
        s.offset_int[k] = <int> (k*p.y.dilation*p.x.n_in)
    if p.op != MAX:
        ops.sum_taps[p.number](&p.flat.taps, s.rows, p.taps_y, s.out)
        ops.quotient[p.number](s.out, p.flat.divisors, s.out, p.flat.n_out)
    elif p.with_index:
        memcpy(s.where, p.flat.first, p.flat.n_out*sizeof(int))
        ops.max_taps_at[p.number](&p.flat.taps, s.rows, s.offset_int, p.taps_y, s.out, s.where)
    elif p.taps_y == 2 and p.taps_x == 2 and p.flat.taps.stride == 2 and p.x.dilation == 1:
        ops.max_quad[p.number](s.rows[0], s.rows[1], s.out, p.flat.n_out)
    else:
        ops.max_taps[p.number](&p.flat.taps, s.rows, p.taps_y, s.out)


cdef void store_flat(const Pool* p, Scratch* s, Py_ssize_t n, Py_ssize_t c) noexcept nogil:
    """The rows of a plane, and their indices, to where they belong."""
    cdef Py_ssize_t oy, x
    cdef long long base
    cdef char* to
    cdef char* row
    cdef long long* index
    for oy in range(p.y.n_out):
        to = p.dst.data + n*p.dst.n + c*p.dst.c + oy*p.dst.h
        row = s.out + oy*p.flat.out_pitch*p.size
        if p.dst.contiguous:
            memcpy(to, row, p.out_row*p.size)
        else:
            store(p, &p.dst, to, row)
        if not p.with_index:
            continue
        to = p.index.data + n*p.index.n + c*p.index.c + oy*p.index.h
        index = <long long*> to if p.index.contiguous else s.index
        base = (oy*p.stride_y - p.before_y)*p.x.n_in - p.before_x
        for x in range(p.out_row):
            index[x] = base + x*p.taps.stride + s.where[oy*p.flat.out_pitch + x]
        number_indices(p, n, c, index)
        if not p.index.contiguous:
            store(p, &p.index, to, <char*> index)


cdef void fill_lowest(const Pool* p, char* frame, Py_ssize_t n) noexcept nogil:
    # The largest of no windows: what padding counts as.
    cdef Taps none
    memset(&none, 0, sizeof(Taps))
    none.n_out = n
    none.lanes = 1
    ops.max_taps[p.number](&none, NULL, 0, frame)


cdef void flat_band(const Pool* p, char* space, Py_ssize_t begin, Py_ssize_t end) noexcept nogil:
    cdef Scratch s
    cdef Py_ssize_t plane, n, c, cells = frame_cells(p)
    cdef const char* data
    divide_scratch(p, &s, space)
    if p.op == MAX:
        fill_lowest(p, s.frame, cells)
    else:
        memset(s.frame, 0, cells*p.size)
    for plane in range(begin, end):
        n = plane // p.channels
        c = plane % p.channels
        data = p.src.data + n*p.src.n + c*p.src.c
        if p.flat.framed:
            frame_plane(p, s.frame, data)
            data = s.frame
        pool_flat(p, &s, data)
        store_flat(p, &s, n, c)


cdef inline Py_ssize_t frame_cells(const Pool* p) noexcept nogil:
    if not p.flat.framed:
        return 0
    return ((p.y.n_out - 1)*p.stride_y + (p.taps_y - 1)*p.y.dilation + 1)*p.flat.pitch


cdef void plan_flat(Pool* p) noexcept:
    """Whether planes are so small that a row of output does not fill the vectors, and how they are laid out then."""
    cdef Py_ssize_t sx = p.taps.stride, width = (p.x.n_out - 1)*sx + (p.taps_x - 1)*p.x.dilation + 1
    cdef Py_ssize_t height = (p.y.n_out - 1)*p.stride_y + (p.taps_y - 1)*p.y.dilation + 1
    cdef Flat* f = &p.flat
    f.used = False
    if not (p.tapped and p.in_place and p.lanes == 1 and p.taps_y):
        return
    if p.z.n_in != 1 or p.z.n_out != 1 or p.z.count[0] != 1:
        return
    if p.out_row > 32 or p.y.n_out < 2 or p.stride_y > 4 or p.scale != 1:
        return
    f.framed = not (
        p.before_x == 0 and p.before_y == 0 and width <= p.x.n_in and height <= p.y.n_in
        and p.x.n_in % sx == 0 and p.src.h == p.x.n_in*p.size
    )
    f.pitch = (width + sx - 1)//sx*sx if f.framed else p.x.n_in
    f.out_pitch = p.stride_y*f.pitch//sx
    f.n_out = (p.y.n_out - 1)*f.out_pitch + p.x.n_out
    f.top, f.left = p.before_y, p.before_x
    f.rows = min(p.y.n_in, height - f.top)
    f.columns = min(p.x.n_in, width - f.left)
    f.used = height*f.pitch <= 1 << 14


cdef int fill_flat(Pool* p) except -1:
    """The tables that all planes share."""
    cdef Flat* f = &p.flat
    cdef Py_ssize_t oy, ox, k, at, rows
    cdef const Py_ssize_t* size_x = p.x.size if p.include_pad else p.x.count
    cdef const Py_ssize_t* size_y = p.y.size if p.include_pad else p.y.count
    f.shift = <Py_ssize_t*> malloc(3*p.taps_x*sizeof(Py_ssize_t))
    f.first = <int*> calloc(f.n_out, sizeof(int))
    f.divisors = <char*> malloc(f.n_out*p.size)
    if f.shift == NULL or f.first == NULL or f.divisors == NULL:
        raise MemoryError("no memory for the windows of a plane")
    f.taps.n_out, f.taps.lanes, f.taps.stride, f.taps.taps = f.n_out, 1, p.taps.stride, p.taps_x
    f.taps.shift, f.taps.begin, f.taps.end = f.shift, f.shift + p.taps_x, f.shift + 2*p.taps_x
    for k in range(p.taps_x):
        f.shift[k] = k*p.x.dilation
        f.shift[p.taps_x + k] = 0
        f.shift[2*p.taps_x + k] = f.n_out
    if p.op != MAX:
        for at in range(f.n_out):
            set_number(p.number, f.divisors, at, 1)
    for oy in range(p.y.n_out):
        rows = p.z.size[0]*size_y[oy] if p.include_pad else p.z.count[0]*size_y[oy]
        for ox in range(p.x.n_out):
            at = oy*f.out_pitch + ox
            f.first[at] = <int> (
                (p.y.start[oy] - oy*p.stride_y + p.before_y)*p.x.n_in + p.x.start[ox] - ox*p.taps.stride + p.before_x
            )
            if p.op != MAX:
                set_number(
                    p.number, f.divisors, at, p.divisor if p.divisor != 0 else max(rows*size_x[ox], <Py_ssize_t> 1)
                )
    return 0


# ---- threads

cdef inline char* take(char* space, Py_ssize_t* used, Py_ssize_t size) noexcept nogil:
    cdef Py_ssize_t at = used[0]
    used[0] += padded(size)
    return NULL if space == NULL else space + at


cdef Py_ssize_t divide_scratch(const Pool* p, Scratch* s, char* space) noexcept nogil:
    """Lay a thread's buffers out in ``space`` (NULL: only count); the bytes they need."""
    cdef Py_ssize_t slots = p.z.most*p.span, most = max(p.z.most*p.y.most, p.taps_y), used = 0, k
    cdef Py_ssize_t outputs = p.flat.n_out if p.flat.used else p.out_row
    cdef Py_ssize_t indices = outputs if p.with_index else 0
    s.rows = <const void**> take(space, &used, most*sizeof(void*))
    s.offset = <Py_ssize_t*> take(space, &used, most*sizeof(Py_ssize_t))
    s.offset_int = <int*> take(space, &used, most*sizeof(int))
    s.tags = <long long*> take(space, &used, slots*sizeof(long long))
    s.ring = take(space, &used, 0 if p.in_place else slots*padded(p.row*p.size))
    s.packed = take(space, &used, max(p.row, p.out_row)*max(p.src.itemsize, p.size))
    s.column = take(space, &used, p.row*p.size)
    s.out = take(space, &used, outputs*p.size)
    s.frame = take(space, &used, frame_cells(p)*p.size if p.flat.used else 0)
    s.sums = take(space, &used, p.out_row*p.size)
    s.divisors = take(space, &used, p.out_row*p.size)
    s.where = <int*> take(space, &used, indices*sizeof(int))
    s.index = <long long*> take(space, &used, indices*sizeof(long long))
    s.divided_by = -1
    if space != NULL:
        for k in range(slots):
            s.tags[k] = -1
    return used


cdef void band(const Pool* p, char* space, Py_ssize_t begin, Py_ssize_t end) noexcept nogil:
    cdef Scratch s
    cdef Py_ssize_t _, plane, n, c, oz, oy = begin % p.y.n_out
    divide_scratch(p, &s, space)
    oz = begin // p.y.n_out % p.z.n_out
    plane = begin // p.y.n_out // p.z.n_out
    n = plane // p.channels
    c = plane % p.channels
    for _ in range(begin, end):
        output_row(p, &s, plane, n, c, oz, oy)
        oy += 1
        if oy < p.y.n_out:
            continue
        oy = 0
        oz += 1
        if oz < p.z.n_out:
            continue
        oz = 0
        plane += 1
        c += 1
        if c == p.channels:
            c = 0
            n += 1


cdef inline void work(const Pool* p, char* space, Py_ssize_t begin, Py_ssize_t end) noexcept nogil:
    if p.flat.used:
        flat_band(p, space, begin, end)
    else:
        band(p, space, begin, end)


cdef int run(const Pool* p, Py_ssize_t planes, int threads) except -1:
    cdef Py_ssize_t total = planes if p.flat.used else planes*p.z.n_out*p.y.n_out, each
    cdef int team = <int> min(<Py_ssize_t> threads, total), t
    cdef Scratch measure
    cdef char* space
    each = divide_scratch(p, &measure, NULL)
    space = <char*> malloc(each*team)
    if space == NULL:
        raise MemoryError(f"no memory for {team} x {each} bytes of row buffers")
    with nogil:
        team = enter_team(team)
        if team == 1:
            work(p, space, 0, total)
        else:
            for t in prange(team, num_threads=team, schedule="static", chunksize=1):
                work(p, space + t*each, total*t // team, total*(t + 1) // team)
        leave_team(team)
        free(space)
    return 0


cdef void side(Side* s, Windows w) noexcept:
    s.n_in, s.n_out, s.dilation, s.most = w.n_in, w.n_out, w.dilation, max(w.most, 1)
    s.plane_step, s.start, s.count, s.size = w.plane_step, w.start, w.count, w.size


cdef void volume(Volume* v, const Strided* b, Py_ssize_t lanes) noexcept:
    v.data = b.data
    v.n, v.c, v.d, v.h, v.w = b.strides[0], b.strides[1], b.strides[2], b.strides[3], b.strides[4]
    v.itemsize = b.itemsize
    v.contiguous = (b.shape[4] == 1 or v.w == lanes*b.itemsize) and (lanes == 1 or v.c == b.itemsize)


cdef void columns(Pool* p, Windows x) noexcept:
    p.taps.n_out, p.taps.lanes, p.taps.stride, p.taps.taps = x.n_out, p.lanes, x.stride, x.taps
    p.taps.shift, p.taps.begin, p.taps.end = x.shift, x.begin, x.end
    # A few outputs under a long window: there is nothing to gain from taking the taps one by one.
    p.tapped = x.is_regular and not (x.n_out*p.lanes < 4 and x.taps > 4)
    p.quad = (
        x.is_regular and p.lanes == 1 and x.taps == 2 and x.stride == 2 and x.shift[0] == 0 and x.dilation == 1
        and x.begin[1] == 0 and x.end[1] == x.n_out and p.y.n_in*p.x.n_in < NARROW
    )
    p.narrow = p.tapped and (
        ((p.z.most - 1)*p.z.dilation*p.y.n_in + (p.y.most - 1)*p.y.dilation + 2)*(x.n_in + x.stride*2) < NARROW
        and x.taps*x.dilation < NARROW
    )


cdef int* first_pixels(const Pool* p) except NULL:
    cdef int* first = <int*> malloc((p.out_row + 1)*sizeof(int))
    cdef Py_ssize_t x, c
    if first == NULL:
        raise MemoryError("no memory for the first pixel of each window")
    for x in range(p.x.n_out):
        for c in range(p.lanes):
            first[x*p.lanes + c] = <int> (p.x.start[x] - x*p.taps.stride)
    return first


cdef void conversions(Pool* p, object source, bint precise) except *:
    # float16 is calculated with in float, the mean of integers in int64, a precise mean of float in double.
    p.widen = p.narrow_row = NULL
    if is_half(source):
        p.number = N_F32
        p.widen = <cast_fn> kernels.widen[<int> F16]
        p.narrow_row = <cast_fn> kernels.narrow[<int> F16]
        return
    p.number = number_of(source)
    if p.op != MAX and p.number < <int> N_I64:
        p.widen = ops.to_i64[p.number]
        p.narrow_row = ops.from_i64[p.number]
        p.number = N_I64
    elif precise and p.number == <int> N_F32:
        p.widen = ops.to_f64
        p.narrow_row = ops.from_f64
        p.number = N_F64


def pool(
    int op, source, target, index, Windows z not None, Windows y not None, Windows x not None, int axes, int threads, *,
    bint include_pad=True, double divisor=0, double scale=1, double power=1, bint absolute=False, bint precise=False,
    Py_ssize_t index_times=1, Py_ssize_t index_image=0, Py_ssize_t index_channel=0,
):
    """Pool ``source`` into ``target`` and, for the maximum, ``index`` (or None).

    All are [N x] C x (one to three ``axes``), any strides.
    """
    cdef Strided a, b, c
    cdef Pool p
    cdef Py_ssize_t channels
    cdef int* first = NULL
    read(source, &a)
    write(target, &b)
    write(index, &c)
    make_volume(&a, axes)
    make_volume(&b, axes)
    make_volume(&c, axes)
    memset(&p, 0, sizeof(Pool))
    p.op, p.include_pad, p.absolute, p.any_order = op, include_pad, absolute, precise
    p.with_index = c.data != NULL
    p.divisor, p.scale, p.power = divisor, scale, power
    p.index_times, p.index_image, p.index_channel = index_times, index_image, index_channel
    conversions(&p, source, precise)
    p.size = SIZES[p.number]
    try:
        side(&p.z, z)
        side(&p.y, y)
        side(&p.x, x)
        channels = a.shape[1]
        p.lanes = 1
        if (
            channels > 1 and a.strides[1] == a.itemsize and abs(a.strides[4]) > a.itemsize
            and z.plane_step == 0 and y.plane_step == 0 and x.plane_step == 0
        ):
            p.lanes = channels
        p.channels = channels // p.lanes
        p.row = p.x.n_in*p.lanes
        p.out_row = p.x.n_out*p.lanes
        p.span = min(p.y.n_in, (p.y.most - 1)*p.y.dilation + 1)
        volume(&p.src, &a, p.lanes)
        volume(&p.dst, &b, p.lanes)
        if p.with_index:
            volume(&p.index, &c, p.lanes)
        columns(&p, x)
        p.in_place = p.src.contiguous and p.widen == NULL and p.op != LP
        p.stride_y, p.taps_y, p.before_y = y.stride, y.taps if y.is_regular else 0, -y.shift[0] if y.is_regular else 0
        p.taps_x, p.before_x = x.taps, -x.shift[0] if x.is_regular else 0
        plan_flat(&p)
        if p.flat.used:
            fill_flat(&p)
        elif p.with_index and p.narrow:
            first = first_pixels(&p)
            p.first = first
        run(&p, a.shape[0]*p.channels, threads)
    finally:
        free(first)
        free(p.flat.shift)
        free(p.flat.first)
        free(p.flat.divisors)
