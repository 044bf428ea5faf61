"""One builder per rule: what a library's mode means for one axis, as a plan.

``scale`` is source samples per output sample (OpenCV: 1/inv, see opencv.pyx). Builders named ``opencv_*`` repeat
that library's rounding to the bit; the others are exact in float64. A builder with ``columns`` folds taps
outside the source into the edge; a row plan may keep them, because drivers clamp row indices.
"""

from libc.math cimport M_PI, ceil, cos, fabs, floor, rint, sin

from cyresize.engine.kernels cimport box, hamming, keys, lanczos, triangle
from cyresize.engine.plan cimport AxisPlan, new_plan


def nearest(Py_ssize_t n_in, Py_ssize_t n_out, double scale):
    """OpenCV NEAREST: min(floor(i*scale), n_in - 1)."""
    cdef AxisPlan plan = new_plan(n_in, n_out, 1)
    cdef Py_ssize_t i
    for i in range(n_out):
        plan.first[i] = <Py_ssize_t> min(floor(i*scale), <double> (n_in - 1))
        plan.values[i] = 1.0
    return plan


def nearest_exact(Py_ssize_t n_in, Py_ssize_t n_out):
    """OpenCV 5 NEAREST_EXACT (and Pillow's NEAREST): a running sum of n_in/n_out from half a step, in double."""
    cdef AxisPlan plan = new_plan(n_in, n_out, 1)
    cdef double step = <double> n_in/<double> n_out, at = step*0.5
    cdef Py_ssize_t i
    for i in range(n_out):
        plan.first[i] = <Py_ssize_t> min(floor(at), <double> (n_in - 1))
        plan.values[i] = 1.0
        at += step
    return plan


cdef inline float split(double at, Py_ssize_t* index) noexcept:
    # OpenCV rounds the coordinate to float32 before it takes it apart.
    cdef float f = <float> at
    index[0] = <Py_ssize_t> floor(f)
    return f - <float> index[0]


def opencv_linear_u8(Py_ssize_t n_in, Py_ssize_t n_out, double scale, bint columns):
    """OpenCV LINEAR on uint8: float32 fractions, weights in 1/2048; rows keep their fraction outside the image."""
    cdef AxisPlan plan = new_plan(n_in, n_out, 2)
    cdef Py_ssize_t i, s
    cdef float f
    for i in range(n_out):
        f = split((i + 0.5)*scale - 0.5, &s)
        set_fixed11(plan, i, s, f, columns)
    return plan


def opencv_area_enlarge_u8(Py_ssize_t n_in, Py_ssize_t n_out, double scale, bint columns, double inverse=0.0):
    """OpenCV AREA on uint8 where an axis is enlarged: LINEAR's arithmetic at area's coordinates.

    ``inverse`` is the factor that ``scale`` was calculated from (default: n_out/n_in).
    """
    cdef AxisPlan plan = new_plan(n_in, n_out, 2)
    cdef Py_ssize_t i, s
    cdef float f
    if inverse == 0.0:
        inverse = <double> n_out/<double> n_in
    for i in range(n_out):
        f = <float> area_fraction(i, scale, inverse, &s, True)
        set_fixed11(plan, i, s, f, columns)
    return plan


cdef inline double area_fraction(
    Py_ssize_t i, double scale, double inverse, Py_ssize_t* index, bint single
) noexcept:
    cdef double f
    index[0] = <Py_ssize_t> floor(i*scale)
    f = (i + 1) - (index[0] + 1)*inverse
    if single:
        f = <float> f
    return 0.0 if f <= 0.0 else f - floor(f)


cdef inline void set_fixed11(AxisPlan plan, Py_ssize_t i, Py_ssize_t s, float f, bint columns) noexcept:
    cdef Py_ssize_t last = plan.n_in - 1
    if columns:
        if s < 0:
            s, f = 0, 0
        elif s >= last:
            # The last sample alone, as second tap, so that both taps lie inside the row.
            s, f = max(last - 1, 0), 1 if last > 0 else 0
    plan.first[i] = s
    plan.values[2*i] = rint((<float> 1.0 - f)*<float> 2048.0)
    plan.values[2*i + 1] = rint(f*<float> 2048.0)


