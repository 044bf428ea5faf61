# 16-bit integers to floats and back, and vertical passes from and into them and floats, two registers at a time, with
# destination lines claimed ahead: written for a register that floats4.pxi or floats8.pxi names. The last columns are
# done again where too few are left for that, so nothing beyond them is read or written. The bits are those of the plain
# loops.

from cyresize.engine.prefetch cimport claim_line

cdef enum:
    MOST_TERMS = 8            # rows whose weights are kept in registers
    TERMS_AHEAD = 1024        # bytes along a row of the destination

ctypedef fused term:
    float
    u16
    i16


cdef inline packed_floats load_terms(const term* s) noexcept nogil:
    if term is float:
        return read_floats(s)
    else:
        return read_words(s)


cdef inline packed_floats weighed(
    const term** rows, Py_ssize_t at, const packed_floats* w, const int taps
) noexcept nogil:
    cdef packed_floats total = multiplied(load_terms(rows[0] + at), w[0])
    cdef int k
    for k in range(1, taps):
        total = added(total, multiplied(load_terms(rows[k] + at), w[k]))
    return total


# Weights in registers, and pointers, which stores could change where they are, in locals.
cdef inline void keep_terms(
    const term** rows, const float* weights, const int taps, const term** kept, packed_floats* w
) noexcept nogil:
    cdef int k
    for k in range(taps):
        w[k] = all_equal(weights[k])
        kept[k] = rows[k]


cdef inline void store_terms(
    void* out, Py_ssize_t at, packed_floats a, packed_floats b, const int element
) noexcept nogil:
    if element == F32:
        store_register(<float*> out + at, a)
        store_register(<float*> out + at + LENGTH, b)
    else:
        store_words(<u16*> out + at, a, b, element == I16)


cdef inline void blend_terms(
    const term** rows, const float* weights, const int taps, void* out, Py_ssize_t n, const int element
) noexcept nogil:
    cdef packed_floats[MOST_TERMS] w
    cdef const term *kept[MOST_TERMS]
    cdef Py_ssize_t i = 0
    keep_terms(rows, weights, taps, kept, w)
    while i < n:
        i = min(i, n - 2*LENGTH)
        if element == F32:
            claim_line(<const char*> out + 4*i + TERMS_AHEAD)
        elif i & 31 == 0:
            claim_line(<const char*> out + 2*i + TERMS_AHEAD)
        store_terms(
            out, i, weighed(<const term**> kept, i, w, taps), weighed(<const term**> kept, i + LENGTH, w, taps), element
        )
        i += 2*LENGTH


cdef inline bint blend_terms_of(
    const term** rows, const void* weights, int taps, void* out, Py_ssize_t n, const int element
) noexcept nogil:
    """False, and nothing done, where there is no such loop."""
    if n < 2*LENGTH:
        return False
    if taps == 2:
        blend_terms(rows, <const float*> weights, 2, out, n, element)
    elif taps == 4:
        blend_terms(rows, <const float*> weights, 4, out, n, element)
    elif taps == 8:
        blend_terms(rows, <const float*> weights, 8, out, n, element)
    else:
        return False
    return True


cdef void blend_u16_to_floats(const void** rows, const void* weights, int taps, void* out, Py_ssize_t n) noexcept nogil:
    if not blend_terms_of(<const u16**> rows, weights, taps, out, n, F32):
        blend_from_u16(rows, weights, taps, out, n)


cdef void blend_i16_to_floats(const void** rows, const void* weights, int taps, void* out, Py_ssize_t n) noexcept nogil:
    if not blend_terms_of(<const i16**> rows, weights, taps, out, n, F32):
        blend_from_i16(rows, weights, taps, out, n)


cdef void blend_floats_to_floats(
    const void** rows, const void* weights, int taps, void* out, Py_ssize_t n
) noexcept nogil:
    if not blend_terms_of(<const float**> rows, weights, taps, out, n, F32):
        float_blend(rows, weights, taps, out, n)


cdef void blend_floats_to_u16(const void** rows, const void* weights, int taps, void* out, Py_ssize_t n) noexcept nogil:
    if not blend_terms_of(<const float**> rows, weights, taps, out, n, U16):
        blend_to_u16(rows, weights, taps, out, n)


cdef void blend_floats_to_i16(const void** rows, const void* weights, int taps, void* out, Py_ssize_t n) noexcept nogil:
    if not blend_terms_of(<const float**> rows, weights, taps, out, n, I16):
        blend_to_i16(rows, weights, taps, out, n)


# Two registers or more.
cdef inline void convert_terms(const term* s, void* out, Py_ssize_t n, const int element) noexcept nogil:
    cdef Py_ssize_t i = 0
    cdef packed_floats a, b
    while i < n:
        i = min(i, n - 2*LENGTH)
        a, b = load_terms(s + i), load_terms(s + i + LENGTH)
        if term is float:
            a, b = limited(a), limited(b)
        store_terms(out, i, a, b, element)
        i += 2*LENGTH


cdef void widen_words_u16(const void* row, void* out, Py_ssize_t n) noexcept nogil:
    if n < 2*LENGTH:
        widen_u16(row, out, n)
    else:
        convert_terms(<const u16*> row, out, n, F32)


cdef void widen_words_i16(const void* row, void* out, Py_ssize_t n) noexcept nogil:
    if n < 2*LENGTH:
        widen_i16(row, out, n)
    else:
        convert_terms(<const i16*> row, out, n, F32)


cdef void narrow_to_words_u16(const void* row, void* out, Py_ssize_t n) noexcept nogil:
    if n < 2*LENGTH:
        narrow_u16(row, out, n)
    else:
        convert_terms(<const float*> row, out, n, U16)


cdef void narrow_to_words_i16(const void* row, void* out, Py_ssize_t n) noexcept nogil:
    if n < 2*LENGTH:
        narrow_i16(row, out, n)
    else:
        convert_terms(<const float*> row, out, n, I16)


cdef void use_words(RowKernels* table) noexcept:
    table.widen[<int> U16] = widen_words_u16
    table.widen[<int> I16] = widen_words_i16
    table.narrow[<int> U16] = narrow_to_words_u16
    table.narrow[<int> I16] = narrow_to_words_i16
    table.blend_from[<int> U16] = blend_u16_to_floats
    table.blend_from[<int> I16] = blend_i16_to_floats
    table.blend_to[<int> F32] = blend_floats_to_floats
    table.blend_to[<int> U16] = blend_floats_to_u16
    table.blend_to[<int> I16] = blend_floats_to_i16
