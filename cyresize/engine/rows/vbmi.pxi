# Row kernels over lane tables (see lanes.pyx) with byte permutes across two 64-byte registers and byte dot products.
# Every kernel gives the bits of its plain namesake in rows.pxi.

cdef enum:
    PREPARED_QUADS = 128  # tap groups of a vertical pass whose digits are taken apart beforehand


cdef inline __m512i window_bytes(const u8* s, __m512i index, const bint narrow) noexcept nogil:
    if narrow:
        return _mm512_permutexvar_epi8(index, _mm512_loadu_si512(s))
    return _mm512_permutex2var_epi8(_mm512_loadu_si512(s), index, _mm512_loadu_si512(s + 64))


# With near and far the samples of larger and smaller weight, a the smaller weight (at most 1024) and H the sum,
# H >> 4 = near*128 + floor((far - near)*a/16) = near*128 + high16(((near - far)*128)*(-32*a)): all fits int16.
cdef inline __m512i linear_lanes(__m512i pair, __m512i weights) noexcept nogil:
    cdef __m512i plus_minus = _mm512_set1_epi16(<short> (0xc000 | 64)), low = _mm512_set1_epi16(255)
    cdef __m512i difference = _mm512_slli_epi16(_mm512_maddubs_epi16(pair, plus_minus), 1)
    return _mm512_add_epi16(
        _mm512_slli_epi16(_mm512_and_si512(pair, low), 7), _mm512_mulhi_epi16(difference, weights)
    )


# `two`: a second row by the same tables, whose loads are most of the work.
cdef inline void linear_blocks(
    const Columns* p, const u8* row, const u8* second, i16* out, i16* second_out, const bint narrow, const bint two
) noexcept nogil:
    cdef Lanes t = p.lanes[0]
    cdef Py_ssize_t ahead = p.ahead
    cdef __m512i index, weights, v, other
    cdef Py_ssize_t b
    for b in range(t.blocks):
        index = _mm512_load_si512(t.index + 64*b)
        weights = _mm512_load_si512(t.weights + 64*b)
        fetch(row + t.base[b], ahead)
        v = linear_lanes(window_bytes(row + t.base[b], index, narrow), weights)
        if two:
            fetch(second + t.base[b], ahead)
            other = linear_lanes(window_bytes(second + t.base[b], index, narrow), weights)
            _mm512_storeu_si512(second_out + t.out[b], other)
        _mm512_storeu_si512(out + t.out[b], v)


cdef void vbmi_linear_u8_columns(const Columns* p, const void* row, void* out) noexcept nogil:
    if p.lanes == NULL:
        linear_u8_columns(p, row, out)
    elif p.lanes.narrow:
        linear_blocks(p, <const u8*> row, NULL, <i16*> out, NULL, True, False)
    else:
        linear_blocks(p, <const u8*> row, NULL, <i16*> out, NULL, False, False)


cdef void vbmi_linear_u8_columns2(
    const Columns* p, const void* row, const void* second, void* out, void* second_out
) noexcept nogil:
    if p.lanes.narrow:
        linear_blocks(p, <const u8*> row, <const u8*> second, <i16*> out, <i16*> second_out, True, True)
    else:
        linear_blocks(p, <const u8*> row, <const u8*> second, <i16*> out, <i16*> second_out, False, True)


# H = 256*first + (second - first)*weight, modulo 2**16.
cdef inline __m512i exact_lanes(__m512i pair, __m512i weights) noexcept nogil:
    cdef __m512i difference = _mm512_mullo_epi16(_mm512_maddubs_epi16(pair, _mm512_set1_epi16(0x01ff)), weights)
    return _mm512_add_epi16(_mm512_slli_epi16(pair, 8), difference)


