# Rivals in plain loops and in AVX2, beside the plain loops of rows.pxi. Each gives the bits of its plain namesake,
# may read and write SLACK bytes behind its rows, and stands in FUNCTIONS under its name.
# Letters: W, C source row; OW output row; K taps.

from bench.lab.avx2 cimport *
from cyresize.engine.rows.avx512 cimport __m128i, __m256i


cdef inline __m128i pairs_of_pixel(Py_ssize_t C) noexcept nogil:
    """Byte shuffle: sample c of a pixel and of the next pixel as two words, for c = 0 .. 3."""
    cdef u8[16] order
    cdef int c
    for c in range(4):
        order[4*c] = <u8> c
        order[4*c + 1] = 0x80
        order[4*c + 2] = <u8> (c + C)
        order[4*c + 3] = 0x80
    return _mm_loadu_si128(<const __m128i*> order)


# One 16-byte load per output pixel, pairwise products in 32 bits; C <= 4. Weights: int16 pairs as in the plain loop.
cdef void pixel_loads(const Columns* p, const void* row, void* out) noexcept nogil:
    cdef const u8* s = <const u8*> row
    cdef i16* d = <i16*> out
    cdef const int* w = <const int*> p.weights
    cdef Py_ssize_t x, C = p.channels
    cdef __m128i order = pairs_of_pixel(C), v
    for x in range(p.n_out):
        v = _mm_shuffle_epi8(_mm_loadu_si128(<const __m128i*> (s + p.start[x]*C)), order)
        v = _mm_srai_epi32(_mm_madd_epi16(v, _mm_set1_epi32(w[x])), 4)
        _mm_storel_epi64(<__m128i*> (d + x*C), _mm_packs_epi32(v, v))


cdef inline __m256i gathered_pairs(const u8* s, __m256i at, __m256i order, Py_ssize_t C) noexcept nogil:
    cdef __m256i v = _mm256_i32gather_epi32(<const int*> s, at, 1), far, low
    if C < 4:
        return _mm256_shuffle_epi8(v, order)
    low = _mm256_set1_epi32(255)
    far = _mm256_i32gather_epi32(<const int*> (s + C), at, 1)
    return _mm256_or_si256(_mm256_and_si256(v, low), _mm256_slli_epi32(_mm256_and_si256(far, low), 16))


# Hardware gathers, 8 samples at a time: the four bytes hold both taps if C < 4. Weights: blocks of 8 offsets and 8
# int16 pairs.
cdef void hardware_gathers(const Columns* p, const void* row, void* out) noexcept nogil:
    cdef const int* t = <const int*> p.weights
    cdef i16* d = <i16*> out
    cdef Py_ssize_t i, C = p.channels
    cdef u8[16] bytes
    cdef __m256i order, v
    for i in range(4):
        bytes[4*i] = <u8> (4*i)
        bytes[4*i + 1] = bytes[4*i + 3] = 0x80
        bytes[4*i + 2] = <u8> (4*i + min(C, 3))
    order = _mm256_broadcastsi128_si256(_mm_loadu_si128(<const __m128i*> bytes))
    for i in range(0, p.n_out*C, 8):
        v = gathered_pairs(<const u8*> row, _mm256_loadu_si256(<const __m256i*> (t + 2*i)), order, C)
        v = _mm256_srai_epi32(_mm256_madd_epi16(v, _mm256_loadu_si256(<const __m256i*> (t + 2*i + 8))), 4)
        v = _mm256_permute4x64_epi64(_mm256_packs_epi32(v, v), 0x08)
        memcpy(d + i, &v, 16)


# OpenCV's vertical step with every number in 32 bits.
cdef void linear_blend_32(const void** rows, const void* weights, int taps, void* out, Py_ssize_t n) noexcept nogil:
    cdef const i16* r0 = <const i16*> rows[0]
    cdef const i16* r1 = <const i16*> rows[1]
    cdef int b0 = (<const i16*> weights)[0], b1 = (<const i16*> weights)[1]
    cdef u8* d = <u8*> out
    cdef Py_ssize_t i
    for i in range(n):
        d[i] = <u8> ((((b0*r0[i]) >> 16) + ((b1*r1[i]) >> 16) + 2) >> 2)


# The same from rows that keep all 19 bits of the first pass, as OpenCV's do: twice the memory, and no narrower product.
cdef void linear_blend_rows_32(
    const void** rows, const void* weights, int taps, void* out, Py_ssize_t n
) noexcept nogil:
    cdef const i32* r0 = <const i32*> rows[0]
    cdef const i32* r1 = <const i32*> rows[1]
    cdef int b0 = (<const i16*> weights)[0], b1 = (<const i16*> weights)[1]
    cdef u8* d = <u8*> out
    cdef Py_ssize_t i
    for i in range(n):
        d[i] = <u8> ((((b0*(r0[i] >> 4)) >> 16) + ((b1*(r1[i] >> 4)) >> 16) + 2) >> 2)


# Sums of 11-bit products with the row pointers read in the inner loop, as one writes it for any number of taps.
cdef void fixed_blend_pointers(
    const void** rows, const void* weights, int taps, void* out, Py_ssize_t n
) noexcept nogil:
    cdef const i16* w = <const i16*> weights
    cdef u8* d = <u8*> out
    cdef Py_ssize_t i
    cdef u32 acc
    cdef int k
    for i in range(n):
        acc = 0
        for k in range(taps):
            acc += times(<const i32*> rows[k], i, <u32> <i32> w[k])
        d[i] = fixed_to_u8(acc)


