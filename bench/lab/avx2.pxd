"""The AVX2 intrinsics of the rival kernels; the vector types are those of the library's own declarations."""

from cyresize.engine.rows.avx512 cimport __m128i, __m256i

cdef extern from "<immintrin.h>" nogil:
    __m128i _mm_loadu_si128(const __m128i*)
    void _mm_storel_epi64(__m128i*, __m128i)
    __m128i _mm_set1_epi32(int)
    __m128i _mm_shuffle_epi8(__m128i, __m128i)
    __m128i _mm_madd_epi16(__m128i, __m128i)
    __m128i _mm_srai_epi32(__m128i, int)
    __m128i _mm_packs_epi32(__m128i, __m128i)

    __m128i _mm256_castsi256_si128(__m256i)
    __m256i _mm256_broadcastsi128_si256(__m128i)
    __m256i _mm256_loadu_si256(const __m256i*)
    __m256i _mm256_i32gather_epi32(const int*, __m256i, int)
    __m128i _mm256_i64gather_epi32(const int*, __m256i, int)
    void _mm_storeu_si128(__m128i*, __m128i)
    __m256i _mm256_shuffle_epi8(__m256i, __m256i)
    __m256i _mm256_set1_epi32(int)
    __m128i _mm_unpacklo_epi8(__m128i, __m128i)
    __m128i _mm_unpackhi_epi8(__m128i, __m128i)
    __m256i _mm256_cvtepu8_epi16(__m128i)
    __m256i _mm256_add_epi32(__m256i, __m256i)
    __m256i _mm256_packus_epi16(__m256i, __m256i)
    __m256i _mm256_and_si256(__m256i, __m256i)
    __m256i _mm256_or_si256(__m256i, __m256i)
    __m256i _mm256_slli_epi32(__m256i, int)
    __m256i _mm256_madd_epi16(__m256i, __m256i)
    __m256i _mm256_srai_epi32(__m256i, int)
    __m256i _mm256_packs_epi32(__m256i, __m256i)
    __m256i _mm256_permute4x64_epi64(__m256i, int)
