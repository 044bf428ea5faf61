# AREA by whole-number factors in floats. Windows are added as OpenCV does: from 0 on, in groups of four in row-major
# order, what is left one by one. An output pixel is a register; of fewer than four channels the rest belongs to what
# follows it and is overwritten.

from cyresize.engine.rows.sse cimport *

cdef enum:
    MOST_TAPS = 1024          # of windows by lists
    MOST_SINGLES = 256        # taps of four columns that are kept until they are added: 4 kB


cdef inline void transpose(__m128* v) noexcept nogil:
    cdef __m128 a = _mm_unpacklo_ps(v[0], v[1]), b = _mm_unpacklo_ps(v[2], v[3])
    cdef __m128 c = _mm_unpackhi_ps(v[0], v[1]), d = _mm_unpackhi_ps(v[2], v[3])
    v[0] = _mm_shuffle_ps(a, b, 0x44)
    v[1] = _mm_shuffle_ps(a, b, 0xee)
    v[2] = _mm_shuffle_ps(c, d, 0x44)
    v[3] = _mm_shuffle_ps(c, d, 0xee)


# Windows of 3 x 3 and 4 x 4, unrolled, and the largest; of one channel four columns are transposed.
cdef inline void add_to_area(
    __m128 value, const int j, const int area, __m128* group, __m128* total
) noexcept nogil:
    if j >= (area & ~3):
        total[0] = _mm_add_ps(total[0], value)
    elif j & 3 == 0:
        group[0] = value
    else:
        group[0] = _mm_add_ps(group[0], value)
        if j & 3 == 3:
            total[0] = _mm_add_ps(total[0], group[0])


# Four columns of one channel, and one pixel, that begin at `at`.
cdef inline __m128 area_of_singles(
    const float** rows, Py_ssize_t at, const int width, const int height
) noexcept nogil:
    cdef __m128 total = _mm_setzero_ps(), group = total
    cdef __m128[4] v
    cdef int area = width*height, r, x, i
    for r in range(height):
        for x in range(0, width, 4):
            for i in range(4):
                v[i] = _mm_loadu_ps(rows[r] + at + i*width + x)
            transpose(v)
            for i in range(4):
                if x + i < width:
                    add_to_area(v[i], r*width + x + i, area, &group, &total)
    return total


cdef inline __m128 area_of_pixel(
    const float** rows, Py_ssize_t at, const Py_ssize_t C, const int width, const int height
) noexcept nogil:
    cdef __m128 total = _mm_setzero_ps(), group = total
    cdef int area = width*height, r, x
    for r in range(height):
        for x in range(width):
            add_to_area(_mm_loadu_ps(rows[r] + at + x*C), r*width + x, area, &group, &total)
    return total


# Others by a list of where the taps of the first output pixel are, four samples at each.
cdef inline void sum_pixels(
    const float** taps, Py_ssize_t area, Py_ssize_t at, Py_ssize_t step, const int count, __m128* totals
) noexcept nogil:
    cdef __m128 group
    cdef Py_ssize_t k, i
    for i in range(count):
        totals[i] = _mm_setzero_ps()
    for k in range(0, area - 3, 4):
        for i in range(count):
            group = _mm_add_ps(_mm_loadu_ps(taps[k] + at + i*step), _mm_loadu_ps(taps[k + 1] + at + i*step))
            group = _mm_add_ps(group, _mm_loadu_ps(taps[k + 2] + at + i*step))
            totals[i] = _mm_add_ps(totals[i], _mm_add_ps(group, _mm_loadu_ps(taps[k + 3] + at + i*step)))
    for k in range(area & ~3, area):
        for i in range(count):
            totals[i] = _mm_add_ps(totals[i], _mm_loadu_ps(taps[k] + at + i*step))


# Channels c .. c + 3 of output pixels x .. n - 1; of fewer channels what follows them, which is overwritten.
cdef inline void add_large_pixels(
    const Columns* p, const float** taps, float* out, Py_ssize_t x, Py_ssize_t n, Py_ssize_t c, const Py_ssize_t C
) noexcept nogil:
    cdef __m128 scale = _mm_set1_ps(<float> 1.0/<float> (p.factor*p.row_factor))
    cdef __m128[4] totals
    cdef Py_ssize_t step = p.factor*C, area = p.factor*p.row_factor
    cdef int i
    while x + 4 <= n:
        sum_pixels(taps, area, x*step + c, step, 4, totals)
        for i in range(4):
            _mm_storeu_ps(out + (x + i)*C + c, _mm_mul_ps(totals[i], scale))
        x += 4
    while x < n:
        sum_pixels(taps, area, x*step + c, step, 1, totals)
        _mm_storeu_ps(out + x*C + c, _mm_mul_ps(totals[0], scale))
        x += 1


# Adds the fours of what has been transposed, and moves the rest to the front; returns how many that are.
cdef inline Py_ssize_t add_fours(__m128* v, Py_ssize_t n, __m128* total) noexcept nogil:
    cdef Py_ssize_t k
    for k in range(0, n - 3, 4):
        total[0] = _mm_add_ps(total[0], _mm_add_ps(_mm_add_ps(_mm_add_ps(v[k], v[k + 1]), v[k + 2]), v[k + 3]))
    for k in range(n & ~3, n):
        v[k & 3] = v[k]
    return n & 3


