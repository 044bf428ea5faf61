# Floats by lane tables of 16 bytes, four output elements to a block, of up to four rows at once. A block's window has
# one tap of its lanes; the next tap of all of them lies a pixel further on. The bits are those of the plain loops.

cdef inline __m128 in_order(__m128 v, __m128i order) noexcept nogil:
    return _mm_castsi128_ps(_mm_shuffle_epi8(_mm_castps_si128(v), order))


cdef inline __m128i lanes_order(const Lanes* t, Py_ssize_t b) noexcept nogil:
    return _mm_load_si128(<const __m128i*> (t.index + 16*b))


# The samples that lanes have taps for, the others 0, whatever there is in the window: see ABSENT_FLOAT.
cdef inline __m128 present_of_four(__m128 samples, __m128 weights, const bint masked) noexcept nogil:
    cdef __m128i absent = _mm_set1_epi32(<int> ABSENT_FLOAT)
    if not masked:
        return samples
    absent = _mm_cmpeq_epi32(_mm_castps_si128(weights), absent)
    return _mm_andnot_ps(_mm_castsi128_ps(absent), samples)


cdef inline void store_lanes(float* out, Py_ssize_t left, __m128 v) noexcept nogil:
    cdef float[4] few
    if left >= 4:
        _mm_storeu_ps(out, v)
    else:
        _mm_storeu_ps(few, v)
        memcpy(out, few, left*sizeof(float))


cdef inline void four_blocks(
    const Columns* p, const float** rows, float** out, Py_ssize_t begin, Py_ssize_t end, const int taps,
    const bint masked, const int count,
) noexcept nogil:
    """Blocks begin..end of ``count`` rows."""
    cdef Lanes t = p.lanes[0]
    cdef const float* w = <const float*> t.weights + 4*taps*begin
    cdef Py_ssize_t step = p.channels, b, at
    cdef const float *kept[4]
    cdef float *to[4]
    cdef __m128[4] total
    cdef __m128 weights, value
    cdef __m128i order
    cdef int k, j
    for j in range(count):
        kept[j], to[j], total[j] = rows[j], out[j], _mm_setzero_ps()
    for b in range(begin, end):
        at = t.base[b]
        order = lanes_order(&t, b)
        for k in range(t.used[b] if masked else taps):
            weights = _mm_loadu_ps(w + 4*k)
            for j in range(count):
                value = in_order(_mm_loadu_ps(kept[j] + at), order)
                value = _mm_mul_ps(present_of_four(value, weights, masked), weights)
                if k > 0:
                    value = _mm_add_ps(total[j], value)
                elif masked and p.from_zero:
                    value = _mm_add_ps(value, _mm_setzero_ps())
                total[j] = value
            at += step
        w += 4*taps
        for j in range(count):
            store_lanes(to[j] + t.out[b], t.n - t.out[b], total[j])


cdef inline void floats_by_four(const Columns* p, const float** rows, float** out, const int count) noexcept nogil:
    cdef Py_ssize_t begin = p.lanes.whole_begin, end = p.lanes.whole_end, blocks = p.lanes.blocks
    cdef int taps = p.lanes.groups
    if p.from_zero:
        four_blocks(p, rows, out, 0, blocks, taps, True, count)
        return
    four_blocks(p, rows, out, 0, begin, taps, True, count)
    if taps == 2:
        four_blocks(p, rows, out, begin, end, 2, False, count)
    elif taps == 3:
        four_blocks(p, rows, out, begin, end, 3, False, count)
    elif taps == 4:
        four_blocks(p, rows, out, begin, end, 4, False, count)
    else:
        four_blocks(p, rows, out, begin, end, taps, False, count)
    four_blocks(p, rows, out, end, blocks, taps, True, count)


cdef void float_taps(const Columns* p, const void* row, void* out) noexcept nogil:
    floats_by_four(p, <const float**> &row, <float**> &out, 1)


cdef void float_taps2(
    const Columns* p, const void* row, const void* second, void* out, void* second_out
) noexcept nogil:
    cdef const float *rows[2]
    cdef float *results[2]
    rows[0], rows[1] = <const float*> row, <const float*> second
    results[0], results[1] = <float*> out, <float*> second_out
    floats_by_four(p, rows, results, 2)


cdef void float_taps4(const Columns* p, const void** rows, void** out) noexcept nogil:
    floats_by_four(p, <const float**> rows, <float**> out, 4)


# Both passes of two taps: the rows of a tap are blended where it is loaded.
cdef inline __m128 blended_four(const float** rows, Py_ssize_t at, const __m128* rw, __m128i order) noexcept nogil:
    return in_order(four_of_rows(rows, at, rw, 2), order)


cdef inline void four_windows(
    const Columns* p, const float** rows, const __m128* rw, float** out, Py_ssize_t begin, Py_ssize_t end,
    const bint masked, const int count,
) noexcept nogil:
    """Blocks begin..end of ``count`` output rows, of two source rows and their weights each."""
    cdef Lanes t = p.lanes[0]
    cdef const float* w = <const float*> t.weights
    cdef Py_ssize_t step = p.channels, b, at
    cdef __m128 near, far, value
    cdef __m128i order
    cdef int j
    for b in range(begin, end):
        at = t.base[b]
        order = lanes_order(&t, b)
        near, far = _mm_loadu_ps(w + 8*b), _mm_loadu_ps(w + 8*b + 4)
        for j in range(count):
            value = present_of_four(blended_four(rows + 2*j, at + step, rw + 2*j, order), far, masked)
            value = _mm_add_ps(
                _mm_mul_ps(blended_four(rows + 2*j, at, rw + 2*j, order), near), _mm_mul_ps(value, far)
            )
            store_lanes(out[j] + t.out[b], t.n - t.out[b], value)


cdef inline void windows_by_four(
    const Columns* p, const float** rows, const float* weights, float** out, const int count
) noexcept nogil:
    cdef Py_ssize_t begin = p.lanes.whole_begin, end = p.lanes.whole_end
    cdef __m128[4] rw
    cdef const float *kept[4]
    cdef float *to[2]
    cdef int k
    for k in range(2*count):
        rw[k], kept[k] = _mm_set1_ps(weights[k]), rows[k]
    for k in range(count):
        to[k] = out[k]
    four_windows(p, kept, rw, to, 0, begin, True, count)
    four_windows(p, kept, rw, to, begin, end, False, count)
    four_windows(p, kept, rw, to, end, p.lanes.blocks, True, count)


cdef void float_tap_windows(
    const Columns* p, const void** rows, const void* weights, int taps, void* out
) noexcept nogil:
    windows_by_four(p, <const float**> rows, <const float*> weights, <float**> &out, 1)


cdef void float_tap_windows2(
    const Columns* p, const void** rows, const void** second, const void* weights, const void* second_weights,
    int taps, void* out, void* second_out,
) noexcept nogil:
    cdef const float *four[4]
    cdef float[4] w
    cdef float *results[2]
    cdef int k
    for k in range(2):
        four[k], four[2 + k] = <const float*> rows[k], <const float*> second[k]
        w[k], w[2 + k] = (<const float*> weights)[k], (<const float*> second_weights)[k]
    results[0], results[1] = <float*> out, <float*> second_out
    windows_by_four(p, four, w, results, 2)


cdef void use_float_taps(RowKernels* table) noexcept:
    table.float_taps_lanes = LaneFormat(FLOATS, 4, 4)
    table.float_taps = float_taps
    table.float_taps2 = float_taps2
    table.float_taps4 = float_taps4
    table.lane_windows[<int> F32] = float_tap_windows
    table.lane_windows2[<int> F32] = float_tap_windows2
