"""The SSE intrinsics (up to SSE4.1) that the levels without cross-register byte permutes use."""

cdef extern from "<immintrin.h>" nogil:
    ctypedef struct __m128i:
        pass
    ctypedef struct __m128:
        pass
    ctypedef struct __m128d:
        pass

    void _mm_prefetch(const void*, int)
    __m128i _mm_loadu_si128(const __m128i*)
    __m128i _mm_load_si128(const __m128i*)
    void _mm_storeu_si128(__m128i*, __m128i)
    void _mm_storel_epi64(__m128i*, __m128i)
    __m128i _mm_loadl_epi64(const __m128i*)
    void _mm_stream_si128(__m128i*, __m128i)
    void _mm_sfence()
    __m128i _mm_setzero_si128()
    __m128i _mm_set1_epi8(char)
    __m128i _mm_set1_epi16(short)
    __m128i _mm_set1_epi32(int)
    __m128 _mm_set1_ps(float)
    __m128 _mm_setzero_ps()
    __m128 _mm_loadu_ps(const float*)
    void _mm_storeu_ps(float*, __m128)
    __m128d _mm_load_sd(const double*)
    __m128d _mm_loadh_pd(__m128d, const double*)
    __m128 _mm_castpd_ps(__m128d)

    __m128i _mm_setr_epi8(
        char, char, char, char, char, char, char, char, char, char, char, char, char, char, char, char
    )
    __m128i _mm_shuffle_epi8(__m128i, __m128i)
    __m128i _mm_shuffle_epi32(__m128i, int)
    __m128 _mm_shuffle_ps(__m128, __m128, int)
    __m128 _mm_unpacklo_ps(__m128, __m128)
    __m128 _mm_unpackhi_ps(__m128, __m128)
    __m128i _mm_cvtepu16_epi32(__m128i)
    __m128i _mm_unpacklo_epi8(__m128i, __m128i)
    __m128i _mm_unpackhi_epi8(__m128i, __m128i)
    __m128i _mm_unpacklo_epi64(__m128i, __m128i)
    __m128i _mm_unpackhi_epi64(__m128i, __m128i)
    __m128i _mm_hadd_epi32(__m128i, __m128i)
    __m128i _mm_unpacklo_epi16(__m128i, __m128i)
    __m128i _mm_unpackhi_epi16(__m128i, __m128i)
    __m128i _mm_packus_epi16(__m128i, __m128i)
    __m128i _mm_packs_epi32(__m128i, __m128i)
    __m128i _mm_and_si128(__m128i, __m128i)
    __m128i _mm_xor_si128(__m128i, __m128i)
    __m128i _mm_slli_epi16(__m128i, int)
    __m128i _mm_srli_epi16(__m128i, int)
    __m128i _mm_slli_epi32(__m128i, int)
    __m128i _mm_srli_epi32(__m128i, int)
    __m128i _mm_srai_epi32(__m128i, int)
    __m128i _mm_add_epi16(__m128i, __m128i)
    __m128i _mm_add_epi32(__m128i, __m128i)
    __m128i _mm_mulhi_epi16(__m128i, __m128i)
    __m128i _mm_mullo_epi16(__m128i, __m128i)
    __m128i _mm_madd_epi16(__m128i, __m128i)
    __m128i _mm_maddubs_epi16(__m128i, __m128i)
    int _mm_cvtsi128_si32(__m128i)
    __m128 _mm_cvtepi32_ps(__m128i)
    __m128i _mm_cvtps_epi32(__m128)
    __m128i _mm_packus_epi32(__m128i, __m128i)
    __m128 _mm_add_ps(__m128, __m128)
    __m128 _mm_mul_ps(__m128, __m128)
    __m128 _mm_min_ps(__m128, __m128)
