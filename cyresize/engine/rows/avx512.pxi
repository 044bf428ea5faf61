# Row kernels in 64-byte registers with permutes of floats and 16-bit words, and vertical passes that the compiler does
# not find by itself. Every kernel gives the bits of its plain namesake in rows.pxi.

from cyresize.engine.rows.avx512 cimport *

ctypedef fused gathered:
    u16
    u32

cdef enum:
    AHEAD = 2048          # bytes along a row of the source
    AHEAD_OUT = 1024      # and of the destination
    FOR_READING = 2       # hints of _mm_prefetch: into the second cache
    FOR_WRITING = 7


# Hardware prefetching alone leaves a third of the time waiting for large sources.
cdef inline void fetch(const void* s, Py_ssize_t ahead) noexcept nogil:
    _mm_prefetch(<const char*> s + ahead, FOR_READING)


# Lines to be written have to be fetched too.
cdef inline void claim(const void* out) noexcept nogil:
    _mm_prefetch(<const char*> out + AHEAD_OUT, FOR_WRITING)


cdef inline __mmask64 first_bytes(Py_ssize_t n) noexcept nogil:
    return ~<__mmask64> 0 if n >= 64 else (<__mmask64> 1 << n) - 1


cdef inline __mmask16 first_words(Py_ssize_t n) noexcept nogil:
    return <__mmask16> 0xffff if n >= 16 else <__mmask16> ((1 << n) - 1)


# Stores of a vector's first elements: whole where there is room, for masked stores cost more.
cdef inline void store16(u8* out, Py_ssize_t left, __m128i v) noexcept nogil:
    if left >= 16:
        _mm_storeu_si128(<__m128i*> out, v)
    else:
        _mm_mask_storeu_epi8(out, first_words(left), v)


cdef inline void store32(u8* out, Py_ssize_t left, __m256i v) noexcept nogil:
    if left >= 32:
        _mm256_storeu_si256(<__m256i*> out, v)
    else:
        _mm256_mask_storeu_epi8(out, <__mmask32> first_bytes(left), v)


cdef inline void store64(u8* out, Py_ssize_t left, __m512i v) noexcept nogil:
    if left >= 64:
        _mm512_storeu_si512(out, v)
    else:
        _mm512_mask_storeu_epi8(out, first_bytes(left), v)


cdef inline void store_floats(float* out, Py_ssize_t left, __m512 v) noexcept nogil:
    if left >= 16:
        _mm512_storeu_ps(out, v)
    else:
        _mm512_mask_storeu_ps(out, first_words(left), v)


cdef inline __m512 floats_of(__m512 head, __m512 tail, __m512i index, const bint narrow) noexcept nogil:
    return _mm512_permutexvar_ps(index, head) if narrow else _mm512_permutex2var_ps(head, index, tail)


# Rows that one reading of a table serves: one, two or four; those that are not there are NULL.
cdef struct FloatSources:
    const float *a
    const float *b
    const float *c
    const float *d


cdef struct FloatRows:
    float *a
    float *b
    float *c
    float *d


# What a block reads of one row, and the sums so far.
cdef struct FloatWindow:
    __m512 head
    __m512 tail
    __m512 total


cdef inline void load_window(FloatWindow* v, const float* s, const bint narrow) noexcept nogil:
    v.head = _mm512_loadu_ps(s)
    v.tail = v.head if narrow else _mm512_loadu_ps(s + 16)


cdef inline void add_to_window(
    FloatWindow* v, __m512i index, __m512 weights, const bint narrow, const bint first, bint from_zero,
    __mmask16 where, const bint masked,
) noexcept nogil:
    cdef __m512 value = _mm512_mul_ps(floats_of(v.head, v.tail, index, narrow), weights)
    if first:
        v.total = _mm512_add_ps(value, _mm512_setzero_ps()) if masked and from_zero else value
    elif masked:
        v.total = _mm512_mask_add_ps(v.total, where, v.total, value)
    else:
        v.total = _mm512_add_ps(v.total, value)


# Blocks begin..end. `inside`: all taps in one window. `masked`: some lanes have fewer taps than others.
cdef inline void float_blocks(
    const Columns* p, FloatSources source, FloatRows out, const int rows, Py_ssize_t begin, Py_ssize_t end,
    const int groups, const bint inside, const bint narrow, const bint masked,
) noexcept nogil:
    cdef Lanes t = p.lanes[0]
    cdef Py_ssize_t ahead = p.ahead, step = p.channels, b, i
    cdef const u8* weights = t.weights + 64*groups*begin
    cdef const u16* mask = t.masks + groups*begin
    cdef FloatWindow v0, v1, v2, v3
    cdef __m512i index, advance = _mm512_set1_epi32(<int> p.channels)
    cdef __m512 w
    cdef bint from_zero = p.from_zero
    cdef int k
    v0.total = v1.total = v2.total = v3.total = _mm512_setzero_ps()
    for b in range(begin, end):
        i = t.base[b]
        fetch(source.a + i, ahead)
        if rows > 1:
            fetch(source.b + i, ahead)
        if rows > 2:
            fetch(source.c + i, ahead)
            fetch(source.d + i, ahead)
        index = _mm512_load_si512(t.index + 64*b)
        for k in range(t.used[b] if masked else groups):
            if k == 0 or not inside:
                load_window(&v0, source.a + i, narrow)
                if rows > 1:
                    load_window(&v1, source.b + i, narrow)
                if rows > 2:
                    load_window(&v2, source.c + i, narrow)
                    load_window(&v3, source.d + i, narrow)
            w = _mm512_loadu_ps(weights + 64*k)
            add_to_window(&v0, index, w, narrow, k == 0, from_zero, mask[k], masked)
            if rows > 1:
                add_to_window(&v1, index, w, narrow, k == 0, from_zero, mask[k], masked)
            if rows > 2:
                add_to_window(&v2, index, w, narrow, k == 0, from_zero, mask[k], masked)
                add_to_window(&v3, index, w, narrow, k == 0, from_zero, mask[k], masked)
            if inside:
                index = _mm512_add_epi32(index, advance)
            else:
                i += step
        weights += 64*groups
        mask += groups
        i = t.out[b]
        store_floats(out.a + i, t.n - i, v0.total)
        if rows > 1:
            store_floats(out.b + i, t.n - i, v1.total)
        if rows > 2:
            store_floats(out.c + i, t.n - i, v2.total)
            store_floats(out.d + i, t.n - i, v3.total)


cdef inline void float_blocks_of(
    const Columns* p, FloatSources source, FloatRows out, const int rows, Py_ssize_t begin, Py_ssize_t end,
    const int groups, const bint masked,
) noexcept nogil:
    cdef const Lanes* t = p.lanes
    if t.inside and t.narrow:
        float_blocks(p, source, out, rows, begin, end, groups, True, True, masked)
    elif t.inside:
        float_blocks(p, source, out, rows, begin, end, groups, True, False, masked)
    elif t.narrow:
        float_blocks(p, source, out, rows, begin, end, groups, False, True, masked)
    else:
        float_blocks(p, source, out, rows, begin, end, groups, False, False, masked)


# Not inline, as they are called several times.
cdef void masked_floats(
    const Columns* p, FloatSources source, FloatRows out, Py_ssize_t begin, Py_ssize_t end
) noexcept nogil:
    float_blocks_of(p, source, out, 1, begin, end, p.lanes.groups, True)


