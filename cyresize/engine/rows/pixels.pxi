# A pixel of three or four floats is one 16-byte register: for axes that shrink, where a block of lanes would be mostly
# empty, and for levels without permutes across registers. Loads and stores of three channels take a fourth float,
# which belongs to the next pixel.

ctypedef fused pixel_sample:
    float
    u16
    i16


cdef inline __m128 read_pixel(const pixel_sample* s) noexcept nogil:
    if pixel_sample is float:
        return _mm_loadu_ps(s)
    elif pixel_sample is u16:
        return _mm_cvtepi32_ps(_mm_cvtepu16_epi32(_mm_loadl_epi64(<const __m128i*> s)))
    else:
        return _mm_cvtepi32_ps(_mm_cvtepi16_epi32(_mm_loadl_epi64(<const __m128i*> s)))


cdef inline void pixel_row(
    const Columns* p, const pixel_sample* row, float* out, Py_ssize_t begin, Py_ssize_t end, const Py_ssize_t C,
    const int taps, const bint varied,
) noexcept nogil:
    """Output pixels begin..end with ``taps`` taps each; ``varied``: up to so many."""
    cdef const float* w = <const float*> p.weights + begin*taps
    cdef const Py_ssize_t* start = p.start
    cdef const pixel_sample* s
    cdef __m128 total
    cdef Py_ssize_t x
    cdef int k
    for x in range(begin, end):
        s = row + start[x]*C
        total = _mm_mul_ps(read_pixel(s), _mm_set1_ps(w[0]))
        if varied and p.from_zero:
            total = _mm_add_ps(total, _mm_set1_ps(0))
        # Masking the products of a fixed number of taps instead was measured to be slower.
        for k in range(1, p.count[x] if varied else taps):
            total = _mm_add_ps(total, _mm_mul_ps(read_pixel(s + k*C), _mm_set1_ps(w[k])))
        _mm_storeu_ps(out + x*C, total)
        w += taps


cdef inline void pixel_row_of(
    const Columns* p, const pixel_sample* row, float* out, Py_ssize_t begin, Py_ssize_t end, const Py_ssize_t C
) noexcept nogil:
    if p.varied or p.from_zero:
        pixel_row(p, row, out, begin, end, C, p.taps, True)
    elif p.taps == 2:
        pixel_row(p, row, out, begin, end, C, 2, False)
    elif p.taps == 4:
        pixel_row(p, row, out, begin, end, C, 4, False)
    elif p.taps == 8:
        pixel_row(p, row, out, begin, end, C, 8, False)
    else:
        pixel_row(p, row, out, begin, end, C, p.taps, False)


# Output pixels begin..end by the plain loop.
cdef inline void part_of_row(
    const Columns* p, const pixel_sample* row, float* out, Py_ssize_t begin, Py_ssize_t end
) noexcept nogil:
    cdef const float* w
    cdef const pixel_sample* s
    cdef Py_ssize_t x, c
    cdef int k, taps
    cdef float total
    for x in range(begin, end):
        w = <const float*> p.weights + x*p.taps
        taps = p.taps if p.count == NULL else p.count[x]
        for c in range(p.channels):
            s = row + p.start[x]*p.channels + c
            total = <float> s[0]*w[0]
            if p.from_zero:
                total = total + 0
            for k in range(1, taps):
                total = total + <float> s[k*p.tap_step]*w[k]
            out[x*p.channels + c] = total


# What two rows of pixels begin..end leave over.
cdef inline void rest_of_two_rows(
    const Columns* p, const pixel_sample* row, const pixel_sample* second, float* out, float* second_out,
    Py_ssize_t begin, Py_ssize_t end,
) noexcept nogil:
    part_of_row(p, row, out, 0, begin)
    part_of_row(p, second, second_out, 0, begin)
    part_of_row(p, row, out, end, p.n_out)
    part_of_row(p, second, second_out, end, p.n_out)


