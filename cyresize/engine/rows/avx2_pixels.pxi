# Pixels of three or four channels, two taps to a 32-byte register and two output pixels at a time: where blocks of
# lanes have too few lanes in use. For the horizontal pass alone and for both at once; the bits are those of the plain
# loops. Loads of three channels bring two samples too many.

# Two taps of a pixel, weighted and added over the rows, a tap to each half; `height` 0: of one row without a weight.
cdef inline __m256 two_taps(
    const lane_sample** rows, Py_ssize_t at, const __m256* rw, const Py_ssize_t C, const int height
) noexcept nogil:
    cdef __m256 total = load_eight(rows[0] + at)
    cdef int k
    if height > 0:
        total = _mm256_mul_ps(total, rw[0])
    for k in range(1, height):
        total = _mm256_add_ps(total, _mm256_mul_ps(load_eight(rows[k] + at), rw[k]))
    return _mm256_permutevar8x32_ps(total, _mm256_setr_epi32(0, 1, 2, 2, 3, 4, 5, 5)) if C == 3 else total


# Two of four weights, each for one half.
cdef inline __m256 two_weights(const float* w, const bint later) noexcept nogil:
    cdef __m256i which = _mm256_setr_epi32(0, 0, 0, 0, 1, 1, 1, 1)
    if later:
        which = _mm256_setr_epi32(2, 2, 2, 2, 3, 3, 3, 3)
    return _mm256_permutevar8x32_ps(_mm256_broadcast_ps(<const __m128*> w), which)


# Output pixels x and x + 1, one in each half, taps in order.
cdef inline __m256 two_pixels(
    const Columns* p, const lane_sample** rows, const __m256* rw, Py_ssize_t x, const Py_ssize_t C, const int taps,
    const int height,
) noexcept nogil:
    cdef const float* w = <const float*> p.weights + taps*x
    cdef Py_ssize_t first = p.start[x]*C, second = p.start[x + 1]*C
    cdef __m256 a, b, total = _mm256_setzero_ps(), tap
    cdef int k
    for k in range(0, taps, 2):
        a = two_taps(rows, first + k*C, rw, C, height)
        b = two_taps(rows, second + k*C, rw, C, height)
        if taps == 2:
            a = _mm256_mul_ps(a, two_weights(w, False))
            b = _mm256_mul_ps(b, two_weights(w, True))
        else:
            a = _mm256_mul_ps(a, two_weights(w + (k & ~3), k & 2 != 0))
            b = _mm256_mul_ps(b, two_weights(w + taps + (k & ~3), k & 2 != 0))
        tap = _mm256_permute2f128_ps(a, b, 0x20)
        total = tap if k == 0 else _mm256_add_ps(total, tap)
        total = _mm256_add_ps(total, _mm256_permute2f128_ps(a, b, 0x31))
    return total


# Blends of uint16 are finite and far from 2**31; packing saturates, below as above.
cdef inline __m128i to_words(__m128 v) noexcept nogil:
    return _mm_packus_epi32(_mm_cvtps_epi32(v), _mm_setzero_si128())


# One pixel, exactly; and two, with a sample too many if they have three channels.
cdef inline void store_pixel(lane_sample* out, const Py_ssize_t C, __m128 v) noexcept nogil:
    cdef float[4] samples
    cdef u16[8] words
    if lane_sample is float:
        _mm_storeu_ps(samples, v)
        memcpy(out, samples, C*sizeof(float))
    else:
        _mm_storeu_si128(<__m128i*> words, to_words(v))
        memcpy(out, words, C*sizeof(u16))


cdef inline void store_pixels(lane_sample* out, const Py_ssize_t C, __m256 v) noexcept nogil:
    cdef __m128 first = _mm256_castps256_ps128(v), second = _mm256_extractf128_ps(v, 1)
    if lane_sample is float:
        if C == 4:
            _mm256_storeu_ps(out, v)
        else:
            _mm_storeu_ps(out, first)
            _mm_storeu_ps(out + C, second)
    else:
        _mm_storel_epi64(<__m128i*> out, to_words(first))
        _mm_storel_epi64(<__m128i*> (out + C), to_words(second))


cdef inline __m128 read_tap(
    const lane_sample** rows, Py_ssize_t at, const __m256* rw, const int height
) noexcept nogil:
    cdef __m128 total = read_pixel(rows[0] + at)
    cdef int k
    if height > 0:
        total = _mm_mul_ps(total, _mm256_castps256_ps128(rw[0]))
    for k in range(1, height):
        total = _mm_add_ps(total, _mm_mul_ps(read_pixel(rows[k] + at), _mm256_castps256_ps128(rw[k])))
    return total