cdef void masked_floats2(
    const Columns* p, FloatSources source, FloatRows out, Py_ssize_t begin, Py_ssize_t end
) noexcept nogil:
    float_blocks_of(p, source, out, 2, begin, end, p.lanes.groups, True)


cdef void masked_floats4(
    const Columns* p, FloatSources source, FloatRows out, Py_ssize_t begin, Py_ssize_t end
) noexcept nogil:
    float_blocks_of(p, source, out, 4, begin, end, p.lanes.groups, True)


cdef inline void masked_rows(
    const Columns* p, FloatSources source, FloatRows out, const int rows, Py_ssize_t begin, Py_ssize_t end
) noexcept nogil:
    if begin == end:
        return
    if rows == 1:
        masked_floats(p, source, out, begin, end)
    elif rows == 2:
        masked_floats2(p, source, out, begin, end)
    else:
        masked_floats4(p, source, out, begin, end)


cdef inline void float_rows(
    const Columns* p, FloatSources source, FloatRows out, const int rows
) noexcept nogil:
    cdef const Lanes* t = p.lanes
    cdef Py_ssize_t begin = t.blocks if p.from_zero else t.whole_begin, end = max(begin, t.whole_end)
    masked_rows(p, source, out, rows, 0, begin)
    if t.groups == 2:
        float_blocks_of(p, source, out, rows, begin, end, 2, False)
    elif t.groups == 3:
        float_blocks_of(p, source, out, rows, begin, end, 3, False)
    elif t.groups == 4:
        float_blocks_of(p, source, out, rows, begin, end, 4, False)
    else:
        float_blocks_of(p, source, out, rows, begin, end, t.groups, False)
    masked_rows(p, source, out, rows, end, t.blocks)


cdef void avx512_float_columns(const Columns* p, const void* row, void* out) noexcept nogil:
    if p.lanes == NULL:
        float_columns(p, row, out)
    else:
        float_rows(
            p, FloatSources(<const float*> row, NULL, NULL, NULL), FloatRows(<float*> out, NULL, NULL, NULL), 1
        )


cdef void avx512_float_columns2(
    const Columns* p, const void* row, const void* second, void* out, void* second_out
) noexcept nogil:
    float_rows(
        p, FloatSources(<const float*> row, <const float*> second, NULL, NULL),
        FloatRows(<float*> out, <float*> second_out, NULL, NULL), 2,
    )


cdef void avx512_float_columns4(const Columns* p, const void** rows, void** out) noexcept nogil:
    cdef const float** r = <const float**> rows
    cdef float** o = <float**> out
    float_rows(p, FloatSources(r[0], r[1], r[2], r[3]), FloatRows(o[0], o[1], o[2], o[3]), 4)


# 16-bit integers to float rows, several by the same tables. Lanes whose taps have ended have weight 0, and integers are
# finite. Signed ones go to the upper halves of their lanes, where their sign is.
cdef inline __m512 words_of(
    __m512i head, __m512i tail, __m512i index, const bint narrow, const bint signed
) noexcept nogil:
    cdef __mmask32 halves = 0xaaaaaaaa if signed else 0x55555555
    cdef __m512i v
    if narrow:
        v = _mm512_maskz_permutexvar_epi16(halves, index, head)
    else:
        v = _mm512_maskz_permutex2var_epi16(halves, head, index, tail)
    return _mm512_cvtepi32_ps(_mm512_srai_epi32(v, 16) if signed else v)


# Of one row, two or four; those that are not there are NULL.
cdef struct WordRows:
    const void *a
    const void *b
    const void *c
    const void *d


# What a block reads of one row, and the sums so far.
cdef struct WordWindow:
    __m512i head
    __m512i tail
    __m512 total


cdef inline void load_words(WordWindow* v, const word* s, const bint narrow) noexcept nogil:
    v.head = _mm512_loadu_si512(s)
    v.tail = v.head if narrow else _mm512_loadu_si512(s + 32)


cdef inline void add_words_of(
    WordWindow* v, __m512i index, __m512 weights, const bint narrow, const bint first, const bint signed
) noexcept nogil:
    cdef __m512 value = _mm512_mul_ps(words_of(v.head, v.tail, index, narrow, signed), weights)
    v.total = value if first else _mm512_add_ps(v.total, value)


cdef inline void word_blocks(
    const Columns* p, WordRows source, FloatRows out, word* kind, const int rows, const int groups, const bint inside,
    const bint narrow,
) noexcept nogil:
    cdef Lanes t = p.lanes[0]
    cdef Py_ssize_t ahead = p.ahead, step = p.channels, b, i
    cdef const u8* weights = t.weights
    cdef const word* s0 = <const word*> source.a
    cdef const word* s1 = <const word*> source.b
    cdef const word* s2 = <const word*> source.c
    cdef const word* s3 = <const word*> source.d
    cdef WordWindow v0, v1, v2, v3
    cdef __m512i index, advance = _mm512_set1_epi32(<int> p.channels << (16 if word is i16 else 0))
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
        if word is i16:
            index = _mm512_slli_epi32(index, 16)
        for k in range(groups if inside else t.used[b]):
            if k == 0 or not inside:
                load_words(&v0, s0 + i, narrow)
                if rows > 1:
                    load_words(&v1, s1 + i, narrow)
                if rows > 2:
                    load_words(&v2, s2 + i, narrow)
                    load_words(&v3, s3 + i, narrow)
            w = _mm512_loadu_ps(weights + 64*k)
            add_words_of(&v0, index, w, narrow, k == 0, word is i16)
            if rows > 1:
                add_words_of(&v1, index, w, narrow, k == 0, word is i16)
            if rows > 2:
                add_words_of(&v2, index, w, narrow, k == 0, word is i16)
                add_words_of(&v3, index, w, narrow, k == 0, word is i16)
            if inside:
                index = _mm512_add_epi32(index, advance)
            else:
                i += step
        weights += 64*groups
        i = t.out[b]
        _mm512_storeu_ps(out.a + i, v0.total)
        if rows > 1:
            _mm512_storeu_ps(out.b + i, v1.total)
        if rows > 2:
            _mm512_storeu_ps(out.c + i, v2.total)
            _mm512_storeu_ps(out.d + i, v3.total)


cdef inline void word_blocks_of(
    const Columns* p, WordRows source, FloatRows out, word* kind, const int rows, const int groups
) noexcept nogil:
    if p.lanes.inside and p.lanes.narrow:
        word_blocks(p, source, out, kind, rows, groups, True, True)
    elif p.lanes.inside:
        word_blocks(p, source, out, kind, rows, groups, True, False)
    elif p.lanes.narrow:
        word_blocks(p, source, out, kind, rows, groups, False, True)
    else:
        word_blocks(p, source, out, kind, rows, groups, False, False)


cdef inline void word_rows(
    const Columns* p, WordRows source, FloatRows out, word* kind, const int rows
) noexcept nogil:
    if p.lanes.groups == 2:
        word_blocks_of(p, source, out, kind, rows, 2)
    elif p.lanes.groups == 4:
        word_blocks_of(p, source, out, kind, rows, 4)
    else:
        word_blocks_of(p, source, out, kind, rows, p.lanes.groups)


cdef inline void one_word_row(const Columns* p, const void* row, void* out, word* kind) noexcept nogil:
    word_rows(p, WordRows(row, NULL, NULL, NULL), FloatRows(<float*> out, NULL, NULL, NULL), kind, 1)


