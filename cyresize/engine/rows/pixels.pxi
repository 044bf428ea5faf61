# A pixel of three or four floats is one 16-byte register: for axes that shrink, where a block of lanes would be mostly
# empty, and for levels without permutes across registers. Loads and stores of three channels take a fourth float,
# which belongs to the next pixel.

cdef inline void pixel_row(
    const Columns* p, const float* row, float* out, Py_ssize_t begin, Py_ssize_t end, const Py_ssize_t C,
    const int taps, const bint varied,
) noexcept nogil:
    """Output pixels begin..end with ``taps`` taps each; ``varied``: up to so many, in sums that start from 0."""
    cdef const float* w = <const float*> p.weights + begin*taps
    cdef const float* s
    cdef __m128 total
    cdef Py_ssize_t x
    cdef int k
    for x in range(begin, end):
        s = row + p.start[x]*C
        total = _mm_mul_ps(_mm_loadu_ps(s), _mm_set1_ps(w[0]))
        if varied:
            total = _mm_add_ps(total, _mm_set1_ps(0))
        # Masking the products of a fixed number of taps instead was measured to be slower.
        for k in range(1, p.count[x] if varied else taps):
            total = _mm_add_ps(total, _mm_mul_ps(_mm_loadu_ps(s + k*C), _mm_set1_ps(w[k])))
        _mm_storeu_ps(out + x*C, total)
        w += taps


cdef inline void pixel_row_of(
    const Columns* p, const float* row, float* out, Py_ssize_t begin, Py_ssize_t end, const Py_ssize_t C
) noexcept nogil:
    if p.from_zero:
        pixel_row(p, row, out, begin, end, C, p.taps, True)
    elif p.taps == 2:
        pixel_row(p, row, out, begin, end, C, 2, False)
    elif p.taps == 4:
        pixel_row(p, row, out, begin, end, C, 4, False)
    elif p.taps == 8:
        pixel_row(p, row, out, begin, end, C, 8, False)
    else:
        pixel_row(p, row, out, begin, end, C, p.taps, False)


cdef void part_of_row(const Columns* p, const float* row, float* out, Py_ssize_t begin, Py_ssize_t end) noexcept nogil:
    """Output pixels begin..end by the plain loop."""
    cdef Columns part = p[0]
    part.n_out = end - begin
    part.start += begin
    if p.count != NULL:
        part.count += begin
    part.weights = <const float*> p.weights + begin*p.taps
    float_columns(&part, row, out + begin*p.channels)


cdef void float_pixels(const Columns* p, const void* row, void* out) noexcept nogil:
    cdef Py_ssize_t begin = 0, end = p.n_out
    # Outputs with fewer taps, at the edges, are left to the plain loop; so are, with three channels, those that touch
    # the last pixel, which has no fourth float behind it, in the source as in the destination.
    if p.count != NULL and not p.from_zero:
        while begin < end and p.count[begin] < p.taps:
            begin += 1
        while end > begin and p.count[end - 1] < p.taps:
            end -= 1
    if p.channels == 3 and end == p.n_out and end > begin:
        end -= 1
    while end > begin and p.start[end - 1] + p.taps > p.n_in - (1 if p.channels == 3 else 0):
        end -= 1
    part_of_row(p, <const float*> row, <float*> out, 0, begin)
    if p.channels == 3:
        pixel_row_of(p, <const float*> row, <float*> out, begin, end, 3)
    else:
        pixel_row_of(p, <const float*> row, <float*> out, begin, end, 4)
    part_of_row(p, <const float*> row, <float*> out, end, p.n_out)