def opencv_linear_exact(Py_ssize_t n_in, Py_ssize_t n_out, double scale, double one):
    """OpenCV LINEAR_EXACT: weights in 1/one (256 for uint8, 65536 for uint16), the edge sample alone outside."""
    cdef AxisPlan plan = new_plan(n_in, n_out, 2)
    cdef Py_ssize_t i, s, last = n_in - 1
    cdef double at, f
    for i in range(n_out):
        at = scale*(i + 0.5) - 0.5
        s = <Py_ssize_t> floor(at)
        f = rint((at - s)*one)
        if s < 0:
            s, f = 0, 0
        elif s >= last:
            s, f = max(last - 1, 0), one if last > 0 else 0
        plan.first[i] = s
        plan.values[2*i] = one - f
        plan.values[2*i + 1] = f
    return plan


def opencv_cubic_u8(Py_ssize_t n_in, Py_ssize_t n_out, double scale):
    """OpenCV CUBIC on uint8: Keys' kernel (a = -0.75) in float32 as OpenCV writes it, weights in 1/2048."""
    cdef AxisPlan plan = new_plan(n_in, n_out, 4)
    cdef Py_ssize_t i, s
    cdef int k
    # Only float variables: a literal in the expression would make C calculate in double.
    cdef float a = -0.75, one = 1, a2 = a + 2, a3 = a + 3, a4 = 4*a, a5 = 5*a, a8 = 8*a, x, x1, y
    cdef float[4] w
    for i in range(n_out):
        x = split((i + 0.5)*scale - 0.5, &s)
        x1 = x + one
        y = one - x
        w[0] = ((a*x1 - a5)*x1 + a8)*x1 - a4
        w[1] = (a2*x - a3)*x*x + one
        w[2] = (a2*y - a3)*y*y + one
        w[3] = one - w[0] - w[1] - w[2]
        plan.first[i] = s - 1
        for k in range(4):
            plan.values[4*i + k] = rint(w[k]*<float> 2048.0)
    plan.fold()
    return plan


cdef double HALF_ROOT = 0.70710678118654752440084436210485
cdef double[8] LANCZOS_SIN = [1, -HALF_ROOT, 0, HALF_ROOT, -1, HALF_ROOT, 0, -HALF_ROOT]
cdef double[8] LANCZOS_COS = [0, -HALF_ROOT, 1, -HALF_ROOT, 0, HALF_ROOT, -1, HALF_ROOT]


cdef void opencv_lanczos4_weights(float x, float* w) noexcept:
    # sin of each tap's angle from one sin and cos; a tap at distance 0 swamps the others, as in OpenCV.
    cdef float at = x + 3, total = 0, offset
    cdef double y0 = -at*M_PI*0.25, s0 = sin(y0), c0 = cos(y0), y
    cdef int k
    for k in range(8):
        offset = at - k
        if fabs(offset) >= 1e-6:
            y = -offset*M_PI*0.25
            w[k] = <float> ((LANCZOS_SIN[k]*s0 + LANCZOS_COS[k]*c0)/(y*y))
        else:
            w[k] = <float> 1e30
        total += w[k]
    total = <float> 1.0/total
    for k in range(8):
        w[k] *= total


def opencv_lanczos4_u8(Py_ssize_t n_in, Py_ssize_t n_out, double scale):
    """OpenCV LANCZOS4 on uint8: eight taps, float32 weights rounded to 1/2048, fixed support."""
    cdef AxisPlan plan = new_plan(n_in, n_out, 8)
    cdef Py_ssize_t i, s
    cdef float[8] w
    cdef int k
    for i in range(n_out):
        opencv_lanczos4_weights(split((i + 0.5)*scale - 0.5, &s), w)
        plan.first[i] = s - 3
        for k in range(8):
            plan.values[8*i + k] = rint(w[k]*<float> 2048.0)
    plan.fold()
    return plan


