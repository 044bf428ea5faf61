# Row kernels over lane tables with byte shuffles inside one 16-byte register, for the baseline, v3 and v4. Every
# kernel gives the bits of its plain namesake in rows.pxi; the formulas are explained in vbmi.pxi.

from cyresize.engine.rows.sse cimport *


cdef inline __m128i load16(const void* s) noexcept nogil:
    return _mm_loadu_si128(<const __m128i*> s)


cdef inline __m128i load16_aligned(const void* s) noexcept nogil:
    return _mm_load_si128(<const __m128i*> s)


cdef inline void store_whole(void* out, __m128i v) noexcept nogil:
    _mm_storeu_si128(<__m128i*> out, v)


cdef inline __m128i window16(const u8* s, __m128i index) noexcept nogil:
    return _mm_shuffle_epi8(load16(s), index)


# The first `left` (at most 16) bytes of a vector.
cdef inline void store_bytes(u8* out, Py_ssize_t left, __m128i v) noexcept nogil:
    cdef u8[16] bytes
    if left >= 16:
        store_whole(out, v)
    else:
        store_whole(bytes, v)
        memcpy(out, bytes, left)


cdef void sse_linear_u8_columns(const Columns* p, const void* row, void* out) noexcept nogil:
    cdef Lanes t
    cdef __m128i pair, difference
    cdef __m128i plus_minus = _mm_set1_epi16(<short> (0xc000 | 64)), low = _mm_set1_epi16(255)
    cdef Py_ssize_t b, ahead = p.ahead
    if p.lanes == NULL:
        linear_u8_columns(p, row, out)
        return
    t = p.lanes[0]
    for b in range(t.blocks):
        _mm_prefetch(<const u8*> row + t.base[b] + ahead, 2)
        pair = window16(<const u8*> row + t.base[b], load16_aligned(t.index + 16*b))
        difference = _mm_slli_epi16(_mm_maddubs_epi16(pair, plus_minus), 1)
        pair = _mm_slli_epi16(_mm_and_si128(pair, low), 7)
        pair = _mm_add_epi16(pair, _mm_mulhi_epi16(difference, load16_aligned(t.weights + 16*b)))
        store_whole(<i16*> out + t.out[b], pair)


cdef void sse_exact_u8_columns(const Columns* p, const void* row, void* out) noexcept nogil:
    cdef Lanes t
    cdef __m128i pair, difference, minus_plus = _mm_set1_epi16(0x01ff)
    cdef Py_ssize_t b, ahead = p.ahead
    if p.lanes == NULL:
        exact_u8_columns(p, row, out)
        return
    t = p.lanes[0]
    for b in range(t.blocks):
        _mm_prefetch(<const u8*> row + t.base[b] + ahead, 2)
        pair = window16(<const u8*> row + t.base[b], load16_aligned(t.index + 16*b))
        difference = _mm_mullo_epi16(_mm_maddubs_epi16(pair, minus_plus), load16_aligned(t.weights + 16*b))
        store_whole(<u16*> out + t.out[b], _mm_add_epi16(_mm_slli_epi16(pair, 8), difference))


cdef inline __m128i sse_exact_words(__m128i a, __m128i b, __m128i weights) noexcept nogil:
    cdef __m128i rounding = _mm_set1_epi32((1 << 15) + (1 << 23))
    cdef __m128i low = _mm_madd_epi16(_mm_unpacklo_epi16(a, b), weights)
    cdef __m128i high = _mm_madd_epi16(_mm_unpackhi_epi16(a, b), weights)
    low = _mm_srai_epi32(_mm_add_epi32(low, rounding), 16)
    high = _mm_srai_epi32(_mm_add_epi32(high, rounding), 16)
    return _mm_packs_epi32(low, high)


cdef void sse_exact_u8_blend(const void** rows, const void* weights, int taps, void* out, Py_ssize_t n) noexcept nogil:
    cdef const u16* r0 = <const u16*> rows[0]
    cdef const u16* r1 = <const u16*> rows[1]
    cdef __m128i both = _mm_set1_epi32((<const int*> weights)[0]), sign = _mm_set1_epi16(-32768), low, high
    cdef Py_ssize_t i
    for i in range(0, n, 16):
        low = sse_exact_words(
            _mm_xor_si128(load16(r0 + i), sign), _mm_xor_si128(load16(r1 + i), sign), both
        )
        high = sse_exact_words(
            _mm_xor_si128(load16(r0 + i + 8), sign), _mm_xor_si128(load16(r1 + i + 8), sign), both
        )
        store_bytes(<u8*> out + i, n - i, _mm_packus_epi16(low, high))


