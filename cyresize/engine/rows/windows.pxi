# Both passes of a shrinking image at once, the vertical one first and only where a column needs it: the row between
# them stays in registers, and the loads of several source rows overlap. The bits are those of the two passes apart.

cdef enum:
    WINDOW_TAPS = 4       # at most, along each axis


ctypedef fused sample:
    float
    u16
    i16


cdef inline __m512 floats_of_words(__m256i v, const bint signed) noexcept nogil:
    return _mm512_cvtepi32_ps(_mm512_cvtepi16_epi32(v) if signed else _mm512_cvtepu16_epi32(v))


# Sixteen samples from each row, weighted and added in row order.
cdef inline __m512 read_floats(const sample* s) noexcept nogil:
    if sample is float:
        return _mm512_loadu_ps(s)
    else:
        return floats_of_words(_mm256_loadu_si256(<const __m256i*> s), sample is i16)


cdef inline __m512 blend_window(const sample** rows, Py_ssize_t at, const __m512* w, const int taps) noexcept nogil:
    cdef __m512 total = _mm512_mul_ps(read_floats(rows[0] + at), w[0])
    cdef int k
    for k in range(1, taps):
        total = _mm512_add_ps(total, _mm512_mul_ps(read_floats(rows[k] + at), w[k]))
    return total


# Pointers to rows in registers: stores could change what pointers lead to.
cdef inline void keep_rows(const sample** rows, const int taps, const sample** kept) noexcept nogil:
    cdef int k
    for k in range(taps):
        kept[k] = rows[k]


# Eight samples at each of two places.
cdef inline __m512 read_two(const sample* s, Py_ssize_t a, Py_ssize_t b) noexcept nogil:
    if sample is float:
        return _mm512_insertf32x8(_mm512_castps256_ps512(_mm256_loadu_ps(s + a)), _mm256_loadu_ps(s + b), 1)
    else:
        return floats_of_words(_mm256_inserti128_si256(
            _mm256_castsi128_si256(_mm_loadu_si128(<const __m128i*> (s + a))),
            _mm_loadu_si128(<const __m128i*> (s + b)), 1,
        ), sample is i16)


cdef inline __m512 blend_two(const sample** rows, Py_ssize_t a, Py_ssize_t b, const __m512* w) noexcept nogil:
    return _mm512_add_ps(
        _mm512_mul_ps(read_two(rows[0], a, b), w[0]), _mm512_mul_ps(read_two(rows[1], a, b), w[1])
    )


cdef inline void store_samples(sample* out, Py_ssize_t left, __m512 v) noexcept nogil:
    claim(out)
    if sample is float:
        store_floats(out, left, v)
    else:
        store32(<u8*> out, 2*left, to_words(v, sample is i16))


cdef inline __m512 spread_weights(const float* w, __m512i spread) noexcept nogil:
    return _mm512_permutexvar_ps(spread, _mm512_broadcast_f32x4(_mm_loadu_ps(w)))


cdef inline void broadcast_weights(const void* weights, int taps, __m512* w) noexcept nogil:
    cdef int k
    for k in range(taps):
        w[k] = _mm512_set1_ps((<const float*> weights)[k])


# Of two pixels with two taps each, the weight for each sample: w0 w1 w2 w3 are those of both.
cdef inline __m512i spread_of_three() noexcept nogil:
    return _mm512_setr_epi32(0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3)


cdef inline __m512i spread_of_four() noexcept nogil:
    return _mm512_setr_epi32(0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3)


# The first taps of four pixels, side by side, out of two registers of two pixels.
cdef inline __m512i taps_of_three() noexcept nogil:
    return _mm512_setr_epi32(0, 1, 2, 8, 9, 10, 16, 17, 18, 24, 25, 26, 0, 0, 0, 0)


cdef inline __m512i taps_of_four() noexcept nogil:
    return _mm512_setr_epi32(0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27)


