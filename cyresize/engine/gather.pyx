"""The driver of nearest modes: every output pixel is a copy of one source pixel, whatever its type."""

from cython.parallel cimport prange

from libc.stdlib cimport free, malloc
from libc.string cimport memcpy

from cyresize.engine.dispatch cimport kernels
from cyresize.engine.image cimport Image, move_row, padded, row_of, rows_contiguous, unpack_row
from cyresize.engine.plan cimport AxisPlan


cdef void spread(const Image* src, const Py_ssize_t* index, Py_ssize_t w, const char* row, char* to) noexcept nogil:
    # A source row that is not contiguous: gather pixel by pixel into a packed row.
    cdef Py_ssize_t x, size = src.c*src.itemsize
    for x in range(w):
        move_row(
            to + x*size, size, src.itemsize, row + index[x]*src.stride_w, 0, src.stride_c, 1, src.c, src.itemsize
        )


cdef void band(
    const Py_ssize_t* columns, const Py_ssize_t* rows, const Image* src, const Image* dst, char* scratch,
    Py_ssize_t begin, Py_ssize_t end,
) noexcept nogil:
    cdef Py_ssize_t i, n, y, size = src.c*src.itemsize, previous = -1, image = -1
    cdef bint packed_src = rows_contiguous(src), packed_dst = rows_contiguous(dst)
    cdef const char* source
    cdef char* row
    cdef char* to
    cdef char* last = NULL
    for i in range(begin, end):
        n = i // dst.h
        y = i - n*dst.h
        row = row_of(dst, n, y)
        to = row if packed_dst else scratch
        if n == image and rows[y] == previous:
            # The same source row again: copy the finished row.
            if packed_dst:
                memcpy(to, last, dst.w*size)
        else:
            source = row_of(src, n, rows[y])
            if packed_src:
                kernels.gather(columns, dst.w, size, source, to)
            else:
                spread(src, columns, dst.w, source, to)
        last = to
        previous = rows[y]
        image = n
        if not packed_dst:
            unpack_row(dst, to, row)


cdef int gather_images(AxisPlan columns, AxisPlan rows, const Image* src, const Image* dst, int threads) except -1:
    """Copy pixels from ``src`` to ``dst`` as the two nearest plans say."""
    cdef Py_ssize_t total = dst.n*dst.h, size = padded(dst.w*dst.c*dst.itemsize)
    cdef int team = <int> min(<Py_ssize_t> threads, total), t
    cdef char* scratch = NULL
    if not rows_contiguous(dst):
        scratch = <char*> malloc(size*team)
        if scratch == NULL:
            raise MemoryError(f"no memory for {team} x {size} bytes of row buffers")
    with nogil:
        if team == 1:
            band(columns.first, rows.first, src, dst, scratch, 0, total)
        else:
            for t in prange(team, num_threads=team, schedule="static", chunksize=1):
                band(
                    columns.first, rows.first, src, dst, scratch + t*size if scratch != NULL else NULL,
                    total*t // team, total*(t + 1) // team,
                )
        free(scratch)
    return 0


cdef void copy_images(const Image* src, const Image* dst) noexcept nogil:
    """Copy ``src`` to ``dst`` of the same shape."""
    cdef Py_ssize_t n, y
    for n in range(dst.n):
        for y in range(dst.h):
            if rows_contiguous(src) and rows_contiguous(dst):
                memcpy(row_of(dst, n, y), row_of(src, n, y), dst.w*dst.c*dst.itemsize)
            else:
                move_row(
                    row_of(dst, n, y), dst.stride_w, dst.stride_c, row_of(src, n, y), src.stride_w, src.stride_c,
                    dst.w, dst.c, dst.itemsize,
                )
