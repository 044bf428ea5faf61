# Both passes of three or four channels at once, a pixel in a 16-byte register, for the baseline: of source rows only
# the columns that a steep shrink needs are blended. The bits are those of the two passes apart.

cdef enum:
    MOST_PIXEL_TAPS = 4


cdef inline __m128 blend_of_pixel(
    const pixel_sample** rows, Py_ssize_t at, const __m128* rw, const int taps
) noexcept nogil:
    cdef __m128 total = _mm_mul_ps(read_pixel(rows[0] + at), rw[0])
    cdef int k
    for k in range(1, taps):
        total = _mm_add_ps(total, _mm_mul_ps(read_pixel(rows[k] + at), rw[k]))
    return total


# Exactly the samples of a pixel if `apart`, else four: of three channels the last one is the next pixel's.
cdef inline void store_pixel(pixel_sample* out, const Py_ssize_t C, __m128 v, const bint apart) noexcept nogil:
    cdef pixel_sample[8] samples
    cdef pixel_sample* to = out
    cdef __m128i words
    if apart:
        to = samples
    if pixel_sample is float:
        _mm_storeu_ps(to, v)
    else:
        # Sums of integers are no larger than int32.
        words = _mm_cvtps_epi32(v)
        words = _mm_packs_epi32(words, words) if pixel_sample is i16 else _mm_packus_epi32(words, words)
        _mm_storel_epi64(<__m128i*> to, words)
    if apart:
        memcpy(out, samples, C*sizeof(pixel_sample))


cdef inline void some_pixel_windows(
    const Columns* p, const pixel_sample** rows, const __m128* rw, pixel_sample* out, Py_ssize_t begin, Py_ssize_t end,
    const Py_ssize_t C, const int taps, const bint apart,
) noexcept nogil:
    cdef const float* w = <const float*> p.weights + begin*taps
    cdef const Py_ssize_t* start = p.start
    cdef const pixel_sample *kept[MOST_PIXEL_TAPS]
    cdef __m128 total
    cdef Py_ssize_t x, at
    cdef int k
    for k in range(taps):
        kept[k] = rows[k]
    for x in range(begin, end):
        at = start[x]*C
        total = _mm_mul_ps(blend_of_pixel(<const pixel_sample**> kept, at, rw, taps), _mm_set1_ps(w[0]))
        for k in range(1, p.count[x] if apart and p.count != NULL else taps):
            total = _mm_add_ps(
                total,
                _mm_mul_ps(blend_of_pixel(<const pixel_sample**> kept, at + k*C, rw, taps), _mm_set1_ps(w[k])),
            )
        store_pixel(out + x*C, C, total, apart)
        w += taps


# Pixels with fewer taps, at the edges, and the last one are done apart.
cdef inline void pixel_windows_of(
    const Columns* p, const pixel_sample** rows, const float* weights, pixel_sample* out, const Py_ssize_t C,
    const int taps,
) noexcept nogil:
    cdef __m128[MOST_PIXEL_TAPS] rw
    cdef Py_ssize_t begin, end
    cdef int k
    for k in range(taps):
        rw[k] = _mm_set1_ps(weights[k])
    find_whole_columns(p, &begin, &end)
    end = max(begin, min(end, p.n_out - 1))
    some_pixel_windows(p, rows, rw, out, 0, begin, C, taps, True)
    some_pixel_windows(p, rows, rw, out, begin, end, C, taps, False)
    some_pixel_windows(p, rows, rw, out, end, p.n_out, C, taps, True)


cdef inline void pixel_windows(
    const Columns* p, const pixel_sample** rows, const void* weights, int taps, pixel_sample* out
) noexcept nogil:
    if p.channels == 3 and taps == 2:
        pixel_windows_of(p, rows, <const float*> weights, out, 3, 2)
    elif p.channels == 3:
        pixel_windows_of(p, rows, <const float*> weights, out, 3, 4)
    elif taps == 2:
        pixel_windows_of(p, rows, <const float*> weights, out, 4, 2)
    else:
        pixel_windows_of(p, rows, <const float*> weights, out, 4, 4)


cdef void float_pixel_windows(
    const Columns* p, const void** rows, const void* weights, int taps, void* out
) noexcept nogil:
    pixel_windows(p, <const float**> rows, weights, taps, <float*> out)


cdef void u16_pixel_windows(
    const Columns* p, const void** rows, const void* weights, int taps, void* out
) noexcept nogil:
    pixel_windows(p, <const u16**> rows, weights, taps, <u16*> out)


cdef void i16_pixel_windows(
    const Columns* p, const void** rows, const void* weights, int taps, void* out
) noexcept nogil:
    pixel_windows(p, <const i16**> rows, weights, taps, <i16*> out)


cdef void use_pixel_windows(RowKernels* table) noexcept:
    table.pixel_windows[<int> F32] = float_pixel_windows
    table.pixel_windows[<int> U16] = u16_pixel_windows
    table.pixel_windows[<int> I16] = i16_pixel_windows
