"""Hints to fetch cache lines, in loops that the compiler vectorises itself; where it has none, they do nothing."""

cdef extern from *:
    """
    #if defined(__GNUC__) || defined(__clang__)
    #define cyresize_fetch(p) __builtin_prefetch(p)
    #define cyresize_claim(p) __builtin_prefetch(p, 1)
    #else
    #define cyresize_fetch(p)
    #define cyresize_claim(p)
    #endif
    """
    void fetch_line "cyresize_fetch"(const void* p) noexcept nogil     # to read
    void claim_line "cyresize_claim"(const void* p) noexcept nogil     # to write

cdef enum:
    LINE = 64


cdef inline void fetch_lines(const void* p, Py_ssize_t size) noexcept nogil:
    cdef Py_ssize_t i = 0
    while i < size:
        fetch_line(<const char*> p + i)
        i += LINE


cdef inline void claim_lines(const void* p, Py_ssize_t size) noexcept nogil:
    cdef Py_ssize_t i = 0
    while i < size:
        claim_line(<const char*> p + i)
        i += LINE
