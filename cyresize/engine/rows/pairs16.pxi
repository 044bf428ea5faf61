# Sixteen bytes of each of two rows in two SSE registers: what pillow.pxi is written in, at the baseline. What is
# calculated for a second row that nobody asks for, the compiler leaves out.

ctypedef struct pair:
    __m128i first
    __m128i second

cdef enum:
    PAIR_BYTES = 16       # consecutive ones that a pair holds: the second register is that of another row, or the same


cdef inline pair paired(__m128i first, __m128i second) noexcept nogil:
    cdef pair v
    v.first = first
    v.second = second
    return v


cdef inline pair load_two(const u8* a, const u8* b) noexcept nogil:
    return paired(load16(a), load16(b))


cdef inline pair load_bytes(const u8* s) noexcept nogil:
    return twice(s)


cdef inline void store_bytes_of(u8* out, pair v) noexcept nogil:
    store_whole(out, v.first)


cdef inline pair twice(const void* s) noexcept nogil:
    cdef __m128i v = load16(s)
    return paired(v, v)


cdef inline __m128i of_first(pair v) noexcept nogil:
    return v.first


cdef inline __m128i of_second(pair v) noexcept nogil:
    return v.second


cdef inline pair all32(int v) noexcept nogil:
    return paired(_mm_set1_epi32(v), _mm_set1_epi32(v))


# Three consecutive 32-bit words, each in all lanes; a fourth one is read too.
cdef inline void spread_words(const u8* s, pair* a, pair* b, pair* c) noexcept nogil:
    cdef __m128i v = load16(s)
    a.first = a.second = _mm_shuffle_epi32(v, 0x00)
    b.first = b.second = _mm_shuffle_epi32(v, 0x55)
    c.first = c.second = _mm_shuffle_epi32(v, 0xaa)


cdef inline pair shuffle_bytes(pair v, pair index) noexcept nogil:
    return paired(_mm_shuffle_epi8(v.first, index.first), _mm_shuffle_epi8(v.second, index.second))


cdef inline pair low_of_bytes(pair a, pair b) noexcept nogil:
    return paired(_mm_unpacklo_epi8(a.first, b.first), _mm_unpacklo_epi8(a.second, b.second))


cdef inline pair high_of_bytes(pair a, pair b) noexcept nogil:
    return paired(_mm_unpackhi_epi8(a.first, b.first), _mm_unpackhi_epi8(a.second, b.second))


cdef inline pair low_of_words(pair a, pair b) noexcept nogil:
    return paired(_mm_unpacklo_epi16(a.first, b.first), _mm_unpacklo_epi16(a.second, b.second))


cdef inline pair high_of_words(pair a, pair b) noexcept nogil:
    return paired(_mm_unpackhi_epi16(a.first, b.first), _mm_unpackhi_epi16(a.second, b.second))


cdef inline pair halves_added(pair a, pair b) noexcept nogil:
    return paired(
        _mm_add_epi32(_mm_unpacklo_epi64(a.first, b.first), _mm_unpackhi_epi64(a.first, b.first)),
        _mm_add_epi32(_mm_unpacklo_epi64(a.second, b.second), _mm_unpackhi_epi64(a.second, b.second)),
    )


cdef inline pair neighbours_added(pair a, pair b) noexcept nogil:
    return paired(_mm_hadd_epi32(a.first, b.first), _mm_hadd_epi32(a.second, b.second))


cdef inline pair pack_to_words(pair a, pair b) noexcept nogil:
    return paired(_mm_packs_epi32(a.first, b.first), _mm_packs_epi32(a.second, b.second))


cdef inline pair pack_to_bytes(pair a, pair b) noexcept nogil:
    return paired(_mm_packus_epi16(a.first, b.first), _mm_packus_epi16(a.second, b.second))


cdef inline pair even_bytes(pair v) noexcept nogil:
    return paired(_mm_and_si128(v.first, _mm_set1_epi16(255)), _mm_and_si128(v.second, _mm_set1_epi16(255)))


cdef inline pair odd_bytes(pair v) noexcept nogil:
    return paired(_mm_srli_epi16(v.first, 8), _mm_srli_epi16(v.second, 8))


cdef inline pair times_65536(pair v) noexcept nogil:
    return paired(_mm_slli_epi32(v.first, 16), _mm_slli_epi32(v.second, 16))


cdef inline pair shift22(pair v) noexcept nogil:
    return paired(_mm_srai_epi32(v.first, 22), _mm_srai_epi32(v.second, 22))


cdef inline pair add16(pair a, pair b) noexcept nogil:
    return paired(_mm_add_epi16(a.first, b.first), _mm_add_epi16(a.second, b.second))


cdef inline pair add32(pair a, pair b) noexcept nogil:
    return paired(_mm_add_epi32(a.first, b.first), _mm_add_epi32(a.second, b.second))


cdef inline pair times_ints(pair a, pair b) noexcept nogil:
    return paired(_mm_mullo_epi32(a.first, b.first), _mm_mullo_epi32(a.second, b.second))


cdef inline pair times_words(pair a, pair b) noexcept nogil:
    return paired(_mm_mullo_epi16(a.first, b.first), _mm_mullo_epi16(a.second, b.second))


cdef inline pair dot_words(pair a, pair b) noexcept nogil:
    return paired(_mm_madd_epi16(a.first, b.first), _mm_madd_epi16(a.second, b.second))


cdef inline pair dot_bytes(pair a, pair b) noexcept nogil:
    return paired(_mm_maddubs_epi16(a.first, b.first), _mm_maddubs_epi16(a.second, b.second))
