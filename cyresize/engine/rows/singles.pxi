# One channel of floats, four output columns in a 16-byte register: the taps of a column are loaded side by side,
# weighted and transposed. For axes that shrink so much that a block of lanes would be mostly empty, and for levels
# without lanes of floats; for the horizontal pass alone and for both at once. The bits are those of the plain loops.

# Two samples at each of two places, and four at one place, weighted and added over the rows; `height` 0: of one row
# without a weight.
cdef inline __m128 pairs_at(const float* s, Py_ssize_t a, Py_ssize_t b) noexcept nogil:
    return _mm_castpd_ps(_mm_loadh_pd(_mm_load_sd(<const double*> (s + a)), <const double*> (s + b)))


cdef inline __m128 blend_pairs(
    const float** rows, Py_ssize_t a, Py_ssize_t b, const __m128* rw, const int height
) noexcept nogil:
    cdef __m128 total = pairs_at(rows[0], a, b)
    cdef int k
    if height > 0:
        total = _mm_mul_ps(total, rw[0])
    for k in range(1, height):
        total = _mm_add_ps(total, _mm_mul_ps(pairs_at(rows[k], a, b), rw[k]))
    return total


cdef inline __m128 four_of_rows(const float** rows, Py_ssize_t at, const __m128* rw, const int height) noexcept nogil:
    cdef __m128 total = _mm_loadu_ps(rows[0] + at)
    cdef int k
    if height > 0:
        total = _mm_mul_ps(total, rw[0])
    for k in range(1, height):
        total = _mm_add_ps(total, _mm_mul_ps(_mm_loadu_ps(rows[k] + at), rw[k]))
    return total


cdef inline void transpose(__m128* v) noexcept nogil:
    cdef __m128 a = _mm_unpacklo_ps(v[0], v[1]), b = _mm_unpacklo_ps(v[2], v[3])
    cdef __m128 c = _mm_unpackhi_ps(v[0], v[1]), d = _mm_unpackhi_ps(v[2], v[3])
    v[0] = _mm_shuffle_ps(a, b, 0x44)
    v[1] = _mm_shuffle_ps(a, b, 0xee)
    v[2] = _mm_shuffle_ps(c, d, 0x44)
    v[3] = _mm_shuffle_ps(c, d, 0xee)


# Output columns x..x+3.
cdef inline __m128 four_singles(
    const Columns* p, const float** rows, const __m128* rw, Py_ssize_t x, const int taps, const int height
) noexcept nogil:
    cdef const Py_ssize_t* start = p.start + x
    cdef const float* w = <const float*> p.weights + taps*x
    cdef __m128[4] v
    cdef __m128 total = _mm_setzero_ps()
    cdef int i, k
    if taps == 2:
        v[0] = _mm_mul_ps(blend_pairs(rows, start[0], start[1], rw, height), _mm_loadu_ps(w))
        v[1] = _mm_mul_ps(blend_pairs(rows, start[2], start[3], rw, height), _mm_loadu_ps(w + 4))
        return _mm_add_ps(_mm_shuffle_ps(v[0], v[1], 0x88), _mm_shuffle_ps(v[0], v[1], 0xdd))
    for k in range(0, taps, 4):
        for i in range(4):
            v[i] = _mm_mul_ps(four_of_rows(rows, start[i] + k, rw, height), _mm_loadu_ps(w + taps*i + k))
        transpose(v)
        total = v[0] if k == 0 else _mm_add_ps(total, v[0])
        for i in range(1, 4):
            total = _mm_add_ps(total, v[i])
    return total


# Output columns begin..end, at least four, all of which have all taps; the last four may be done twice.
cdef inline void weigh_singles(
    const Columns* p, const float** rows, const __m128* rw, float* out, Py_ssize_t begin, Py_ssize_t end,
    const int taps, const int height,
) noexcept nogil:
    cdef Py_ssize_t i, x
    for i in range(begin, end, 4):
        x = min(i, end - 4)
        _mm_storeu_ps(out + x, four_singles(p, rows, rw, x, taps, height))


# The run of output columns that have all taps; none if there are fewer than four.
cdef inline void find_whole_singles(const Columns* p, Py_ssize_t* whole_begin, Py_ssize_t* whole_end) noexcept nogil:
    cdef Py_ssize_t begin = 0, end = p.n_out
    if p.count != NULL:
        while begin < end and p.count[begin] < p.taps:
            begin += 1
        while end > begin and p.count[end - 1] < p.taps:
            end -= 1
    while end > begin and p.start[end - 1] + p.taps > p.n_in:
        end -= 1
    whole_begin[0] = begin
    whole_end[0] = end if end - begin >= 4 else begin