cdef inline void two_word_rows(
    const Columns* p, const void* row, const void* second, void* out, void* second_out, word* kind
) noexcept nogil:
    word_rows(
        p, WordRows(row, second, NULL, NULL), FloatRows(<float*> out, <float*> second_out, NULL, NULL), kind, 2
    )


cdef inline void four_word_rows(const Columns* p, const void** rows, void** out, word* kind) noexcept nogil:
    cdef float** o = <float**> out
    word_rows(p, WordRows(rows[0], rows[1], rows[2], rows[3]), FloatRows(o[0], o[1], o[2], o[3]), kind, 4)


cdef void avx512_u16_to_float_columns(const Columns* p, const void* row, void* out) noexcept nogil:
    one_word_row(p, row, out, <u16*> NULL)


cdef void avx512_u16_to_float_columns2(
    const Columns* p, const void* row, const void* second, void* out, void* second_out
) noexcept nogil:
    two_word_rows(p, row, second, out, second_out, <u16*> NULL)


cdef void avx512_u16_to_float_columns4(const Columns* p, const void** rows, void** out) noexcept nogil:
    four_word_rows(p, rows, out, <u16*> NULL)


cdef void avx512_i16_to_float_columns(const Columns* p, const void* row, void* out) noexcept nogil:
    one_word_row(p, row, out, <i16*> NULL)


cdef void avx512_i16_to_float_columns2(
    const Columns* p, const void* row, const void* second, void* out, void* second_out
) noexcept nogil:
    two_word_rows(p, row, second, out, second_out, <i16*> NULL)


cdef void avx512_i16_to_float_columns4(const Columns* p, const void** rows, void** out) noexcept nogil:
    four_word_rows(p, rows, out, <i16*> NULL)


# uint16 by weights in 1/65536: sums of 32 bits.
cdef inline __m512i exact_words_of(
    const u16* s, __m512i near, __m512i far, __m512i first, __m512i second, const bint narrow
) noexcept nogil:
    cdef __m512i head = _mm512_loadu_si512(s), tail, a, b
    if narrow:
        a = _mm512_maskz_permutexvar_epi16(0x55555555, near, head)
        b = _mm512_maskz_permutexvar_epi16(0x55555555, far, head)
    else:
        tail = _mm512_loadu_si512(s + 32)
        a = _mm512_maskz_permutex2var_epi16(0x55555555, head, near, tail)
        b = _mm512_maskz_permutex2var_epi16(0x55555555, head, far, tail)
    return _mm512_add_epi32(_mm512_mullo_epi32(a, first), _mm512_mullo_epi32(b, second))


cdef inline void exact_word_blocks(
    const Columns* p, const u16* row, const u16* second, u32* out, u32* second_out, const bint narrow, const bint two
) noexcept nogil:
    cdef Lanes t = p.lanes[0]
    cdef Py_ssize_t ahead = p.ahead
    cdef __m512i near, far, w0, w1, step = _mm512_set1_epi32(<int> p.tap_step)
    cdef Py_ssize_t b
    for b in range(t.blocks):
        near = _mm512_load_si512(t.index + 64*b)
        far = _mm512_add_epi32(near, step)
        w0 = _mm512_loadu_si512(t.weights + 128*b)
        w1 = _mm512_loadu_si512(t.weights + 128*b + 64)
        fetch(row + t.base[b], ahead)
        _mm512_storeu_si512(out + t.out[b], exact_words_of(row + t.base[b], near, far, w0, w1, narrow))
        if two:
            fetch(second + t.base[b], ahead)
            _mm512_storeu_si512(
                second_out + t.out[b], exact_words_of(second + t.base[b], near, far, w0, w1, narrow)
            )


cdef void avx512_exact_u16_columns(const Columns* p, const void* row, void* out) noexcept nogil:
    if p.lanes == NULL or not p.lanes.inside:
        exact_u16_columns(p, row, out)
    elif p.lanes.narrow:
        exact_word_blocks(p, <const u16*> row, NULL, <u32*> out, NULL, True, False)
    else:
        exact_word_blocks(p, <const u16*> row, NULL, <u32*> out, NULL, False, False)


cdef void avx512_exact_u16_columns2(
    const Columns* p, const void* row, const void* second, void* out, void* second_out
) noexcept nogil:
    if not p.lanes.inside:
        exact_u16_columns(p, row, out)
        exact_u16_columns(p, second, second_out)
    elif p.lanes.narrow:
        exact_word_blocks(p, <const u16*> row, <const u16*> second, <u32*> out, <u32*> second_out, True, True)
    else:
        exact_word_blocks(p, <const u16*> row, <const u16*> second, <u32*> out, <u32*> second_out, False, True)


# The high halves of 64-bit sums, which are the results; even and odd columns apart.
cdef inline __m512i high_halves(__m512i a, __m512i b, __m512i first, __m512i second) noexcept nogil:
    cdef __m512i total = _mm512_add_epi64(_mm512_mul_epu32(a, first), _mm512_mul_epu32(b, second))
    return _mm512_add_epi64(total, _mm512_set1_epi64(<long long> 1 << 31))


cdef void avx512_exact_u16_blend(
    const void** rows, const void* weights, int taps, void* out, Py_ssize_t n
) noexcept nogil:
    cdef const u32* r0 = <const u32*> rows[0]
    cdef const u32* r1 = <const u32*> rows[1]
    cdef __m512i w0 = _mm512_set1_epi32((<const int*> weights)[0]), w1 = _mm512_set1_epi32((<const int*> weights)[1])
    cdef __m512i a, b, even, odd
    cdef Py_ssize_t i
    for i in range(0, n, 16):
        claim(<u16*> out + i)
        a = _mm512_loadu_si512(r0 + i)
        b = _mm512_loadu_si512(r1 + i)
        even = _mm512_srli_epi64(high_halves(a, b, w0, w1), 32)
        odd = high_halves(_mm512_srli_epi64(a, 32), _mm512_srli_epi64(b, 32), w0, w1)
        even = _mm512_mask_mov_epi32(even, 0xaaaa, odd)
        store32(<u8*> out + 2*i, 2*(n - i), _mm512_cvtepi32_epi16(even))


# Whole windows of floats, added as OpenCV does: groups of four in row-major order, what is left one by one.
cdef inline __m512 area_sum(
    const Columns* p, const float** rows, Py_ssize_t base, __m512i first, const int width, const int height,
    const bint inside,
) noexcept nogil:
    cdef __m512 total = _mm512_setzero_ps(), group = total, value, head = total, tail = total
    cdef __m512i index, advance = _mm512_set1_epi32(<int> p.channels)
    cdef Py_ssize_t step = p.channels
    cdef int area = width*height, j = 0, r, x
    cdef const float* s
    for r in range(height):
        s = rows[r] + base
        index = first
        for x in range(width):
            if x == 0 or not inside:
                head = _mm512_loadu_ps(s)
                tail = _mm512_loadu_ps(s + 16)
            value = _mm512_permutex2var_ps(head, index, tail)
            if inside:
                index = _mm512_add_epi32(index, advance)
            else:
                s += step
            if j >= (area & ~3):
                total = _mm512_add_ps(total, value)
            else:
                group = value if j & 3 == 0 else _mm512_add_ps(group, value)
                if j & 3 == 3:
                    total = _mm512_add_ps(total, group)
            j += 1
    return total


