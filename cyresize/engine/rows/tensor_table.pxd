"""Row kernels of preprocessing: a finished row of interleaved floats becomes a row of a tensor.

Channel k of the row, times gain[k], plus bias[k], is channel k of the result, or with `swap` channel 2 - k of the
first three.
"""

from cyresize.engine.rows.table cimport convert_fn

# Channel k to its own row planes[k].
ctypedef void (*planes_fn)(
    const float* row, float** planes, const float* gain, const float* bias, Py_ssize_t n, Py_ssize_t channels
) noexcept nogil
# All channels to one row of pixels.
ctypedef void (*pixels_fn)(
    const float* row, float* out, const float* gain, const float* bias, Py_ssize_t n, Py_ssize_t channels, bint swap
) noexcept nogil

cdef struct TensorKernels:
    planes_fn planes
    pixels_fn pixels
    convert_fn single_from_double