# uint8 by int16 weights, two taps at a time as words.
cdef inline void sse_fixed_blocks(const Columns* p, const u8* row, i32* out, const int groups) noexcept nogil:
    cdef Lanes t = p.lanes[0]
    cdef const u8* w = t.weights
    cdef const u8* s
    cdef __m128i index, total
    cdef Py_ssize_t b, ahead = p.ahead, step = p.channels
    cdef int k
    for b in range(t.blocks):
        s = row + t.base[b]
        _mm_prefetch(s + ahead, 2)
        index = load16_aligned(t.index + 16*b)
        total = _mm_madd_epi16(window16(s, index), load16_aligned(w))
        for k in range(1, groups):
            s += 2*step
            total = _mm_add_epi32(total, _mm_madd_epi16(window16(s, index), load16_aligned(w + 16*k)))
        w += 16*groups
        store_whole(out + t.out[b], total)


cdef void sse_fixed_u8_columns(const Columns* p, const void* row, void* out) noexcept nogil:
    if p.lanes == NULL:
        fixed_u8_columns(p, row, out)
    elif p.lanes.groups == 2:
        sse_fixed_blocks(p, <const u8*> row, <i32*> out, 2)
    elif p.lanes.groups == 4:
        sse_fixed_blocks(p, <const u8*> row, <i32*> out, 4)
    else:
        sse_fixed_blocks(p, <const u8*> row, <i32*> out, p.lanes.groups)


# 22-bit weights as high*4096 + low, each half within int16.
cdef void sse_pillow_u8_columns(const Columns* p, const void* row, void* out) noexcept nogil:
    cdef Lanes t
    cdef const u8* w
    cdef const u8* s
    cdef u8[16] bytes
    cdef __m128i index, low, high, pair
    cdef Py_ssize_t b, ahead = p.ahead, step = p.channels
    cdef int k
    if p.lanes == NULL:
        pillow_u8_columns(p, row, out)
        return
    t = p.lanes[0]
    w = t.weights
    for b in range(t.blocks):
        s = <const u8*> row + t.base[b]
        _mm_prefetch(s + ahead, 2)
        index = load16_aligned(t.index + 16*b)
        low = _mm_set1_epi32(1 << 21)
        high = _mm_setzero_si128()
        for k in range(t.used[b]):
            pair = window16(s, index)
            low = _mm_add_epi32(low, _mm_madd_epi16(pair, load16_aligned(w + 32*k)))
            high = _mm_add_epi32(high, _mm_madd_epi16(pair, load16_aligned(w + 32*k + 16)))
            s += 2*step
        w += 32*t.groups
        low = _mm_srai_epi32(_mm_add_epi32(low, _mm_slli_epi32(high, 12)), 22)
        low = _mm_packs_epi32(low, low)
        store_whole(bytes, _mm_packus_epi16(low, low))
        memcpy(<u8*> out + t.out[b], bytes, 4 if t.n - t.out[b] >= 4 else t.n - t.out[b])


cdef void sse_bytes_to_float_columns(const Columns* p, const void* row, void* out) noexcept nogil:
    cdef Lanes t = p.lanes[0]
    cdef const u8* w = t.weights
    cdef const u8* s
    cdef __m128i index
    cdef __m128 product, total
    cdef Py_ssize_t b, ahead = p.ahead, step = p.channels
    cdef int k
    for b in range(t.blocks):
        s = <const u8*> row + t.base[b]
        _mm_prefetch(s + ahead, 2)
        index = load16_aligned(t.index + 16*b)
        total = _mm_setzero_ps()
        for k in range(t.used[b]):
            product = _mm_mul_ps(_mm_cvtepi32_ps(window16(s, index)), _mm_loadu_ps(<const float*> (w + 16*k)))
            total = _mm_add_ps(total, product)
            s += step
        w += 16*t.groups
        _mm_storeu_ps(<float*> out + t.out[b], total)


# Sums of 2 x 2 as words: `order` brings the two columns of a window side by side.
cdef inline __m128i sse_half_words(const u8* a, const u8* b, __m128i order, const bint shuffled) noexcept nogil:
    cdef __m128i ones = _mm_set1_epi8(1), above = load16(a), below = load16(b)
    if shuffled:
        above = _mm_shuffle_epi8(above, order)
        below = _mm_shuffle_epi8(below, order)
    above = _mm_add_epi16(_mm_maddubs_epi16(above, ones), _mm_maddubs_epi16(below, ones))
    return _mm_srli_epi16(_mm_add_epi16(above, _mm_set1_epi16(2)), 2)