cdef inline void exact_blocks(
    const Columns* p, const u8* row, const u8* second, u16* out, u16* second_out, const bint narrow, const bint two
) noexcept nogil:
    cdef Lanes t = p.lanes[0]
    cdef Py_ssize_t ahead = p.ahead
    cdef __m512i index, weights, v, other
    cdef Py_ssize_t b
    for b in range(t.blocks):
        index = _mm512_load_si512(t.index + 64*b)
        weights = _mm512_load_si512(t.weights + 64*b)
        fetch(row + t.base[b], ahead)
        v = exact_lanes(window_bytes(row + t.base[b], index, narrow), weights)
        if two:
            fetch(second + t.base[b], ahead)
            other = exact_lanes(window_bytes(second + t.base[b], index, narrow), weights)
            _mm512_storeu_si512(second_out + t.out[b], other)
        _mm512_storeu_si512(out + t.out[b], v)


cdef void vbmi_exact_u8_columns(const Columns* p, const void* row, void* out) noexcept nogil:
    if p.lanes == NULL:
        exact_u8_columns(p, row, out)
    elif p.lanes.narrow:
        exact_blocks(p, <const u8*> row, NULL, <u16*> out, NULL, True, False)
    else:
        exact_blocks(p, <const u8*> row, NULL, <u16*> out, NULL, False, False)


cdef void vbmi_exact_u8_columns2(
    const Columns* p, const void* row, const void* second, void* out, void* second_out
) noexcept nogil:
    if p.lanes.narrow:
        exact_blocks(p, <const u8*> row, <const u8*> second, <u16*> out, <u16*> second_out, True, True)
    else:
        exact_blocks(p, <const u8*> row, <const u8*> second, <u16*> out, <u16*> second_out, False, True)


# uint8 by weights in signed base-256 digits, two of them (11-bit weights) or three (22-bit weights), four taps at a
# time. `v` and `other` come with the rounding constant.
cdef inline __m512i quad_of(
    const u8* s, __m512i head, __m512i tail, __m512i index, const bint inside, const bint narrow
) noexcept nogil:
    if not inside:
        return window_bytes(s, index, narrow)
    if narrow:
        return _mm512_permutexvar_epi8(index, head)
    return _mm512_permutex2var_epi8(head, index, tail)


cdef inline __m512i join_digits(__m512i low, __m512i middle, __m512i high, const int digits) noexcept nogil:
    if digits == 3:
        middle = _mm512_add_epi32(middle, _mm512_slli_epi32(high, 8))
    return _mm512_add_epi32(low, _mm512_slli_epi32(middle, 8))


cdef inline void dot_digits(
    const Lanes* t, Py_ssize_t b, const u8* s, const u8* second, Py_ssize_t step, __m512i* v, __m512i* other,
    const int groups, const int digits, const bint inside, const bint narrow, const bint two, Py_ssize_t ahead,
) noexcept nogil:
    cdef const u8* w = t.weights + 64*digits*t.groups*b
    cdef __m512i index = _mm512_load_si512(t.index + 64*b), zero = _mm512_setzero_si512(), quad, w0, w1, w2 = zero
    cdef __m512i low = v[0], middle = zero, high = zero, head = zero, tail = zero
    cdef __m512i low2 = v[0], middle2 = zero, high2 = zero, head2 = zero, tail2 = zero
    cdef __m512i advance = _mm512_set1_epi8(<char> (4*step))
    cdef int q
    fetch(s, ahead)
    if two:
        fetch(second, ahead)
    if inside:
        head = _mm512_loadu_si512(s)
        if not narrow:
            tail = _mm512_loadu_si512(s + 64)
        if two:
            head2 = _mm512_loadu_si512(second)
            if not narrow:
                tail2 = _mm512_loadu_si512(second + 64)
    for q in range(groups):
        w0 = _mm512_load_si512(w + 64*digits*q)
        w1 = _mm512_load_si512(w + 64*digits*q + 64)
        quad = quad_of(s + 4*q*step, head, tail, index, inside, narrow)
        low = _mm512_dpbusd_epi32(low, quad, w0)
        middle = _mm512_dpbusd_epi32(middle, quad, w1)
        if digits == 3:
            w2 = _mm512_load_si512(w + 64*digits*q + 128)
            high = _mm512_dpbusd_epi32(high, quad, w2)
        if two:
            quad = quad_of(second + 4*q*step, head2, tail2, index, inside, narrow)
            low2 = _mm512_dpbusd_epi32(low2, quad, w0)
            middle2 = _mm512_dpbusd_epi32(middle2, quad, w1)
            if digits == 3:
                high2 = _mm512_dpbusd_epi32(high2, quad, w2)
        if inside:
            index = _mm512_add_epi8(index, advance)
    v[0] = join_digits(low, middle, high, digits)
    if two:
        other[0] = join_digits(low2, middle2, high2, digits)


