# Rows of 16-bit integers to rows of floats, two source rows at a time: written for the registers of two rows in which
# pillow.pxi is written, and for the floats of two rows that floats4.pxi or floats8.pxi names. Two taps of four samples
# are one byte shuffle. Two taps with weights in 1/65536 are exact, in integers. The bits are those of the plain loops.

# Two more taps of both rows, to the sums so far; `first`: there are none yet.
cdef inline floats_of_two add_twins(
    floats_of_two total, pair taps, floats_of_two near, floats_of_two far, const bint first, const bint signed
) noexcept nogil:
    cdef floats_of_two value = weighed_of_two(even_words(taps, signed), near)
    total = value if first else added_of_two(total, value)
    return added_of_two(total, weighed_of_two(odd_words(taps, signed), far))


cdef inline floats_of_two exact_twins(pair taps, const float* w) noexcept nogil:
    return bits_of_two(add32(times_ints(even_ints(taps), twice(w)), times_ints(odd_ints(taps), twice(w + 4))))


cdef inline floats_of_two add_twin_taps(
    floats_of_two total, const word* a, const word* b, pair order, floats_of_two near, floats_of_two far,
    const bint first,
) noexcept nogil:
    return add_twins(
        total, shuffle_bytes(load_two(<const u8*> a, <const u8*> b), order), near, far, first, word is i16
    )


# By lanes, four to a block.
cdef inline void word_blocks_of_two(
    const Columns* p, const word* row, const word* second, float* out, float* second_out, const int groups,
    const bint fetching, const bint exact,
) noexcept nogil:
    cdef Lanes t = p.lanes[0]
    cdef const float* w = <const float*> t.weights
    cdef const word* a
    cdef const word* b
    cdef pair order
    cdef floats_of_two total = equal_of_two(0)
    cdef Py_ssize_t i, ahead = p.ahead, step = 2*p.channels
    cdef int k
    for i in range(t.blocks):
        a, b = row + t.base[i], second + t.base[i]
        if fetching:
            _mm_prefetch(<const char*> a + ahead, 2)
            _mm_prefetch(<const char*> b + ahead, 2)
        order = twice(t.index + 16*i)
        if exact:
            total = exact_twins(shuffle_bytes(load_two(<const u8*> a, <const u8*> b), order), w)
        for k in range(0 if exact else groups if groups <= 2 else t.used[i]):
            total = add_twin_taps(
                total, a + k*step, b + k*step, order, four_of_two(w + 8*k), four_of_two(w + 8*k + 4), k == 0
            )
        w += 8*groups
        store_of_two(out + t.out[i], second_out + t.out[i], total)


cdef inline void word_blocks(
    const Columns* p, const word* row, const word* second, float* out, float* second_out, const int groups
) noexcept nogil:
    if p.ahead != 0:
        word_blocks_of_two(p, row, second, out, second_out, groups, True, False)
    else:
        word_blocks_of_two(p, row, second, out, second_out, groups, False, False)


cdef inline void word_blocks_of(
    const Columns* p, const word* row, const word* second, float* out, float* second_out
) noexcept nogil:
    if p.lanes.groups == 1:
        word_blocks(p, row, second, out, second_out, 1)
    elif p.lanes.groups == 2:
        word_blocks(p, row, second, out, second_out, 2)
    else:
        word_blocks(p, row, second, out, second_out, p.lanes.groups)


cdef void u16_taps(const Columns* p, const void* row, void* out) noexcept nogil:
    word_blocks_of(p, <const u16*> row, <const u16*> row, <float*> out, <float*> out)


cdef void i16_taps(const Columns* p, const void* row, void* out) noexcept nogil:
    word_blocks_of(p, <const i16*> row, <const i16*> row, <float*> out, <float*> out)


cdef void u16_taps2(
    const Columns* p, const void* row, const void* second, void* out, void* second_out
) noexcept nogil:
    word_blocks_of(p, <const u16*> row, <const u16*> second, <float*> out, <float*> second_out)


cdef void i16_taps2(
    const Columns* p, const void* row, const void* second, void* out, void* second_out
) noexcept nogil:
    word_blocks_of(p, <const i16*> row, <const i16*> second, <float*> out, <float*> second_out)


# One channel, four columns to a block: two words at each of four places, and four at each of two.
cdef inline __m128i twins_at(const word* s, const Py_ssize_t* at) noexcept nogil:
    cdef int[4] words
    cdef int i
    for i in range(4):
        memcpy(words + i, s + at[i], 4)
    return _mm_insert_epi32(
        _mm_insert_epi32(_mm_insert_epi32(_mm_cvtsi32_si128(words[0]), words[1], 1), words[2], 2), words[3], 3
    )