# A 2 x 2 window added within rows first.
cdef inline __m512 pair_sum(const Columns* p, const float* s, __m512i index) noexcept nogil:
    cdef __m512 head = _mm512_loadu_ps(s), tail = _mm512_loadu_ps(s + 16)
    cdef __m512i second = _mm512_add_epi32(index, _mm512_set1_epi32(<int> p.channels))
    return _mm512_add_ps(_mm512_permutex2var_ps(head, index, tail), _mm512_permutex2var_ps(head, second, tail))


# Sixteen results of such windows from neighbouring columns.
cdef inline __m512 add_neighbours(const float* s, const Py_ssize_t C) noexcept nogil:
    cdef __m512 head = _mm512_loadu_ps(s), tail = _mm512_loadu_ps(s + 16)
    if C == 4:
        return _mm512_add_ps(_mm512_shuffle_f32x4(head, tail, 0x88), _mm512_shuffle_f32x4(head, tail, 0xdd))
    return _mm512_add_ps(_mm512_shuffle_ps(head, tail, 0x88), _mm512_shuffle_ps(head, tail, 0xdd))


cdef inline __m512 add_halves(const float* a, const float* b, const Py_ssize_t C) noexcept nogil:
    cdef __m512 total = _mm512_add_ps(add_neighbours(a, C), add_neighbours(b, C))
    if C == 1:
        # Adding within 16 bytes leaves pairs of one channel's sums apart.
        total = _mm512_permutexvar_ps(
            _mm512_setr_epi32(0, 1, 4, 5, 8, 9, 12, 13, 2, 3, 6, 7, 10, 11, 14, 15), total
        )
    return _mm512_mul_ps(total, _mm512_set1_ps(0.25))


cdef inline __m512 pixel_later(__m512 line, __m512 following) noexcept nogil:
    return _mm512_castsi512_ps(
        _mm512_alignr_epi32(_mm512_castps_si512(following), _mm512_castps_si512(line), 4)
    )


# Four channels whose windows lie across cache lines: whole lines are loaded, every pixel is added to the next one, and
# every other sum is one of a window. From element i on, which begins one pixel after a line; returns how far.
cdef inline Py_ssize_t half_across_lines(
    const float* a, const float* b, float* out, Py_ssize_t i, Py_ssize_t n, Py_ssize_t ahead
) noexcept nogil:
    cdef __m512 quarter = _mm512_set1_ps(0.25), a0, a1, a2, b0, b1, b2, first, second
    a0, b0 = _mm512_loadu_ps(a + 2*i - 4), _mm512_loadu_ps(b + 2*i - 4)
    while i + 22 <= n:
        a1, a2 = _mm512_loadu_ps(a + 2*i + 12), _mm512_loadu_ps(a + 2*i + 28)
        b1, b2 = _mm512_loadu_ps(b + 2*i + 12), _mm512_loadu_ps(b + 2*i + 28)
        if ahead != 0:
            fetch(a + 2*i + 12, ahead)
            fetch(a + 2*i + 28, ahead)
            fetch(b + 2*i + 12, ahead)
            fetch(b + 2*i + 28, ahead)
        first = _mm512_add_ps(_mm512_add_ps(a0, pixel_later(a0, a1)), _mm512_add_ps(b0, pixel_later(b0, b1)))
        second = _mm512_add_ps(_mm512_add_ps(a1, pixel_later(a1, a2)), _mm512_add_ps(b1, pixel_later(b1, b2)))
        _mm512_storeu_ps(out + i, _mm512_mul_ps(_mm512_shuffle_f32x4(first, second, 0xdd), quarter))
        a0, b0 = a2, b2
        i += 16
    return i


cdef inline void half_floats(
    const float* a, const float* b, float* out, Py_ssize_t n, Py_ssize_t ahead, const Py_ssize_t C
) noexcept nogil:
    # From element i on loads do not meet two cache lines, where that can be; what lies before it goes first.
    cdef Py_ssize_t i = 0
    if n >= 64 and <Py_ssize_t> a & 63 != 0:
        i = (-<Py_ssize_t> a & 63) // 8 & -C
        _mm512_storeu_ps(out, add_halves(a, b, C))
    if C == 4 and n >= 64 and <Py_ssize_t> a & 31 == 16:
        i = half_across_lines(a, b, out, 4 if <Py_ssize_t> a & 63 == 48 else 8, n, ahead)
    while i + 16 <= n:
        if C == 4 and ahead != 0:
            fetch(a + 2*i, ahead)
            fetch(a + 2*i + 16, ahead)
            fetch(b + 2*i, ahead)
            fetch(b + 2*i + 16, ahead)
        _mm512_storeu_ps(out + i, add_halves(a + 2*i, b + 2*i, C))
        i += 16
    if i < n:
        _mm512_storeu_ps(out + n - 16, add_halves(a + 2*n - 32, b + 2*n - 32, C))


cdef Py_ssize_t half_rows(const Columns* p, const float** rows, float* out) noexcept nogil:
    """The first results that can be calculated so; returns how many elements."""
    cdef Py_ssize_t done = (p.row_pairs*p.channels) & ~<Py_ssize_t> 15
    if done > 0 and p.channels == 1:
        half_floats(rows[0], rows[1], out, done, p.ahead, 1)
    elif done > 0:
        half_floats(rows[0], rows[1], out, done, p.ahead, 4)
    return done


cdef inline void area_blocks(
    const Columns* p, const float** rows, float* out, Py_ssize_t done, const int width, const int height,
    const bint inside,
) noexcept nogil:
    cdef Lanes t = p.lanes[0]
    cdef Py_ssize_t ahead = p.ahead
    cdef const float *kept[4]
    cdef const float** r = rows
    cdef __m512 scale = _mm512_set1_ps(<float> 1.0/<float> (width*height)), total
    cdef __m512i index
    cdef int k
    cdef Py_ssize_t b, pairs = p.row_pairs*p.channels
    if height <= 4:
        for k in range(height):
            kept[k] = rows[k]
        r = kept
    for b in range(t.blocks):
        if t.out[b] + 16 <= done:
            continue
        if ahead != 0:
            fetch(r[0] + t.base[b], ahead)
            fetch(r[0] + t.base[b] + 16, ahead)
            fetch(r[height - 1] + t.base[b], ahead)
            fetch(r[height - 1] + t.base[b] + 16, ahead)
        index = _mm512_load_si512(t.index + 64*b)
        # The first columns of a 2 x 2 shrink are added within rows first; a block may have some of both.
        if t.out[b] + 16 <= pairs:
            total = _mm512_add_ps(
                pair_sum(p, r[0] + t.base[b], index), pair_sum(p, r[1] + t.base[b], index)
            )
        else:
            total = area_sum(p, r, t.base[b], index, width, height, inside)
            if t.out[b] < pairs:
                total = _mm512_mask_mov_ps(
                    total, first_words(pairs - t.out[b]), _mm512_add_ps(
                        pair_sum(p, r[0] + t.base[b], index), pair_sum(p, r[1] + t.base[b], index)
                    ),
                )
        store_floats(out + t.out[b], t.n - t.out[b], _mm512_mul_ps(total, scale))


cdef inline void area_blocks_of(
    const Columns* p, const float** rows, float* out, Py_ssize_t done, const bint inside
) noexcept nogil:
    if p.factor == 2 and p.row_factor == 2:
        area_blocks(p, rows, out, done, 2, 2, inside)
    elif p.factor == 3 and p.row_factor == 3:
        area_blocks(p, rows, out, done, 3, 3, inside)
    elif p.factor == 4 and p.row_factor == 4:
        area_blocks(p, rows, out, done, 4, 4, inside)
    else:
        area_blocks(p, rows, out, done, p.factor, p.row_factor, inside)


