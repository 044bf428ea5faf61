# Four floats, or the same number of words: what words.pxi is written in, at the baseline. And four floats of each of
# two rows, for word_rows.pxi.

ctypedef __m128 packed_floats

ctypedef struct floats_of_two:
    __m128 first
    __m128 second

cdef enum:
    LENGTH = 4


cdef inline packed_floats all_equal(float v) noexcept nogil:
    return _mm_set1_ps(v)


cdef inline packed_floats read_floats(const float* s) noexcept nogil:
    return _mm_loadu_ps(s)


cdef inline packed_floats read_words(const word* s) noexcept nogil:
    cdef __m128i v = _mm_loadl_epi64(<const __m128i*> s)
    if word is u16:
        return _mm_cvtepi32_ps(_mm_cvtepu16_epi32(v))
    else:
        return _mm_cvtepi32_ps(_mm_cvtepi16_epi32(v))


cdef inline packed_floats multiplied(packed_floats a, packed_floats b) noexcept nogil:
    return _mm_mul_ps(a, b)


cdef inline packed_floats added(packed_floats a, packed_floats b) noexcept nogil:
    return _mm_add_ps(a, b)


cdef inline void store_register(float* out, packed_floats v) noexcept nogil:
    _mm_storeu_ps(out, v)


# What int32 cannot hold becomes its least number, and the least one after packing: right for NaN and below, so only the
# other end is limited.
cdef inline packed_floats limited(packed_floats v) noexcept nogil:
    return _mm_min_ps(_mm_set1_ps(65535), v)


# Rounded half to even.
cdef inline void store_words(u16* out, packed_floats a, packed_floats b, const bint signed) noexcept nogil:
    cdef __m128i first = _mm_cvtps_epi32(a), second = _mm_cvtps_epi32(b)
    first = _mm_packs_epi32(first, second) if signed else _mm_packus_epi32(first, second)
    _mm_storeu_si128(<__m128i*> out, first)


cdef inline floats_of_two both_rows(__m128 first, __m128 second) noexcept nogil:
    cdef floats_of_two v
    v.first = first
    v.second = second
    return v


cdef inline floats_of_two equal_of_two(float v) noexcept nogil:
    return both_rows(_mm_set1_ps(v), _mm_set1_ps(v))


cdef inline floats_of_two four_of_two(const float* s) noexcept nogil:
    return both_rows(_mm_loadu_ps(s), _mm_loadu_ps(s))


cdef inline floats_of_two bits_of_two(pair v) noexcept nogil:
    return both_rows(_mm_castsi128_ps(v.first), _mm_castsi128_ps(v.second))


cdef inline floats_of_two converted_of_two(pair v) noexcept nogil:
    return both_rows(_mm_cvtepi32_ps(v.first), _mm_cvtepi32_ps(v.second))


cdef inline pair even_ints(pair v) noexcept nogil:
    return paired(_mm_and_si128(v.first, _mm_set1_epi32(0xffff)), _mm_and_si128(v.second, _mm_set1_epi32(0xffff)))


cdef inline pair odd_ints(pair v) noexcept nogil:
    return paired(_mm_srli_epi32(v.first, 16), _mm_srli_epi32(v.second, 16))


cdef inline floats_of_two even_words(pair v, const bint signed) noexcept nogil:
    if signed:
        return odd_words(paired(_mm_slli_epi32(v.first, 16), _mm_slli_epi32(v.second, 16)), True)
    return converted_of_two(even_ints(v))


cdef inline floats_of_two odd_words(pair v, const bint signed) noexcept nogil:
    if signed:
        return converted_of_two(paired(_mm_srai_epi32(v.first, 16), _mm_srai_epi32(v.second, 16)))
    return converted_of_two(odd_ints(v))


# Every second 32-bit lane of two registers, from the first or from the second one on.
cdef inline __m128i every_second(__m128i a, __m128i b, const int which) noexcept nogil:
    if which == 0:
        return _mm_castps_si128(_mm_shuffle_ps(_mm_castsi128_ps(a), _mm_castsi128_ps(b), 0x88))
    return _mm_castps_si128(_mm_shuffle_ps(_mm_castsi128_ps(a), _mm_castsi128_ps(b), 0xdd))


cdef inline pair even_lanes(pair a, pair b) noexcept nogil:
    return paired(every_second(a.first, b.first, 0), every_second(a.second, b.second, 0))


cdef inline pair odd_lanes(pair a, pair b) noexcept nogil:
    return paired(every_second(a.first, b.first, 1), every_second(a.second, b.second, 1))


cdef inline floats_of_two weighed_of_two(floats_of_two a, floats_of_two b) noexcept nogil:
    return both_rows(_mm_mul_ps(a.first, b.first), _mm_mul_ps(a.second, b.second))


cdef inline floats_of_two added_of_two(floats_of_two a, floats_of_two b) noexcept nogil:
    return both_rows(_mm_add_ps(a.first, b.first), _mm_add_ps(a.second, b.second))


cdef inline void store_of_two(float* first, float* second, floats_of_two v) noexcept nogil:
    _mm_storeu_ps(first, v.first)
    _mm_storeu_ps(second, v.second)