# Pixels of two taps, four at a time: one load brings both taps of a pixel.
cdef inline void windows_of_two(
    const Columns* p, const sample** rows, const __m512* rw, sample* out, Py_ssize_t begin, Py_ssize_t end,
    const Py_ssize_t C, __m512i spread, __m512i taps,
) noexcept nogil:
    cdef const float* w = <const float*> p.weights
    cdef const Py_ssize_t* starts = p.start
    cdef const Py_ssize_t* start
    cdef Py_ssize_t n = p.n_out
    cdef __m512i others = _mm512_add_epi32(taps, _mm512_set1_epi32(<int> C))
    cdef __m512 a, b
    cdef Py_ssize_t i, x
    for i in range(begin, end, 4):
        x = min(i, end - 4)
        start = starts + x
        a = blend_two(rows, start[0]*C, start[1]*C, rw)
        b = blend_two(rows, start[2]*C, start[3]*C, rw)
        a = _mm512_mul_ps(a, spread_weights(w + 2*x, spread))
        b = _mm512_mul_ps(b, spread_weights(w + 2*x + 4, spread))
        a = _mm512_add_ps(_mm512_permutex2var_ps(a, taps, b), _mm512_permutex2var_ps(a, others, b))
        store_samples(out + x*C, (n - x)*C, a)


# One tap of four pixels side by side, of three channels; `first`: of the tap, in its pixel.
cdef inline __m512 tap_of_four(const __m512* v, const int first) noexcept nogil:
    cdef __m512i pick = _mm512_add_epi32(
        _mm512_set1_epi32(first), _mm512_setr_epi32(0, 1, 2, 16, 17, 18, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    )
    return _mm512_permutex2var_ps(
        _mm512_permutex2var_ps(v[0], pick, v[1]),
        _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 16, 17, 18, 19, 20, 21, 0, 0, 0, 0),
        _mm512_permutex2var_ps(v[2], pick, v[3]),
    )


# The four taps of four pixels added in order: of three channels, and of four, where taps are 16-byte parts.
cdef inline __m512 add_taps(const __m512* v, const Py_ssize_t C) noexcept nogil:
    cdef __m512 a, b, c, d, total
    if C == 3:
        total = _mm512_add_ps(tap_of_four(v, 0), tap_of_four(v, 3))
        return _mm512_add_ps(_mm512_add_ps(total, tap_of_four(v, 6)), tap_of_four(v, 9))
    a = _mm512_shuffle_f32x4(v[0], v[1], 0x44)
    b = _mm512_shuffle_f32x4(v[2], v[3], 0x44)
    c = _mm512_shuffle_f32x4(v[0], v[1], 0xee)
    d = _mm512_shuffle_f32x4(v[2], v[3], 0xee)
    total = _mm512_add_ps(_mm512_shuffle_f32x4(a, b, 0x88), _mm512_shuffle_f32x4(a, b, 0xdd))
    total = _mm512_add_ps(total, _mm512_shuffle_f32x4(c, d, 0x88))
    return _mm512_add_ps(total, _mm512_shuffle_f32x4(c, d, 0xdd))


# Pixels of four taps: a register holds all of one pixel.
cdef inline void windows_of_four(
    const Columns* p, const sample** rows, const __m512* rw, sample* out, Py_ssize_t begin, Py_ssize_t end,
    const Py_ssize_t C, __m512i spread,
) noexcept nogil:
    cdef const float* w = <const float*> p.weights
    cdef const Py_ssize_t* start = p.start
    cdef __m512[4] v
    cdef Py_ssize_t i, x, n = p.n_out
    cdef int k
    for i in range(begin, end, 4):
        x = min(i, end - 4)
        for k in range(4):
            v[k] = _mm512_mul_ps(
                blend_window(rows, start[x + k]*C, rw, 4), spread_weights(w + 4*(x + k), spread)
            )
        store_samples(out + x*C, (n - x)*C, add_taps(v, C))


