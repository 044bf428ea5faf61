# Preprocessing: normalise a row of floats and spread it over planes, or keep it in pixels. Plain loops with the
# number of channels as a constant: gcc turns the strided reads and writes into shuffles.

from cyresize.engine.rows.tensor_table cimport TensorKernels


cdef inline void plane(
    const float* s, float* out, float gain, float bias, Py_ssize_t n, const Py_ssize_t C
) noexcept nogil:
    cdef Py_ssize_t x
    for x in range(n):
        out[x] = s[x*C]*gain + bias


cdef void planes3(const float* s, float** planes, const float* gain, const float* bias, Py_ssize_t n) noexcept nogil:
    # Everything in locals, or the compiler must assume that a store changes it.
    cdef float* p0 = planes[0]
    cdef float* p1 = planes[1]
    cdef float* p2 = planes[2]
    cdef float g0 = gain[0], g1 = gain[1], g2 = gain[2], b0 = bias[0], b1 = bias[1], b2 = bias[2]
    cdef Py_ssize_t x
    for x in range(n):
        p0[x] = s[3*x]*g0 + b0
        p1[x] = s[3*x + 1]*g1 + b1
        p2[x] = s[3*x + 2]*g2 + b2


cdef void planes4(const float* s, float** planes, const float* gain, const float* bias, Py_ssize_t n) noexcept nogil:
    cdef float* p0 = planes[0]
    cdef float* p1 = planes[1]
    cdef float* p2 = planes[2]
    cdef float* p3 = planes[3]
    cdef float g0 = gain[0], g1 = gain[1], g2 = gain[2], g3 = gain[3]
    cdef float b0 = bias[0], b1 = bias[1], b2 = bias[2], b3 = bias[3]
    cdef Py_ssize_t x
    for x in range(n):
        p0[x] = s[4*x]*g0 + b0
        p1[x] = s[4*x + 1]*g1 + b1
        p2[x] = s[4*x + 2]*g2 + b2
        p3[x] = s[4*x + 3]*g3 + b3


cdef void planes(
    const float* row, float** out, const float* gain, const float* bias, Py_ssize_t n, Py_ssize_t channels
) noexcept nogil:
    if channels == 1:
        plane(row, out[0], gain[0], bias[0], n, 1)
    elif channels == 3:
        planes3(row, out, gain, bias, n)
    else:
        planes4(row, out, gain, bias, n)


cdef inline void pixels3(
    const float* s, float* out, const float* gain, const float* bias, Py_ssize_t n, const Py_ssize_t first
) noexcept nogil:
    # `first`: where channel 0 goes, 0 or 2.
    cdef float g0 = gain[0], g1 = gain[1], g2 = gain[2], b0 = bias[0], b1 = bias[1], b2 = bias[2]
    cdef Py_ssize_t x
    for x in range(n):
        out[3*x + first] = s[3*x]*g0 + b0
        out[3*x + 1] = s[3*x + 1]*g1 + b1
        out[3*x + 2 - first] = s[3*x + 2]*g2 + b2


cdef inline void pixels4(
    const float* s, float* out, const float* gain, const float* bias, Py_ssize_t n, const Py_ssize_t first
) noexcept nogil:
    cdef float g0 = gain[0], g1 = gain[1], g2 = gain[2], g3 = gain[3]
    cdef float b0 = bias[0], b1 = bias[1], b2 = bias[2], b3 = bias[3]
    cdef Py_ssize_t x
    for x in range(n):
        out[4*x + first] = s[4*x]*g0 + b0
        out[4*x + 1] = s[4*x + 1]*g1 + b1
        out[4*x + 2 - first] = s[4*x + 2]*g2 + b2
        out[4*x + 3] = s[4*x + 3]*g3 + b3


cdef void pixels(
    const float* row, float* out, const float* gain, const float* bias, Py_ssize_t n, Py_ssize_t channels, bint swap
) noexcept nogil:
    if channels == 1:
        plane(row, out, gain[0], bias[0], n, 1)
    elif channels == 3 and swap:
        pixels3(row, out, gain, bias, n, 2)
    elif channels == 3:
        pixels3(row, out, gain, bias, n, 0)
    elif swap:
        pixels4(row, out, gain, bias, n, 2)
    else:
        pixels4(row, out, gain, bias, n, 0)


cdef void single_from_double(const void* row, void* out, Py_ssize_t n) noexcept nogil:
    cdef const double* s = <const double*> row
    cdef float* d = <float*> out
    cdef Py_ssize_t i
    for i in range(n):
        d[i] = <float> s[i]


cdef TensorKernels tensor_kernels
tensor_kernels.planes = planes
tensor_kernels.pixels = pixels
tensor_kernels.single_from_double = single_from_double

tensor_table = PyCapsule_New(&tensor_kernels, "cyresize.TensorKernels", NULL)
