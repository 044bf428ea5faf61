# Eight doubles: what doubles.pxi is written in, at the levels v4 and vbmi.

ctypedef __m512d packed_doubles
ctypedef __m512i places

cdef enum:
    DOUBLES_HELD = 8


cdef inline packed_doubles equal_doubles(double v) noexcept nogil:
    return _mm512_set1_pd(v)


cdef inline packed_doubles load_doubles(const double* s) noexcept nogil:
    return _mm512_loadu_pd(s)


cdef inline void store_doubles(double* out, Py_ssize_t left, packed_doubles v) noexcept nogil:
    if left >= 8:
        _mm512_storeu_pd(out, v)
    else:
        _mm512_mask_storeu_pd(out, <__mmask8> first_words(left), v)


cdef inline packed_doubles weighed_doubles(packed_doubles a, packed_doubles b) noexcept nogil:
    return _mm512_mul_pd(a, b)


cdef inline packed_doubles added_doubles(packed_doubles a, packed_doubles b) noexcept nogil:
    return _mm512_add_pd(a, b)


# Lanes whose taps have ended keep their totals, whatever there is in the window.
cdef inline packed_doubles add_present(
    packed_doubles total, packed_doubles samples, packed_doubles weights, int where
) noexcept nogil:
    return _mm512_mask_add_pd(total, <__mmask8> where, total, _mm512_mul_pd(samples, weights))


cdef inline places load_places(const void* s) noexcept nogil:
    return _mm512_load_si512(s)


cdef inline places places_apart(int step) noexcept nogil:
    return _mm512_set1_epi64(step)


cdef inline places moved_places(places index, places step) noexcept nogil:
    return _mm512_add_epi64(index, step)


cdef inline packed_doubles doubles_of(
    packed_doubles head, packed_doubles tail, places index, const bint narrow
) noexcept nogil:
    return _mm512_permutexvar_pd(index, head) if narrow else _mm512_permutex2var_pd(head, index, tail)
