from cyresize.engine.image cimport Image

cdef enum:
    OTHER = -1            # a dtype that only nearest modes take
    REFUSED = -2          # a dtype that no mode takes

cdef class Views:
    """The buffers of a call's arrays, released when this goes."""
    cdef Py_buffer[4] held
    cdef int count
    cdef Py_buffer* read(self, object array) except? NULL
    cdef Py_buffer* write(self, object array) except? NULL
    cdef Py_buffer* open(self, object array, int flags) except? NULL

cdef int number_of(object array) except -1
cdef int element_of(const char* format, Py_ssize_t itemsize) noexcept
cdef void describe(const Py_buffer* view, Image* image) noexcept