cdef void float_singles(const Columns* p, const void* row, void* out) noexcept nogil:
    cdef const float* rows[1]
    cdef Py_ssize_t begin, end
    if p.varied or p.from_zero or (p.taps != 2 and p.taps % 4 != 0):
        float_columns(p, row, out)
        return
    rows[0] = <const float*> row
    find_whole_singles(p, &begin, &end)
    part_of_row(p, rows[0], <float*> out, 0, begin)
    if p.taps == 2:
        weigh_singles(p, <const float**> rows, NULL, <float*> out, begin, end, 2, 0)
    elif p.taps == 4:
        weigh_singles(p, <const float**> rows, NULL, <float*> out, begin, end, 4, 0)
    else:
        weigh_singles(p, <const float**> rows, NULL, <float*> out, begin, end, p.taps, 0)
    part_of_row(p, rows[0], <float*> out, end, p.n_out)


# Both passes of output columns begin..end, one by one; they may have fewer taps than others.
cdef inline void singles_apart(
    const Columns* p, const float** rows, const float* rw, float* out, Py_ssize_t begin, Py_ssize_t end,
    const int taps,
) noexcept nogil:
    cdef const float* w
    cdef Py_ssize_t x, at
    cdef float total, value
    cdef int k, r
    for x in range(begin, end):
        w = <const float*> p.weights + taps*x
        total = 0
        for k in range(taps if p.count == NULL else p.count[x]):
            at = p.start[x] + k
            value = rows[0][at]*rw[0]
            for r in range(1, taps):
                value = value + rows[r][at]*rw[r]
            total = value*w[0] if k == 0 else total + value*w[k]
        out[x] = total


cdef inline void single_windows(
    const Columns* p, const float** rows, const float* weights, float* out, const int taps
) noexcept nogil:
    cdef __m128[4] rw
    cdef Py_ssize_t begin, end
    cdef int k
    for k in range(taps):
        rw[k] = _mm_set1_ps(weights[k])
    find_whole_singles(p, &begin, &end)
    singles_apart(p, rows, weights, out, 0, begin, taps)
    weigh_singles(p, rows, rw, out, begin, end, taps, taps)
    singles_apart(p, rows, weights, out, end, p.n_out, taps)


cdef void float_single_windows(
    const Columns* p, const void** rows, const void* weights, int taps, void* out
) noexcept nogil:
    if taps == 2:
        single_windows(p, <const float**> rows, <const float*> weights, <float*> out, 2)
    else:
        single_windows(p, <const float**> rows, <const float*> weights, <float*> out, 4)


cdef void use_singles(RowKernels* table) noexcept:
    table.float_singles = float_singles
    table.float_single_windows = float_single_windows
    table.area_float = sse_area_float


# ---- area by whole-number factors: windows of floats, added as OpenCV does, in groups of four in row-major order, what
# is left one by one. Output columns of one channel are transposed; pixels of three and four channels are registers.

cdef enum:
    MOST_ROWS = 64            # of a window


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


# The first output columns; returns how many: no load goes beyond the row, no store beyond the results.
cdef inline Py_ssize_t add_windows(
    const Columns* p, const float** rows, float* out, const Py_ssize_t C, const int width, const int height
) noexcept nogil:
    cdef __m128 scale = _mm_set1_ps(<float> 1.0/<float> (width*height))
    cdef Py_ssize_t step = 4 if C == 1 else 1, beyond = -width & 3 if C == 1 else 1 if C == 3 else 0, x = 0
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
    const Columns* p, const float** rows, float* out, const Py_ssize_t C
) noexcept nogil:
    if p.factor == 3 and p.row_factor == 3:
        return add_windows(p, rows, out, C, 3, 3)
    if p.factor == 4 and p.row_factor == 4:
        return add_windows(p, rows, out, C, 4, 4)
    return add_windows(p, rows, out, C, p.factor, p.row_factor)


cdef void sse_area_float(const Columns* p, const void** rows, int taps, void* out) noexcept nogil:
    cdef const float** r = <const float**> rows
    cdef const void *part[MOST_ROWS]
    cdef Columns rest = p[0]
    cdef Py_ssize_t done
    cdef int k
    if taps < p.row_factor or taps > MOST_ROWS or p.factor < 2 or (p.factor == 2 and p.row_factor == 2):
        pixel_area_float(p, rows, taps, out)
        return
    if p.channels == 1:
        done = add_windows_of(p, r, <float*> out, 1)
    elif p.channels == 3:
        done = add_windows_of(p, r, <float*> out, 3)
    elif p.channels == 4:
        done = add_windows_of(p, r, <float*> out, 4)
    else:
        done = 0
    for k in range(taps):
        part[k] = r[k] + done*p.factor*p.channels
    rest.n_out -= done
    rest.n_in -= done*p.factor
    area_float(&rest, part, taps, <float*> out + done*p.channels)