cdef inline void fixed_blocks(
    const Columns* p, const u8* row, const u8* second, i32* out, i32* second_out, const int groups,
    const bint inside, const bint narrow, const bint two,
) noexcept nogil:
    cdef Lanes t = p.lanes[0]
    cdef Py_ssize_t ahead = p.ahead
    cdef __m512i v, other
    cdef Py_ssize_t b
    for b in range(t.blocks):
        v = other = _mm512_setzero_si512()
        dot_digits(
            &t, b, row + t.base[b], second + t.base[b], p.channels, &v, &other, groups, 2, inside, narrow, two, ahead
        )
        _mm512_storeu_si512(out + t.out[b], v)
        if two:
            _mm512_storeu_si512(second_out + t.out[b], other)


cdef inline void fixed_rows(
    const Columns* p, const u8* row, const u8* second, i32* out, i32* second_out, const bint two
) noexcept nogil:
    cdef const Lanes* t = p.lanes
    if t.groups == 1 and t.narrow:
        fixed_blocks(p, row, second, out, second_out, 1, True, True, two)
    elif t.groups == 1:
        fixed_blocks(p, row, second, out, second_out, 1, True, False, two)
    elif t.inside and t.narrow:
        fixed_blocks(p, row, second, out, second_out, 2, True, True, two)
    elif t.inside:
        fixed_blocks(p, row, second, out, second_out, 2, True, False, two)
    elif t.narrow:
        fixed_blocks(p, row, second, out, second_out, 2, False, True, two)
    else:
        fixed_blocks(p, row, second, out, second_out, 2, False, False, two)


cdef void vbmi_fixed_u8_columns(const Columns* p, const void* row, void* out) noexcept nogil:
    if p.lanes == NULL:
        fixed_u8_columns(p, row, out)
    else:
        fixed_rows(p, <const u8*> row, <const u8*> row, <i32*> out, <i32*> out, False)


cdef void vbmi_fixed_u8_columns2(
    const Columns* p, const void* row, const void* second, void* out, void* second_out
) noexcept nogil:
    fixed_rows(p, <const u8*> row, <const u8*> second, <i32*> out, <i32*> second_out, True)


# Where the vertical pass comes first the results are the destination's, which has no slack.
cdef inline void store_rounded22(u8* out, Py_ssize_t left, __m512i v) noexcept nogil:
    store16(out, left, _mm512_cvtusepi32_epi8(_mm512_max_epi32(_mm512_srai_epi32(v, 22), _mm512_setzero_si512())))


# `groups` 0: as many as each block uses; a window that moves must not pass the row's end.
cdef inline void pillow_blocks(
    const Columns* p, const u8* row, const u8* second, u8* out, u8* second_out, const int groups, const bint inside,
    const bint narrow, const bint two,
) noexcept nogil:
    cdef Lanes t = p.lanes[0]
    cdef Py_ssize_t ahead = p.ahead
    cdef __m512i v, other
    cdef Py_ssize_t b
    for b in range(t.blocks):
        v = other = _mm512_set1_epi32(1 << 21)
        dot_digits(
            &t, b, row + t.base[b], second + t.base[b], p.channels, &v, &other,
            groups if groups > 0 else t.used[b], 3, inside, narrow, two, ahead,
        )
        store_rounded22(out + t.out[b], t.n - t.out[b], v)
        if two:
            store_rounded22(second_out + t.out[b], t.n - t.out[b], other)


