"""The AVX-512 intrinsics that the levels v4 (F, BW, DQ, VL) and vbmi (VBMI and VNNI too) use."""

cdef extern from "<immintrin.h>" nogil:
    ctypedef struct __m128i:
        pass
    ctypedef struct __m256i:
        pass
    ctypedef struct __m512i:
        pass
    ctypedef struct __m128:
        pass
    ctypedef struct __m256:
        pass
    ctypedef struct __m512:
        pass
    ctypedef unsigned short __mmask16
    ctypedef unsigned int __mmask32
    ctypedef unsigned long long __mmask64

    void _mm_prefetch(const void*, int)
    __m512i _mm512_loadu_si512(const void*)
    __m512i _mm512_load_si512(const void*)
    void _mm512_storeu_si512(void*, __m512i)
    void _mm256_storeu_si256(__m256i*, __m256i)
    void _mm_storeu_si128(__m128i*, __m128i)
    __m256i _mm256_loadu_si256(const __m256i*)
    __m128i _mm_loadu_si128(const __m128i*)
    __m128i _mm_loadl_epi64(const __m128i*)
    __m128i _mm_cvtepu16_epi32(__m128i)
    __m128 _mm_cvtepi32_ps(__m128i)
    __m128 _mm_shuffle_ps(__m128, __m128, int)
    __m256i _mm256_castsi128_si256(__m128i)
    __m256i _mm256_inserti128_si256(__m256i, __m128i, int)
    __m512i _mm512_cvtepu16_epi32(__m256i)
    __m512 _mm512_shuffle_f32x4(__m512, __m512, int)
    __m512 _mm512_shuffle_ps(__m512, __m512, int)
    void _mm512_mask_storeu_epi8(void*, __mmask64, __m512i)
    void _mm512_mask_storeu_epi32(void*, __mmask16, __m512i)
    void _mm256_mask_storeu_epi8(void*, __mmask32, __m256i)
    void _mm_mask_storeu_epi8(void*, __mmask16, __m128i)
    __m512i _mm512_maskz_loadu_epi8(__mmask64, const void*)
    __m512i _mm512_setzero_si512()
    __m512 _mm512_setzero_ps()
    __m512i _mm512_set1_epi8(char)
    __m512i _mm512_set1_epi16(short)
    __m512i _mm512_set1_epi32(int)
    __m512 _mm512_set1_ps(float)

    __m512i _mm512_shuffle_epi8(__m512i, __m512i)
    __m512i _mm512_broadcast_i32x4(__m128i)
    __m128i _mm_setr_epi8(
        char, char, char, char, char, char, char, char, char, char, char, char, char, char, char, char
    )
    __m512i _mm512_permutexvar_epi8(__m512i, __m512i)
    __m512i _mm512_maskz_permutexvar_epi8(__mmask64, __m512i, __m512i)
    __m512i _mm512_maskz_permutexvar_epi16(__mmask32, __m512i, __m512i)
    __m512 _mm512_permutexvar_ps(__m512i, __m512)
    __m512i _mm512_permutex2var_epi8(__m512i, __m512i, __m512i)
    __m512i _mm512_maskz_permutex2var_epi8(__mmask64, __m512i, __m512i, __m512i)
    __m512i _mm512_permutex2var_epi16(__m512i, __m512i, __m512i)
    __m512i _mm512_maskz_permutex2var_epi16(__mmask32, __m512i, __m512i, __m512i)
    __m512 _mm512_mask_mov_ps(__m512, __mmask16, __m512)
    __m512 _mm512_permutex2var_ps(__m512, __m512i, __m512)
    __m512i _mm512_unpacklo_epi8(__m512i, __m512i)
    __m512i _mm512_unpackhi_epi8(__m512i, __m512i)
    __m512i _mm512_unpacklo_epi16(__m512i, __m512i)
    __m512i _mm512_unpackhi_epi16(__m512i, __m512i)
    __m512i _mm512_packus_epi16(__m512i, __m512i)
    __m512i _mm512_packs_epi32(__m512i, __m512i)
    __m512i _mm512_packus_epi32(__m512i, __m512i)
    __m512i _mm512_permutexvar_epi32(__m512i, __m512i)
    __m512i _mm512_permutexvar_epi64(__m512i, __m512i)
    __m256i _mm512_cvtepi16_epi8(__m512i)
    __m128i _mm512_cvtusepi32_epi8(__m512i)
    __m256i _mm512_cvtusepi32_epi16(__m512i)
    __m512 _mm512_cvtepi32_ps(__m512i)
    __m512i _mm512_cvtps_epi32(__m512)

    __m512i _mm512_and_si512(__m512i, __m512i)
    __m512i _mm512_xor_si512(__m512i, __m512i)
    __m512i _mm512_slli_epi16(__m512i, unsigned int)
    __m512i _mm512_srli_epi16(__m512i, unsigned int)
    __m512i _mm512_slli_epi32(__m512i, unsigned int)
    __m512i _mm512_srai_epi32(__m512i, unsigned int)
    __m512i _mm512_add_epi8(__m512i, __m512i)
    __m512i _mm512_add_epi16(__m512i, __m512i)
    __m512i _mm512_add_epi32(__m512i, __m512i)
    __m512i _mm512_max_epi32(__m512i, __m512i)
    __m512i _mm512_mulhi_epi16(__m512i, __m512i)
    __m512i _mm512_mullo_epi16(__m512i, __m512i)
    __m512i _mm512_madd_epi16(__m512i, __m512i)
    __m512i _mm512_maddubs_epi16(__m512i, __m512i)
    __m512i _mm512_dpbusd_epi32(__m512i, __m512i, __m512i)
    __m256 _mm256_loadu_ps(const float*)
    __m128 _mm_loadu_ps(const float*)
    void _mm_storeu_ps(float*, __m128)
    __m128 _mm_set1_ps(float)
    __m128 _mm_add_ps(__m128, __m128)
    __m128 _mm_mul_ps(__m128, __m128)
    __m512 _mm512_castps256_ps512(__m256)
    __m512 _mm512_insertf32x8(__m512, __m256, int)
    __m512 _mm512_broadcast_f32x4(__m128)
    __m512i _mm512_setr_epi32(int, int, int, int, int, int, int, int, int, int, int, int, int, int, int, int)
    __m512 _mm512_add_ps(__m512, __m512)
    __m512 _mm512_mask_add_ps(__m512, __mmask16, __m512, __m512)
    __m512 _mm512_mul_ps(__m512, __m512)
    void _mm512_stream_si512(__m512i*, __m512i)
    void _mm512_stream_ps(float*, __m512)
    void _mm_sfence()
    __m512 _mm512_maskz_loadu_ps(__mmask16, const void*)
    __m512 _mm512_loadu_ps(const void*)
    void _mm512_storeu_ps(void*, __m512)
    void _mm512_mask_storeu_ps(void*, __mmask16, __m512)