cdef inline __m128i fours_at(const word* s, const Py_ssize_t* at) noexcept nogil:
    return _mm_castpd_si128(_mm_loadh_pd(_mm_load_sd(<const double*> (s + at[0])), <const double*> (s + at[1])))


cdef inline void word_fours_of_two(
    const Columns* p, const word* row, const word* second, float* out, float* second_out, const int groups,
    const bint exact,
) noexcept nogil:
    cdef Lanes t = p.lanes[0]
    cdef const float* w = <const float*> t.weights
    cdef const Py_ssize_t* at = t.base
    cdef pair a, b
    cdef floats_of_two total = equal_of_two(0)
    cdef Py_ssize_t i, ahead = p.ahead
    cdef int k
    for i in range(t.blocks):
        _mm_prefetch(<const char*> (row + at[0]) + ahead, 2)
        _mm_prefetch(<const char*> (second + at[0]) + ahead, 2)
        if groups == 1:
            a = paired(twins_at(row, at), twins_at(second, at))
            if exact:
                total = exact_twins(a, w)
            else:
                total = add_twins(total, a, four_of_two(w), four_of_two(w + 4), True, word is i16)
        for k in range(0, groups & ~1, 2):
            a = paired(fours_at(row + 2*k, at), fours_at(second + 2*k, at))
            b = paired(fours_at(row + 2*k, at + 2), fours_at(second + 2*k, at + 2))
            total = add_twins(
                total, even_lanes(a, b), four_of_two(w + 8*k), four_of_two(w + 8*k + 4), k == 0, word is i16
            )
            total = add_twins(
                total, odd_lanes(a, b), four_of_two(w + 8*k + 8), four_of_two(w + 8*k + 12), False, word is i16
            )
        w += 8*groups
        at += 4
        store_of_two(out + 4*i, second_out + 4*i, total)


cdef inline void word_fours_of(
    const Columns* p, const word* row, const word* second, float* out, float* second_out
) noexcept nogil:
    if p.lanes.groups == 1:
        word_fours_of_two(p, row, second, out, second_out, 1, False)
    elif p.lanes.groups == 2:
        word_fours_of_two(p, row, second, out, second_out, 2, False)
    else:
        word_fours_of_two(p, row, second, out, second_out, p.lanes.groups, False)


cdef void u16_fours(const Columns* p, const void* row, void* out) noexcept nogil:
    word_fours_of(p, <const u16*> row, <const u16*> row, <float*> out, <float*> out)


cdef void i16_fours(const Columns* p, const void* row, void* out) noexcept nogil:
    word_fours_of(p, <const i16*> row, <const i16*> row, <float*> out, <float*> out)


cdef void u16_fours2(
    const Columns* p, const void* row, const void* second, void* out, void* second_out
) noexcept nogil:
    word_fours_of(p, <const u16*> row, <const u16*> second, <float*> out, <float*> second_out)


cdef void i16_fours2(
    const Columns* p, const void* row, const void* second, void* out, void* second_out
) noexcept nogil:
    word_fours_of(p, <const i16*> row, <const i16*> second, <float*> out, <float*> second_out)


# Three or four channels without lanes: output pixels begin..end with all taps.
cdef inline void word_pixels_of_two(
    const Columns* p, const word* row, const word* second, float* out, float* second_out, Py_ssize_t begin,
    Py_ssize_t end, const Py_ssize_t C, const int taps, const bint odd, const u8* order, const bint fetching,
) noexcept nogil:
    cdef const float* w = <const float*> p.weights + begin*taps
    cdef const Py_ssize_t* start = p.start
    cdef pair side_by_side = twice(order), a
    cdef floats_of_two total = equal_of_two(0), value
    cdef Py_ssize_t x, at, ahead = p.ahead
    cdef int k
    for x in range(begin, end):
        at = start[x]*C
        if fetching:
            _mm_prefetch(<const char*> (row + at) + ahead, 2)
            _mm_prefetch(<const char*> (second + at) + ahead, 2)
        for k in range(0, taps - 1 if odd else taps, 2):
            total = add_twin_taps(
                total, row + at + k*C, second + at + k*C, side_by_side, equal_of_two(w[k]), equal_of_two(w[k + 1]),
                k == 0,
            )
        if odd:
            at += (taps - 1)*C
            a = shuffle_bytes(load_two(<const u8*> (row + at), <const u8*> (second + at)), side_by_side)
            value = weighed_of_two(even_words(a, word is i16), equal_of_two(w[taps - 1]))
            total = added_of_two(total, value) if taps > 1 else value
        # The fourth float of three channels is the next pixel's.
        store_of_two(out + x*C, second_out + x*C, total)
        w += taps