# Outputs with fewer taps, at the edges, are left to the plain loop; so are, with three channels, those that touch the
# last pixel, which has no fourth sample behind it, in the source as in the destination.
cdef inline void find_inner_pixels(const Columns* p, Py_ssize_t* inner_begin, Py_ssize_t* inner_end) noexcept nogil:
    cdef Py_ssize_t begin = 0, end = p.n_out
    if not p.from_zero and not p.varied:
        find_whole_columns(p, &begin, &end)
    if p.channels == 3 and end == p.n_out and end > begin:
        end -= 1
    while end > begin and p.start[end - 1] + p.taps > p.n_in - (1 if p.channels == 3 else 0):
        end -= 1
    inner_begin[0] = begin
    inner_end[0] = end


cdef inline void weigh_pixels(const Columns* p, const pixel_sample* row, float* out) noexcept nogil:
    cdef Py_ssize_t begin, end
    find_inner_pixels(p, &begin, &end)
    part_of_row(p, row, out, 0, begin)
    if p.channels == 3:
        pixel_row_of(p, row, out, begin, end, 3)
    else:
        pixel_row_of(p, row, out, begin, end, 4)
    part_of_row(p, row, out, end, p.n_out)


cdef void float_pixels(const Columns* p, const void* row, void* out) noexcept nogil:
    weigh_pixels(p, <const float*> row, <float*> out)


cdef void u16_pixels(const Columns* p, const void* row, void* out) noexcept nogil:
    weigh_pixels(p, <const u16*> row, <float*> out)


cdef void i16_pixels(const Columns* p, const void* row, void* out) noexcept nogil:
    weigh_pixels(p, <const i16*> row, <float*> out)


# Two taps of three or four channels lie in eight bytes: for shrinking axes, where a block of lanes would be mostly
# empty. Two pixels at a time, samples as words, the weights of each pixel broadcast.
cdef inline void linear_pairs(
    const Columns* p, const u8* row, i16* out, Py_ssize_t end, const Py_ssize_t C, __m128i spread, __m128i close_up
) noexcept nogil:
    cdef const i16* w = <const i16*> p.weights
    cdef const Py_ssize_t* start = p.start
    cdef __m128i a, b, weights
    cdef Py_ssize_t x, ahead = p.ahead
    for x in range(0, end, 2):
        _mm_prefetch(row + start[x]*C + ahead, 2)
        weights = _mm_loadl_epi64(<const __m128i*> (w + 2*x))
        a = _mm_shuffle_epi8(_mm_loadl_epi64(<const __m128i*> (row + start[x]*C)), spread)
        b = _mm_shuffle_epi8(_mm_loadl_epi64(<const __m128i*> (row + start[x + 1]*C)), spread)
        a = _mm_srai_epi32(_mm_madd_epi16(a, _mm_shuffle_epi32(weights, 0x00)), 4)
        b = _mm_srai_epi32(_mm_madd_epi16(b, _mm_shuffle_epi32(weights, 0x55)), 4)
        a = _mm_packs_epi32(a, b)
        _mm_storeu_si128(<__m128i*> (out + x*C), _mm_shuffle_epi8(a, close_up) if C == 3 else a)


cdef void linear_u8_pixels(const Columns* p, const void* row, void* out) noexcept nogil:
    cdef Columns rest = p[0]
    cdef Py_ssize_t end = p.n_out
    # Eight bytes of three channels reach into the pixel behind the two.
    while end > 0 and p.start[end - 1] + (3 if p.channels == 3 else 2) > p.n_in:
        end -= 1
    end &= ~<Py_ssize_t> 1
    if p.channels == 3:
        linear_pairs(
            p, <const u8*> row, <i16*> out, end, 3,
            _mm_setr_epi8(0, -1, 3, -1, 1, -1, 4, -1, 2, -1, 5, -1, -1, -1, -1, -1),
            _mm_setr_epi8(0, 1, 2, 3, 4, 5, 8, 9, 10, 11, 12, 13, -1, -1, -1, -1),
        )
    else:
        linear_pairs(
            p, <const u8*> row, <i16*> out, end, 4,
            _mm_setr_epi8(0, -1, 4, -1, 1, -1, 5, -1, 2, -1, 6, -1, 3, -1, 7, -1), _mm_setzero_si128(),
        )
    rest.n_out = p.n_out - end
    rest.start += end
    rest.weights = <const i16*> p.weights + 2*end
    linear_u8_columns(&rest, row, <i16*> out + end*p.channels)