cdef void round_to_single(AxisPlan plan) noexcept:
    cdef Py_ssize_t i
    for i in range(plan.n_out*plan.taps):
        plan.values[i] = <float> plan.values[i]


def opencv_area_shrink(Py_ssize_t n_in, Py_ssize_t n_out, double scale, bint single=True):
    """OpenCV AREA: the share of every source cell that the output cell covers.

    ``single``: as OpenCV has it, with float32 weights and without shares below 1/1000 of a sample. Otherwise exact
    in float64, for types whose values float32 weights would blur.
    """
    cdef AxisPlan plan = new_plan(n_in, n_out, min(<Py_ssize_t> ceil(scale) + 2, n_in))
    cdef Py_ssize_t i, s1, s2
    cdef double f1, f2, cell, least = 1e-3 if single else 0.0
    cdef double* w
    plan.set_lengths()
    plan.from_zero = True
    for i in range(n_out):
        f1 = i*scale
        f2 = f1 + scale
        cell = min(scale, n_in - f1)
        s1 = <Py_ssize_t> ceil(f1)
        s2 = min(<Py_ssize_t> floor(f2), n_in - 1)
        s1 = min(s1, s2)
        w = plan.values + i*plan.taps
        plan.counts[i] = 0
        plan.first[i] = s1
        if s1 - f1 > least:
            plan.first[i] = s1 - 1
            w[plan.counts[i]] = (s1 - f1)/cell
            plan.counts[i] += 1
        for _ in range(s1, s2):
            w[plan.counts[i]] = 1.0/cell
            plan.counts[i] += 1
        if f2 - s2 > least:
            w[plan.counts[i]] = min(min(f2 - s2, 1.0), cell)/cell
            plan.counts[i] += 1
    plan.trim()
    if single:
        round_to_single(plan)
    return plan


def opencv_area_enlarge(
    Py_ssize_t n_in, Py_ssize_t n_out, double scale, bint columns, double inverse=0.0, bint single=True
):
    """OpenCV AREA where an axis is enlarged, other types than uint8: linear weights at area's coordinates.

    ``inverse`` is the factor that ``scale`` was calculated from (default: n_out/n_in). ``single``: float32 weights,
    as OpenCV has them; otherwise exact in float64.
    """
    cdef AxisPlan plan = new_plan(n_in, n_out, 2)
    cdef Py_ssize_t i, s, last = n_in - 1
    cdef double f
    if inverse == 0.0:
        inverse = <double> n_out/<double> n_in
    for i in range(n_out):
        f = area_fraction(i, scale, inverse, &s, single)
        if columns and s >= last:
            s, f = last, 0
        plan.first[i] = s
        plan.values[2*i] = 1.0 - f
        plan.values[2*i + 1] = f
    if single:
        round_to_single(plan)
    if columns:
        plan.fold(cut=True)
    return plan


def linear(Py_ssize_t n_in, Py_ssize_t n_out, double scale):
    """Centre-aligned linear interpolation, fractions in double, edges clamped."""
    cdef AxisPlan plan = new_plan(n_in, n_out, 2)
    cdef Py_ssize_t i
    cdef double at, low
    for i in range(n_out):
        at = (i + 0.5)*scale - 0.5
        low = floor(at)
        plan.first[i] = <Py_ssize_t> low
        plan.values[2*i] = triangle(at - low)
        plan.values[2*i + 1] = triangle(at - low - 1.0)
    plan.fold(cut=True)
    return plan


def cubic(Py_ssize_t n_in, Py_ssize_t n_out, double scale, double a):
    """Centre-aligned Keys cubic, fractions in double, edges clamped."""
    cdef AxisPlan plan = new_plan(n_in, n_out, 4)
    cdef Py_ssize_t i
    cdef double at, low
    cdef int k
    for i in range(n_out):
        at = (i + 0.5)*scale - 0.5
        low = floor(at)
        plan.first[i] = <Py_ssize_t> low - 1
        for k in range(4):
            plan.values[4*i + k] = keys(at - low + 1.0 - k, a)
    plan.fold(cut=True)
    return plan


