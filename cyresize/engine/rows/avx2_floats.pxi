# Float rows over lane tables in 32-byte registers: permutes of eight floats, from windows of one register or of two.
# Samples of 16 bits are widened as they are loaded. Every kernel gives the bits of its plain namesake in rows.pxi.

from cyresize.engine.rows.avx2_floats cimport *


ctypedef fused lane_sample:
    float
    u16
    i16


cdef inline __m256 load_eight(const lane_sample* s) noexcept nogil:
    if lane_sample is float:
        return _mm256_loadu_ps(s)
    elif lane_sample is u16:
        return _mm256_cvtepi32_ps(_mm256_cvtepu16_epi32(_mm_loadu_si128(<const __m128i*> s)))
    else:
        return _mm256_cvtepi32_ps(_mm256_cvtepi16_epi32(_mm_loadu_si128(<const __m128i*> s)))


# The first `left` of eight floats.
cdef inline void store_eight(float* out, Py_ssize_t left, __m256 v) noexcept nogil:
    if left >= 8:
        _mm256_storeu_ps(out, v)
    else:
        _mm256_maskstore_ps(
            out, _mm256_cmpgt_epi32(_mm256_set1_epi32(<int> left), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7)), v
        )


# Permutes see the low three bits of an index; the fourth one chooses the register.
cdef inline __m256 eight_of(__m256 head, __m256 tail, __m256i index, const bint narrow) noexcept nogil:
    if narrow:
        return _mm256_permutevar8x32_ps(head, index)
    return _mm256_blendv_ps(
        _mm256_permutevar8x32_ps(head, index), _mm256_permutevar8x32_ps(tail, index),
        _mm256_castsi256_ps(_mm256_slli_epi32(index, 28)),
    )


# The samples that lanes have taps for, the others 0, whatever there is in the window: see ABSENT_FLOAT.
cdef inline __m256 present_of_eight(__m256 samples, __m256 weights, const bint masked) noexcept nogil:
    cdef __m256i absent = _mm256_set1_epi32(<int> ABSENT_FLOAT)
    if not masked:
        return samples
    absent = _mm256_cmpeq_epi32(_mm256_castps_si256(weights), absent)
    return _mm256_andnot_ps(_mm256_castsi256_ps(absent), samples)


cdef inline __m256 first_of_eight(const Columns* p, __m256 value, const bint masked) noexcept nogil:
    return _mm256_add_ps(value, _mm256_setzero_ps()) if masked and p.from_zero else value


# Blocks begin..end of a row, and of a second one by the same tables if `two`. `inside`: all taps in one window.
# `masked`: some lanes have fewer taps than others.
cdef inline void eight_blocks(
    const Columns* p, const lane_sample* row, const lane_sample* second, float* out, float* second_out,
    Py_ssize_t begin, Py_ssize_t end, const int groups, const bint inside, const bint narrow, const bint masked,
    const bint two,
) noexcept nogil:
    cdef Lanes t = p.lanes[0]
    cdef const u8* w = t.weights + 32*groups*begin
    cdef __m256i index, advance = _mm256_set1_epi32(<int> p.channels)
    cdef __m256 head = _mm256_setzero_ps(), tail = head, total = head, head2 = head, tail2 = head, total2 = head
    cdef __m256 weights, value
    cdef Py_ssize_t b, at, ahead = p.ahead
    cdef int k
    for b in range(begin, end):
        at = t.base[b]
        _mm_prefetch(<const char*> (row + at) + ahead, 2)
        if two:
            _mm_prefetch(<const char*> (second + at) + ahead, 2)
        index = _mm256_load_si256(<const __m256i*> (t.index + 32*b))
        for k in range(t.used[b] if masked else groups):
            if k == 0 or not inside:
                head = load_eight(row + at)
                tail = head if narrow else load_eight(row + at + 8)
                if two:
                    head2 = load_eight(second + at)
                    tail2 = head2 if narrow else load_eight(second + at + 8)
            weights = _mm256_loadu_ps(<const float*> (w + 32*k))
            value = _mm256_mul_ps(present_of_eight(eight_of(head, tail, index, narrow), weights, masked), weights)
            total = first_of_eight(p, value, masked) if k == 0 else _mm256_add_ps(total, value)
            if two:
                value = _mm256_mul_ps(present_of_eight(eight_of(head2, tail2, index, narrow), weights, masked), weights)
                total2 = first_of_eight(p, value, masked) if k == 0 else _mm256_add_ps(total2, value)
            if inside:
                index = _mm256_add_epi32(index, advance)
            else:
                at += p.channels
        w += 32*groups
        store_eight(out + t.out[b], t.n - t.out[b], total)
        if two:
            store_eight(second_out + t.out[b], t.n - t.out[b], total2)


