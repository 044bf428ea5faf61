# Four floats, or the same number of words: what words.pxi is written in, at the baseline.

ctypedef __m128 packed_floats

cdef enum:
    LENGTH = 4


cdef inline packed_floats all_equal(float v) noexcept nogil:
    return _mm_set1_ps(v)


cdef inline packed_floats read_floats(const float* s) noexcept nogil:
    return _mm_loadu_ps(s)


cdef inline packed_floats read_words(const u16* s) noexcept nogil:
    return _mm_cvtepi32_ps(_mm_cvtepu16_epi32(_mm_loadl_epi64(<const __m128i*> s)))


cdef inline packed_floats multiplied(packed_floats a, packed_floats b) noexcept nogil:
    return _mm_mul_ps(a, b)


cdef inline packed_floats added(packed_floats a, packed_floats b) noexcept nogil:
    return _mm_add_ps(a, b)


cdef inline void store_register(float* out, packed_floats v) noexcept nogil:
    _mm_storeu_ps(out, v)


# Rounded half to even. What int32 cannot hold becomes its least number, and 0 after packing: right for NaN and below,
# so only the other end is limited first.
cdef inline __m128i whole_words(packed_floats v) noexcept nogil:
    return _mm_cvtps_epi32(_mm_min_ps(_mm_set1_ps(65535), v))


cdef inline void store_words(u16* out, packed_floats a, packed_floats b) noexcept nogil:
    _mm_storeu_si128(<__m128i*> out, _mm_packus_epi32(whole_words(a), whole_words(b)))
