# Eight floats, or the same number of words: what words.pxi is written in, at the level v3. As halves of four floats of
# each of two rows, what word_rows.pxi is written in.

ctypedef __m256 packed_floats
ctypedef __m256 floats_of_two

cdef enum:
    LENGTH = 8


cdef inline packed_floats all_equal(float v) noexcept nogil:
    return _mm256_set1_ps(v)


cdef inline packed_floats read_floats(const float* s) noexcept nogil:
    return _mm256_loadu_ps(s)


cdef inline packed_floats read_words(const word* s) noexcept nogil:
    return load_eight(s)


cdef inline packed_floats multiplied(packed_floats a, packed_floats b) noexcept nogil:
    return _mm256_mul_ps(a, b)


cdef inline packed_floats added(packed_floats a, packed_floats b) noexcept nogil:
    return _mm256_add_ps(a, b)


cdef inline void store_register(float* out, packed_floats v) noexcept nogil:
    _mm256_storeu_ps(out, v)


# What int32 cannot hold becomes its least number, and the least one after packing: right for NaN and below, so only the
# other end is limited.
cdef inline packed_floats limited(packed_floats v) noexcept nogil:
    return _mm256_min_ps(_mm256_set1_ps(65535), v)


# Rounded half to even; packing works within 16 bytes.
cdef inline void store_words(u16* out, packed_floats a, packed_floats b, const bint signed) noexcept nogil:
    cdef __m256i first = _mm256_cvtps_epi32(a), second = _mm256_cvtps_epi32(b)
    first = _mm256_packs_epi32(first, second) if signed else _mm256_packus_epi32(first, second)
    _mm256_storeu_si256(<__m256i*> out, _mm256_permute4x64_epi64(first, 0xd8))


cdef inline floats_of_two equal_of_two(float v) noexcept nogil:
    return _mm256_set1_ps(v)


cdef inline floats_of_two four_of_two(const float* s) noexcept nogil:
    return _mm256_broadcast_ps(<const __m128*> s)


cdef inline floats_of_two bits_of_two(pair v) noexcept nogil:
    return _mm256_castsi256_ps(v)


cdef inline pair even_ints(pair v) noexcept nogil:
    return _mm256_and_si256(v, _mm256_set1_epi32(0xffff))


cdef inline pair odd_ints(pair v) noexcept nogil:
    return _mm256_srli_epi32(v, 16)


cdef inline floats_of_two even_words(pair v, const bint signed) noexcept nogil:
    if signed:
        return odd_words(_mm256_slli_epi32(v, 16), True)
    return _mm256_cvtepi32_ps(even_ints(v))


cdef inline floats_of_two odd_words(pair v, const bint signed) noexcept nogil:
    if signed:
        return _mm256_cvtepi32_ps(_mm256_srai_epi32(v, 16))
    return _mm256_cvtepi32_ps(odd_ints(v))


# Every second 32-bit lane of two registers, from the first or from the second one on.
cdef inline pair even_lanes(pair a, pair b) noexcept nogil:
    return _mm256_castps_si256(_mm256_shuffle_ps(_mm256_castsi256_ps(a), _mm256_castsi256_ps(b), 0x88))


cdef inline pair odd_lanes(pair a, pair b) noexcept nogil:
    return _mm256_castps_si256(_mm256_shuffle_ps(_mm256_castsi256_ps(a), _mm256_castsi256_ps(b), 0xdd))


cdef inline floats_of_two weighed_of_two(floats_of_two a, floats_of_two b) noexcept nogil:
    return _mm256_mul_ps(a, b)


cdef inline floats_of_two added_of_two(floats_of_two a, floats_of_two b) noexcept nogil:
    return _mm256_add_ps(a, b)


cdef inline void store_of_two(float* first, float* second, floats_of_two v) noexcept nogil:
    _mm_storeu_ps(first, _mm256_castps256_ps128(v))
    _mm_storeu_ps(second, _mm256_extractf128_ps(v, 1))