cdef inline void eight_blocks_of(
    const Columns* p, const lane_sample* row, const lane_sample* second, float* out, float* second_out,
    Py_ssize_t begin, Py_ssize_t end, const int groups, const bint masked, const bint two,
) noexcept nogil:
    cdef const Lanes* t = p.lanes
    if t.inside and t.narrow:
        eight_blocks(p, row, second, out, second_out, begin, end, groups, True, True, masked, two)
    elif t.inside:
        eight_blocks(p, row, second, out, second_out, begin, end, groups, True, False, masked, two)
    elif t.narrow:
        eight_blocks(p, row, second, out, second_out, begin, end, groups, False, True, masked, two)
    else:
        eight_blocks(p, row, second, out, second_out, begin, end, groups, False, False, masked, two)


cdef void masked_eights(
    const Columns* p, const lane_sample* row, float* out, Py_ssize_t begin, Py_ssize_t end
) noexcept nogil:
    eight_blocks_of(p, row, row, out, out, begin, end, p.lanes.groups, True, False)


cdef void masked_eights2(
    const Columns* p, const lane_sample* row, const lane_sample* second, float* out, float* second_out,
    Py_ssize_t begin, Py_ssize_t end,
) noexcept nogil:
    eight_blocks_of(p, row, second, out, second_out, begin, end, p.lanes.groups, True, True)


cdef inline void edges_of_eights(
    const Columns* p, const lane_sample* row, const lane_sample* second, float* out, float* second_out,
    Py_ssize_t begin, Py_ssize_t end, const bint two,
) noexcept nogil:
    if begin < end and two:
        masked_eights2(p, row, second, out, second_out, begin, end)
    elif begin < end:
        masked_eights(p, row, out, begin, end)


cdef inline void eight_rows(
    const Columns* p, const lane_sample* row, const lane_sample* second, float* out, float* second_out, const bint two
) noexcept nogil:
    cdef const Lanes* t = p.lanes
    cdef Py_ssize_t begin = t.blocks if p.from_zero else t.whole_begin, end = max(begin, t.whole_end)
    edges_of_eights(p, row, second, out, second_out, 0, begin, two)
    if t.groups == 2:
        eight_blocks_of(p, row, second, out, second_out, begin, end, 2, False, two)
    elif t.groups == 3:
        eight_blocks_of(p, row, second, out, second_out, begin, end, 3, False, two)
    elif t.groups == 4:
        eight_blocks_of(p, row, second, out, second_out, begin, end, 4, False, two)
    else:
        eight_blocks_of(p, row, second, out, second_out, begin, end, t.groups, False, two)
    edges_of_eights(p, row, second, out, second_out, end, t.blocks, two)


cdef void avx2_float_columns(const Columns* p, const void* row, void* out) noexcept nogil:
    if p.lanes == NULL:
        float_columns(p, row, out)
    else:
        eight_rows(p, <const float*> row, <const float*> row, <float*> out, <float*> out, False)


cdef void avx2_float_columns2(
    const Columns* p, const void* row, const void* second, void* out, void* second_out
) noexcept nogil:
    eight_rows(p, <const float*> row, <const float*> second, <float*> out, <float*> second_out, True)


