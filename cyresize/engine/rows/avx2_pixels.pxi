# Pixels of three or four channels, two taps to a 32-byte register and two output pixels at a time: where blocks of
# lanes have too few lanes in use. For the horizontal pass alone and for both at once; the bits are those of the plain
# loops. Loads of three channels bring two samples too many.

# Two taps of a pixel side by side, four samples each.
cdef inline __m256 in_halves(__m256 v, const Py_ssize_t C) noexcept nogil:
    return _mm256_permutevar8x32_ps(v, _mm256_setr_epi32(0, 1, 2, 2, 3, 4, 5, 5)) if C == 3 else v


# Two of four weights, each for one half.
cdef inline __m256 two_weights(const float* w, const bint later) noexcept nogil:
    cdef __m256i which = _mm256_setr_epi32(0, 0, 0, 0, 1, 1, 1, 1)
    if later:
        which = _mm256_setr_epi32(2, 2, 2, 2, 3, 3, 3, 3)
    return _mm256_permutevar_ps(_mm256_broadcast_ps(<const __m128*> w), which)


# Two more taps of two pixels, in order, to the sums of both; `first`: there is no sum yet.
cdef inline __m256 add_halves(__m256 total, __m256 a, __m256 b, const bint first) noexcept nogil:
    if first:
        return _mm256_add_ps(_mm256_blend_ps(a, b, 0xf0), _mm256_permute2f128_ps(a, b, 0x21))
    total = _mm256_add_ps(total, _mm256_permute2f128_ps(a, b, 0x20))
    return _mm256_add_ps(total, _mm256_permute2f128_ps(a, b, 0x31))


# Two output pixels, whose starts and weights these are, one in each half. `height` 0: of one row without a weight.
cdef inline __m256 two_pixels(
    const Py_ssize_t* start, const float* w, const lane_sample** rows, const __m256* rw, const Py_ssize_t C,
    const int taps, const int height,
) noexcept nogil:
    cdef Py_ssize_t first = start[0]*C, second = start[1]*C
    cdef __m256 a, b, total = _mm256_setzero_ps()
    cdef int k
    for k in range(0, taps, 2):
        if height == 0:
            a, b = load_eight(rows[0] + first + k*C), load_eight(rows[0] + second + k*C)
        else:
            a = blend_eight(rows, first + k*C, rw, height)
            b = blend_eight(rows, second + k*C, rw, height)
        a, b = in_halves(a, C), in_halves(b, C)
        if taps == 2:
            a = _mm256_mul_ps(a, two_weights(w, False))
            b = _mm256_mul_ps(b, two_weights(w, True))
        else:
            a = _mm256_mul_ps(a, two_weights(w + (k & ~3), k & 2 != 0))
            b = _mm256_mul_ps(b, two_weights(w + taps + (k & ~3), k & 2 != 0))
        total = add_halves(total, a, b, k == 0)
    return total


# Pixels of two rows as words: a pixel of each row in either half. Sums of words are no larger than int32.
cdef inline __m256i as_words(__m256 first, __m256 second, const bint signed) noexcept nogil:
    cdef __m256i a = _mm256_cvtps_epi32(first), b = _mm256_cvtps_epi32(second)
    return _mm256_packs_epi32(a, b) if signed else _mm256_packus_epi32(a, b)


# One pixel, exactly; and two of one row or of two, with a sample too many if they have three channels.
cdef inline void store_pixel(lane_sample* out, const Py_ssize_t C, __m128 v) noexcept nogil:
    cdef float[4] samples
    cdef u16[8] words
    if lane_sample is float:
        _mm_storeu_ps(samples, v)
        memcpy(out, samples, C*sizeof(float))
    else:
        _mm_storeu_si128(
            <__m128i*> words,
            _mm256_castsi256_si128(as_words(_mm256_castps128_ps256(v), _mm256_setzero_ps(), lane_sample is i16)),
        )
        memcpy(out, words, C*sizeof(u16))