# One pixel, which may have fewer taps than others.
cdef inline __m128 blend_pixel(const sample** rows, Py_ssize_t at, const __m512* rw, const int taps) noexcept nogil:
    cdef __m128 total = _mm_mul_ps(read_pixel(rows[0] + at), _mm512_castps512_ps128(rw[0]))
    cdef int k
    for k in range(1, taps):
        total = _mm_add_ps(total, _mm_mul_ps(read_pixel(rows[k] + at), _mm512_castps512_ps128(rw[k])))
    return total


cdef inline void window_of_pixel(
    const Columns* p, const sample** rows, const __m512* rw, sample* out, Py_ssize_t x, const int taps
) noexcept nogil:
    cdef const float* w = <const float*> p.weights + x*taps
    cdef Py_ssize_t at = p.start[x]*p.channels
    cdef __m128 total = _mm_mul_ps(blend_pixel(rows, at, rw, taps), _mm_set1_ps(w[0]))
    cdef __mmask8 channels = <__mmask8> first_words(p.channels)
    cdef __m128i whole
    cdef int k
    for k in range(1, p.count[x] if p.count != NULL else taps):
        at += p.channels
        total = _mm_add_ps(total, _mm_mul_ps(blend_pixel(rows, at, rw, taps), _mm_set1_ps(w[k])))
    # Sums of integers are no larger than int32.
    if sample is float:
        _mm_mask_storeu_ps(out + x*p.channels, channels, total)
    else:
        whole = _mm_cvtps_epi32(total)
        whole = _mm_packs_epi32(whole, whole) if sample is i16 else _mm_packus_epi32(whole, whole)
        _mm_mask_storeu_epi16(out + x*p.channels, channels, whole)


# Output pixels begin..end, at least four, all of which have all taps; the last four may be done twice.
cdef inline void windows_of(
    const Columns* p, const sample** rows, const __m512* rw, sample* out, Py_ssize_t begin, Py_ssize_t end,
    const int taps,
) noexcept nogil:
    if taps == 2 and p.channels == 3:
        windows_of_two(p, rows, rw, out, begin, end, 3, spread_of_three(), taps_of_three())
    elif taps == 2:
        windows_of_two(p, rows, rw, out, begin, end, 4, spread_of_four(), taps_of_four())
    elif p.channels == 3:
        windows_of_four(
            p, rows, rw, out, begin, end, 3, _mm512_setr_epi32(0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3)
        )
    else:
        windows_of_four(
            p, rows, rw, out, begin, end, 4, _mm512_setr_epi32(0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3)
        )


cdef inline void pixel_windows(
    const Columns* p, const sample** rows, const void* weights, sample* out, const int taps
) noexcept nogil:
    cdef __m512[WINDOW_TAPS] rw
    cdef const sample *kept[WINDOW_TAPS]
    cdef Py_ssize_t begin, end, x
    broadcast_weights(weights, taps, rw)
    keep_rows(rows, taps, kept)
    # Outputs with fewer taps, at the edges, go one by one.
    find_whole_columns(p, &begin, &end)
    if end - begin < 4:
        begin = end
    for x in range(begin):
        window_of_pixel(p, kept, rw, out, x, taps)
    if end > begin:
        windows_of(p, kept, rw, out, begin, end, taps)
    for x in range(end, p.n_out):
        window_of_pixel(p, kept, rw, out, x, taps)


cdef void float_pixel_windows(
    const Columns* p, const void** rows, const void* weights, int taps, void* out
) noexcept nogil:
    if taps == 2:
        pixel_windows(p, <const float**> rows, weights, <float*> out, 2)
    else:
        pixel_windows(p, <const float**> rows, weights, <float*> out, 4)


cdef void u16_pixel_windows(
    const Columns* p, const void** rows, const void* weights, int taps, void* out
) noexcept nogil:
    if taps == 2:
        pixel_windows(p, <const u16**> rows, weights, <u16*> out, 2)
    else:
        pixel_windows(p, <const u16**> rows, weights, <u16*> out, 4)


