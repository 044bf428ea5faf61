# Sixteen bytes of each of two rows in one AVX2 register, whose halves the instructions below treat alike: what
# pillow.pxi is written in, at the levels v3 and v4.

from cyresize.engine.rows.avx2 cimport *

ctypedef __m256i pair

cdef enum:
    PAIR_BYTES = 32       # consecutive ones that a pair holds


cdef inline pair paired(__m128i first, __m128i second) noexcept nogil:
    return _mm256_inserti128_si256(_mm256_castsi128_si256(first), second, 1)


cdef inline pair load_two(const u8* a, const u8* b) noexcept nogil:
    return paired(load16(a), load16(b))


cdef inline pair load_bytes(const u8* s) noexcept nogil:
    return _mm256_loadu_si256(<const __m256i*> s)


cdef inline void store_bytes_of(u8* out, pair v) noexcept nogil:
    _mm256_storeu_si256(<__m256i*> out, v)


cdef inline pair twice(const void* s) noexcept nogil:
    return _mm256_broadcastsi128_si256(load16(s))


cdef inline __m128i of_first(pair v) noexcept nogil:
    return _mm256_castsi256_si128(v)


cdef inline __m128i of_second(pair v) noexcept nogil:
    return _mm256_extracti128_si256(v, 1)


cdef inline pair all32(int v) noexcept nogil:
    return _mm256_set1_epi32(v)


# Three consecutive 32-bit words, each in all lanes.
cdef inline void spread_words(const u8* s, pair* a, pair* b, pair* c) noexcept nogil:
    a[0] = _mm256_set1_epi32((<const int*> s)[0])
    b[0] = _mm256_set1_epi32((<const int*> s)[1])
    c[0] = _mm256_set1_epi32((<const int*> s)[2])


cdef inline pair shuffle_bytes(pair v, pair index) noexcept nogil:
    return _mm256_shuffle_epi8(v, index)


cdef inline pair low_of_bytes(pair a, pair b) noexcept nogil:
    return _mm256_unpacklo_epi8(a, b)


cdef inline pair high_of_bytes(pair a, pair b) noexcept nogil:
    return _mm256_unpackhi_epi8(a, b)


cdef inline pair low_of_words(pair a, pair b) noexcept nogil:
    return _mm256_unpacklo_epi16(a, b)


cdef inline pair high_of_words(pair a, pair b) noexcept nogil:
    return _mm256_unpackhi_epi16(a, b)


cdef inline pair halves_added(pair a, pair b) noexcept nogil:
    return _mm256_add_epi32(_mm256_unpacklo_epi64(a, b), _mm256_unpackhi_epi64(a, b))


cdef inline pair neighbours_added(pair a, pair b) noexcept nogil:
    return _mm256_hadd_epi32(a, b)


cdef inline pair pack_to_words(pair a, pair b) noexcept nogil:
    return _mm256_packs_epi32(a, b)


cdef inline pair pack_to_bytes(pair a, pair b) noexcept nogil:
    return _mm256_packus_epi16(a, b)


cdef inline pair even_bytes(pair v) noexcept nogil:
    return _mm256_and_si256(v, _mm256_set1_epi16(255))


cdef inline pair odd_bytes(pair v) noexcept nogil:
    return _mm256_srli_epi16(v, 8)


cdef inline pair times_65536(pair v) noexcept nogil:
    return _mm256_slli_epi32(v, 16)


cdef inline pair shift22(pair v) noexcept nogil:
    return _mm256_srai_epi32(v, 22)


cdef inline pair add16(pair a, pair b) noexcept nogil:
    return _mm256_add_epi16(a, b)


cdef inline pair add32(pair a, pair b) noexcept nogil:
    return _mm256_add_epi32(a, b)


cdef inline pair times_ints(pair a, pair b) noexcept nogil:
    return _mm256_mullo_epi32(a, b)


cdef inline pair times_words(pair a, pair b) noexcept nogil:
    return _mm256_mullo_epi16(a, b)


cdef inline pair dot_words(pair a, pair b) noexcept nogil:
    return _mm256_madd_epi16(a, b)


cdef inline pair dot_bytes(pair a, pair b) noexcept nogil:
    return _mm256_maddubs_epi16(a, b)