# Four taps of four columns at each of four places: sixteen columns of one channel are transposed by fours.
cdef inline __m512 at_four_places(const float* s, Py_ssize_t step) noexcept nogil:
    cdef __m512 v = _mm512_castps128_ps512(_mm_loadu_ps(s))
    v = _mm512_insertf32x4(v, _mm_loadu_ps(s + step), 1)
    v = _mm512_insertf32x4(v, _mm_loadu_ps(s + 2*step), 2)
    return _mm512_insertf32x4(v, _mm_loadu_ps(s + 3*step), 3)


cdef inline Py_ssize_t add_wide_fours(__m512* v, Py_ssize_t n, __m512* total) noexcept nogil:
    cdef Py_ssize_t k
    for k in range(0, n - 3, 4):
        total[0] = _mm512_add_ps(
            total[0], _mm512_add_ps(_mm512_add_ps(_mm512_add_ps(v[k], v[k + 1]), v[k + 2]), v[k + 3])
        )
    for k in range(n & ~3, n):
        v[k & 3] = v[k]
    return n & 3


# As add_large_singles, from the first column on.
cdef Py_ssize_t add_wide_singles(const Columns* p, const float** rows, float* out) noexcept nogil:
    cdef __m512 scale = _mm512_set1_ps(<float> 1.0/<float> (p.factor*p.row_factor)), total, a, b, c, d
    cdef __m512[MOST_SINGLES + 8] v
    cdef Py_ssize_t x = 0, width = p.factor, n_out = p.n_out, n_in = p.n_in, n, j, k
    cdef int down = p.row_factor, r
    cdef const float* s
    while x + 16 <= n_out and (x + 16)*width + (-width & 3) <= n_in:
        total = _mm512_setzero_ps()
        n = 0
        for r in range(down):
            if n + width > MOST_SINGLES:
                n = add_wide_fours(v, n, &total)
            for j in range(0, width, 4):
                s = rows[r] + x*width + j
                a, b = at_four_places(s, 4*width), at_four_places(s + width, 4*width)
                c, d = at_four_places(s + 2*width, 4*width), at_four_places(s + 3*width, 4*width)
                a, b = _mm512_unpacklo_ps(a, b), _mm512_unpackhi_ps(a, b)
                c, d = _mm512_unpacklo_ps(c, d), _mm512_unpackhi_ps(c, d)
                k = n + j
                v[k], v[k + 1] = _mm512_shuffle_ps(a, c, 0x44), _mm512_shuffle_ps(a, c, 0xee)
                v[k + 2], v[k + 3] = _mm512_shuffle_ps(b, d, 0x44), _mm512_shuffle_ps(b, d, 0xee)
            n += width
        n = add_wide_fours(v, n, &total)
        for k in range(n):
            total = _mm512_add_ps(total, v[k])
        _mm512_storeu_ps(out + x, _mm512_mul_ps(total, scale))
        x += 16
    return x


cdef void avx512_area_float(const Columns* p, const void** rows, int taps, void* out) noexcept nogil:
    cdef const float** r = <const float**> rows
    cdef float* d = <float*> out
    cdef Py_ssize_t done
    if taps < p.row_factor:
        area_float(p, rows, taps, out)
        return
    # Taps of neighbouring columns may be too far apart for permutes; tall windows of pixels need none either.
    if p.factor > 4 or (p.row_factor > 4 and p.channels > 2) or p.lanes == NULL:
        done = add_wide_singles(p, r, d) if p.channels == 1 and 4 < p.factor < MOST_SINGLES else 0
        sse_area_from(p, rows, taps, d, done)
        return
    done = half_rows(p, r, d)
    if done == p.n_out*p.channels:
        return
    if p.lanes.inside:
        area_blocks_of(p, r, d, done, True)
    else:
        area_blocks_of(p, r, d, done, False)


# Two taps of three or four channels lie side by side, so one load of eight floats brings both: for shrinking axes,
# where a block of lanes would be mostly empty. Four pixels at a time, products in tap order.
cdef inline __m512 two_pixels(const float* row, const Py_ssize_t* start, const Py_ssize_t C) noexcept nogil:
    return _mm512_insertf32x8(
        _mm512_castps256_ps512(_mm256_loadu_ps(row + start[0]*C)), _mm256_loadu_ps(row + start[1]*C), 1
    )


cdef inline void pixel_pairs(
    const Columns* p, const float* row, float* out, Py_ssize_t begin, Py_ssize_t end, const Py_ssize_t C,
    __m512i spread, __m512i taps,
) noexcept nogil:
    cdef const float* w = <const float*> p.weights
    cdef const Py_ssize_t* start = p.start
    cdef __m512 a, b
    cdef Py_ssize_t i, x, n = p.n_out
    for i in range(begin, end, 4):
        x = min(i, end - 4)
        a = _mm512_permutexvar_ps(spread, _mm512_broadcast_f32x4(_mm_loadu_ps(w + 2*x)))
        b = _mm512_permutexvar_ps(spread, _mm512_broadcast_f32x4(_mm_loadu_ps(w + 2*x + 4)))
        a = _mm512_mul_ps(two_pixels(row, start + x, C), a)
        b = _mm512_mul_ps(two_pixels(row, start + x + 2, C), b)
        a = _mm512_add_ps(
            _mm512_permutex2var_ps(a, taps, b),
            _mm512_permutex2var_ps(a, _mm512_add_epi32(taps, _mm512_set1_epi32(<int> C)), b),
        )
        store_floats(out + x*C, (n - x)*C, a)


cdef void avx512_float_pairs(const Columns* p, const void* row, void* out) noexcept nogil:
    cdef Py_ssize_t begin = 0, end = p.n_out
    # Outputs with one tap, at the edges, go pixel by pixel.
    if p.count != NULL:
        while begin < end and p.count[begin] < 2:
            begin += 1
        while end > begin and p.count[end - 1] < 2:
            end -= 1
    if end - begin < 4:
        end = begin
    if p.channels == 3:
        pixel_pairs(
            p, <const float*> row, <float*> out, begin, end, 3,
            _mm512_setr_epi32(0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3),
            _mm512_setr_epi32(0, 1, 2, 8, 9, 10, 16, 17, 18, 24, 25, 26, 0, 0, 0, 0),
        )
    else:
        pixel_pairs(
            p, <const float*> row, <float*> out, begin, end, 4,
            _mm512_setr_epi32(0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3),
            _mm512_setr_epi32(0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27),
        )
    part_of_row(p, <const float*> row, <float*> out, 0, begin)
    part_of_row(p, <const float*> row, <float*> out, end, p.n_out)


# (a + b + c + d + 2) >> 2 without leaving 16 bits: quarters and remainders apart.
cdef inline __m512i quarter_words(__m512i a, __m512i b, __m512i c, __m512i d) noexcept nogil:
    cdef __m512i three = _mm512_set1_epi16(3)
    cdef __m512i quarters = _mm512_add_epi16(
        _mm512_add_epi16(_mm512_srli_epi16(a, 2), _mm512_srli_epi16(b, 2)),
        _mm512_add_epi16(_mm512_srli_epi16(c, 2), _mm512_srli_epi16(d, 2)),
    )
    cdef __m512i rest = _mm512_add_epi16(
        _mm512_add_epi16(_mm512_and_si512(a, three), _mm512_and_si512(b, three)),
        _mm512_add_epi16(_mm512_and_si512(c, three), _mm512_and_si512(d, three)),
    )
    return _mm512_add_epi16(quarters, _mm512_srli_epi16(_mm512_add_epi16(rest, _mm512_set1_epi16(2)), 2))