cdef inline void pillow_blocks_inside(
    const Columns* p, const u8* row, const u8* second, u8* out, u8* second_out, const bint narrow, const bint two
) noexcept nogil:
    if p.lanes.groups == 1:
        pillow_blocks(p, row, second, out, second_out, 1, True, narrow, two)
    elif p.lanes.groups == 2:
        pillow_blocks(p, row, second, out, second_out, 2, True, narrow, two)
    elif p.lanes.groups == 3:
        pillow_blocks(p, row, second, out, second_out, 3, True, narrow, two)
    elif p.lanes.groups == 4:
        pillow_blocks(p, row, second, out, second_out, 4, True, narrow, two)
    else:
        pillow_blocks(p, row, second, out, second_out, 0, True, narrow, two)


cdef inline void pillow_rows(
    const Columns* p, const u8* row, const u8* second, u8* out, u8* second_out, const bint two
) noexcept nogil:
    cdef const Lanes* t = p.lanes
    if t.inside and t.narrow:
        pillow_blocks_inside(p, row, second, out, second_out, True, two)
    elif t.inside:
        pillow_blocks_inside(p, row, second, out, second_out, False, two)
    elif t.narrow:
        pillow_blocks(p, row, second, out, second_out, 0, False, True, two)
    else:
        pillow_blocks(p, row, second, out, second_out, 0, False, False, two)


cdef void vbmi_pillow_u8_columns(const Columns* p, const void* row, void* out) noexcept nogil:
    if p.lanes == NULL:
        pillow_u8_columns(p, row, out)
    else:
        pillow_rows(p, <const u8*> row, <const u8*> row, <u8*> out, <u8*> out, False)


cdef void vbmi_pillow_u8_columns2(
    const Columns* p, const void* row, const void* second, void* out, void* second_out
) noexcept nogil:
    pillow_rows(p, <const u8*> row, <const u8*> second, <u8*> out, <u8*> second_out, True)


cdef inline void add_quads(
    __m512i* sums, __m512i quads, const __m512i low, const __m512i middle, const __m512i high
) noexcept nogil:
    sums[0] = _mm512_dpbusd_epi32(sums[0], quads, low)
    sums[4] = _mm512_dpbusd_epi32(sums[4], quads, middle)
    sums[8] = _mm512_dpbusd_epi32(sums[8], quads, high)


cdef inline __m512i rounded22(const __m512i* sums) noexcept nogil:
    cdef __m512i high = _mm512_add_epi32(_mm512_slli_epi32(sums[4], 8), _mm512_slli_epi32(sums[8], 16))
    return _mm512_srai_epi32(_mm512_add_epi32(sums[0], high), 22)