cdef inline void store_pixels(lane_sample* out, const Py_ssize_t C, __m256 v) noexcept nogil:
    cdef __m256i words
    if lane_sample is not float:
        words = as_words(v, v, lane_sample is i16)
        _mm_storel_epi64(<__m128i*> out, _mm256_castsi256_si128(words))
        _mm_storel_epi64(<__m128i*> (out + C), _mm256_extracti128_si256(words, 1))
    elif C == 4:
        _mm256_storeu_ps(out, v)
    else:
        _mm_storeu_ps(out, _mm256_castps256_ps128(v))
        _mm_storeu_ps(out + C, _mm256_extractf128_ps(v, 1))


cdef inline void store_pixels_of_two(
    lane_sample* out, lane_sample* second_out, const Py_ssize_t C, __m256 v, __m256 second
) noexcept nogil:
    cdef __m256i words
    cdef __m128i near, far
    if lane_sample is float:
        store_pixels(out, C, v)
        store_pixels(second_out, C, second)
        return
    words = as_words(v, second, lane_sample is i16)
    if C == 4:
        words = _mm256_permute4x64_epi64(words, 0xd8)
        _mm_storeu_si128(<__m128i*> out, _mm256_castsi256_si128(words))
        _mm_storeu_si128(<__m128i*> second_out, _mm256_extracti128_si256(words, 1))
        return
    near, far = _mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1)
    _mm_storel_epi64(<__m128i*> out, near)
    _mm_storeh_pd(<double*> second_out, _mm_castsi128_pd(near))
    _mm_storel_epi64(<__m128i*> (out + C), far)
    _mm_storeh_pd(<double*> (second_out + C), _mm_castsi128_pd(far))


cdef inline __m128 blend_tap(
    const lane_sample** rows, Py_ssize_t at, const __m256* rw, const int height
) noexcept nogil:
    cdef __m128 total = _mm_mul_ps(read_pixel(rows[0] + at), _mm256_castps256_ps128(rw[0]))
    cdef int k
    for k in range(1, height):
        total = _mm_add_ps(total, _mm_mul_ps(read_pixel(rows[k] + at), _mm256_castps256_ps128(rw[k])))
    return total


# Output pixels begin..end one by one; they may have fewer taps than others.
cdef inline void pixels_apart(
    const Columns* p, const lane_sample** rows, const __m256* rw, lane_sample* out, Py_ssize_t begin, Py_ssize_t end,
    const Py_ssize_t C, const int taps,
) noexcept nogil:
    cdef const float* w
    cdef __m128 total
    cdef Py_ssize_t x, at
    cdef int k
    for x in range(begin, end):
        w = <const float*> p.weights + taps*x
        at = p.start[x]*C
        total = _mm_mul_ps(blend_tap(rows, at, rw, taps), _mm_set1_ps(w[0]))
        for k in range(1, taps if p.count == NULL else p.count[x]):
            total = _mm_add_ps(total, _mm_mul_ps(blend_tap(rows, at + k*C, rw, taps), _mm_set1_ps(w[k])))
        store_pixel(out + x*C, C, total)


cdef inline void pixel_windows_of(
    const Columns* p, const lane_sample** rows, const void* weights, lane_sample* out, const Py_ssize_t C,
    const int taps,
) noexcept nogil:
    cdef const Py_ssize_t* start = p.start
    cdef const float* w = <const float*> p.weights
    cdef const lane_sample *kept[ROWS_AT_ONCE]
    cdef __m256[ROWS_AT_ONCE] rw
    cdef Py_ssize_t x, end
    cdef int k
    for k in range(taps):
        kept[k] = rows[k]
    eight_copies(weights, taps, rw)
    find_whole_columns(p, &x, &end)
    pixels_apart(p, rows, rw, out, 0, x, C, taps)
    # Two pixels of three channels are followed by another one, which is stored later.
    while x + (3 if C == 3 else 2) <= end:
        store_pixels(out + x*C, C, two_pixels(start + x, w + taps*x, <const lane_sample**> kept, rw, C, taps, taps))
        x += 2
    pixels_apart(p, rows, rw, out, x, p.n_out, C, taps)


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