cdef void i16_pixel_windows(
    const Columns* p, const void** rows, const void* weights, int taps, void* out
) noexcept nogil:
    if taps == 2:
        pixel_windows(p, <const i16**> rows, weights, <i16*> out, 2)
    else:
        pixel_windows(p, <const i16**> rows, weights, <i16*> out, 4)


# Pixels of two taps, eight samples at each of two places, of two output rows whose windows may have rows in common.
cdef inline void blend_two_of_both(
    const sample** rows, const sample** second, Py_ssize_t a, Py_ssize_t b, const __m512* w, const __m512* w2,
    const int later, __m512* one, __m512* two,
) noexcept nogil:
    cdef __m512 top, middle
    if later == 2:
        one[0] = blend_two(rows, a, b, w)
        two[0] = blend_two(second, a, b, w2)
        return
    top, middle = read_two(rows[0], a, b), read_two(rows[1], a, b)
    one[0] = _mm512_add_ps(_mm512_mul_ps(top, w[0]), _mm512_mul_ps(middle, w[1]))
    if later == 0:
        two[0] = _mm512_add_ps(_mm512_mul_ps(top, w2[0]), _mm512_mul_ps(middle, w2[1]))
    else:
        two[0] = _mm512_add_ps(_mm512_mul_ps(middle, w2[0]), _mm512_mul_ps(read_two(second[1], a, b), w2[1]))


cdef inline void windows_of_two_of_both(
    const Columns* p, const sample** rows, const sample** second, const __m512* rw, const __m512* rw2, sample* out,
    sample* second_out, Py_ssize_t begin, Py_ssize_t end, const Py_ssize_t C, __m512i spread, __m512i taps,
    const int later,
) noexcept nogil:
    cdef const float* w = <const float*> p.weights
    cdef const Py_ssize_t* starts = p.start
    cdef const Py_ssize_t* start
    cdef Py_ssize_t n = p.n_out
    cdef __m512i others = _mm512_add_epi32(taps, _mm512_set1_epi32(<int> C))
    cdef __m512 a, b, c, d, weights
    cdef Py_ssize_t i, x
    for i in range(begin, end, 4):
        x = min(i, end - 4)
        start = starts + x
        blend_two_of_both(rows, second, start[0]*C, start[1]*C, rw, rw2, later, &a, &c)
        blend_two_of_both(rows, second, start[2]*C, start[3]*C, rw, rw2, later, &b, &d)
        weights = spread_weights(w + 2*x, spread)
        a, c = _mm512_mul_ps(a, weights), _mm512_mul_ps(c, weights)
        weights = spread_weights(w + 2*x + 4, spread)
        b, d = _mm512_mul_ps(b, weights), _mm512_mul_ps(d, weights)
        a = _mm512_add_ps(_mm512_permutex2var_ps(a, taps, b), _mm512_permutex2var_ps(a, others, b))
        c = _mm512_add_ps(_mm512_permutex2var_ps(c, taps, d), _mm512_permutex2var_ps(c, others, d))
        store_samples(out + x*C, (n - x)*C, a)
        store_samples(second_out + x*C, (n - x)*C, c)


cdef inline void windows_of_both(
    const Columns* p, const sample** rows, const sample** second, const __m512* rw, const __m512* rw2, sample* out,
    sample* second_out, Py_ssize_t begin, Py_ssize_t end, const int later,
) noexcept nogil:
    if p.channels == 3:
        windows_of_two_of_both(
            p, rows, second, rw, rw2, out, second_out, begin, end, 3, spread_of_three(), taps_of_three(), later
        )
    else:
        windows_of_two_of_both(
            p, rows, second, rw, rw2, out, second_out, begin, end, 4, spread_of_four(), taps_of_four(), later
        )


# How many rows later the second window begins; 2: anywhere.
cdef inline int rows_later(const sample** rows, const sample** second, const int taps) noexcept nogil:
    cdef bint same = second[0] == rows[0], next = second[0] == rows[1]
    cdef int k
    for k in range(1, taps):
        same &= second[k] == rows[k]
        next &= second[k - 1] == rows[k]
    return 1 if next else 0 if same else 2


