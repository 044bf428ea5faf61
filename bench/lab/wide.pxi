# Rivals in AVX-512 with byte permutes.

from cyresize.engine.rows.avx512 cimport *

cdef extern from "<immintrin.h>" nogil:
    __m512i _mm512_dpwssd_epi32(__m512i, __m512i, __m512i)


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


FUNCTIONS["word pairs"] = <size_t> &word_pairs
FUNCTIONS["fused word pairs"] = <size_t> &fused_word_pairs