# Four rows at a time: their bytes interleaved are the quads of 4*16 columns, which unpacking splits in an order that
# packing undoes.
cdef void vbmi_pillow_u8_blend(
    const void** rows, const void* weights, int taps, void* out, Py_ssize_t n
) noexcept nogil:
    cdef const i32* w = <const i32*> weights
    cdef __m512i[12] sums
    cdef __m512i zero = _mm512_setzero_si512(), start = _mm512_set1_epi32(1 << 21)
    cdef __m512i r0, r1, r2, r3, low, middle, high
    cdef int[3*PREPARED_QUADS] quads
    cdef Py_ssize_t i
    cdef __mmask64 mask
    cdef int k, j
    if taps > 4*PREPARED_QUADS:
        pillow_u8_blend(rows, weights, taps, out, n)
        return
    for k in range(0, taps, 4):
        for j in range(3):
            quads[3*(k >> 2) + j] = digit_quad(w, k, taps, j)
    for i in range(0, n, 64):
        mask = first_bytes(n - i)
        for j in range(4):
            sums[j] = start
            sums[4 + j] = zero
            sums[8 + j] = zero
        for k in range(0, taps, 4):
            r0 = _mm512_maskz_loadu_epi8(mask, <const u8*> rows[k] + i)
            r1 = _mm512_maskz_loadu_epi8(mask, <const u8*> rows[k + 1] + i) if k + 1 < taps else zero
            r2 = _mm512_maskz_loadu_epi8(mask, <const u8*> rows[k + 2] + i) if k + 2 < taps else zero
            r3 = _mm512_maskz_loadu_epi8(mask, <const u8*> rows[k + 3] + i) if k + 3 < taps else zero
            low = _mm512_set1_epi32(quads[3*(k >> 2)])
            middle = _mm512_set1_epi32(quads[3*(k >> 2) + 1])
            high = _mm512_set1_epi32(quads[3*(k >> 2) + 2])
            r0, r1 = _mm512_unpacklo_epi8(r0, r1), _mm512_unpackhi_epi8(r0, r1)
            r2, r3 = _mm512_unpacklo_epi8(r2, r3), _mm512_unpackhi_epi8(r2, r3)
            add_quads(sums, _mm512_unpacklo_epi16(r0, r2), low, middle, high)
            add_quads(sums + 1, _mm512_unpackhi_epi16(r0, r2), low, middle, high)
            add_quads(sums + 2, _mm512_unpacklo_epi16(r1, r3), low, middle, high)
            add_quads(sums + 3, _mm512_unpackhi_epi16(r1, r3), low, middle, high)
        r0 = _mm512_packs_epi32(rounded22(sums), rounded22(sums + 1))
        r1 = _mm512_packs_epi32(rounded22(sums + 2), rounded22(sums + 3))
        store64(<u8*> out + i, n - i, _mm512_packus_epi16(r0, r1))


cdef inline int digit_quad(const i32* w, int k, int taps, int digit) noexcept nogil:
    # One signed base-256 digit of four weights, as the bytes of one lane.
    cdef u32 quad = 0
    cdef i32 v, low
    cdef int j, d
    for j in range(4):
        v = w[k + j] if k + j < taps else 0
        for d in range(digit):
            low = ((v + 128) & 255) - 128
            v = (v - low) >> 8
        quad |= <u32> (v & 255) << 8*j
    return <int> quad


# uint8 rows to float rows, one, two or four by one reading of the tables: products added in tap order, a lane whose
# taps have ended adds 0.
cdef inline __m512 bytes_of(__m512i head, __m512i tail, __m512i index, const bint narrow) noexcept nogil:
    cdef __mmask64 lowest = 0x1111111111111111
    cdef __m512i v
    if narrow:
        v = _mm512_maskz_permutexvar_epi8(lowest, index, head)
    else:
        v = _mm512_maskz_permutex2var_epi8(lowest, head, index, tail)
    return _mm512_cvtepi32_ps(v)


cdef inline void load_bytes_of(WordWindow* v, const u8* s, const bint narrow) noexcept nogil:
    v.head = _mm512_loadu_si512(s)
    v.tail = v.head if narrow else _mm512_loadu_si512(s + 64)


cdef inline void add_bytes_of(
    WordWindow* v, __m512i index, __m512 weights, const bint narrow, const bint first
) noexcept nogil:
    cdef __m512 value = _mm512_mul_ps(bytes_of(v.head, v.tail, index, narrow), weights)
    v.total = value if first else _mm512_add_ps(v.total, value)


