# One channel of floats, four output columns in a 16-byte register: the taps of a column are loaded side by side,
# weighted and transposed. For axes that shrink so much that a block of lanes would be mostly empty, and for levels
# without lanes of floats; for the horizontal pass alone and for both at once. Of doubles, two taps and two columns. The
# bits are those of the plain loops.

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


cdef inline __m128 four_of_rows(
    const float** rows, Py_ssize_t at, const __m128* rw, const int height
) noexcept nogil:
    cdef __m128 total = _mm_loadu_ps(rows[0] + at)
    cdef int k
    if height > 0:
        total = _mm_mul_ps(total, rw[0])
    for k in range(1, height):
        total = _mm_add_ps(total, _mm_mul_ps(_mm_loadu_ps(rows[k] + at), rw[k]))
    return total


# Four output columns, whose starts and weights these are.
cdef inline __m128 four_singles(
    const Py_ssize_t* start, const float* w, const float** rows, const __m128* rw, const int taps,
    const int height,
) noexcept nogil:
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
    cdef const Py_ssize_t* start = p.start
    cdef const float* w = <const float*> p.weights
    cdef const float *kept[4]
    cdef Py_ssize_t i, x
    cdef int k
    for k in range(max(height, 1)):
        kept[k] = rows[k]
    for i in range(begin, end, 4):
        x = min(i, end - 4)
        _mm_storeu_ps(
            out + x, four_singles(start + x, w + taps*x, <const float**> kept, rw, taps, height)
        )


# The run of output columns that have all taps; none if there are fewer than four.
cdef inline void find_whole_singles(const Columns* p, Py_ssize_t* whole_begin, Py_ssize_t* whole_end) noexcept nogil:
    cdef Py_ssize_t begin, end
    find_whole_columns(p, &begin, &end)
    while end > begin and p.start[end - 1] + p.taps > p.n_in:
        end -= 1
    whole_begin[0] = begin
    whole_end[0] = end if end - begin >= 4 else begin


cdef inline void single_row(const Columns* p, const float* row, float* out) noexcept nogil:
    cdef const float* rows[1]
    cdef Py_ssize_t begin, end
    rows[0] = row
    find_whole_singles(p, &begin, &end)
    part_of_row(p, row, out, 0, begin)
    if p.taps == 2:
        weigh_singles(p, <const float**> rows, NULL, out, begin, end, 2, 0)
    elif p.taps == 4:
        weigh_singles(p, <const float**> rows, NULL, out, begin, end, 4, 0)
    else:
        weigh_singles(p, <const float**> rows, NULL, out, begin, end, p.taps, 0)
    part_of_row(p, row, out, end, p.n_out)


cdef void float_singles(const Columns* p, const void* row, void* out) noexcept nogil:
    if p.varied or p.from_zero or (p.taps != 2 and p.taps % 4 != 0):
        float_columns(p, row, out)
    else:
        single_row(p, <const float*> row, <float*> out)


# One channel of doubles by two taps, fewer only at the edges.
cdef void double_singles(const Columns* p, const void* row, void* out) noexcept nogil:
    cdef const double* s = <const double*> row
    cdef const double* w = <const double*> p.weights
    cdef const Py_ssize_t* start = p.start
    cdef double* d = <double*> out
    cdef Py_ssize_t begin, end, i, x
    find_whole_columns(p, &begin, &end)
    if end - begin < 2:
        double_columns(p, row, out)
        return
    for i in range(begin, end, 2):
        x = min(i, end - 2)
        _mm_storeu_pd(d + x, _mm_hadd_pd(
            _mm_mul_pd(_mm_loadu_pd(s + start[x]), _mm_loadu_pd(w + 2*x)),
            _mm_mul_pd(_mm_loadu_pd(s + start[x + 1]), _mm_loadu_pd(w + 2*x + 2)),
        ))
    # An edge pixel alone.
    for x in range(begin):
        d[x] = s[start[x]]*w[2*x]
    for x in range(end, p.n_out):
        d[x] = s[start[x]]*w[2*x]


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
    table.double_singles = double_singles
    table.float_single_windows = float_single_windows
