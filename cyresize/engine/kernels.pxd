"""The interpolation kernels, as functions of the distance from the output sample in source samples.

Each has a support: it is zero at and beyond that distance. Reference for all: Turkowski, "Filters for common
resampling tasks" (1990); for `keys`: Keys, "Cubic convolution interpolation" (1981).
"""

from libc.math cimport M_PI, cos, fabs, sin


cdef inline double triangle(double x) noexcept nogil:      # support 1
    x = fabs(x)
    return 1.0 - x if x < 1.0 else 0.0


cdef inline double keys(double x, double a) noexcept nogil:    # support 2
    x = fabs(x)
    if x < 1.0:
        return ((a + 2.0)*x - (a + 3.0))*x*x + 1.0
    if x < 2.0:
        return (((x - 5.0)*x + 8.0)*x - 4.0)*a
    return 0.0


cdef inline double sinc(double x) noexcept nogil:
    if x == 0.0:
        return 1.0
    x *= M_PI
    return sin(x)/x


cdef inline double lanczos(double x, double lobes) noexcept nogil:    # support = lobes
    return sinc(x)*sinc(x/lobes) if -lobes <= x < lobes else 0.0


cdef inline double box(double x) noexcept nogil:           # support 1/2
    return 1.0 if -0.5 < x <= 0.5 else 0.0


cdef inline double hamming(double x) noexcept nogil:       # support 1
    x = fabs(x)
    if x == 0.0:
        return 1.0
    if x >= 1.0:
        return 0.0
    x *= M_PI
    # Pillow writes these two numbers in float32, which decides the rounding of a rare weight.
    return sin(x)/x*(<double> <float> 0.54 + <double> <float> 0.46*cos(x))