# `groups`: how many if that is known, else 0.
cdef inline void byte_blocks(
    const Columns* p, WordRows source, FloatRows out, const int rows, const int groups, const bint inside,
    const bint narrow,
) noexcept nogil:
    cdef Lanes t = p.lanes[0]
    cdef Py_ssize_t ahead = p.ahead, step = p.channels, b, i
    cdef const u8* weights = t.weights
    cdef const u8* s0 = <const u8*> source.a
    cdef const u8* s1 = <const u8*> source.b
    cdef const u8* s2 = <const u8*> source.c
    cdef const u8* s3 = <const u8*> source.d
    cdef WordWindow v0, v1, v2, v3
    cdef __m512i advance = _mm512_set1_epi8(<char> step), index
    cdef __m512 w
    cdef int k
    v0.total = v1.total = v2.total = v3.total = _mm512_setzero_ps()
    for b in range(t.blocks):
        i = t.base[b]
        fetch(s0 + i, ahead)
        if rows > 1:
            fetch(s1 + i, ahead)
        if rows > 2:
            fetch(s2 + i, ahead)
            fetch(s3 + i, ahead)
        index = _mm512_load_si512(t.index + 64*b)
        for k in range(groups if groups > 0 else t.used[b]):
            if k == 0 or not inside:
                load_bytes_of(&v0, s0 + i, narrow)
                if rows > 1:
                    load_bytes_of(&v1, s1 + i, narrow)
                if rows > 2:
                    load_bytes_of(&v2, s2 + i, narrow)
                    load_bytes_of(&v3, s3 + i, narrow)
            w = _mm512_loadu_ps(weights + 64*k)
            add_bytes_of(&v0, index, w, narrow, k == 0)
            if rows > 1:
                add_bytes_of(&v1, index, w, narrow, k == 0)
            if rows > 2:
                add_bytes_of(&v2, index, w, narrow, k == 0)
                add_bytes_of(&v3, index, w, narrow, k == 0)
            if inside:
                index = _mm512_add_epi8(index, advance)
            else:
                i += step
        weights += 64*(groups if groups > 0 else t.groups)
        i = t.out[b]
        _mm512_storeu_ps(out.a + i, v0.total)
        if rows > 1:
            _mm512_storeu_ps(out.b + i, v1.total)
        if rows > 2:
            _mm512_storeu_ps(out.c + i, v2.total)
            _mm512_storeu_ps(out.d + i, v3.total)


cdef inline void byte_blocks_of(
    const Columns* p, WordRows source, FloatRows out, const int rows, const int groups, const bint inside
) noexcept nogil:
    if p.lanes.narrow:
        byte_blocks(p, source, out, rows, groups, inside, True)
    else:
        byte_blocks(p, source, out, rows, groups, inside, False)


cdef inline void byte_rows(const Columns* p, WordRows source, FloatRows out, const int rows) noexcept nogil:
    cdef const Lanes* t = p.lanes
    # In one window taps that a lane does not have are there to be read, and weigh nothing.
    if t.inside and t.groups == 2:
        byte_blocks_of(p, source, out, rows, 2, True)
    elif t.inside and t.groups == 3:
        byte_blocks_of(p, source, out, rows, 3, True)
    elif t.inside and t.groups == 4:
        byte_blocks_of(p, source, out, rows, 4, True)
    elif t.inside and t.groups == 5:
        byte_blocks_of(p, source, out, rows, 5, True)
    elif t.inside:
        byte_blocks_of(p, source, out, rows, 0, True)
    else:
        byte_blocks_of(p, source, out, rows, 0, False)


cdef void vbmi_bytes_to_float_columns(const Columns* p, const void* row, void* out) noexcept nogil:
    byte_rows(p, WordRows(row, NULL, NULL, NULL), FloatRows(<float*> out, NULL, NULL, NULL), 1)


cdef void vbmi_bytes_to_float_columns2(
    const Columns* p, const void* row, const void* second, void* out, void* second_out
) noexcept nogil:
    byte_rows(p, WordRows(row, second, NULL, NULL), FloatRows(<float*> out, <float*> second_out, NULL, NULL), 2)


