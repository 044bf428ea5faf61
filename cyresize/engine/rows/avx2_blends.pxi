# Vertical passes over rows of floats in 32-byte registers, with prefetching: of rows where they are the source's, else
# of the destination; and to memory past the caches. The bits are those of the plain loops.

cdef enum:
    BLEND_AHEAD = 2048        # bytes along a row of the source
    BLEND_AHEAD_OUT = 1024    # and of the destination
    INTO_SECOND_CACHE = 2     # hints of _mm_prefetch
    FOR_STORES = 7


cdef inline __m256 blend_by(
    const float** r, Py_ssize_t at, const float* w, const int taps
) noexcept nogil:
    cdef __m256 total = _mm256_mul_ps(_mm256_loadu_ps(r[0] + at), _mm256_set1_ps(w[0]))
    cdef int k
    for k in range(1, taps):
        total = _mm256_add_ps(total, _mm256_mul_ps(_mm256_loadu_ps(r[k] + at), _mm256_set1_ps(w[k])))
    return total


# Elements begin..end, one by one.
cdef inline void blend_some(
    const float** r, const float* w, const int taps, float* out, Py_ssize_t begin, Py_ssize_t end
) noexcept nogil:
    cdef float total
    cdef Py_ssize_t i
    cdef int k
    for i in range(begin, end):
        total = r[0][i]*w[0]
        for k in range(1, taps):
            total = total + r[k][i]*w[k]
        out[i] = total


# `past_caches`: in whole cache lines.
cdef inline void avx2_blend(
    const float** r, const float* w, const int taps, float* out, Py_ssize_t n, const bint from_source,
    const bint past_caches,
) noexcept nogil:
    cdef Py_ssize_t i = 0
    if past_caches:
        i = min(<Py_ssize_t> ((-<size_t> out & 63) >> 2), n)
        blend_some(r, w, taps, out, 0, i)
    while i + 16 <= n:
        if from_source:
            _mm_prefetch(<const char*> (r[taps - 1] + i) + BLEND_AHEAD, INTO_SECOND_CACHE)
        elif not past_caches:
            _mm_prefetch(<const char*> (out + i) + BLEND_AHEAD_OUT, FOR_STORES)
        if past_caches:
            _mm256_stream_ps(out + i, blend_by(r, i, w, taps))
            _mm256_stream_ps(out + i + 8, blend_by(r, i + 8, w, taps))
        else:
            _mm256_storeu_ps(out + i, blend_by(r, i, w, taps))
            _mm256_storeu_ps(out + i + 8, blend_by(r, i + 8, w, taps))
        i += 16
    blend_some(r, w, taps, out, i, n)


cdef inline void avx2_blend_of(
    const void** rows, const void* weights, int taps, void* out, Py_ssize_t n, const bint from_source,
    const bint past_caches,
) noexcept nogil:
    cdef const float** r = <const float**> rows
    cdef const float* w = <const float*> weights
    if taps == 2:
        avx2_blend(r, w, 2, <float*> out, n, from_source, past_caches)
    elif taps == 4:
        avx2_blend(r, w, 4, <float*> out, n, from_source, past_caches)
    elif taps == 8:
        avx2_blend(r, w, 8, <float*> out, n, from_source, past_caches)
    elif past_caches:
        avx2_blend(r, w, taps, <float*> out, n, from_source, past_caches)
    else:
        float_blend(rows, weights, taps, out, n)


cdef void avx2_blend_source(const void** rows, const void* weights, int taps, void* out, Py_ssize_t n) noexcept nogil:
    avx2_blend_of(rows, weights, taps, out, n, True, False)


cdef void avx2_blend_to_floats(
    const void** rows, const void* weights, int taps, void* out, Py_ssize_t n
) noexcept nogil:
    avx2_blend_of(rows, weights, taps, out, n, False, False)


cdef void avx2_blend_past_caches(
    const void** rows, const void* weights, int taps, void* out, Py_ssize_t n
) noexcept nogil:
    avx2_blend_of(rows, weights, taps, out, n, False, True)
    _mm_sfence()


cdef void use_avx2_blends(RowKernels* table) noexcept:
    table.blend_from[<int> F32] = avx2_blend_source
    table.blend_to[<int> F32] = avx2_blend_to_floats
    table.stream_blend[<int> F32] = avx2_blend_past_caches
