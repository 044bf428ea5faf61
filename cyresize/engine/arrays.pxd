cimport numpy as np

from cyresize.engine.image cimport Image

cdef enum:
    VOLUME = 5            # axes: N x C x D x H x W
    OTHER = -1            # a dtype that only nearest modes take
    REFUSED = -2          # a dtype that no mode takes

cdef struct Strided:
    # Where an array's elements lie; the caller keeps the array.
    char* data                    # NULL: there is none
    Py_ssize_t itemsize
    int ndim
    const Py_ssize_t* shape
    const Py_ssize_t* strides     # in bytes
    Py_ssize_t[VOLUME] completed  # what the two lead to in a volume with axes of its own
    Py_ssize_t[VOLUME] steps

cdef int read(object array, Strided* to) except -1
cdef int write(object array, Strided* to) except -1
cdef void make_volume(Strided* array, int axes) noexcept
cdef int number_of(object array) except -1
cdef bint is_half(np.ndarray array) noexcept
cdef int element_of(np.ndarray array) noexcept
cdef void describe(const Strided* array, Image* image) noexcept
cdef np.ndarray new_array(int ndim, const Py_ssize_t* shape, np.ndarray like)
