"""The AVX2 intrinsics that the level v3 uses beside those in sse.pxd (v4 has them too)."""

from cyresize.engine.rows.sse cimport __m128i

cdef extern from "<immintrin.h>" nogil:
    ctypedef struct __m256i:
        pass

    __m256i _mm256_loadu_si256(const __m256i*)
    void _mm256_storeu_si256(__m256i*, __m256i)
    __m256i _mm256_castsi128_si256(__m128i)
    __m256i _mm256_inserti128_si256(__m256i, __m128i, int)
    __m256i _mm256_broadcastsi128_si256(__m128i)
    __m128i _mm256_castsi256_si128(__m256i)
    __m128i _mm256_extracti128_si256(__m256i, int)
    __m256i _mm256_setzero_si256()
    __m256i _mm256_set1_epi16(short)
    __m256i _mm256_set1_epi32(int)

    __m256i _mm256_shuffle_epi8(__m256i, __m256i)
    __m256i _mm256_unpacklo_epi8(__m256i, __m256i)
    __m256i _mm256_unpackhi_epi8(__m256i, __m256i)
    __m256i _mm256_unpacklo_epi16(__m256i, __m256i)
    __m256i _mm256_unpackhi_epi16(__m256i, __m256i)
    __m256i _mm256_unpacklo_epi64(__m256i, __m256i)
    __m256i _mm256_unpackhi_epi64(__m256i, __m256i)
    __m256i _mm256_packs_epi32(__m256i, __m256i)
    __m256i _mm256_packus_epi16(__m256i, __m256i)

    __m256i _mm256_and_si256(__m256i, __m256i)
    __m256i _mm256_srli_epi16(__m256i, int)
    __m256i _mm256_slli_epi32(__m256i, int)
    __m256i _mm256_srai_epi32(__m256i, int)
    __m256i _mm256_add_epi16(__m256i, __m256i)
    __m256i _mm256_add_epi32(__m256i, __m256i)
    __m256i _mm256_hadd_epi32(__m256i, __m256i)
    __m256i _mm256_mullo_epi16(__m256i, __m256i)
    __m256i _mm256_mullo_epi32(__m256i, __m256i)
    __m256i _mm256_madd_epi16(__m256i, __m256i)
    __m256i _mm256_maddubs_epi16(__m256i, __m256i)