# The first results, sixteen at a time (twelve of three channels); returns how many.
cdef inline Py_ssize_t sse_half_some(
    const u8* a, const u8* b, u8* out, Py_ssize_t n, const Py_ssize_t C, __m128i order
) noexcept nogil:
    cdef Py_ssize_t i = 0, half_step = 6 if C == 3 else 8
    cdef __m128i words
    # Of three channels the last four bytes that are read and stored are the next results'.
    while i + (18 if C == 3 else 16) <= n:
        words = _mm_packus_epi16(
            sse_half_words(a + 2*i, b + 2*i, order, C != 1),
            sse_half_words(a + 2*(i + half_step), b + 2*(i + half_step), order, C != 1),
        )
        if C == 3:
            words = _mm_shuffle_epi8(words, _mm_setr_epi8(0, 1, 2, 3, 4, 5, 8, 9, 10, 11, 12, 13, -1, -1, -1, -1))
        store_whole(out + i, words)
        i += 2*half_step
    return i


cdef void sse_half_u8(const Columns* p, const void** rows, int taps, void* out) noexcept nogil:
    cdef const u8* a = <const u8*> rows[0]
    cdef const u8* b
    cdef Columns rest = p[0]
    cdef const void* part[2]
    cdef Py_ssize_t n = min(p.n_out, p.n_in // 2)*p.channels, done = 0
    if taps < 2:
        half_u8(p, rows, taps, out)
        return
    b = <const u8*> rows[1]
    if p.channels == 1:
        done = sse_half_some(a, b, <u8*> out, n, 1, _mm_setzero_si128())
    elif p.channels == 3:
        done = sse_half_some(
            a, b, <u8*> out, n, 3, _mm_setr_epi8(0, 3, 1, 4, 2, 5, 6, 9, 7, 10, 8, 11, -1, -1, -1, -1)
        )
    elif p.channels == 4:
        done = sse_half_some(
            a, b, <u8*> out, n, 4, _mm_setr_epi8(0, 4, 1, 5, 2, 6, 3, 7, 8, 12, 9, 13, 10, 14, 11, 15)
        )
    part[0] = a + 2*done
    part[1] = b + 2*done
    rest.n_out -= done//p.channels
    rest.n_in -= 2*(done//p.channels)
    half_u8(&rest, part, taps, <u8*> out + done)


# Four sums of 2 x 2 words: windows of one channel, or one window of three channels and what follows, or of four.
cdef inline __m128i sums_of_words(const word* a, const word* b, const Py_ssize_t C) noexcept nogil:
    cdef __m128i above, below, ones = _mm_set1_epi16(1)
    if C == 1:
        above, below = load16(a), load16(b)
        if word is i16:
            above, below = _mm_madd_epi16(above, ones), _mm_madd_epi16(below, ones)
        else:
            above = _mm_add_epi32(_mm_and_si128(above, _mm_set1_epi32(0xffff)), _mm_srli_epi32(above, 16))
            below = _mm_add_epi32(_mm_and_si128(below, _mm_set1_epi32(0xffff)), _mm_srli_epi32(below, 16))
    else:
        above = _mm_add_epi32(four_words(a), four_words(a + C))
        below = _mm_add_epi32(four_words(b), four_words(b + C))
    return _mm_srai_epi32(_mm_add_epi32(_mm_add_epi32(above, below), _mm_set1_epi32(2)), 2)


cdef inline __m128i four_words(const word* s) noexcept nogil:
    if word is u16:
        return _mm_cvtepu16_epi32(_mm_loadl_epi64(<const __m128i*> s))
    else:
        return _mm_cvtepi16_epi32(_mm_loadl_epi64(<const __m128i*> s))


# Windows two at a time, of one channel eight; n is at least that, and the last ones may be done twice.
cdef inline void half_words_of(
    const word* a, const word* b, word* out, Py_ssize_t n, Py_ssize_t ahead, const Py_ssize_t C
) noexcept nogil:
    cdef Py_ssize_t x = 0, step = 8 if C == 1 else 2, second = 8 if C == 1 else 2*C
    cdef const word* r
    cdef const word* s
    cdef __m128i sums, more
    cdef int last
    while x < n:
        x = min(x, n - step)
        r, s = a + 2*x*C, b + 2*x*C
        if ahead != 0:
            _mm_prefetch(<const char*> r + ahead, 2)
            _mm_prefetch(<const char*> s + ahead, 2)
        sums, more = sums_of_words(r, s, C), sums_of_words(r + second, s + second, C)
        sums = _mm_packs_epi32(sums, more) if word is i16 else _mm_packus_epi32(sums, more)
        if C == 3:
            # What would follow may be another row's.
            sums = _mm_shuffle_epi8(sums, _mm_setr_epi8(0, 1, 2, 3, 4, 5, 8, 9, 10, 11, 12, 13, -1, -1, -1, -1))
            _mm_storel_epi64(<__m128i*> (out + x*C), sums)
            last = _mm_cvtsi128_si32(_mm_unpackhi_epi64(sums, sums))
            memcpy(out + x*C + 4, &last, 2*sizeof(word))
        else:
            _mm_storeu_si128(<__m128i*> (out + x*C), sums)
        x += step


cdef inline void sse_halves_of_words(const Columns* p, const void** rows, int taps, word* out) noexcept nogil:
    cdef const word* a = <const word*> rows[0]
    cdef const word* b
    cdef Py_ssize_t n = min(p.n_out, p.n_in // 2)
    # Loads of three channels bring the next pixel's first sample.
    if p.channels == 3:
        n = min(n, (p.n_in - 1) // 2)
    if taps < 2 or n < 8 or p.channels == 2 or p.channels > 4:
        half_words_from(p, rows, taps, out, 0)
        return
    b = <const word*> rows[1]
    if p.channels == 1:
        half_words_of(a, b, out, n, p.ahead, 1)
    elif p.channels == 3:
        half_words_of(a, b, out, n, p.ahead, 3)
    else:
        half_words_of(a, b, out, n, p.ahead, 4)
    if n < p.n_out:
        half_words_from(p, rows, taps, out, n)


cdef void sse_half_u16(const Columns* p, const void** rows, int taps, void* out) noexcept nogil:
    sse_halves_of_words(p, rows, taps, <u16*> out)


cdef void sse_half_i16(const Columns* p, const void** rows, int taps, void* out) noexcept nogil:
    sse_halves_of_words(p, rows, taps, <i16*> out)


cdef void sse_gather(
    const Lanes* t, const Py_ssize_t* index, Py_ssize_t n, Py_ssize_t size, const void* row, void* out,
    Py_ssize_t ahead,
) noexcept nogil:
    cdef Py_ssize_t b
    if t == NULL:
        gather(t, index, n, size, row, out, ahead)
        return
    for b in range(t.blocks):
        store_bytes(
            <u8*> out + t.out[b], t.n - t.out[b],
            window16(<const u8*> row + t.base[b], load16_aligned(t.index + 16*b)),
        )


cdef void sse_stream(const void* row, void* out, Py_ssize_t n) noexcept nogil:
    cdef const u8* s = <const u8*> row
    cdef u8* d = <u8*> out
    cdef Py_ssize_t i, head = min(<Py_ssize_t> (-<size_t> d & 63), n), body = (n - head) & ~<Py_ssize_t> 63
    memcpy(d, s, head)
    for i in range(head, head + body, 16):
        _mm_stream_si128(<__m128i*> (d + i), load16(s + i))
    memcpy(d + head + body, s + head + body, n - head - body)
    _mm_sfence()


cdef void use_sse_kernels(RowKernels* table) noexcept:
    table.linear_u8_columns = sse_linear_u8_columns
    table.linear_u8_lanes = LaneFormat(PAIRS, 8, 16)
    table.exact_u8_columns = sse_exact_u8_columns
    table.exact_u8_lanes = LaneFormat(PAIRS, 8, 16)
    table.exact_u8_blend = sse_exact_u8_blend
    table.fixed_u8_columns = sse_fixed_u8_columns
    table.fixed_u8_lanes = LaneFormat(WORDS, 4, 16)
    table.columns_from[<int> U8] = sse_bytes_to_float_columns
    table.columns_from_lanes[<int> U8] = LaneFormat(BYTES, 4, 16)
    table.float_pixels = float_pixels
    table.linear_u8_pixels = linear_u8_pixels
    table.pixels_from[<int> U16] = u16_pixels
    table.pixels_from[<int> I16] = i16_pixels
    table.area_float = sse_area_float
    table.half_u8 = sse_half_u8
    table.half_u16 = sse_half_u16
    table.half_i16 = sse_half_i16
    table.gather = sse_gather
    table.gather_lanes[0] = LaneFormat(SINGLES, 16, 16)
    table.stream = sse_stream
