"""A stack of images in memory, as the drivers see it, and what is common to walking over its rows."""

from libc.string cimport memcpy

cdef struct Image:
    # N images of H rows of W pixels of C channels; strides in bytes, of any sign.
    char* data
    Py_ssize_t n, h, w, c
    Py_ssize_t stride_n, stride_h, stride_w, stride_c
    Py_ssize_t itemsize


cdef inline bint rows_contiguous(const Image* a) noexcept nogil:
    return (a.c == 1 or a.stride_c == a.itemsize) and (a.w == 1 or a.stride_w == a.c*a.itemsize)


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
    move_row(to, a.c*a.itemsize, a.itemsize, row, a.stride_w, a.stride_c, a.w, a.c, a.itemsize)


cdef inline void unpack_row(const Image* a, const char* packed, char* row) noexcept nogil:
    move_row(row, a.stride_w, a.stride_c, packed, a.c*a.itemsize, a.itemsize, a.w, a.c, a.itemsize)


cdef inline Py_ssize_t padded(Py_ssize_t size) noexcept nogil:
    # Rows of scratch start on a cache line and may be overrun by one 64-byte store.
    return ((size + 63) & ~<Py_ssize_t> 63) + 64