cdef void u16_pixel_windows(
    const Columns* p, const void** rows, const void* weights, int taps, void* out
) noexcept nogil:
    pixel_windows(p, <const u16**> rows, weights, <u16*> out, taps)


cdef void i16_pixel_windows(
    const Columns* p, const void** rows, const void* weights, int taps, void* out
) noexcept nogil:
    pixel_windows(p, <const i16**> rows, weights, <i16*> out, taps)


# Two output rows at once, two taps along both axes.
cdef inline void pairs_of_pixels2(
    const Columns* p, const lane_sample** rows, const lane_sample** second, const __m256* rw, const __m256* rw2,
    lane_sample* out, lane_sample* second_out, Py_ssize_t begin, Py_ssize_t end, const Py_ssize_t C, const int later,
) noexcept nogil:
    cdef const Py_ssize_t* start = p.start
    cdef const float* w = <const float*> p.weights
    cdef const lane_sample* above[2]
    cdef const lane_sample* below[2]
    cdef const lane_sample** r = <const lane_sample**> above
    cdef const lane_sample** s = <const lane_sample**> below
    cdef __m256 a = _mm256_setzero_ps(), b = a, c = a, d = a, weights, others
    cdef Py_ssize_t x
    above[0], above[1] = rows[0], rows[1]
    below[0], below[1] = second[0], second[1]
    for x in range(begin, end, 2):
        blend_eight2(r, s, start[x]*C, rw, rw2, 2, later, &a, &c)
        blend_eight2(r, s, start[x + 1]*C, rw, rw2, 2, later, &b, &d)
        weights, others = two_weights(w + 2*x, False), two_weights(w + 2*x, True)
        a, b = _mm256_mul_ps(in_halves(a, C), weights), _mm256_mul_ps(in_halves(b, C), others)
        c, d = _mm256_mul_ps(in_halves(c, C), weights), _mm256_mul_ps(in_halves(d, C), others)
        store_pixels_of_two(out + x*C, second_out + x*C, C, add_halves(a, a, b, True), add_halves(c, c, d, True))


cdef inline void pixel_windows2_of(
    const Columns* p, const lane_sample** rows, const lane_sample** second, const void* weights,
    const void* second_weights, lane_sample* out, lane_sample* second_out, const Py_ssize_t C,
) noexcept nogil:
    cdef __m256[ROWS_AT_ONCE] rw
    cdef __m256[ROWS_AT_ONCE] rw2
    cdef Py_ssize_t begin, end
    cdef int later = rows_later(rows, second, 2)
    eight_copies(weights, 2, rw)
    eight_copies(second_weights, 2, rw2)
    find_whole_columns(p, &begin, &end)
    end = max(begin, begin + ((end - begin - (1 if C == 3 else 0)) & ~<Py_ssize_t> 1))
    pixels_apart(p, rows, rw, out, 0, begin, C, 2)
    pixels_apart(p, second, rw2, second_out, 0, begin, C, 2)
    if later == 1:
        pairs_of_pixels2(p, rows, second, rw, rw2, out, second_out, begin, end, C, 1)
    elif later == 0:
        pairs_of_pixels2(p, rows, second, rw, rw2, out, second_out, begin, end, C, 0)
    else:
        pairs_of_pixels2(p, rows, second, rw, rw2, out, second_out, begin, end, C, 2)
    pixels_apart(p, rows, rw, out, end, p.n_out, C, 2)
    pixels_apart(p, second, rw2, second_out, end, p.n_out, C, 2)