cdef inline void pixel_windows2(
    const Columns* p, const sample** rows, const sample** second, const void* weights, const void* second_weights,
    int taps, sample* out, sample* second_out,
) noexcept nogil:
    cdef __m512[2] rw
    cdef __m512[2] rw2
    cdef const sample *one[2]
    cdef const sample *two[2]
    cdef Py_ssize_t begin, end, x
    cdef int later
    if taps != 2:
        pixel_windows(p, rows, weights, out, 4)
        pixel_windows(p, second, second_weights, second_out, 4)
        return
    broadcast_weights(weights, 2, rw)
    broadcast_weights(second_weights, 2, rw2)
    keep_rows(rows, 2, one)
    keep_rows(second, 2, two)
    find_whole_columns(p, &begin, &end)
    if end - begin < 4:
        begin = end
    for x in range(begin):
        window_of_pixel(p, one, rw, out, x, 2)
        window_of_pixel(p, two, rw2, second_out, x, 2)
    later = rows_later(one, two, 2)
    if end > begin and later == 1:
        windows_of_both(p, one, two, rw, rw2, out, second_out, begin, end, 1)
    elif end > begin and later == 0:
        windows_of_both(p, one, two, rw, rw2, out, second_out, begin, end, 0)
    elif end > begin:
        windows_of_both(p, one, two, rw, rw2, out, second_out, begin, end, 2)
    for x in range(end, p.n_out):
        window_of_pixel(p, one, rw, out, x, 2)
        window_of_pixel(p, two, rw2, second_out, x, 2)


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


# By lanes: blocks begin..end, all taps of a block in one window. `masked`: some lanes have fewer taps than others.
cdef inline void lane_blocks(
    const Columns* p, const sample** rows, const __m512* rw, sample* out, Py_ssize_t begin, Py_ssize_t end,
    const int taps, const bint narrow, const bint masked,
) noexcept nogil:
    cdef Lanes t = p.lanes[0]
    cdef const u8* w = t.weights + 64*taps*begin
    cdef __m512i index, advance = _mm512_set1_epi32(<int> p.channels)
    cdef __m512 head, tail = _mm512_setzero_ps(), total = tail, value
    cdef Py_ssize_t b
    cdef int k
    for b in range(begin, end):
        head = blend_window(rows, t.base[b], rw, taps)
        if not narrow:
            tail = blend_window(rows, t.base[b] + 16, rw, taps)
        index = _mm512_load_si512(t.index + 64*b)
        for k in range(taps):
            value = _mm512_permutexvar_ps(index, head) if narrow else _mm512_permutex2var_ps(head, index, tail)
            value = _mm512_mul_ps(value, _mm512_loadu_ps(w + 64*k))
            if k == 0:
                total = value
            elif masked:
                total = _mm512_mask_add_ps(total, t.masks[taps*b + k], total, value)
            else:
                total = _mm512_add_ps(total, value)
            index = _mm512_add_epi32(index, advance)
        w += 64*taps
        store_samples(out + t.out[b], t.n - t.out[b], total)


cdef inline void lane_windows(
    const Columns* p, const sample** rows, const void* weights, sample* out, const int taps, const bint narrow
) noexcept nogil:
    cdef __m512[WINDOW_TAPS] rw
    cdef const sample *kept[WINDOW_TAPS]
    broadcast_weights(weights, taps, rw)
    keep_rows(rows, taps, kept)
    lane_blocks(p, kept, rw, out, 0, p.lanes.whole_begin, taps, narrow, True)
    lane_blocks(p, kept, rw, out, p.lanes.whole_begin, p.lanes.whole_end, taps, narrow, False)
    lane_blocks(p, kept, rw, out, p.lanes.whole_end, p.lanes.blocks, taps, narrow, True)