cdef inline void pixels_of_two(
    const Columns* p, const word* row, const word* second, float* out, float* second_out, Py_ssize_t begin,
    Py_ssize_t end, const Py_ssize_t C, const u8* order,
) noexcept nogil:
    if p.taps == 2 and p.ahead == 0:
        word_pixels_of_two(p, row, second, out, second_out, begin, end, C, 2, False, order, False)
    elif p.taps == 2:
        word_pixels_of_two(p, row, second, out, second_out, begin, end, C, 2, False, order, True)
    elif p.taps == 4:
        word_pixels_of_two(p, row, second, out, second_out, begin, end, C, 4, False, order, True)
    elif p.taps & 1:
        word_pixels_of_two(p, row, second, out, second_out, begin, end, C, p.taps, True, order, True)
    else:
        word_pixels_of_two(p, row, second, out, second_out, begin, end, C, p.taps, False, order, True)


# Weights of taps that columns do not have are 0, which changes no sum.
cdef inline void pixels_of_two_rows(
    const Columns* p, const word* row, const word* second, float* out, float* second_out
) noexcept nogil:
    cdef u8[16] of_three = [0, 1, 6, 7, 2, 3, 8, 9, 4, 5, 10, 11, 6, 7, 12, 13]
    cdef u8[16] of_four = [0, 1, 8, 9, 2, 3, 10, 11, 4, 5, 12, 13, 6, 7, 14, 15]
    cdef Py_ssize_t begin, end
    find_inner_pixels(p, &begin, &end)
    # An odd tap is loaded with another one.
    while p.taps & 1 and end > begin and p.start[end - 1] + p.taps + 1 > p.n_in - (1 if p.channels == 3 else 0):
        end -= 1
    if p.channels == 3:
        pixels_of_two(p, row, second, out, second_out, begin, end, 3, of_three)
    else:
        pixels_of_two(p, row, second, out, second_out, begin, end, 4, of_four)
    rest_of_two_rows(p, row, second, out, second_out, begin, end)


cdef void u16_pixels2(
    const Columns* p, const void* row, const void* second, void* out, void* second_out
) noexcept nogil:
    pixels_of_two_rows(p, <const u16*> row, <const u16*> second, <float*> out, <float*> second_out)


cdef void i16_pixels2(
    const Columns* p, const void* row, const void* second, void* out, void* second_out
) noexcept nogil:
    pixels_of_two_rows(p, <const i16*> row, <const i16*> second, <float*> out, <float*> second_out)


cdef inline void exact_words(
    const Columns* p, const void* row, const void* second, void* out, void* second_out
) noexcept nogil:
    cdef const u16* a = <const u16*> row
    cdef const u16* b = <const u16*> second
    if p.lanes.kind == FOURS:
        word_fours_of_two(p, a, b, <float*> out, <float*> second_out, 1, True)
    else:
        word_blocks_of_two(p, a, b, <float*> out, <float*> second_out, 1, True, True)


cdef void exact_u16_of_two(
    const Columns* p, const void* row, const void* second, void* out, void* second_out
) noexcept nogil:
    exact_words(p, row, second, out, second_out)


cdef void exact_u16_of_one(const Columns* p, const void* row, void* out) noexcept nogil:
    if p.lanes == NULL:
        exact_u16_columns(p, row, out)
    else:
        exact_words(p, row, row, out, out)


cdef void use_word_rows(RowKernels* table) noexcept:
    table.word_taps_lanes = LaneFormat(TWINS, 4, 8)
    table.word_taps[<int> U16] = u16_taps
    table.word_taps[<int> I16] = i16_taps
    table.word_taps2[<int> U16] = u16_taps2
    table.word_taps2[<int> I16] = i16_taps2
    table.word_fours_lanes = LaneFormat(FOURS, 4, 0)
    table.word_fours[<int> U16] = u16_fours
    table.word_fours[<int> I16] = i16_fours
    table.word_fours2[<int> U16] = u16_fours2
    table.word_fours2[<int> I16] = i16_fours2
    table.exact_u16_lanes = LaneFormat(TWINS, 4, 8)
    table.exact_u16_columns = exact_u16_of_one
    table.exact_u16_columns2 = exact_u16_of_two
    table.word_pixels2[<int> U16] = u16_pixels2
    table.word_pixels2[<int> I16] = i16_pixels2