cdef void vbmi_bytes_to_float_columns4(const Columns* p, const void** rows, void** out) noexcept nogil:
    cdef float** o = <float**> out
    byte_rows(p, WordRows(rows[0], rows[1], rows[2], rows[3]), FloatRows(o[0], o[1], o[2], o[3]), 4)


# Pairs of neighbours: with one channel they lie side by side, with four one shuffle within 16 bytes brings them so.
cdef inline __m512i half_words(const u8* a, const u8* b, __m512i order, const bint shuffled) noexcept nogil:
    cdef __m512i ones = _mm512_set1_epi8(1), above = _mm512_loadu_si512(a), below = _mm512_loadu_si512(b)
    if shuffled:
        above = _mm512_shuffle_epi8(above, order)
        below = _mm512_shuffle_epi8(below, order)
    above = _mm512_add_epi16(_mm512_maddubs_epi16(above, ones), _mm512_maddubs_epi16(below, ones))
    return _mm512_srli_epi16(_mm512_add_epi16(above, _mm512_set1_epi16(2)), 2)


cdef inline void half_contiguous(const u8* a, const u8* b, u8* out, Py_ssize_t n, const bint shuffled) noexcept nogil:
    cdef __m512i order = _mm512_broadcast_i32x4(
        _mm_setr_epi8(0, 4, 1, 5, 2, 6, 3, 7, 8, 12, 9, 13, 10, 14, 11, 15)
    )
    cdef Py_ssize_t i
    for i in range(0, n, 32):
        store32(out + i, n - i, _mm512_cvtepi16_epi8(half_words(a + 2*i, b + 2*i, order, shuffled)))


cdef void vbmi_half_u8(const Columns* p, const void** rows, int taps, void* out) noexcept nogil:
    cdef const u8* r0
    cdef const u8* r1
    if p.lanes == NULL or taps < 2:
        half_u8(p, rows, taps, out)
        return
    r0, r1 = <const u8*> rows[0], <const u8*> rows[1]
    if p.channels == 1:
        half_contiguous(r0, r1, <u8*> out, p.lanes.n, False)
    elif p.channels == 4:
        half_contiguous(r0, r1, <u8*> out, p.lanes.n, True)
    else:
        half_blocks(p, r0, r1, <u8*> out)


cdef inline void half_blocks(const Columns* p, const u8* r0, const u8* r1, u8* out) noexcept nogil:
    cdef Lanes t = p.lanes[0]
    cdef __m512i ones = _mm512_set1_epi8(1), two = _mm512_set1_epi16(2), index, total
    cdef Py_ssize_t b
    for b in range(t.blocks):
        index = _mm512_load_si512(t.index + 64*b)
        total = _mm512_maddubs_epi16(window_bytes(r0 + t.base[b], index, False), ones)
        index = _mm512_maddubs_epi16(window_bytes(r1 + t.base[b], index, False), ones)
        total = _mm512_srli_epi16(_mm512_add_epi16(_mm512_add_epi16(total, index), two), 2)
        store32(out + t.out[b], t.n - t.out[b], _mm512_cvtepi16_epi8(total))


