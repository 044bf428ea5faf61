"""The AVX2 intrinsics that float rows of the level v3 use."""

from cyresize.engine.rows.sse cimport __m128, __m128i

cdef extern from "<immintrin.h>" nogil:
    ctypedef struct __m256:
        pass
    ctypedef struct __m256i:
        pass
    ctypedef struct __m256d:
        pass

    __m256i _mm256_load_si256(const __m256i*)
    __m256 _mm256_loadu_ps(const float*)
    void _mm256_storeu_ps(float*, __m256)
    void _mm256_stream_ps(float*, __m256)
    void _mm256_maskstore_ps(float*, __m256i, __m256)
    __m256 _mm256_setzero_ps()
    __m256 _mm256_set1_ps(float)
    __m256i _mm256_set1_epi32(int)
    __m256i _mm256_setr_epi32(int, int, int, int, int, int, int, int)
    __m256 _mm256_castsi256_ps(__m256i)
    __m256 _mm256_castps128_ps256(__m128)
    __m256 _mm256_insertf128_ps(__m256, __m128, int)
    __m256i _mm256_castps_si256(__m256)
    __m128 _mm256_castps256_ps128(__m256)
    __m128 _mm256_extractf128_ps(__m256, int)
    __m256 _mm256_broadcast_ps(const __m128*)

    __m256 _mm256_permutevar8x32_ps(__m256, __m256i)
    __m256 _mm256_permutevar_ps(__m256, __m256i)
    __m256d _mm256_permute4x64_pd(__m256d, int)
    __m256d _mm256_castps_pd(__m256)
    __m256d _mm256_castsi256_pd(__m256i)
    __m256d _mm256_set1_pd(double)
    __m256d _mm256_loadu_pd(const double*)
    void _mm256_storeu_pd(double*, __m256d)
    void _mm256_maskstore_pd(double*, __m256i, __m256d)
    __m256d _mm256_mul_pd(__m256d, __m256d)
    __m256d _mm256_add_pd(__m256d, __m256d)
    __m256i _mm256_castpd_si256(__m256d)
    __m256i _mm256_set1_epi64x(long long)
    __m256 _mm256_castpd_ps(__m256d)
    __m256 _mm256_permute2f128_ps(__m256, __m256, int)
    __m256 _mm256_shuffle_ps(__m256, __m256, int)
    __m256 _mm256_blend_ps(__m256, __m256, int)
    __m256 _mm256_andnot_ps(__m256, __m256)
    __m256d _mm256_andnot_pd(__m256d, __m256d)
    __m256i _mm256_cmpeq_epi64(__m256i, __m256i)
    __m256 _mm256_blendv_ps(__m256, __m256, __m256)
    __m256i _mm256_cvtepu16_epi32(__m128i)
    __m256i _mm256_cvtepi16_epi32(__m128i)
    __m256 _mm256_cvtepi32_ps(__m256i)

    __m256i _mm256_and_si256(__m256i, __m256i)
    __m256i _mm256_permute4x64_epi64(__m256i, int)
    __m256i _mm256_packus_epi32(__m256i, __m256i)
    __m256i _mm256_packs_epi32(__m256i, __m256i)
    __m256i _mm256_cvtps_epi32(__m256)
    void _mm256_storeu_si256(__m256i*, __m256i)
    __m256i _mm256_slli_epi32(__m256i, int)
    __m256i _mm256_srli_epi32(__m256i, int)
    __m256i _mm256_srai_epi32(__m256i, int)
    __m256i _mm256_add_epi32(__m256i, __m256i)
    __m256i _mm256_cmpeq_epi32(__m256i, __m256i)
    __m256i _mm256_cmpgt_epi32(__m256i, __m256i)
    __m256 _mm256_add_ps(__m256, __m256)
    __m256 _mm256_mul_ps(__m256, __m256)
    __m256 _mm256_min_ps(__m256, __m256)