# Signed words are moved by 2**15 to where others are, and their quarters back.
cdef inline __m512i window_words(const word* s, __m512i index) noexcept nogil:
    cdef __m512i v = _mm512_permutex2var_epi16(_mm512_loadu_si512(s), index, _mm512_loadu_si512(s + 32))
    if word is i16:
        return _mm512_xor_si512(v, _mm512_set1_epi16(-32768))
    else:
        return v


cdef inline void half_words_by_lanes(const Columns* p, const void** rows, int taps, word* out) noexcept nogil:
    cdef Lanes t
    cdef const word* r0
    cdef const word* r1
    cdef const word* a
    cdef const word* b
    cdef __m512i index, quarters
    cdef Py_ssize_t i, C = p.channels, ahead = p.ahead
    if p.lanes == NULL or taps < 2:
        half_words_from(p, rows, taps, out, 0)
        return
    t = p.lanes[0]
    r0, r1 = <const word*> rows[0], <const word*> rows[1]
    for i in range(t.blocks):
        index = _mm512_load_si512(t.index + 64*i)
        a = r0 + t.base[i]
        b = r1 + t.base[i]
        if ahead != 0:
            fetch(a, ahead)
            fetch(b, ahead)
            fetch(a + 32, ahead)
            fetch(b + 32, ahead)
        quarters = quarter_words(
            window_words(a, index), window_words(a + C, index), window_words(b, index), window_words(b + C, index)
        )
        if word is i16:
            quarters = _mm512_xor_si512(quarters, _mm512_set1_epi16(-32768))
        store64(<u8*> (out + t.out[i]), 2*(t.n - t.out[i]), quarters)


cdef void avx512_half_u16(const Columns* p, const void** rows, int taps, void* out) noexcept nogil:
    half_words_by_lanes(p, rows, taps, <u16*> out)


cdef void avx512_half_i16(const Columns* p, const void** rows, int taps, void* out) noexcept nogil:
    half_words_by_lanes(p, rows, taps, <i16*> out)


cdef inline __m512i exact_words(__m512i a, __m512i b, __m512i weights) noexcept nogil:
    # Signed words: (a - 32768)*b0 + (b - 32768)*b1 = sum - 2**23, as the weights add up to 256.
    cdef __m512i rounding = _mm512_set1_epi32((1 << 15) + (1 << 23))
    cdef __m512i low = _mm512_madd_epi16(_mm512_unpacklo_epi16(a, b), weights)
    cdef __m512i high = _mm512_madd_epi16(_mm512_unpackhi_epi16(a, b), weights)
    low = _mm512_srai_epi32(_mm512_add_epi32(low, rounding), 16)
    high = _mm512_srai_epi32(_mm512_add_epi32(high, rounding), 16)
    return _mm512_packs_epi32(low, high)


cdef void avx512_exact_u8_blend(
    const void** rows, const void* weights, int taps, void* out, Py_ssize_t n
) noexcept nogil:
    cdef const u16* r0 = <const u16*> rows[0]
    cdef const u16* r1 = <const u16*> rows[1]
    cdef __m512i both = _mm512_set1_epi32((<const int*> weights)[0]), sign = _mm512_set1_epi16(-32768), a, b
    cdef Py_ssize_t i
    for i in range(0, n, 32):
        a = _mm512_xor_si512(_mm512_loadu_si512(r0 + i), sign)
        b = _mm512_xor_si512(_mm512_loadu_si512(r1 + i), sign)
        store32(<u8*> out + i, n - i, _mm512_cvtepi16_epi8(exact_words(a, b, both)))


# As in rows.pxi. Loops of the compiler leave up to 63 columns to be done one by one, which shows in narrow images.
# Ring rows may be read past their end.
cdef inline __m512i linear_words(const i16* r0, const i16* r1, __m512i w0, __m512i w1) noexcept nogil:
    cdef __m512i v = _mm512_add_epi16(
        _mm512_mulhi_epi16(_mm512_loadu_si512(r0), w0), _mm512_mulhi_epi16(_mm512_loadu_si512(r1), w1)
    )
    return _mm512_srai_epi16(_mm512_add_epi16(v, _mm512_set1_epi16(2)), 2)


cdef void avx512_linear_u8_blend(
    const void** rows, const void* weights, int taps, void* out, Py_ssize_t n
) noexcept nogil:
    cdef const i16* r0 = <const i16*> rows[0]
    cdef const i16* r1 = <const i16*> rows[1]
    cdef __m512i w0 = _mm512_set1_epi16((<const i16*> weights)[0]), w1 = _mm512_set1_epi16((<const i16*> weights)[1])
    cdef __m512i in_order = _mm512_setr_epi64(0, 2, 4, 6, 1, 3, 5, 7), v
    cdef Py_ssize_t i = 0
    while i + 64 <= n:
        v = _mm512_packus_epi16(
            linear_words(r0 + i, r1 + i, w0, w1), linear_words(r0 + i + 32, r1 + i + 32, w0, w1)
        )
        _mm512_storeu_si512(<u8*> out + i, _mm512_permutexvar_epi64(in_order, v))
        i += 64
    while i < n:
        store32(<u8*> out + i, n - i, _mm512_cvtepi16_epi8(linear_words(r0 + i, r1 + i, w0, w1)))
        i += 32


cdef inline __m512i fixed_sum(const i32** r, const __m512i* w, const int taps, Py_ssize_t i) noexcept nogil:
    cdef __m512i total = _mm512_set1_epi32(1 << 21)
    cdef int k
    for k in range(taps):
        total = _mm512_add_epi32(total, _mm512_mullo_epi32(_mm512_loadu_si512(r[k] + i), w[k]))
    return _mm512_srai_epi32(total, 22)


cdef inline void fixed_blend(
    const i32** rows, const i16* weights, const int taps, u8* out, Py_ssize_t n
) noexcept nogil:
    cdef __m512i[8] w
    cdef const i32 *r[8]
    cdef __m512i in_order = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15), v
    cdef Py_ssize_t i = 0
    cdef int k
    for k in range(taps):
        r[k] = rows[k]
        w[k] = _mm512_set1_epi32(weights[k])
    while i + 64 <= n:
        v = _mm512_packus_epi16(
            _mm512_packs_epi32(fixed_sum(r, w, taps, i), fixed_sum(r, w, taps, i + 16)),
            _mm512_packs_epi32(fixed_sum(r, w, taps, i + 32), fixed_sum(r, w, taps, i + 48)),
        )
        _mm512_storeu_si512(out + i, _mm512_permutexvar_epi32(in_order, v))
        i += 64
    while i < n:
        v = _mm512_max_epi32(fixed_sum(r, w, taps, i), _mm512_setzero_si512())
        store16(out + i, n - i, _mm512_cvtusepi32_epi8(v))
        i += 16


