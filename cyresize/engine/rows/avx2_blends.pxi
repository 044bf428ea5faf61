# Vertical passes over rows of floats in 32-byte registers: over rows of the source, which are prefetched, and to memory
# past the caches. The bits are those of the plain loops.

cdef enum:
    BLEND_AHEAD = 2048        # bytes along a row of the source
    INTO_SECOND_CACHE = 2     # a hint of _mm_prefetch


cdef inline __m256 weighed_by_many(const float** r, Py_ssize_t at, const float* w, const int taps) noexcept nogil:
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


# `many`: more taps than there are registers for. `past_caches`: in whole cache lines.
cdef inline void avx2_blend(
    const float** r, const float* weights, const int taps, const bint many, float* out, Py_ssize_t n,
    const bint past_caches,
) noexcept nogil:
    cdef packed_floats[MOST_TERMS] w
    cdef const float *kept[MOST_TERMS]
    cdef const float* last = r[taps - 1]
    cdef __m256 a, b
    cdef Py_ssize_t i = 0
    cdef int k
    if not many:
        keep_terms(r, weights, taps, kept, w)
    if past_caches:
        i = min(<Py_ssize_t> ((-<size_t> out & 63) >> 2), n)
        blend_some(r, weights, taps, out, 0, i)
    while i + 16 <= n:
        if many:
            a, b = weighed_by_many(r, i, weights, taps), weighed_by_many(r, i + 8, weights, taps)
        else:
            a, b = weighed(<const float**> kept, i, w, taps), weighed(<const float**> kept, i + 8, w, taps)
        if past_caches:
            _mm256_stream_ps(out + i, a)
            _mm256_stream_ps(out + i + 8, b)
        else:
            _mm_prefetch(<const char*> (last + i) + BLEND_AHEAD, INTO_SECOND_CACHE)
            _mm256_storeu_ps(out + i, a)
            _mm256_storeu_ps(out + i + 8, b)
        i += 16
    blend_some(r, weights, taps, out, i, n)


cdef inline void avx2_blend_of(
    const void** rows, const void* weights, int taps, void* out, Py_ssize_t n, const bint past_caches
) noexcept nogil:
    cdef const float** r = <const float**> rows
    cdef const float* w = <const float*> weights
    if taps == 2:
        avx2_blend(r, w, 2, False, <float*> out, n, past_caches)
    elif taps == 4:
        avx2_blend(r, w, 4, False, <float*> out, n, past_caches)
    elif taps == 8:
        avx2_blend(r, w, 8, False, <float*> out, n, past_caches)
    elif past_caches:
        avx2_blend(r, w, taps, True, <float*> out, n, past_caches)
    else:
        float_blend(rows, weights, taps, out, n)


cdef void avx2_blend_source(const void** rows, const void* weights, int taps, void* out, Py_ssize_t n) noexcept nogil:
    avx2_blend_of(rows, weights, taps, out, n, False)


cdef void avx2_blend_past_caches(
    const void** rows, const void* weights, int taps, void* out, Py_ssize_t n
) noexcept nogil:
    avx2_blend_of(rows, weights, taps, out, n, True)
    _mm_sfence()


cdef void use_avx2_blends(RowKernels* table) noexcept:
    table.blend_from[<int> F32] = avx2_blend_source
    table.stream_blend[<int> F32] = avx2_blend_past_caches
