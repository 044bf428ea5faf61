# Both passes of a shrinking image at once, the vertical one first and only where a column needs it: the row between
# them stays in registers, and the loads of several source rows overlap. The bits are those of the two passes apart.

cdef enum:
    WINDOW_TAPS = 4       # at most, along each axis
    WINDOW_CHANNELS = 4   # at most, where pixels are loaded one by one


ctypedef fused sample:
    float
    u16


# Sixteen samples from each row, weighted and added in row order.
cdef inline __m512 read_floats(const sample* s) noexcept nogil:
    if sample is float:
        return _mm512_loadu_ps(s)
    else:
        return _mm512_cvtepi32_ps(_mm512_cvtepu16_epi32(_mm256_loadu_si256(<const __m256i*> s)))


cdef inline __m512 blend_window(const sample** rows, Py_ssize_t at, const __m512* w, const int taps) noexcept nogil:
    cdef __m512 total = _mm512_mul_ps(read_floats(rows[0] + at), w[0])
    cdef int k
    for k in range(1, taps):
        total = _mm512_add_ps(total, _mm512_mul_ps(read_floats(rows[k] + at), w[k]))
    return total


# Eight samples at each of two places.
cdef inline __m512 read_two(const sample* s, Py_ssize_t a, Py_ssize_t b) noexcept nogil:
    if sample is float:
        return _mm512_insertf32x8(_mm512_castps256_ps512(_mm256_loadu_ps(s + a)), _mm256_loadu_ps(s + b), 1)
    else:
        return _mm512_cvtepi32_ps(_mm512_cvtepu16_epi32(_mm256_inserti128_si256(
            _mm256_castsi128_si256(_mm_loadu_si128(<const __m128i*> (s + a))),
            _mm_loadu_si128(<const __m128i*> (s + b)), 1,
        )))


cdef inline __m512 blend_two(const sample** rows, Py_ssize_t a, Py_ssize_t b, const __m512* w) noexcept nogil:
    return _mm512_add_ps(
        _mm512_mul_ps(read_two(rows[0], a, b), w[0]), _mm512_mul_ps(read_two(rows[1], a, b), w[1])
    )


cdef inline void store_samples(sample* out, Py_ssize_t left, __m512 v) noexcept nogil:
    if sample is float:
        store_floats(out, left, v)
    else:
        store32(<u8*> out, 2*left, _mm512_cvtusepi32_epi16(whole_numbers(v)))


cdef inline __m512 spread_weights(const float* w, __m512i spread) noexcept nogil:
    return _mm512_permutexvar_ps(spread, _mm512_broadcast_f32x4(_mm_loadu_ps(w)))


cdef inline void broadcast_weights(const void* weights, int taps, __m512* w) noexcept nogil:
    cdef int k
    for k in range(taps):
        w[k] = _mm512_set1_ps((<const float*> weights)[k])


# Pixels of two taps, four at a time: one load brings both taps of a pixel.
cdef inline void windows_of_two(
    const Columns* p, const sample** rows, const __m512* rw, sample* out, Py_ssize_t begin, Py_ssize_t end,
    const Py_ssize_t C, __m512i spread, __m512i taps,
) noexcept nogil:
    cdef const float* w = <const float*> p.weights
    cdef const Py_ssize_t* start
    cdef __m512i others = _mm512_add_epi32(taps, _mm512_set1_epi32(<int> C))
    cdef __m512 a, b
    cdef Py_ssize_t x
    for x in range(begin, end, 4):
        start = p.start + x
        a = blend_two(rows, start[0]*C, start[1]*C, rw)
        b = blend_two(rows, start[2]*C, start[3]*C, rw)
        a = _mm512_mul_ps(a, spread_weights(w + 2*x, spread))
        b = _mm512_mul_ps(b, spread_weights(w + 2*x + 4, spread))
        a = _mm512_add_ps(_mm512_permutex2var_ps(a, taps, b), _mm512_permutex2var_ps(a, others, b))
        store_samples(out + x*C, (p.n_out - x)*C, a)


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
    cdef __m512[4] v
    cdef Py_ssize_t x
    cdef int i
    for x in range(begin, end, 4):
        for i in range(4):
            v[i] = _mm512_mul_ps(
                blend_window(rows, p.start[x + i]*C, rw, 4), spread_weights(w + 4*(x + i), spread)
            )
        store_samples(out + x*C, (p.n_out - x)*C, add_taps(v, C))