cdef void avx512_fixed_u8_blend(
    const void** rows, const void* weights, int taps, void* out, Py_ssize_t n
) noexcept nogil:
    if taps == 4:
        fixed_blend(<const i32**> rows, <const i16*> weights, 4, <u8*> out, n)
    elif taps == 8:
        fixed_blend(<const i32**> rows, <const i16*> weights, 8, <u8*> out, n)
    else:
        fixed_u8_blend(rows, weights, taps, out, n)


# The rows of a blend and their weights. Of up to eight in registers: stores could change what pointers lead to.
cdef struct Operands:
    const float** rows
    const float* weights
    const float *row[8]
    __m512 weight[8]


cdef inline void set_operands(Operands* o, const float** rows, const float* weights, const int taps) noexcept nogil:
    cdef int k
    o.rows, o.weights = rows, weights
    for k in range(min(taps, 8)):
        o.row[k] = rows[k]
        o.weight[k] = _mm512_set1_ps(weights[k])


cdef inline __m512 blend16(const Operands* o, const int taps, const bint many, Py_ssize_t i) noexcept nogil:
    cdef __m512 total = _mm512_mul_ps(_mm512_loadu_ps(o.row[0] + i), o.weight[0])
    cdef int k
    for k in range(1, taps):
        if many:
            total = _mm512_add_ps(
                total, _mm512_mul_ps(_mm512_loadu_ps(o.rows[k] + i), _mm512_set1_ps(o.weights[k]))
            )
        else:
            total = _mm512_add_ps(total, _mm512_mul_ps(_mm512_loadu_ps(o.row[k] + i), o.weight[k]))
    return total


cdef inline __m512 blend_some(const Operands* o, const int taps, Py_ssize_t i, __mmask16 which) noexcept nogil:
    cdef __m512 total = _mm512_mul_ps(_mm512_maskz_loadu_ps(which, o.rows[0] + i), o.weight[0])
    cdef int k
    for k in range(1, taps):
        total = _mm512_add_ps(
            total, _mm512_mul_ps(_mm512_maskz_loadu_ps(which, o.rows[k] + i), _mm512_set1_ps(o.weights[k]))
        )
    return total


# As in rows.pxi, with prefetching: of rows where they are the source's, else of the destination. `past_caches`: to
# memory, in whole cache lines.
cdef inline void blend_floats(
    const float** rows, const float* weights, const int taps, const bint many, float* out, Py_ssize_t n,
    const bint from_source, const bint past_caches,
) noexcept nogil:
    cdef Operands o
    cdef const float* last = rows[taps - 1]
    cdef Py_ssize_t i = 0
    set_operands(&o, rows, weights, taps)
    if past_caches:
        i = min(<Py_ssize_t> ((-<size_t> out & 63) >> 2), n)
        _mm512_mask_storeu_ps(out, first_words(i), blend_some(&o, taps, 0, first_words(i)))
    while i + 16 <= n:
        if from_source:
            fetch(last + i, AHEAD)
        elif not past_caches:
            claim(out + i)
        if past_caches:
            _mm512_stream_ps(out + i, blend16(&o, taps, many, i))
        else:
            _mm512_storeu_ps(out + i, blend16(&o, taps, many, i))
        i += 16
    if i < n:
        _mm512_mask_storeu_ps(out + i, first_words(n - i), blend_some(&o, taps, i, first_words(n - i)))


cdef inline void blend_floats_of(
    const void** rows, const void* weights, int taps, void* out, Py_ssize_t n, const bint from_source,
    const bint past_caches,
) noexcept nogil:
    cdef const float** r = <const float**> rows
    cdef const float* w = <const float*> weights
    if taps == 2:
        blend_floats(r, w, 2, False, <float*> out, n, from_source, past_caches)
    elif taps == 4:
        blend_floats(r, w, 4, False, <float*> out, n, from_source, past_caches)
    elif taps == 8:
        blend_floats(r, w, 8, False, <float*> out, n, from_source, past_caches)
    elif past_caches:
        blend_floats(r, w, taps, True, <float*> out, n, from_source, past_caches)
    else:
        float_blend(rows, weights, taps, out, n)


cdef void avx512_blend_source(const void** rows, const void* weights, int taps, void* out, Py_ssize_t n) noexcept nogil:
    blend_floats_of(rows, weights, taps, out, n, True, False)


cdef void avx512_blend_to_floats(
    const void** rows, const void* weights, int taps, void* out, Py_ssize_t n
) noexcept nogil:
    blend_floats_of(rows, weights, taps, out, n, False, False)


cdef void avx512_blend_past_caches(
    const void** rows, const void* weights, int taps, void* out, Py_ssize_t n
) noexcept nogil:
    blend_floats_of(rows, weights, taps, out, n, False, True)
    _mm_sfence()


# Floats that int32 holds to small integers: conversion rounds half to even, packing saturates within 16 bytes.
cdef inline __m512i packed_words(__m512 first, __m512 second, const bint signed) noexcept nogil:
    cdef __m512i a = _mm512_cvtps_epi32(first), b = _mm512_cvtps_epi32(second)
    return _mm512_packs_epi32(a, b) if signed else _mm512_packus_epi32(a, b)


cdef inline __m256i to_words(__m512 v, const bint signed) noexcept nogil:
    cdef __m512i even = _mm512_setr_epi64(0, 2, 4, 6, 0, 2, 4, 6)
    return _mm512_castsi512_si256(_mm512_permutexvar_epi64(even, packed_words(v, v, signed)))


cdef inline __m512i blend_words(
    const Operands* o, const int taps, const bint many, Py_ssize_t i, const bint signed
) noexcept nogil:
    return packed_words(blend16(o, taps, many, i), blend16(o, taps, many, i + 16), signed)


cdef inline __m512i blend_bytes(const Operands* o, const int taps, const bint many, Py_ssize_t i) noexcept nogil:
    return _mm512_packus_epi16(blend_words(o, taps, many, i, True), blend_words(o, taps, many, i + 32, True))


cdef inline void blend_whole(
    const float** rows, const float* weights, const int taps, const bint many, void* out, Py_ssize_t n,
    const int element,
) noexcept nogil:
    # Ring rows may be read past their end; the destination takes only what belongs to it.
    cdef __m512i in_order = (
        _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15) if element == U8
        else _mm512_setr_epi32(0, 1, 4, 5, 8, 9, 12, 13, 2, 3, 6, 7, 10, 11, 14, 15)
    )
    cdef Py_ssize_t i = 0, step = 64 if element == U8 else 32
    cdef Operands o
    cdef __m512i v
    set_operands(&o, rows, weights, taps)
    while i + step <= n:
        if element == U8:
            v = _mm512_permutexvar_epi32(in_order, blend_bytes(&o, taps, many, i))
            _mm512_storeu_si512(<u8*> out + i, v)
        else:
            claim(<u16*> out + i)
            v = _mm512_permutexvar_epi32(in_order, blend_words(&o, taps, many, i, element == I16))
            _mm512_storeu_si512(<u16*> out + i, v)
        i += step
    while i < n:
        if element == U8:
            v = _mm512_max_epi32(_mm512_cvtps_epi32(blend16(&o, taps, many, i)), _mm512_setzero_si512())
            store16(<u8*> out + i, n - i, _mm512_cvtusepi32_epi8(v))
        else:
            store32(<u8*> out + 2*i, 2*(n - i), to_words(blend16(&o, taps, many, i), element == I16))
        i += 16