cdef inline void pixel_windows2(
    const Columns* p, const lane_sample** rows, const lane_sample** second, const void* weights,
    const void* second_weights, int taps, lane_sample* out, lane_sample* second_out,
) noexcept nogil:
    if taps > 2:
        pixel_windows(p, rows, weights, out, taps)
        pixel_windows(p, second, second_weights, second_out, taps)
    elif p.channels == 3:
        pixel_windows2_of(p, rows, second, weights, second_weights, out, second_out, 3)
    else:
        pixel_windows2_of(p, rows, second, weights, second_weights, out, second_out, 4)


cdef void float_pixel_windows2(
    const Columns* p, const void** rows, const void** second, const void* weights, const void* second_weights,
    int taps, void* out, void* second_out,
) noexcept nogil:
    pixel_windows2(
        p, <const float**> rows, <const float**> second, weights, second_weights, taps, <float*> out,
        <float*> second_out,
    )


cdef void u16_pixel_windows2(
    const Columns* p, const void** rows, const void** second, const void* weights, const void* second_weights,
    int taps, void* out, void* second_out,
) noexcept nogil:
    pixel_windows2(
        p, <const u16**> rows, <const u16**> second, weights, second_weights, taps, <u16*> out, <u16*> second_out
    )


cdef void i16_pixel_windows2(
    const Columns* p, const void** rows, const void** second, const void* weights, const void* second_weights,
    int taps, void* out, void* second_out,
) noexcept nogil:
    pixel_windows2(
        p, <const i16**> rows, <const i16**> second, weights, second_weights, taps, <i16*> out, <i16*> second_out
    )


# The horizontal pass alone: rows have nothing behind their end.
cdef inline Py_ssize_t pixels_in_twos(
    const Columns* p, const lane_sample* row, float* out, Py_ssize_t begin, Py_ssize_t end, const Py_ssize_t C,
    const int taps,
) noexcept nogil:
    """From output pixel ``begin`` on; returns how far."""
    cdef const Py_ssize_t* start = p.start
    cdef const float* w = <const float*> p.weights
    cdef const lane_sample* rows[1]
    cdef __m256 total
    rows[0] = row
    while begin + 2 <= end:
        total = two_pixels(start + begin, w + taps*begin, <const lane_sample**> rows, NULL, C, taps, 0)
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


# Two rows at once, any number of taps: each row in a half.
cdef inline __m256 pixel_of_each(const float* a, const float* b) noexcept nogil:
    return _mm256_insertf128_ps(_mm256_castps128_ps256(_mm_loadu_ps(a)), _mm_loadu_ps(b), 1)


cdef inline void pixels_of_each(
    const Columns* p, const float* row, const float* second, float* out, float* second_out, Py_ssize_t begin,
    Py_ssize_t end, const Py_ssize_t C, const bint varied,
) noexcept nogil:
    cdef const float* w = <const float*> p.weights + begin*p.taps
    cdef const Py_ssize_t* start = p.start
    cdef const int* count = p.count
    cdef Py_ssize_t x, at, ahead = p.ahead
    cdef int k, taps = p.taps
    cdef bint from_zero = p.from_zero
    cdef __m256 total
    for x in range(begin, end):
        at = start[x]*C
        _mm_prefetch(<const char*> (row + at) + ahead, 2)
        _mm_prefetch(<const char*> (second + at) + ahead, 2)
        total = _mm256_mul_ps(pixel_of_each(row + at, second + at), _mm256_set1_ps(w[0]))
        if from_zero:
            total = _mm256_add_ps(total, _mm256_setzero_ps())
        for k in range(1, count[x] if varied else taps):
            at += C
            total = _mm256_add_ps(
                total, _mm256_mul_ps(pixel_of_each(row + at, second + at), _mm256_set1_ps(w[k]))
            )
        _mm_storeu_ps(out + x*C, _mm256_castps256_ps128(total))
        _mm_storeu_ps(second_out + x*C, _mm256_extractf128_ps(total, 1))
        w += taps