# Whole windows of factor x row_factor bytes: exact sums by multiplying with ones, then OpenCV's float mean.
cdef void vbmi_area_u8(const Columns* p, const void** rows, int taps, void* out) noexcept nogil:
    cdef Lanes t
    cdef __m512 scale = _mm512_set1_ps(<float> 1.0/<float> (p.factor*p.row_factor))
    cdef __m512i index, total
    cdef const u8* w
    cdef const u8* s
    cdef Py_ssize_t b, step = p.channels
    cdef int q, r
    if p.lanes == NULL or taps < p.row_factor:
        area_u8(p, rows, taps, out)
        return
    t = p.lanes[0]
    for b in range(t.blocks):
        index = _mm512_load_si512(t.index + 64*b)
        w = t.weights + 64*t.groups*b
        total = _mm512_setzero_si512()
        for r in range(taps):
            s = <const u8*> rows[r] + t.base[b]
            for q in range(t.groups):
                total = _mm512_dpbusd_epi32(
                    total, window_bytes(s + 4*q*step, index, False), _mm512_load_si512(w + 64*q)
                )
        total = _mm512_cvtps_epi32(_mm512_mul_ps(_mm512_cvtepi32_ps(total), scale))
        store16(<u8*> out + t.out[b], t.n - t.out[b], _mm512_cvtusepi32_epi8(total))


cdef inline void gather_bytes(
    const Lanes* lanes, const u8* row, u8* out, Py_ssize_t ahead, const bint narrow, const bint far
) noexcept nogil:
    cdef Lanes t = lanes[0]
    cdef Py_ssize_t b
    for b in range(t.blocks):
        if far:
            fetch(row + t.base[b], ahead)
        store64(
            out + t.out[b], t.n - t.out[b],
            window_bytes(row + t.base[b], _mm512_load_si512(t.index + 64*b), narrow),
        )


cdef void vbmi_gather(
    const Lanes* t, const Py_ssize_t* index, Py_ssize_t n, Py_ssize_t size, const void* row, void* out,
    Py_ssize_t ahead,
) noexcept nogil:
    if t == NULL:
        gather(t, index, n, size, row, out, ahead)
    elif t.kind != SINGLES:
        avx512_gather(t, index, n, size, row, out, ahead)
    elif t.narrow and ahead == 0:
        gather_bytes(t, <const u8*> row, <u8*> out, ahead, True, False)
    elif t.narrow:
        gather_bytes(t, <const u8*> row, <u8*> out, ahead, True, True)
    elif ahead == 0:
        gather_bytes(t, <const u8*> row, <u8*> out, ahead, False, False)
    else:
        gather_bytes(t, <const u8*> row, <u8*> out, ahead, False, True)


cdef void use_vbmi_kernels(RowKernels* table) noexcept:
    table.linear_u8_columns = vbmi_linear_u8_columns
    table.linear_u8_columns2 = vbmi_linear_u8_columns2
    table.linear_u8_lanes = LaneFormat(PAIRS, 32, 128)
    table.linear_u8_pixels = linear_u8_pixels
    table.exact_u8_columns = vbmi_exact_u8_columns
    table.exact_u8_columns2 = vbmi_exact_u8_columns2
    table.exact_u8_lanes = LaneFormat(PAIRS, 32, 128)
    table.fixed_u8_columns = vbmi_fixed_u8_columns
    table.fixed_u8_columns2 = vbmi_fixed_u8_columns2
    table.fixed_u8_lanes = LaneFormat(QUADS, 16, 128)
    table.pillow_u8_columns = vbmi_pillow_u8_columns
    table.pillow_u8_columns2 = vbmi_pillow_u8_columns2
    table.pillow_u8_blend = vbmi_pillow_u8_blend
    table.pillow_u8_lanes[0] = LaneFormat(QUADS, 16, 128)
    table.columns_from[<int> U8] = vbmi_bytes_to_float_columns
    table.columns_from2[<int> U8] = vbmi_bytes_to_float_columns2
    table.columns_from4[<int> U8] = vbmi_bytes_to_float_columns4
    table.columns_from_lanes[<int> U8] = LaneFormat(BYTES, 16, 128)
    table.half_u8 = vbmi_half_u8
    table.half_u8_lanes = LaneFormat(PAIRS, 32, 128)
    table.area_u8 = vbmi_area_u8
    table.area_whole_u8_lanes = LaneFormat(QUADS, 16, 128)
    table.gather = vbmi_gather
    table.gather_lanes[0] = LaneFormat(SINGLES, 64, 128)