# Area by 2 x 2: with two and three channels in OpenCV's general order, whose sum starts from 0; with one and four
# within rows first. Output pixels x .. n - 1, as far as whole registers go; returns how far.
cdef inline Py_ssize_t half_pixels(
    const float* a, const float* b, float* out, Py_ssize_t x, Py_ssize_t n, const Py_ssize_t C
) noexcept nogil:
    cdef __m128 quarter = _mm_set1_ps(0.25), above, below
    cdef Py_ssize_t step = 4 if C == 1 else 2 if C == 2 else 1
    # The last pixel of three channels has no fourth float behind it.
    while x + step <= n - (1 if C == 3 else 0):
        if C == 1:
            above, below = _mm_loadu_ps(a + 2*x), _mm_loadu_ps(a + 2*x + 4)
            above = _mm_add_ps(_mm_shuffle_ps(above, below, 0x88), _mm_shuffle_ps(above, below, 0xdd))
            below = _mm_loadu_ps(b + 2*x)
            below = _mm_add_ps(
                _mm_shuffle_ps(below, _mm_loadu_ps(b + 2*x + 4), 0x88),
                _mm_shuffle_ps(below, _mm_loadu_ps(b + 2*x + 4), 0xdd),
            )
            above = _mm_add_ps(above, below)
        elif C == 2:
            above, below = _mm_loadu_ps(a + 4*x), _mm_loadu_ps(a + 4*x + 4)
            above = _mm_add_ps(_mm_shuffle_ps(above, below, 0x44), _mm_shuffle_ps(above, below, 0xee))
            above = _mm_add_ps(
                above, _mm_shuffle_ps(_mm_loadu_ps(b + 4*x), _mm_loadu_ps(b + 4*x + 4), 0x44)
            )
            below = _mm_shuffle_ps(_mm_loadu_ps(b + 4*x), _mm_loadu_ps(b + 4*x + 4), 0xee)
            above = _mm_add_ps(_mm_add_ps(above, below), _mm_set1_ps(0))
        elif C == 4:
            above = _mm_add_ps(_mm_loadu_ps(a + 8*x), _mm_loadu_ps(a + 8*x + 4))
            above = _mm_add_ps(above, _mm_add_ps(_mm_loadu_ps(b + 8*x), _mm_loadu_ps(b + 8*x + 4)))
        else:
            above = _mm_add_ps(_mm_loadu_ps(a + 6*x), _mm_loadu_ps(a + 6*x + 3))
            above = _mm_add_ps(_mm_add_ps(above, _mm_loadu_ps(b + 6*x)), _mm_loadu_ps(b + 6*x + 3))
            above = _mm_add_ps(above, _mm_set1_ps(0))
        _mm_storeu_ps(out + x*C, _mm_mul_ps(above, quarter))
        x += step
    return x


cdef void pixel_area_from(const Columns* p, const void** rows, int taps, float* out, Py_ssize_t begin) noexcept nogil:
    cdef Py_ssize_t n = min(p.n_out, p.n_in // 2)
    cdef bint half = taps == 2 and p.factor == 2 and p.row_factor == 2
    if half and p.channels == 1:
        begin = half_pixels(<const float*> rows[0], <const float*> rows[1], out, begin, min(n, p.row_pairs), 1)
    elif half and p.channels == 2:
        begin = half_pixels(<const float*> rows[0], <const float*> rows[1], out, begin, n, 2)
    elif half and p.channels == 3:
        begin = half_pixels(<const float*> rows[0], <const float*> rows[1], out, begin, n, 3)
    elif half and p.channels == 4:
        begin = half_pixels(<const float*> rows[0], <const float*> rows[1], out, begin, min(n, p.row_pairs), 4)
    area_float_from(p, rows, taps, out, begin)