cdef void avx2_u16_to_float_columns(const Columns* p, const void* row, void* out) noexcept nogil:
    eight_rows(p, <const u16*> row, <const u16*> row, <float*> out, <float*> out, False)


cdef void avx2_i16_to_float_columns(const Columns* p, const void* row, void* out) noexcept nogil:
    eight_rows(p, <const i16*> row, <const i16*> row, <float*> out, <float*> out, False)


cdef void avx2_u16_to_float_columns2(
    const Columns* p, const void* row, const void* second, void* out, void* second_out
) noexcept nogil:
    eight_rows(p, <const u16*> row, <const u16*> second, <float*> out, <float*> second_out, True)


cdef void avx2_i16_to_float_columns2(
    const Columns* p, const void* row, const void* second, void* out, void* second_out
) noexcept nogil:
    eight_rows(p, <const i16*> row, <const i16*> second, <float*> out, <float*> second_out, True)


cdef enum:
    ROWS_AT_ONCE = 4      # of both passes at once, at most


cdef inline void eight_copies(const void* weights, const int taps, __m256* w) noexcept nogil:
    cdef int k
    for k in range(taps):
        w[k] = _mm256_set1_ps((<const float*> weights)[k])


# Eight samples of each row, weighted and added in row order.
cdef inline __m256 blend_eight(
    const lane_sample** rows, Py_ssize_t at, const __m256* w, const int taps
) noexcept nogil:
    cdef __m256 total = _mm256_mul_ps(load_eight(rows[0] + at), w[0])
    cdef int k
    for k in range(1, taps):
        total = _mm256_add_ps(total, _mm256_mul_ps(load_eight(rows[k] + at), w[k]))
    return total


# The rows of two outputs at one place. `later`: how many rows later the second window begins; 2: anywhere.
cdef inline void blend_eight2(
    const lane_sample** rows, const lane_sample** second, Py_ssize_t at, const __m256* w, const __m256* w2,
    const int taps, const int later, __m256* one, __m256* two,
) noexcept nogil:
    cdef __m256 value
    cdef int k
    if later > 1:
        one[0] = blend_eight(rows, at, w, taps)
        two[0] = blend_eight(second, at, w2, taps)
        return
    for k in range(taps + later):
        value = load_eight((rows[k] if k < taps else second[taps - 1]) + at)
        if k == 0:
            one[0] = _mm256_mul_ps(value, w[0])
        elif k < taps:
            one[0] = _mm256_add_ps(one[0], _mm256_mul_ps(value, w[k]))
        if k == later:
            two[0] = _mm256_mul_ps(value, w2[0])
        elif k > later:
            two[0] = _mm256_add_ps(two[0], _mm256_mul_ps(value, w2[k - later]))


# Both passes at once: blocks begin..end, whose windows hold all taps.
cdef inline void eight_windows(
    const Columns* p, const float** rows, const __m256* rw, float* out, Py_ssize_t begin, Py_ssize_t end,
    const int taps, const bint narrow, const bint masked,
) noexcept nogil:
    cdef Lanes t = p.lanes[0]
    cdef const float *kept[ROWS_AT_ONCE]
    cdef const float** r = kept
    cdef const u8* w = t.weights + 32*taps*begin
    cdef __m256i index, advance = _mm256_set1_epi32(<int> p.channels)
    cdef __m256 head, tail, total = _mm256_setzero_ps(), weights, value
    cdef Py_ssize_t b
    cdef int k
    for k in range(taps):
        kept[k] = rows[k]
    for b in range(begin, end):
        head = blend_eight(r, t.base[b], rw, taps)
        tail = head if narrow else blend_eight(r, t.base[b] + 8, rw, taps)
        index = _mm256_load_si256(<const __m256i*> (t.index + 32*b))
        for k in range(taps):
            weights = _mm256_loadu_ps(<const float*> (w + 32*k))
            value = _mm256_mul_ps(present_of_eight(eight_of(head, tail, index, narrow), weights, masked), weights)
            total = value if k == 0 else _mm256_add_ps(total, value)
            index = _mm256_add_epi32(index, advance)
        w += 32*taps
        store_eight(out + t.out[b], t.n - t.out[b], total)