# Of one channel four columns, transposed: for wide windows. Returns how far.
cdef Py_ssize_t add_large_singles(const Columns* p, const float** rows, float* out, Py_ssize_t x) noexcept nogil:
    cdef __m128 scale = _mm_set1_ps(<float> 1.0/<float> (p.factor*p.row_factor)), total
    cdef __m128[MOST_SINGLES + 8] v
    cdef __m128[4] four
    cdef Py_ssize_t width = p.factor, n_out = p.n_out, n_in = p.n_in, n, j
    cdef int down = p.row_factor, r, i
    while x + 4 <= n_out and (x + 4)*width + (-width & 3) <= n_in:
        total = _mm_setzero_ps()
        n = 0
        for r in range(down):
            if n + width > MOST_SINGLES:
                n = add_fours(v, n, &total)
            for j in range(0, width, 4):
                for i in range(4):
                    four[i] = _mm_loadu_ps(rows[r] + (x + i)*width + j)
                transpose(four)
                # What is no tap of this row is overwritten by the next one.
                for i in range(4):
                    v[n + j + i] = four[i]
            n += width
        n = add_fours(v, n, &total)
        for i in range(n):
            total = _mm_add_ps(total, v[i])
        _mm_storeu_ps(out + x, _mm_mul_ps(total, scale))
        x += 4
    return x


cdef Py_ssize_t add_large_windows(const Columns* p, const float** rows, float* out, Py_ssize_t begin) noexcept nogil:
    cdef const float* taps[MOST_TAPS]
    cdef Py_ssize_t C = p.channels, n = min(p.n_out, p.n_in//p.factor), c
    cdef int r, j
    for r in range(p.row_factor):
        for j in range(p.factor):
            taps[r*p.factor + j] = rows[r] + j*C
    # Four samples at the last ones would be too many.
    n -= 3 if C == 1 else 1 if C < 4 else 0
    if n <= begin:
        return begin
    if C == 1:
        add_large_pixels(p, taps, out, begin, n, 0, 1)
    elif C == 2:
        add_large_pixels(p, taps, out, begin, n, 0, 2)
    elif C == 3:
        add_large_pixels(p, taps, out, begin, n, 0, 3)
    elif C == 4:
        add_large_pixels(p, taps, out, begin, n, 0, 4)
    else:
        for c in range(0, C, 4):
            add_large_pixels(p, taps, out, begin, n, min(c, C - 4), C)
    return n


# From output column x on; returns how far: no load goes beyond the row, no store beyond the results.
cdef inline Py_ssize_t add_windows(
    const Columns* p, const float** rows, float* out, Py_ssize_t x, const Py_ssize_t C, const int width,
    const int height,
) noexcept nogil:
    cdef __m128 scale = _mm_set1_ps(<float> 1.0/<float> (width*height))
    cdef Py_ssize_t step = 4 if C == 1 else 1, beyond = -width & 3 if C == 1 else 1 if C == 3 else 0
    cdef Py_ssize_t n = p.n_out - (1 if C == 3 else 0)
    cdef __m128 total
    while x + step <= n and (x + step)*width + beyond <= p.n_in:
        if C == 1:
            total = area_of_singles(rows, x*width, width, height)
        else:
            total = area_of_pixel(rows, x*width*C, C, width, height)
        _mm_storeu_ps(out + x*C, _mm_mul_ps(total, scale))
        x += step
    return x


cdef inline Py_ssize_t add_windows_of(
    const Columns* p, const float** rows, float* out, Py_ssize_t x, const int width, const int height
) noexcept nogil:
    if p.channels == 1:
        return add_windows(p, rows, out, x, 1, width, height)
    if p.channels == 3:
        return add_windows(p, rows, out, x, 3, width, height)
    return add_windows(p, rows, out, x, 4, width, height)


cdef Py_ssize_t add_whole_windows(const Columns* p, const float** rows, float* out, Py_ssize_t begin) noexcept nogil:
    cdef Py_ssize_t C = p.channels
    cdef bint common = C == 1 or C == 3 or C == 4
    if p.factor == 2 and p.row_factor == 2 and (common or C == 2):
        return begin          # pixel_area_from does those
    if common and p.factor == 3 and p.row_factor == 3:
        return add_windows_of(p, rows, out, begin, 3, 3)
    if common and p.factor == 4 and p.row_factor == 4:
        return add_windows_of(p, rows, out, begin, 4, 4)
    if C == 1 and 5 < p.factor < MOST_SINGLES:
        return add_large_singles(p, rows, out, begin)
    if p.factor*p.row_factor <= MOST_TAPS:
        return add_large_windows(p, rows, out, begin)
    return add_windows_of(p, rows, out, begin, p.factor, p.row_factor) if common else begin


cdef void sse_area_from(const Columns* p, const void** rows, int taps, float* out, Py_ssize_t begin) noexcept nogil:
    if taps == p.row_factor:
        begin = add_whole_windows(p, <const float**> rows, out, begin)
    pixel_area_from(p, rows, taps, out, begin)


cdef void sse_area_float(const Columns* p, const void** rows, int taps, void* out) noexcept nogil:
    sse_area_from(p, rows, taps, <float*> out, 0)
