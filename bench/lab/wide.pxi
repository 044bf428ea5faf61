# Rivals in AVX-512 with byte permutes.

from cyresize.engine.rows.avx512 cimport *

cdef extern from "<immintrin.h>" nogil:
    __m512i _mm512_dpwssd_epi32(__m512i, __m512i, __m512i)
    __m256i _mm512_cvtusepi32_epi16(__m512i)


# Eight taps two at a time as words: one multiply and one register of weights per two taps, where base-256 digits need
# two of each per four taps. Table: WORDS of 16 lanes, all taps in one window of 128 bytes.
cdef inline void word_pair_blocks(const Columns* p, const u8* row, i32* out, const bint fused) noexcept nogil:
    cdef const Lanes* t = p.lanes
    cdef const u8* w = t.weights
    cdef __m512i index, head, tail, pair, total, advance = _mm512_set1_epi8(<char> (2*p.channels))
    cdef __mmask64 even = 0x5555555555555555
    cdef Py_ssize_t b
    cdef int k
    for b in range(t.blocks):
        index = _mm512_load_si512(t.index + 64*b)
        head = _mm512_loadu_si512(row + t.base[b])
        tail = _mm512_loadu_si512(row + t.base[b] + 64)
        total = _mm512_setzero_si512()
        for k in range(t.groups):
            pair = _mm512_maskz_permutex2var_epi8(even, head, index, tail)
            if fused:
                total = _mm512_dpwssd_epi32(total, pair, _mm512_load_si512(w + 64*k))
            else:
                total = _mm512_add_epi32(total, _mm512_madd_epi16(pair, _mm512_load_si512(w + 64*k)))
            index = _mm512_add_epi8(index, advance)
        w += 64*t.groups
        _mm512_storeu_si512(out + t.out[b], total)


cdef void word_pairs(const Columns* p, const void* row, void* out) noexcept nogil:
    word_pair_blocks(p, <const u8*> row, <i32*> out, False)


cdef void fused_word_pairs(const Columns* p, const void* row, void* out) noexcept nogil:
    word_pair_blocks(p, <const u8*> row, <i32*> out, True)


# Rows of floats to integers, sixteen results narrowed by one instruction and stored. `n` is a multiple of 16.
cdef inline void narrow_sixteen(
    const float** r, const float* w, const int taps, u8* out, Py_ssize_t n, const bint bytes
) noexcept nogil:
    cdef __m512 total
    cdef __m512i v
    cdef Py_ssize_t i
    cdef int k
    for i in range(0, n, 16):
        total = _mm512_mul_ps(_mm512_loadu_ps(r[0] + i), _mm512_set1_ps(w[0]))
        for k in range(1, taps):
            total = _mm512_add_ps(total, _mm512_mul_ps(_mm512_loadu_ps(r[k] + i), _mm512_set1_ps(w[k])))
        v = _mm512_max_epi32(_mm512_cvtps_epi32(total), _mm512_setzero_si512())
        if bytes:
            _mm_storeu_si128(<__m128i*> (out + i), _mm512_cvtusepi32_epi8(v))
        else:
            _mm256_storeu_si256(<__m256i*> (out + 2*i), _mm512_cvtusepi32_epi16(v))


cdef inline void narrow_sixteen_of(
    const float** r, const float* w, int taps, u8* out, Py_ssize_t n, const bint bytes
) noexcept nogil:
    if taps == 2:
        narrow_sixteen(r, w, 2, out, n, bytes)
    elif taps == 4:
        narrow_sixteen(r, w, 4, out, n, bytes)
    else:
        narrow_sixteen(r, w, 8, out, n, bytes)


cdef void bytes_by_sixteen(const void** rows, const void* weights, int taps, void* out, Py_ssize_t n) noexcept nogil:
    narrow_sixteen_of(<const float**> rows, <const float*> weights, taps, <u8*> out, n, True)


cdef void words_by_sixteen(const void** rows, const void* weights, int taps, void* out, Py_ssize_t n) noexcept nogil:
    narrow_sixteen_of(<const float**> rows, <const float*> weights, taps, <u8*> out, n, False)


FUNCTIONS["bytes, 16 at a time"] = <size_t> &bytes_by_sixteen
FUNCTIONS["words, 16 at a time"] = <size_t> &words_by_sixteen
FUNCTIONS["word pairs"] = <size_t> &word_pairs
FUNCTIONS["fused word pairs"] = <size_t> &fused_word_pairs