cdef inline void eight_windows2(
    const Columns* p, const float** rows, const float** second, const __m256* rw, const __m256* rw2, float* out,
    float* second_out, const int taps, const bint narrow, const int later,
) noexcept nogil:
    cdef Lanes t = p.lanes[0]
    cdef const float *above[ROWS_AT_ONCE]
    cdef const float *below[ROWS_AT_ONCE]
    cdef const float** r = above
    cdef const float** s = below
    cdef const u8* w = t.weights + 32*taps*t.whole_begin
    cdef __m256i index, advance = _mm256_set1_epi32(<int> p.channels)
    cdef __m256 head = _mm256_setzero_ps(), head2 = head, tail = head, tail2 = head, total = head, total2 = head
    cdef __m256 weights, value
    cdef Py_ssize_t b
    cdef int k
    for k in range(taps):
        above[k], below[k] = rows[k], second[k]
    for b in range(t.whole_begin, t.whole_end):
        blend_eight2(r, s, t.base[b], rw, rw2, taps, later, &head, &head2)
        if not narrow:
            blend_eight2(r, s, t.base[b] + 8, rw, rw2, taps, later, &tail, &tail2)
        index = _mm256_load_si256(<const __m256i*> (t.index + 32*b))
        for k in range(taps):
            weights = _mm256_loadu_ps(<const float*> (w + 32*k))
            value = _mm256_mul_ps(eight_of(head, tail, index, narrow), weights)
            total = value if k == 0 else _mm256_add_ps(total, value)
            value = _mm256_mul_ps(eight_of(head2, tail2, index, narrow), weights)
            total2 = value if k == 0 else _mm256_add_ps(total2, value)
            index = _mm256_add_epi32(index, advance)
        w += 32*taps
        store_eight(out + t.out[b], t.n - t.out[b], total)
        store_eight(second_out + t.out[b], t.n - t.out[b], total2)


cdef inline void window_row(
    const Columns* p, const float** rows, const void* weights, float* out, const int taps, const bint narrow
) noexcept nogil:
    cdef const Lanes* t = p.lanes
    cdef __m256[ROWS_AT_ONCE] rw
    eight_copies(weights, taps, rw)
    eight_windows(p, rows, rw, out, 0, t.whole_begin, taps, narrow, True)
    eight_windows(p, rows, rw, out, t.whole_begin, t.whole_end, taps, narrow, False)
    eight_windows(p, rows, rw, out, t.whole_end, t.blocks, taps, narrow, True)


cdef void avx2_lane_windows(
    const Columns* p, const void** rows, const void* weights, int taps, void* out
) noexcept nogil:
    if taps == 2 and p.lanes.narrow:
        window_row(p, <const float**> rows, weights, <float*> out, 2, True)
    elif taps == 2:
        window_row(p, <const float**> rows, weights, <float*> out, 2, False)
    elif p.lanes.narrow:
        window_row(p, <const float**> rows, weights, <float*> out, 4, True)
    else:
        window_row(p, <const float**> rows, weights, <float*> out, 4, False)


# How many rows later the second of two windows begins, 2 if they have no other order.
cdef inline int rows_later(const lane_sample** rows, const lane_sample** second, const int taps) noexcept nogil:
    cdef bint same = second[0] == rows[0], next = second[0] == rows[1]
    cdef int k
    for k in range(1, taps):
        same &= second[k] == rows[k]
        next &= second[k - 1] == rows[k]
    return 1 if next else 0 if same else 2