cdef inline void blend_whole_of(
    const float** r, const float* w, int taps, void* out, Py_ssize_t n, const int element
) noexcept nogil:
    if taps == 2:
        blend_whole(r, w, 2, False, out, n, element)
    elif taps == 4:
        blend_whole(r, w, 4, False, out, n, element)
    elif taps == 8:
        blend_whole(r, w, 8, False, out, n, element)
    else:
        blend_whole(r, w, taps, True, out, n, element)


cdef void avx512_blend_to_u8(const void** rows, const void* weights, int taps, void* out, Py_ssize_t n) noexcept nogil:
    blend_whole_of(<const float**> rows, <const float*> weights, taps, out, n, U8)


cdef void avx512_blend_to_u16(const void** rows, const void* weights, int taps, void* out, Py_ssize_t n) noexcept nogil:
    blend_whole_of(<const float**> rows, <const float*> weights, taps, out, n, U16)


cdef void avx512_blend_to_i16(const void** rows, const void* weights, int taps, void* out, Py_ssize_t n) noexcept nogil:
    blend_whole_of(<const float**> rows, <const float*> weights, taps, out, n, I16)


# Any floats. What int32 cannot hold becomes its least number, which is right for NaN and below, so only the other end
# is limited first.
cdef inline void narrow_words(const float* s, void* out, Py_ssize_t n, const bint signed) noexcept nogil:
    cdef Py_ssize_t i
    for i in range(0, n, 16):
        store32(
            <u8*> out + 2*i, 2*(n - i), to_words(_mm512_min_ps(_mm512_set1_ps(65535), _mm512_loadu_ps(s + i)), signed)
        )


cdef void avx512_narrow_u16(const void* row, void* out, Py_ssize_t n) noexcept nogil:
    narrow_words(<const float*> row, out, n, False)


cdef void avx512_narrow_i16(const void* row, void* out, Py_ssize_t n) noexcept nogil:
    narrow_words(<const float*> row, out, n, True)


# Pixels of words and of floats, whatever their type: elements are only moved. `far`: there is a row ahead to fetch.
cdef inline void gather_blocks(
    const Lanes* lanes, const gathered* row, gathered* out, Py_ssize_t ahead, const bint narrow, const bint far
) noexcept nogil:
    cdef Lanes t = lanes[0]
    cdef __m512i index, v
    cdef const gathered* s
    cdef Py_ssize_t b
    for b in range(t.blocks):
        s = row + t.base[b]
        if far:
            fetch(s, ahead)
        index = _mm512_load_si512(t.index + 64*b)
        v = _mm512_loadu_si512(s)
        if gathered is u16:
            v = _mm512_permutexvar_epi16(index, v) if narrow else (
                _mm512_permutex2var_epi16(v, index, _mm512_loadu_si512(s + 32))
            )
            if t.n - t.out[b] >= 32:
                _mm512_storeu_si512(out + t.out[b], v)
            else:
                _mm512_mask_storeu_epi16(out + t.out[b], <__mmask32> first_bytes(t.n - t.out[b]), v)
        else:
            v = _mm512_permutexvar_epi32(index, v) if narrow else (
                _mm512_permutex2var_epi32(v, index, _mm512_loadu_si512(s + 16))
            )
            if t.n - t.out[b] >= 16:
                _mm512_storeu_si512(out + t.out[b], v)
            else:
                _mm512_mask_storeu_epi32(out + t.out[b], first_words(t.n - t.out[b]), v)


cdef inline void gather_blocks_of(
    const Lanes* t, const gathered* row, gathered* out, Py_ssize_t ahead
) noexcept nogil:
    if t.narrow and ahead == 0:
        gather_blocks(t, row, out, ahead, True, False)
    elif t.narrow:
        gather_blocks(t, row, out, ahead, True, True)
    elif ahead == 0:
        gather_blocks(t, row, out, ahead, False, False)
    else:
        gather_blocks(t, row, out, ahead, False, True)


cdef void avx512_gather(
    const Lanes* t, const Py_ssize_t* index, Py_ssize_t n, Py_ssize_t size, const void* row, void* out,
    Py_ssize_t ahead,
) noexcept nogil:
    if t == NULL:
        gather(t, index, n, size, row, out, ahead)
    elif t.kind == FLOATS:
        gather_blocks_of(t, <const u32*> row, <u32*> out, ahead)
    else:
        gather_blocks_of(t, <const u16*> row, <u16*> out, ahead)


cdef void avx512_stream(const void* row, void* out, Py_ssize_t n) noexcept nogil:
    cdef const u8* s = <const u8*> row
    cdef u8* d = <u8*> out
    cdef Py_ssize_t i, head = min(<Py_ssize_t> (-<size_t> d & 63), n), body = (n - head) & ~<Py_ssize_t> 63
    memcpy(d, s, head)
    for i in range(head, head + body, 64):
        _mm512_stream_si512(<__m512i*> (d + i), _mm512_loadu_si512(s + i))
    memcpy(d + head + body, s + head + body, n - head - body)
    _mm_sfence()


cdef void use_avx512_kernels(RowKernels* table) noexcept:
    table.linear_u8_blend = avx512_linear_u8_blend
    table.fixed_u8_blend = avx512_fixed_u8_blend
    table.exact_u8_blend = avx512_exact_u8_blend
    table.exact_u16_columns = avx512_exact_u16_columns
    table.exact_u16_columns2 = avx512_exact_u16_columns2
    table.exact_u16_blend = avx512_exact_u16_blend
    table.exact_u16_lanes = LaneFormat(FLOATS, 16, 64)
    table.columns_from[<int> U8] = NULL   # widening first was measured to be faster than permutes of 16 bytes
    table.columns_from[<int> U16] = avx512_u16_to_float_columns
    table.columns_from[<int> I16] = avx512_i16_to_float_columns
    table.columns_from4[<int> U16] = avx512_u16_to_float_columns4
    table.columns_from4[<int> I16] = avx512_i16_to_float_columns4
    table.columns_from2[<int> U16] = avx512_u16_to_float_columns2
    table.columns_from2[<int> I16] = avx512_i16_to_float_columns2
    table.columns_from_lanes[<int> U16] = table.columns_from_lanes[<int> I16] = LaneFormat(FLOATS, 16, 64)
    table.float_columns = avx512_float_columns
    table.float_columns2 = avx512_float_columns2
    table.float_columns4 = avx512_float_columns4
    table.float_pairs = avx512_float_pairs
    table.float_pixels = float_pixels
    table.float_lanes = LaneFormat(FLOATS, 16, 32)
    table.blend_from[<int> F32] = avx512_blend_source
    table.blend_to[<int> F32] = avx512_blend_to_floats
    table.blend_to[<int> U8] = avx512_blend_to_u8
    table.blend_to[<int> U16] = avx512_blend_to_u16
    table.blend_to[<int> I16] = avx512_blend_to_i16
    table.narrow[<int> U16] = avx512_narrow_u16
    table.narrow[<int> I16] = avx512_narrow_i16
    table.stream = avx512_stream
    table.stream_blend[<int> F32] = avx512_blend_past_caches
    table.gather = avx512_gather
    table.gather_lanes[1] = LaneFormat(SHORTS, 32, 64)
    table.gather_lanes[2] = LaneFormat(FLOATS, 16, 32)
    table.half_u16 = avx512_half_u16
    table.half_i16 = avx512_half_i16
    table.half_words_lanes = LaneFormat(SHORTS, 32, 64)
    table.area_float = avx512_area_float