# Output pixels begin..end by the plain passes over a copy of what they need.
cdef void plain_windows(
    const Columns* p, const sample** rows, const void* weights, int taps, sample* out, Py_ssize_t begin, Py_ssize_t end
) noexcept nogil:
    cdef float[WINDOW_TAPS*WINDOW_CHANNELS] between
    cdef float[WINDOW_CHANNELS] result
    cdef const void* part[WINDOW_TAPS]
    cdef Columns pixel = p[0]
    cdef Py_ssize_t x, first = 0
    cdef int k
    pixel.n_out = 1
    pixel.start = &first
    for x in range(begin, end):
        pixel.count = p.count + x if p.count != NULL else NULL
        pixel.weights = <const float*> p.weights + x*p.taps
        for k in range(taps):
            part[k] = rows[k] + p.start[x]*p.channels
        k = p.count[x] if p.count != NULL else p.taps
        if sample is float:
            float_blend(part, weights, taps, between, k*p.channels)
            float_columns(&pixel, between, out + x*p.channels)
        else:
            blend_from_u16(part, weights, taps, between, k*p.channels)
            float_columns(&pixel, between, result)
            narrow_u16(result, out + x*p.channels, p.channels)


cdef inline void windows_of(
    const Columns* p, const sample** rows, const void* weights, sample* out, Py_ssize_t begin, Py_ssize_t end,
    const int taps,
) noexcept nogil:
    cdef __m512[WINDOW_TAPS] rw
    broadcast_weights(weights, taps, rw)
    if taps == 2 and p.channels == 3:
        windows_of_two(
            p, rows, rw, out, begin, end, 3,
            _mm512_setr_epi32(0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3),
            _mm512_setr_epi32(0, 1, 2, 8, 9, 10, 16, 17, 18, 24, 25, 26, 0, 0, 0, 0),
        )
    elif taps == 2:
        windows_of_two(
            p, rows, rw, out, begin, end, 4,
            _mm512_setr_epi32(0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3),
            _mm512_setr_epi32(0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27),
        )
    elif p.channels == 3:
        windows_of_four(
            p, rows, rw, out, begin, end, 3, _mm512_setr_epi32(0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3)
        )
    else:
        windows_of_four(
            p, rows, rw, out, begin, end, 4, _mm512_setr_epi32(0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3)
        )


cdef inline void pixel_windows(
    const Columns* p, const sample** rows, const void* weights, int taps, sample* out
) noexcept nogil:
    cdef Py_ssize_t begin = 0, end = p.n_out
    # Outputs with fewer taps, at the edges, and what is left of groups of four go pixel by pixel.
    if p.count != NULL:
        while begin < end and p.count[begin] < p.taps:
            begin += 1
        while end > begin and p.count[end - 1] < p.taps:
            end -= 1
    end = begin + ((end - begin) & ~<Py_ssize_t> 3)
    plain_windows(p, rows, weights, taps, out, 0, begin)
    if taps == 2:
        windows_of(p, rows, weights, out, begin, end, 2)
    else:
        windows_of(p, rows, weights, out, begin, end, 4)
    plain_windows(p, rows, weights, taps, out, end, p.n_out)


cdef void float_pixel_windows(
    const Columns* p, const void** rows, const void* weights, int taps, void* out
) noexcept nogil:
    pixel_windows(p, <const float**> rows, weights, taps, <float*> out)


cdef void word_pixel_windows(
    const Columns* p, const void** rows, const void* weights, int taps, void* out
) noexcept nogil:
    pixel_windows(p, <const u16**> rows, weights, taps, <u16*> out)


# By lanes: blocks begin..end, all taps of a block in one window. `masked`: some lanes have fewer taps than others.
cdef inline void lane_blocks(
    const Columns* p, const float** rows, const __m512* rw, float* out, Py_ssize_t begin, Py_ssize_t end,
    const int taps, const bint narrow, const bint masked,
) noexcept nogil:
    cdef const Lanes* t = p.lanes
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
        store_floats(out + t.out[b], t.n - t.out[b], total)


cdef inline void lane_windows(
    const Columns* p, const float** rows, const void* weights, float* out, const int taps, const bint narrow
) noexcept nogil:
    cdef __m512[WINDOW_TAPS] rw
    broadcast_weights(weights, taps, rw)
    lane_blocks(p, rows, rw, out, 0, p.lanes.whole_begin, taps, narrow, True)
    lane_blocks(p, rows, rw, out, p.lanes.whole_begin, p.lanes.whole_end, taps, narrow, False)
    lane_blocks(p, rows, rw, out, p.lanes.whole_end, p.lanes.blocks, taps, narrow, True)


cdef void float_lane_windows(
    const Columns* p, const void** rows, const void* weights, int taps, void* out
) noexcept nogil:
    if taps == 2 and p.lanes.narrow:
        lane_windows(p, <const float**> rows, weights, <float*> out, 2, True)
    elif taps == 2:
        lane_windows(p, <const float**> rows, weights, <float*> out, 2, False)
    elif p.lanes.narrow:
        lane_windows(p, <const float**> rows, weights, <float*> out, 4, True)
    else:
        lane_windows(p, <const float**> rows, weights, <float*> out, 4, False)


cdef void use_windows(RowKernels* table) noexcept:
    table.float_lane_windows = float_lane_windows
    table.pixel_windows[<int> F32] = float_pixel_windows
    table.pixel_windows[<int> U16] = word_pixel_windows