# Output pixels begin..end one by one; they may have fewer taps than others.
cdef inline void pixels_apart(
    const Columns* p, const lane_sample** rows, const __m256* rw, lane_sample* out, Py_ssize_t begin, Py_ssize_t end,
    const Py_ssize_t C, const int taps, const int height,
) noexcept nogil:
    cdef const float* w
    cdef __m128 total
    cdef Py_ssize_t x, at
    cdef int k
    for x in range(begin, end):
        w = <const float*> p.weights + taps*x
        at = p.start[x]*C
        total = _mm_mul_ps(read_tap(rows, at, rw, height), _mm_set1_ps(w[0]))
        for k in range(1, taps if p.count == NULL else p.count[x]):
            total = _mm_add_ps(total, _mm_mul_ps(read_tap(rows, at + k*C, rw, height), _mm_set1_ps(w[k])))
        store_pixel(out + x*C, C, total)


cdef inline void pixel_windows_of(
    const Columns* p, const lane_sample** rows, const void* weights, lane_sample* out, const Py_ssize_t C,
    const int taps,
) noexcept nogil:
    cdef __m256[ROWS_AT_ONCE] rw
    cdef Py_ssize_t begin = 0, end = p.n_out
    eight_copies(weights, taps, rw)
    if p.count != NULL:
        while begin < end and p.count[begin] < p.taps:
            begin += 1
        while end > begin and p.count[end - 1] < p.taps:
            end -= 1
    pixels_apart(p, rows, rw, out, 0, begin, C, taps, taps)
    # Two pixels of three channels are followed by another one, which is stored later.
    while begin + (3 if C == 3 else 2) <= end:
        store_pixels(out + begin*C, C, two_pixels(p, rows, rw, begin, C, taps, taps))
        begin += 2
    pixels_apart(p, rows, rw, out, begin, p.n_out, C, taps, taps)


cdef inline void pixel_windows(
    const Columns* p, const lane_sample** rows, const void* weights, lane_sample* out, int taps
) noexcept nogil:
    if p.channels == 3 and taps == 2:
        pixel_windows_of(p, rows, weights, out, 3, 2)
    elif p.channels == 3:
        pixel_windows_of(p, rows, weights, out, 3, 4)
    elif taps == 2:
        pixel_windows_of(p, rows, weights, out, 4, 2)
    else:
        pixel_windows_of(p, rows, weights, out, 4, 4)


cdef void float_pixel_windows(
    const Columns* p, const void** rows, const void* weights, int taps, void* out
) noexcept nogil:
    pixel_windows(p, <const float**> rows, weights, <float*> out, taps)


cdef void word_pixel_windows(
    const Columns* p, const void** rows, const void* weights, int taps, void* out
) noexcept nogil:
    pixel_windows(p, <const u16**> rows, weights, <u16*> out, taps)


# The horizontal pass alone: rows have nothing behind their end.
cdef inline Py_ssize_t pixels_in_twos(
    const Columns* p, const lane_sample* row, float* out, Py_ssize_t begin, Py_ssize_t end, const Py_ssize_t C,
    const int taps,
) noexcept nogil:
    """From output pixel ``begin`` on; returns how far."""
    cdef const lane_sample* rows[1]
    cdef __m256 total
    rows[0] = row
    while begin + 2 <= end:
        total = two_pixels(p, <const lane_sample**> rows, NULL, begin, C, taps, 0)
        store_pixels(out + begin*C, C, total)
        begin += 2
    return begin


cdef inline Py_ssize_t pixels_in_twos_of(
    const Columns* p, const lane_sample* row, float* out, Py_ssize_t begin, Py_ssize_t end, const Py_ssize_t C
) noexcept nogil:
    if p.taps == 2:
        return pixels_in_twos(p, row, out, begin, end, C, 2)
    if p.taps == 4:
        return pixels_in_twos(p, row, out, begin, end, C, 4)
    if p.taps == 8:
        return pixels_in_twos(p, row, out, begin, end, C, 8)
    return begin


cdef inline void weigh_pixels_in_twos(const Columns* p, const pixel_sample* row, float* out) noexcept nogil:
    cdef Py_ssize_t begin, end
    find_inner_pixels(p, &begin, &end)
    part_of_row(p, row, out, 0, begin)
    if not p.varied and not p.from_zero and p.channels == 3:
        begin = pixels_in_twos_of(p, row, out, begin, end, 3)
    elif not p.varied and not p.from_zero:
        begin = pixels_in_twos_of(p, row, out, begin, end, 4)
    if p.channels == 3:
        pixel_row_of(p, row, out, begin, end, 3)
    else:
        pixel_row_of(p, row, out, begin, end, 4)
    part_of_row(p, row, out, end, p.n_out)


cdef void avx2_float_pixels(const Columns* p, const void* row, void* out) noexcept nogil:
    weigh_pixels_in_twos(p, <const float*> row, <float*> out)


cdef void avx2_word_pixels(const Columns* p, const void* row, void* out) noexcept nogil:
    weigh_pixels_in_twos(p, <const u16*> row, <float*> out)


cdef void use_avx2_pixels(RowKernels* table) noexcept:
    table.float_pixels = avx2_float_pixels
    table.pixels_from[<int> U16] = avx2_word_pixels
    table.pixel_windows[<int> F32] = float_pixel_windows
    table.pixel_windows[<int> U16] = word_pixel_windows
