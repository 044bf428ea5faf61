"""A stack of images in memory, as the drivers see it, and what is common to walking over its rows."""

from libc.string cimport memcpy

from cyresize.engine.cpu cimport kept_results, near_by
from cyresize.engine.rows.table cimport SLACK

cdef struct Image:
    # N images of H rows of W pixels of C channels; strides in bytes, of any sign.
    char* data
    Py_ssize_t n, h, w, c
    Py_ssize_t stride_n, stride_h, stride_w, stride_c
    Py_ssize_t itemsize
    bint fresh                # allocated for this call


cdef inline bint rows_contiguous(const Image* a) noexcept nogil:
    return (a.c == 1 or a.stride_c == a.itemsize) and (a.w == 1 or a.stride_w == a.c*a.itemsize)


cdef inline Py_ssize_t bytes_of(const Image* a) noexcept nogil:
    """What its elements take, gaps between them not counted."""
    return a.n*a.h*a.w*a.c*a.itemsize


cdef inline char* row_of(const Image* a, Py_ssize_t n, Py_ssize_t y) noexcept nogil:
    return a.data + n*a.stride_n + y*a.stride_h


cdef inline void move_items(
    char* to, Py_ssize_t to_w, Py_ssize_t to_c, const char* source, Py_ssize_t source_w, Py_ssize_t source_c,
    Py_ssize_t w, Py_ssize_t c, const Py_ssize_t size,
) noexcept nogil:
    cdef Py_ssize_t x, k
    for x in range(w):
        for k in range(c):
            memcpy(to + x*to_w + k*to_c, source + x*source_w + k*source_c, size)


cdef inline void move_row(
    char* to, Py_ssize_t to_w, Py_ssize_t to_c, const char* source, Py_ssize_t source_w, Py_ssize_t source_c,
    Py_ssize_t w, Py_ssize_t c, Py_ssize_t size,
) noexcept nogil:
    if size == 1:
        move_items(to, to_w, to_c, source, source_w, source_c, w, c, 1)
    elif size == 2:
        move_items(to, to_w, to_c, source, source_w, source_c, w, c, 2)
    elif size == 4:
        move_items(to, to_w, to_c, source, source_w, source_c, w, c, 4)
    elif size == 8:
        move_items(to, to_w, to_c, source, source_w, source_c, w, c, 8)
    else:
        move_items(to, to_w, to_c, source, source_w, source_c, w, c, size)


cdef inline void pack_row(const Image* a, const char* row, char* to) noexcept nogil:
    if rows_contiguous(a):
        memcpy(to, row, a.w*a.c*a.itemsize)
        return
    move_row(to, a.c*a.itemsize, a.itemsize, row, a.stride_w, a.stride_c, a.w, a.c, a.itemsize)


cdef inline void unpack_row(const Image* a, const char* packed, char* row) noexcept nogil:
    move_row(row, a.stride_w, a.stride_c, packed, a.c*a.itemsize, a.itemsize, a.w, a.c, a.itemsize)


cdef inline Py_ssize_t padded(Py_ssize_t size) noexcept nogil:
    # Rows of scratch start on a cache line, and kernels may read and write SLACK bytes behind their end.
    return ((size + 63) & ~<Py_ssize_t> 63) + SLACK


cdef inline const char* end_of(const Image* a) noexcept nogil:
    """One past the last byte of the last element in memory: what lies before it may be read."""
    cdef const char* end = a.data + a.itemsize
    end += (a.n - 1)*a.stride_n if a.stride_n > 0 else 0
    end += (a.h - 1)*a.stride_h if a.stride_h > 0 else 0
    end += (a.w - 1)*a.stride_w if a.stride_w > 0 else 0
    end += (a.c - 1)*a.stride_c if a.stride_c > 0 else 0
    return end


cdef inline const char* begin_of(const Image* a) noexcept nogil:
    """The first byte of the first element in memory."""
    cdef const char* begin = a.data
    begin += (a.n - 1)*a.stride_n if a.stride_n < 0 else 0
    begin += (a.h - 1)*a.stride_h if a.stride_h < 0 else 0
    begin += (a.w - 1)*a.stride_w if a.stride_w < 0 else 0
    begin += (a.c - 1)*a.stride_c if a.stride_c < 0 else 0
    return begin


cdef inline bint aligned(const Image* a) noexcept nogil:
    """Whether every element lies at a multiple of its size, as kernels that compute with it need."""
    cdef size_t bits = <size_t> a.data | <size_t> a.stride_n | <size_t> a.stride_h | <size_t> a.stride_w
    return (bits | <size_t> a.stride_c) % <size_t> a.itemsize == 0


cdef inline bint ranges_meet(const Image* a, const Image* b) noexcept nogil:
    """Whether the spans of memory overlap; if they do, the images may still not share an element."""
    return begin_of(a) < end_of(b) and begin_of(b) < end_of(a)


cdef enum:
    BRIEF = 16 << 10           # bytes of an image whose work is over before other threads could gain from it
    BRIEF_SCRATCH = 16 << 10   # bytes of row buffers that fit the stack
    # Bytes of result from which writing past the caches was measured to be faster where the last one has 32 MiB.
    # Gathering, which is little more than a copy, has to write its rows twice for that.
    STREAMED = 12 << 20
    STREAMED_COPIES = 20 << 20
    # For more than that glibc asks the system each time. Pages that it has just zeroed are in the caches, and writing
    # past those has to drive them out: it took up to twice as long.
    NEW_PAGES = 32 << 20


cdef inline bint streams(const Image* a, Py_ssize_t least) noexcept nogil:
    """Whether a result is so large, ``least`` bytes, that its rows should go to memory past the caches."""
    cdef Py_ssize_t size = bytes_of(a)
    return rows_contiguous(a) and size >= least and size > kept_results and not (a.fresh and size >= NEW_PAGES)


cdef inline bint is_far(const Image* a) noexcept nogil:
    """Whether it is larger than the caches that are near."""
    return bytes_of(a) > near_by


cdef inline bint is_brief(const Image* a) noexcept nogil:
    """Whether it is so small that asking for memory and handing over the interpreter's lock would show."""
    return bytes_of(a) <= BRIEF