cdef inline void window_rows2(
    const Columns* p, const float** rows, const float** second, const void* weights, const void* second_weights,
    float* out, float* second_out, const int taps, const bint narrow,
) noexcept nogil:
    cdef const Lanes* t = p.lanes
    cdef __m256[ROWS_AT_ONCE] rw
    cdef __m256[ROWS_AT_ONCE] rw2
    cdef int later = rows_later(rows, second, taps)
    eight_copies(weights, taps, rw)
    eight_copies(second_weights, taps, rw2)
    eight_windows(p, rows, rw, out, 0, t.whole_begin, taps, narrow, True)
    eight_windows(p, second, rw2, second_out, 0, t.whole_begin, taps, narrow, True)
    if later == 1:
        eight_windows2(p, rows, second, rw, rw2, out, second_out, taps, narrow, 1)
    elif later == 0:
        eight_windows2(p, rows, second, rw, rw2, out, second_out, taps, narrow, 0)
    else:
        eight_windows2(p, rows, second, rw, rw2, out, second_out, taps, narrow, 2)
    eight_windows(p, rows, rw, out, t.whole_end, t.blocks, taps, narrow, True)
    eight_windows(p, second, rw2, second_out, t.whole_end, t.blocks, taps, narrow, True)


cdef void avx2_lane_windows2(
    const Columns* p, const void** rows, const void** second, const void* weights, const void* second_weights,
    int taps, void* out, void* second_out,
) noexcept nogil:
    cdef const float** r = <const float**> rows
    cdef const float** r2 = <const float**> second
    if taps == 2 and p.lanes.narrow:
        window_rows2(p, r, r2, weights, second_weights, <float*> out, <float*> second_out, 2, True)
    elif taps == 2:
        window_rows2(p, r, r2, weights, second_weights, <float*> out, <float*> second_out, 2, False)
    elif p.lanes.narrow:
        window_rows2(p, r, r2, weights, second_weights, <float*> out, <float*> second_out, 4, True)
    else:
        window_rows2(p, r, r2, weights, second_weights, <float*> out, <float*> second_out, 4, False)


# Pixels of four bytes and multiples of that: they are only moved.
cdef inline void gather_eights(
    const Lanes* lanes, const float* row, float* out, Py_ssize_t ahead, const bint narrow
) noexcept nogil:
    cdef Lanes t = lanes[0]
    cdef __m256 head, tail
    cdef const float* s
    cdef Py_ssize_t b
    for b in range(t.blocks):
        s = row + t.base[b]
        if ahead != 0:
            _mm_prefetch(<const char*> s + ahead, 2)
        head = load_eight(s)
        tail = head if narrow else load_eight(s + 8)
        head = eight_of(head, tail, _mm256_load_si256(<const __m256i*> (t.index + 32*b)), narrow)
        store_eight(out + t.out[b], t.n - t.out[b], head)


cdef void avx2_gather(
    const Lanes* t, const Py_ssize_t* index, Py_ssize_t n, Py_ssize_t size, const void* row, void* out,
    Py_ssize_t ahead,
) noexcept nogil:
    if t == NULL or t.kind != FLOATS:
        sse_gather(t, index, n, size, row, out, ahead)
    elif t.narrow:
        gather_eights(t, <const float*> row, <float*> out, ahead, True)
    else:
        gather_eights(t, <const float*> row, <float*> out, ahead, False)


cdef void use_avx2_floats(RowKernels* table) noexcept:
    table.gather = avx2_gather
    table.gather_lanes[2] = LaneFormat(FLOATS, 8, 16)
    table.float_columns = avx2_float_columns
    table.float_columns2 = avx2_float_columns2
    table.float_lanes = LaneFormat(FLOATS, 8, 16)
    table.lane_windows[<int> F32] = avx2_lane_windows
    table.lane_windows2[<int> F32] = avx2_lane_windows2
    table.columns_from[<int> U16] = avx2_u16_to_float_columns
    table.columns_from[<int> I16] = avx2_i16_to_float_columns
    table.columns_from2[<int> U16] = avx2_u16_to_float_columns2
    table.columns_from2[<int> I16] = avx2_i16_to_float_columns2
    table.columns_from_lanes[<int> U16] = table.columns_from_lanes[<int> I16] = LaneFormat(FLOATS, 8, 16)
