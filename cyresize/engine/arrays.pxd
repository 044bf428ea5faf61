from cyresize.engine.image cimport Image

cdef enum:
    OTHER = -1            # a dtype that only nearest modes take
    REFUSED = -2          # a dtype that no mode takes

cdef int element_of(const char* format, Py_ssize_t itemsize) noexcept
cdef void describe(const Py_buffer* view, Image* image) noexcept