cdef inline void windows_by_lanes(
    const Columns* p, const sample** rows, const void* weights, int taps, sample* out
) noexcept nogil:
    if taps == 2 and p.lanes.narrow:
        lane_windows(p, rows, weights, out, 2, True)
    elif taps == 2:
        lane_windows(p, rows, weights, out, 2, False)
    elif p.lanes.narrow:
        lane_windows(p, rows, weights, out, 4, True)
    else:
        lane_windows(p, rows, weights, out, 4, False)


cdef void float_lane_windows(
    const Columns* p, const void** rows, const void* weights, int taps, void* out
) noexcept nogil:
    windows_by_lanes(p, <const float**> rows, weights, taps, <float*> out)


cdef void u16_lane_windows(
    const Columns* p, const void** rows, const void* weights, int taps, void* out
) noexcept nogil:
    windows_by_lanes(p, <const u16**> rows, weights, taps, <u16*> out)


cdef void i16_lane_windows(
    const Columns* p, const void** rows, const void* weights, int taps, void* out
) noexcept nogil:
    windows_by_lanes(p, <const i16**> rows, weights, taps, <i16*> out)


# The rows of two outputs at one place, each weighted and added in row order.
cdef inline void blend_two_windows(
    const sample** rows, const sample** second, Py_ssize_t at, const __m512* w, const __m512* w2, const int taps,
    const int later, __m512* one, __m512* two,
) noexcept nogil:
    cdef __m512 value
    cdef int k
    if later > 1:
        one[0] = blend_window(rows, at, w, taps)
        two[0] = blend_window(second, at, w2, taps)
        return
    for k in range(taps + later):
        value = read_floats((rows[k] if k < taps else second[taps - 1]) + at)
        if k == 0:
            one[0] = _mm512_mul_ps(value, w[0])
        elif k < taps:
            one[0] = _mm512_add_ps(one[0], _mm512_mul_ps(value, w[k]))
        if k == later:
            two[0] = _mm512_mul_ps(value, w2[0])
        elif k > later:
            two[0] = _mm512_add_ps(two[0], _mm512_mul_ps(value, w2[k - later]))


# Blocks with all taps. `later`: how many rows later the second window begins; 2: anywhere.
cdef inline void lane_blocks2(
    const Columns* p, const sample** rows, const sample** second, const __m512* rw, const __m512* rw2, sample* out,
    sample* second_out, const int taps, const bint narrow, const int later,
) noexcept nogil:
    cdef Lanes t = p.lanes[0]
    cdef const u8* w = t.weights + 64*taps*t.whole_begin
    cdef __m512i index, advance = _mm512_set1_epi32(<int> p.channels)
    cdef __m512 head = _mm512_setzero_ps(), tail = head, head2 = head, tail2 = head, total = head, total2 = head
    cdef __m512 weights, value
    cdef Py_ssize_t b
    cdef int k
    for b in range(t.whole_begin, t.whole_end):
        blend_two_windows(rows, second, t.base[b], rw, rw2, taps, later, &head, &head2)
        if not narrow:
            blend_two_windows(rows, second, t.base[b] + 16, rw, rw2, taps, later, &tail, &tail2)
        index = _mm512_load_si512(t.index + 64*b)
        for k in range(taps):
            weights = _mm512_loadu_ps(w + 64*k)
            value = _mm512_mul_ps(floats_of(head, tail, index, narrow), weights)
            total = value if k == 0 else _mm512_add_ps(total, value)
            value = _mm512_mul_ps(floats_of(head2, tail2, index, narrow), weights)
            total2 = value if k == 0 else _mm512_add_ps(total2, value)
            index = _mm512_add_epi32(index, advance)
        w += 64*taps
        store_samples(out + t.out[b], t.n - t.out[b], total)
        store_samples(second_out + t.out[b], t.n - t.out[b], total2)