# Pillow's vertical pass with weights of two words, high*4096 + low: two rows at a time, four products for 16 columns.
cdef void pillow_word_blend(const void** rows, const void* weights, int taps, void* out, Py_ssize_t n) noexcept nogil:
    cdef const i32* w = <const i32*> weights
    cdef __m256i left, right, low, high, left_low, right_low, left_high, right_high
    cdef __m128i a, b, packed
    cdef Py_ssize_t i
    cdef int k, v0, v1
    for i in range(0, n, 16):
        left_low = right_low = _mm256_set1_epi32(1 << 21)
        left_high = right_high = _mm256_set1_epi32(0)
        for k in range(0, taps, 2):
            v0, v1 = w[k], w[k + 1] if k + 1 < taps else 0
            a = _mm_loadu_si128(<const __m128i*> (<const u8*> rows[k] + i))
            b = _mm_loadu_si128(<const __m128i*> (<const u8*> rows[k + 1 if k + 1 < taps else k] + i))
            left, right = _mm256_cvtepu8_epi16(_mm_unpacklo_epi8(a, b)), _mm256_cvtepu8_epi16(_mm_unpackhi_epi8(a, b))
            low = _mm256_set1_epi32(<int> (<u32> (v0 & 4095) | <u32> (v1 & 4095) << 16))
            high = _mm256_set1_epi32(<int> (<u32> (v0 >> 12) & 65535 | <u32> (v1 >> 12) << 16))
            left_low = _mm256_add_epi32(left_low, _mm256_madd_epi16(left, low))
            right_low = _mm256_add_epi32(right_low, _mm256_madd_epi16(right, low))
            left_high = _mm256_add_epi32(left_high, _mm256_madd_epi16(left, high))
            right_high = _mm256_add_epi32(right_high, _mm256_madd_epi16(right, high))
        left = _mm256_srai_epi32(_mm256_add_epi32(left_low, _mm256_slli_epi32(left_high, 12)), 22)
        right = _mm256_srai_epi32(_mm256_add_epi32(right_low, _mm256_slli_epi32(right_high, 12)), 22)
        left = _mm256_permute4x64_epi64(_mm256_packs_epi32(left, right), 0xd8)
        packed = _mm256_castsi256_si128(_mm256_permute4x64_epi64(_mm256_packus_epi16(left, left), 0x08))
        memcpy(<u8*> out + i, &packed, 16)


# Three-byte pixels by four-byte copies, each overwriting the byte too many of the one before.
cdef void overlapping_copies(
    const Lanes* lanes, const Py_ssize_t* index, Py_ssize_t n, Py_ssize_t size, const void* row, void* out,
    Py_ssize_t ahead,
) noexcept nogil:
    cdef const u8* s = <const u8*> row
    cdef u8* d = <u8*> out
    cdef Py_ssize_t x
    for x in range(n):
        memcpy(d + 3*x, s + 3*index[x], 4)


# Four-byte pixels, four at a time.
cdef void gathered_pixels(
    const Lanes* lanes, const Py_ssize_t* index, Py_ssize_t n, Py_ssize_t size, const void* row, void* out,
    Py_ssize_t ahead,
) noexcept nogil:
    cdef Py_ssize_t x = 0
    while x + 4 <= n:
        _mm_storeu_si128(
            <__m128i*> (<u8*> out + 4*x),
            _mm256_i64gather_epi32(<const int*> row, _mm256_loadu_si256(<const __m256i*> (index + x)), 4),
        )
        x += 4
    gather(NULL, index + x, n - x, 4, row, <u8*> out + 4*x, 0)


# Addresses by name: what contests.py chooses from.
FUNCTIONS = {
    "plain linear": <size_t> &linear_u8_columns,
    "plain fixed": <size_t> &fixed_u8_columns,
    "plain float": <size_t> &float_columns,
    "plain pillow": <size_t> &pillow_u8_columns,
    "plain linear blend": <size_t> &linear_u8_blend,
    "plain fixed blend": <size_t> &fixed_u8_blend,
    "plain pillow blend": <size_t> &pillow_u8_blend,
    "plain float blend": <size_t> &float_blend,
    "plain blend from words": <size_t> &blend_from_u16,
    "plain blend to bytes": <size_t> &blend_to_u8,
    "plain blend to words": <size_t> &blend_to_u16,
    "plain narrow words": <size_t> &narrow_u16,
    "plain widen": <size_t> &widen_u8,
    "plain widen words": <size_t> &widen_u16,
    "plain gather": <size_t> &gather,
    "pixel loads": <size_t> &pixel_loads,
    "hardware gathers": <size_t> &hardware_gathers,
    "linear blend 32": <size_t> &linear_blend_32,
    "linear blend rows 32": <size_t> &linear_blend_rows_32,
    "fixed blend pointers": <size_t> &fixed_blend_pointers,
    "pillow word blend": <size_t> &pillow_word_blend,
    "overlapping copies": <size_t> &overlapping_copies,
    "gathered pixels": <size_t> &gathered_pixels,
}
