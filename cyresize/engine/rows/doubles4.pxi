# Four doubles: what doubles.pxi is written in, at the level v3. Its permutes take eight floats, so each double has two
# places.

ctypedef __m256d packed_doubles
ctypedef __m256i places

cdef enum:
    DOUBLES_HELD = 4


cdef inline packed_doubles equal_doubles(double v) noexcept nogil:
    return _mm256_set1_pd(v)


cdef inline packed_doubles load_doubles(const double* s) noexcept nogil:
    return _mm256_loadu_pd(s)


cdef inline __m256i first_doubles(Py_ssize_t n) noexcept nogil:
    return _mm256_cmpgt_epi32(_mm256_set1_epi32(<int> n), _mm256_setr_epi32(0, 0, 1, 1, 2, 2, 3, 3))


cdef inline void store_doubles(double* out, Py_ssize_t left, packed_doubles v) noexcept nogil:
    if left >= 4:
        _mm256_storeu_pd(out, v)
    else:
        _mm256_maskstore_pd(out, first_doubles(left), v)


cdef inline packed_doubles weighed_doubles(packed_doubles a, packed_doubles b) noexcept nogil:
    return _mm256_mul_pd(a, b)


cdef inline packed_doubles added_doubles(packed_doubles a, packed_doubles b) noexcept nogil:
    return _mm256_add_pd(a, b)


# Samples that lanes have no taps for become 0, whatever there is in the window: see ABSENT_DOUBLE.
cdef inline packed_doubles add_present(
    packed_doubles total, packed_doubles samples, packed_doubles weights, int where
) noexcept nogil:
    cdef __m256i absent = _mm256_cmpeq_epi64(
        _mm256_castpd_si256(weights), _mm256_set1_epi64x(<long long> ABSENT_DOUBLE)
    )
    samples = _mm256_andnot_pd(_mm256_castsi256_pd(absent), samples)
    return _mm256_add_pd(total, _mm256_mul_pd(samples, weights))


cdef inline places load_places(const void* s) noexcept nogil:
    return _mm256_load_si256(<const __m256i*> s)


cdef inline places places_apart(int step) noexcept nogil:
    return _mm256_set1_epi32(2*step)


cdef inline places moved_places(places index, places step) noexcept nogil:
    return _mm256_add_epi32(index, step)


cdef inline packed_doubles doubles_of(
    packed_doubles head, packed_doubles tail, places index, const bint narrow
) noexcept nogil:
    return _mm256_castps_pd(eight_of(_mm256_castpd_ps(head), _mm256_castpd_ps(tail), index, narrow))