cdef inline void lane_windows2(
    const Columns* p, const sample** rows, const sample** second, const void* weights, const void* second_weights,
    sample* out, sample* second_out, const int taps, const bint narrow,
) noexcept nogil:
    cdef __m512[WINDOW_TAPS] rw
    cdef __m512[WINDOW_TAPS] rw2
    cdef const sample *one[WINDOW_TAPS]
    cdef const sample *two[WINDOW_TAPS]
    cdef const Lanes* t = p.lanes
    cdef int later
    broadcast_weights(weights, taps, rw)
    broadcast_weights(second_weights, taps, rw2)
    keep_rows(rows, taps, one)
    keep_rows(second, taps, two)
    later = rows_later(one, two, taps)
    lane_blocks(p, one, rw, out, 0, t.whole_begin, taps, narrow, True)
    lane_blocks(p, two, rw2, second_out, 0, t.whole_begin, taps, narrow, True)
    if later == 1:
        lane_blocks2(p, one, two, rw, rw2, out, second_out, taps, narrow, 1)
    elif later == 0:
        lane_blocks2(p, one, two, rw, rw2, out, second_out, taps, narrow, 0)
    else:
        lane_blocks2(p, one, two, rw, rw2, out, second_out, taps, narrow, 2)
    lane_blocks(p, one, rw, out, t.whole_end, t.blocks, taps, narrow, True)
    lane_blocks(p, two, rw2, second_out, t.whole_end, t.blocks, taps, narrow, True)


cdef inline void windows_by_lanes2(
    const Columns* p, const sample** rows, const sample** second, const void* weights, const void* second_weights,
    int taps, sample* out, sample* second_out,
) noexcept nogil:
    if taps == 2 and p.lanes.narrow:
        lane_windows2(p, rows, second, weights, second_weights, out, second_out, 2, True)
    elif taps == 2:
        lane_windows2(p, rows, second, weights, second_weights, out, second_out, 2, False)
    elif p.lanes.narrow:
        lane_windows2(p, rows, second, weights, second_weights, out, second_out, 4, True)
    else:
        lane_windows2(p, rows, second, weights, second_weights, out, second_out, 4, False)


cdef void float_lane_windows2(
    const Columns* p, const void** rows, const void** second, const void* weights, const void* second_weights,
    int taps, void* out, void* second_out,
) noexcept nogil:
    windows_by_lanes2(
        p, <const float**> rows, <const float**> second, weights, second_weights, taps, <float*> out,
        <float*> second_out,
    )


cdef void u16_lane_windows2(
    const Columns* p, const void** rows, const void** second, const void* weights, const void* second_weights,
    int taps, void* out, void* second_out,
) noexcept nogil:
    windows_by_lanes2(
        p, <const u16**> rows, <const u16**> second, weights, second_weights, taps, <u16*> out, <u16*> second_out
    )


cdef void i16_lane_windows2(
    const Columns* p, const void** rows, const void** second, const void* weights, const void* second_weights,
    int taps, void* out, void* second_out,
) noexcept nogil:
    windows_by_lanes2(
        p, <const i16**> rows, <const i16**> second, weights, second_weights, taps, <i16*> out, <i16*> second_out
    )


cdef void use_windows(RowKernels* table) noexcept:
    table.lane_windows[<int> F32] = float_lane_windows
    table.lane_windows[<int> U16] = u16_lane_windows
    table.lane_windows[<int> I16] = i16_lane_windows
    table.lane_windows2[<int> F32] = float_lane_windows2
    table.lane_windows2[<int> U16] = u16_lane_windows2
    table.lane_windows2[<int> I16] = i16_lane_windows2
    table.pixel_windows[<int> F32] = float_pixel_windows
    table.pixel_windows[<int> U16] = u16_pixel_windows
    table.pixel_windows[<int> I16] = i16_pixel_windows
    table.pixel_windows2[<int> F32] = float_pixel_windows2
    table.pixel_windows2[<int> U16] = u16_pixel_windows2
    table.pixel_windows2[<int> I16] = i16_pixel_windows2