def lanczos4(Py_ssize_t n_in, Py_ssize_t n_out, double scale):
    """Centre-aligned Lanczos with four lobes, eight taps whatever the scale, normalised; edges clamped."""
    cdef AxisPlan plan = new_plan(n_in, n_out, 8)
    cdef Py_ssize_t i
    cdef double at, low, total
    cdef double* w
    cdef int k
    for i in range(n_out):
        at = (i + 0.5)*scale - 0.5
        low = floor(at)
        w = plan.values + 8*i
        plan.first[i] = <Py_ssize_t> low - 3
        total = 0.0
        for k in range(8):
            w[k] = lanczos(at - low + 3.0 - k, 4.0)
            total += w[k]
        for k in range(8):
            w[k] /= total
    plan.fold(cut=True)
    return plan


cdef double filter_value(int kernel, double x) noexcept:
    if kernel == 0:
        return box(x)
    if kernel == 1:
        return triangle(x)
    if kernel == 2:
        return keys(x, -0.5)
    if kernel == 3:
        return lanczos(x, 3.0)
    return hamming(x)


FILTERS = {"box": (0, 0.5), "linear": (1, 1.0), "cubic": (2, 2.0), "lanczos3": (3, 3.0), "hamming": (4, 1.0)}


def antialiased(Py_ssize_t n_in, Py_ssize_t n_out, str kernel, double low=0.0, double high=-1.0, bint fixed22=False):
    """Pillow's filters: the kernel is widened by the shrink factor, cut at the image and normalised.

    ``low`` and ``high`` bound the part of the source that is resized (default: all). ``fixed22`` rounds the
    weights to 1/2**22, half away from zero, as Pillow does for uint8.
    """
    cdef int which = FILTERS[kernel][0], k, count
    if high < 0.0:
        high = n_in
    cdef double scale = (high - low)/n_out, stretch = max(scale, 1.0)
    cdef double support = FILTERS[kernel][1]*stretch, inverse = 1.0/stretch, center, total
    cdef AxisPlan plan = new_plan(n_in, n_out, min(<Py_ssize_t> ceil(support)*2 + 1, n_in))
    cdef Py_ssize_t i, begin, end
    cdef double* w
    plan.set_lengths()
    for i in range(n_out):
        center = low + (i + 0.5)*scale
        begin = max(<Py_ssize_t> (center - support + 0.5), 0)
        end = min(<Py_ssize_t> (center + support + 0.5), n_in)
        count = <int> (end - begin)
        w = plan.values + i*plan.taps
        total = 0.0
        for k in range(count):
            w[k] = filter_value(which, (k + begin - center + 0.5)*inverse)
            total += w[k]
        for k in range(count):
            if total != 0.0:
                w[k] /= total
            if fixed22:
                w[k] = <double> <Py_ssize_t> (w[k]*4194304.0 + (0.5 if w[k] >= 0 else -0.5))
        plan.first[i] = begin
        plan.counts[i] = count
    plan.trim()
    return plan


def blocks(Py_ssize_t n_in, Py_ssize_t n_out, Py_ssize_t factor):
    """Whole-number shrink: output i reads samples i*factor .. (i + 1)*factor - 1, fewer at the end of the source."""
    cdef AxisPlan plan = new_plan(n_in, n_out, factor)
    cdef Py_ssize_t i
    cdef int k
    plan.set_lengths()
    for i in range(n_out):
        plan.first[i] = i*factor
        plan.counts[i] = <int> min(max(n_in - i*factor, 0), factor)
        for k in range(plan.counts[i]):
            plan.values[i*factor + k] = 1.0/plan.counts[i]
    return plan


def identity(Py_ssize_t n_in, Py_ssize_t n_out):
    """For kernels that know their columns by themselves: output i starts at sample i."""
    cdef AxisPlan plan = new_plan(n_in, n_out, 1)
    cdef Py_ssize_t i
    for i in range(n_out):
        plan.first[i] = min(i, n_in - 1)
    return plan