cdef inline void pixels_of_each_row(
    const Columns* p, const float* row, const float* second, float* out, float* second_out, const Py_ssize_t C
) noexcept nogil:
    cdef Py_ssize_t begin, end
    find_inner_pixels(p, &begin, &end)
    if p.varied or (p.from_zero and p.count != NULL):
        pixels_of_each(p, row, second, out, second_out, begin, end, C, True)
    else:
        pixels_of_each(p, row, second, out, second_out, begin, end, C, False)
    rest_of_two_rows(p, row, second, out, second_out, begin, end)


cdef void avx2_float_pixels2(
    const Columns* p, const void* row, const void* second, void* out, void* second_out
) noexcept nogil:
    if p.channels == 3:
        pixels_of_each_row(p, <const float*> row, <const float*> second, <float*> out, <float*> second_out, 3)
    else:
        pixels_of_each_row(p, <const float*> row, <const float*> second, <float*> out, <float*> second_out, 4)


cdef void avx2_float_pixels(const Columns* p, const void* row, void* out) noexcept nogil:
    weigh_pixels_in_twos(p, <const float*> row, <float*> out)


cdef void avx2_u16_pixels(const Columns* p, const void* row, void* out) noexcept nogil:
    weigh_pixels_in_twos(p, <const u16*> row, <float*> out)


cdef void avx2_i16_pixels(const Columns* p, const void* row, void* out) noexcept nogil:
    weigh_pixels_in_twos(p, <const i16*> row, <float*> out)


# Eight results of one channel from windows of 2 x 2, added within rows first.
cdef inline __m256 add_eight_pairs(const float* s) noexcept nogil:
    cdef __m256 a = _mm256_loadu_ps(s), b = _mm256_loadu_ps(s + 8)
    return _mm256_add_ps(_mm256_shuffle_ps(a, b, 0x88), _mm256_shuffle_ps(a, b, 0xdd))


cdef inline __m256 in_order(__m256 v) noexcept nogil:
    return _mm256_castpd_ps(_mm256_permute4x64_pd(_mm256_castps_pd(v), 0xd8))


cdef void avx2_area_float(const Columns* p, const void** rows, int taps, void* out) noexcept nogil:
    cdef const float* a = <const float*> rows[0]
    cdef const float* b
    cdef __m256 total
    cdef Py_ssize_t done = p.row_pairs & ~<Py_ssize_t> 7, x
    if p.channels > 1 or taps < 2 or done == 0:
        sse_area_from(p, rows, taps, <float*> out, 0)
        return
    b = <const float*> rows[1]
    for x in range(0, done, 8):
        _mm_prefetch(<const char*> (a + 2*x) + p.ahead, 2)
        _mm_prefetch(<const char*> (b + 2*x) + p.ahead, 2)
        total = _mm256_add_ps(add_eight_pairs(a + 2*x), add_eight_pairs(b + 2*x))
        _mm256_storeu_ps(<float*> out + x, in_order(_mm256_mul_ps(total, _mm256_set1_ps(0.25))))
    if done < p.n_out:
        pixel_area_from(p, rows, taps, <float*> out, done)


cdef void use_avx2_pixels(RowKernels* table) noexcept:
    table.float_pixels = avx2_float_pixels
    table.float_pixels2 = avx2_float_pixels2
    table.pixels_from[<int> U16] = avx2_u16_pixels
    table.pixels_from[<int> I16] = avx2_i16_pixels
    table.area_float = avx2_area_float
    table.pixel_windows[<int> F32] = float_pixel_windows
    table.pixel_windows[<int> U16] = u16_pixel_windows
    table.pixel_windows[<int> I16] = i16_pixel_windows
    table.pixel_windows2[<int> F32] = float_pixel_windows2
    table.pixel_windows2[<int> U16] = u16_pixel_windows2
    table.pixel_windows2[<int> I16] = i16_pixel_windows2
