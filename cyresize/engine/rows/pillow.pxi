# Pillow's uint8 in 16-byte registers, two source rows at once, for the levels without byte permutes across registers.
#
# A weight in 1/2**22 is high*65536 + low, high a signed byte and low a signed word. A sum modulo 2**32 is enough, for
# the result fits; so sums of the high halves, which 65536 multiplies, are enough modulo 2**16, and stay in words, two
# taps to each. Products of bytes saturate only if two neighbouring weights add up to more than twice the whole:
# lanes.pyx makes no table of such.

cdef enum:
    PREPARED = 128        # groups of four rows of a vertical pass whose weights are taken apart beforehand


# Four taps per 32-bit lane: their bytes, and their weights as lanes.pyx orders them.
cdef inline void add_split_taps(pair* high, pair* low, pair taps, pair w, pair w_even, pair w_odd) noexcept nogil:
    high[0] = add16(high[0], dot_bytes(taps, w))
    low[0] = add32(low[0], add32(dot_words(even_bytes(taps), w_even), dot_words(odd_bytes(taps), w_odd)))


cdef inline pair whole_sum(pair high, pair low) noexcept nogil:
    return add32(low, times_65536(dot_words(high, all32(0x10001))))


cdef inline __m128i taps_of_pixels(const Py_ssize_t C) noexcept nogil:
    # Four pixels, channel by channel.
    if C == 1:
        return _mm_setr_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
    if C == 2:
        return _mm_setr_epi8(0, 2, 4, 6, 1, 3, 5, 7, 8, 10, 12, 14, 9, 11, 13, 15)
    if C == 3:
        return _mm_setr_epi8(0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11, -1, -1, -1, -1)
    return _mm_setr_epi8(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15)


# Source rows and where their results go. `rows` below is how many: one, two or four; those that are not there are NULL.
cdef struct SourceRows:
    const u8 *a
    const u8 *b
    const u8 *c
    const u8 *d


cdef struct ResultRows:
    u8 *a
    u8 *b
    u8 *c
    u8 *d


# Sums of two rows, and of two more.
cdef struct PairSums:
    pair high
    pair low
    pair high2
    pair low2


cdef inline void start_sums(PairSums* sums, int start) noexcept nogil:
    sums.high = sums.high2 = all32(0)
    sums.low = sums.low2 = all32(start)


cdef inline void add_window(
    PairSums* sums, SourceRows s, Py_ssize_t at, pair order, pair w, pair w_even, pair w_odd, const int rows,
    const bint shuffled,
) noexcept nogil:
    """Four taps per lane of the windows at ``at``."""
    cdef pair taps = load_two(s.a + at, (s.a if rows == 1 else s.b) + at)
    add_split_taps(&sums.high, &sums.low, shuffle_bytes(taps, order) if shuffled else taps, w, w_even, w_odd)
    if rows == 4:
        taps = load_two(s.c + at, s.d + at)
        add_split_taps(&sums.high2, &sums.low2, shuffle_bytes(taps, order) if shuffled else taps, w, w_even, w_odd)


# Ask for what will be read at `at` when these rows are done.
cdef inline void fetch_next(SourceRows s, Py_ssize_t at, const int rows) noexcept nogil:
    _mm_prefetch(s.a + at, 2)
    if rows > 1:
        _mm_prefetch(s.b + at, 2)
    if rows == 4:
        _mm_prefetch(s.c + at, 2)
        _mm_prefetch(s.d + at, 2)


# Four taps of one output pixel of three or four channels.
cdef inline void add_pixels(
    PairSums* sums, SourceRows s, Py_ssize_t at, const u8* w, pair order, const int rows
) noexcept nogil:
    cdef pair w_high, w_even, w_odd
    spread_words(w, &w_high, &w_even, &w_odd)
    add_window(sums, s, at, order, w_high, w_even, w_odd, rows, True)


# Two taps as words.
cdef inline void add_two_taps(pair* high, pair* low, pair taps, pair w_high, pair w_low) noexcept nogil:
    high[0] = add16(high[0], times_words(taps, w_high))
    low[0] = add32(low[0], dot_words(taps, w_low))


cdef inline void add_two_pixels(
    PairSums* sums, SourceRows s, Py_ssize_t at, const u8* w, pair order, const int rows
) noexcept nogil:
    cdef pair w_high, w_low, unused
    spread_words(w, &w_high, &w_low, &unused)
    add_two_taps(
        &sums.high, &sums.low, shuffle_bytes(load_two(s.a + at, (s.a if rows == 1 else s.b) + at), order), w_high, w_low
    )
    if rows == 4:
        add_two_taps(
            &sums.high2, &sums.low2, shuffle_bytes(load_two(s.c + at, s.d + at), order), w_high, w_low
        )


# Groups of four taps, many if `fours` is negative, and of two if `half`.
cdef inline void pixel_sums(
    const Lanes* t, SourceRows s, Py_ssize_t x, const Py_ssize_t C, const int fours, const bint half,
    const pair* orders, const int rows, PairSums* sums,
) noexcept nogil:
    cdef Py_ssize_t groups = fours + half if fours >= 0 else t.groups, at = t.base[x]
    cdef const u8* w = t.weights + 12*groups*x
    cdef const u8* end = w + 12*(groups - half)
    start_sums(sums, 1 << 21)
    while w < end:
        add_pixels(sums, s, at, w, orders[0], rows)
        at += 4*C
        w += 12
    if half:
        add_two_pixels(sums, s, at, w, orders[1], rows)


# Four sums as bytes.
cdef inline pair four_rounded(const pair* v) noexcept nogil:
    return pack_to_bytes(
        pack_to_words(shift22(v[0]), shift22(v[1])), pack_to_words(shift22(v[2]), shift22(v[3]))
    )


cdef inline pair first_sum(const PairSums* sums) noexcept nogil:
    return whole_sum(sums.high, sums.low)


cdef inline pair second_sum(const PairSums* sums) noexcept nogil:
    return whole_sum(sums.high2, sums.low2)


cdef inline void store_rows(
    ResultRows out, Py_ssize_t at, Py_ssize_t left, pair v, pair v2, const int rows
) noexcept nogil:
    store_bytes(out.a + at, left, of_first(v))
    if rows > 1:
        store_bytes(out.b + at, left, of_second(v))
    if rows == 4:
        store_bytes(out.c + at, left, of_first(v2))
        store_bytes(out.d + at, left, of_second(v2))


cdef inline __m128i two_taps_of_pixels(const Py_ssize_t C) noexcept nogil:
    if C == 3:
        return _mm_setr_epi8(0, -1, 3, -1, 1, -1, 4, -1, 2, -1, 5, -1, -1, -1, -1, -1)
    return _mm_setr_epi8(0, -1, 4, -1, 1, -1, 5, -1, 2, -1, 6, -1, 3, -1, 7, -1)


cdef inline void pillow_pixels_c(
    const Columns* p, SourceRows s, ResultRows out, const Py_ssize_t C, const int fours, const bint half,
    const int rows,
) noexcept nogil:
    cdef u8[16] close = [0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 255, 255, 255, 255]
    cdef __m128i spread = taps_of_pixels(C), spread2 = two_taps_of_pixels(C)
    cdef pair[2] orders = [twice(&spread), twice(&spread2)]
    cdef pair close_up = twice(close), v, v2
    # A copy, as stores could change what pointers lead to.
    cdef Lanes t = p.lanes[0]
    cdef PairSums sums
    cdef pair[8] done
    cdef Py_ssize_t x, n = p.n_out, ahead = p.ahead
    cdef int j
    for x in range(0, n, 4):
        fetch_next(s, t.base[x] + ahead, rows)
        # The table goes on to a multiple of four pixels. A loop, or the compiler keeps all products to add them late.
        for j in range(4):
            pixel_sums(&t, s, x + j, C, fours, half, orders, rows, &sums)
            done[j] = first_sum(&sums)
            done[4 + j] = second_sum(&sums)
        v, v2 = four_rounded(done), four_rounded(done + 4)
        # Of three channels the last four bytes that are stored are the next results'.
        if C == 3:
            v = shuffle_bytes(v, close_up)
            v2 = shuffle_bytes(v2, close_up)
        store_rows(out, C*x, C*(n - x), v, v2, rows)


cdef inline void pillow_pixels_half(
    const Columns* p, SourceRows s, ResultRows out, const Py_ssize_t C, const bint half, const int rows
) noexcept nogil:
    cdef int fours = p.lanes.groups - half
    # Measured: the end of a loop of three is mispredicted at times, and unrolling four costs registers.
    if fours == 0:
        pillow_pixels_c(p, s, out, C, 0, half, rows)
    elif fours == 1:
        pillow_pixels_c(p, s, out, C, 1, half, rows)
    elif fours == 2:
        pillow_pixels_c(p, s, out, C, 2, half, rows)
    elif fours == 3:
        pillow_pixels_c(p, s, out, C, 3, half, rows)
    else:
        pillow_pixels_c(p, s, out, C, -1, half, rows)


cdef inline void pillow_pixels_of(
    const Columns* p, SourceRows s, ResultRows out, const Py_ssize_t C, const int rows
) noexcept nogil:
    if p.lanes.half:
        pillow_pixels_half(p, s, out, C, True, rows)
    else:
        pillow_pixels_half(p, s, out, C, False, rows)


# Blocks of four lanes.
cdef inline void block_sums(
    const Lanes* t, SourceRows s, Py_ssize_t b, Py_ssize_t channels, Py_ssize_t ahead, const int rows, PairSums* sums
) noexcept nogil:
    cdef const u8* w = t.weights + 48*t.groups*b
    cdef Py_ssize_t at = t.base[b]
    cdef pair order = twice(t.index + 16*b)
    cdef int k
    fetch_next(s, at + ahead, rows)
    start_sums(sums, 1 << 21)
    for k in range(t.used[b]):
        add_window(sums, s, at, order, twice(w), twice(w + 16), twice(w + 32), rows, True)
        at += 4*channels
        w += 48


cdef inline void store_four(u8* out, Py_ssize_t left, __m128i v) noexcept nogil:
    cdef int bytes = _mm_cvtsi128_si32(v)
    memcpy(out, &bytes, 4 if left >= 4 else left)


cdef inline void store_fours(
    ResultRows out, Py_ssize_t at, Py_ssize_t left, pair v, pair v2, const int rows
) noexcept nogil:
    """At most four elements, from sums in lanes."""
    cdef pair[4] same = [v, v, v, v]
    v = four_rounded(same)
    store_four(out.a + at, left, of_first(v))
    if rows > 1:
        store_four(out.b + at, left, of_second(v))
    if rows == 4:
        same = [v2, v2, v2, v2]
        v2 = four_rounded(same)
        store_four(out.c + at, left, of_first(v2))
        store_four(out.d + at, left, of_second(v2))


cdef inline void pillow_blocks(const Columns* p, SourceRows s, ResultRows out, const int rows) noexcept nogil:
    cdef Lanes t = p.lanes[0]
    cdef PairSums sums
    cdef pair[8] done
    cdef Py_ssize_t b = 0, channels = p.channels, ahead = p.ahead
    cdef int j
    while b < t.blocks:
        if b + 4 < t.blocks and t.out[b + 4] - t.out[b] == 16:
            for j in range(4):
                block_sums(&t, s, b + j, channels, ahead, rows, &sums)
                done[j] = first_sum(&sums)
                done[4 + j] = second_sum(&sums)
            store_rows(out, t.out[b], 16, four_rounded(done), four_rounded(done + 4), rows)
            b += 4
        else:
            block_sums(&t, s, b, channels, ahead, rows, &sums)
            store_fours(out, t.out[b], t.n - t.out[b], first_sum(&sums), second_sum(&sums), rows)
            b += 1


# One output pixel of one or two channels per block: lanes are taps, which are added up in the end.
cdef inline void run_sums(
    const Lanes* t, SourceRows s, Py_ssize_t x, const Py_ssize_t C, pair order, const int rows, PairSums* sums
) noexcept nogil:
    cdef const u8* w = t.weights + 48*t.groups*x
    cdef Py_ssize_t at = t.base[x]
    cdef int k
    start_sums(sums, 0)
    for k in range(t.groups):
        add_window(sums, s, at, order, twice(w), twice(w + 16), twice(w + 32), rows, C != 1)
        at += 16
        w += 48


cdef inline pair rounding(pair v) noexcept nogil:
    return add32(v, all32(1 << 21))


# The lanes of one sum belong to one output pixel: of four sums, or two of two channels, one.
cdef inline pair lanes_added(const pair* v, const Py_ssize_t C) noexcept nogil:
    if C == 2:
        return halves_added(v[0], v[1])
    return neighbours_added(neighbours_added(v[0], v[1]), neighbours_added(v[2], v[3]))


cdef inline void pillow_runs(
    const Columns* p, SourceRows s, ResultRows out, const Py_ssize_t C, const int rows
) noexcept nogil:
    cdef __m128i spread = taps_of_pixels(C)
    cdef pair order = twice(&spread), v, v2
    cdef Lanes t = p.lanes[0]
    cdef PairSums sums
    cdef pair[8] done
    cdef Py_ssize_t x = 0, n = p.n_out, ahead = p.ahead
    cdef int j
    while x < n:
        # The table goes on to a multiple of four pixels.
        for j in range(4//C):
            fetch_next(s, t.base[x + j] + ahead, rows)
            run_sums(&t, s, x + j, C, order, rows, &sums)
            done[j] = first_sum(&sums)
            done[4 + j] = second_sum(&sums)
        v, v2 = lanes_added(done, C), lanes_added(done + 4, C)
        store_fours(out, C*x, C*(n - x), rounding(v), rounding(v2), rows)
        x += 4//C


cdef inline void pillow_rows(const Columns* p, SourceRows s, ResultRows out, const int rows) noexcept nogil:
    if p.lanes.kind == PIXELS and p.channels == 3:
        pillow_pixels_of(p, s, out, 3, rows)
    elif p.lanes.kind == PIXELS:
        pillow_pixels_of(p, s, out, 4, rows)
    elif p.lanes.kind == SPLITS:
        pillow_blocks(p, s, out, rows)
    elif p.channels == 1:
        pillow_runs(p, s, out, 1, rows)
    else:
        pillow_runs(p, s, out, 2, rows)


cdef void pair_pillow_u8_columns(const Columns* p, const void* row, void* out) noexcept nogil:
    if p.lanes == NULL or p.lanes.kind == WORDS:
        sse_pillow_u8_columns(p, row, out)
    else:
        pillow_rows(p, SourceRows(<const u8*> row, NULL, NULL, NULL), ResultRows(<u8*> out, NULL, NULL, NULL), 1)


cdef void pair_pillow_u8_columns2(
    const Columns* p, const void* row, const void* second, void* out, void* second_out
) noexcept nogil:
    if p.lanes.kind == WORDS:
        sse_pillow_u8_columns(p, row, out)
        sse_pillow_u8_columns(p, second, second_out)
    else:
        pillow_rows(
            p, SourceRows(<const u8*> row, <const u8*> second, NULL, NULL),
            ResultRows(<u8*> out, <u8*> second_out, NULL, NULL), 2,
        )


cdef void pair_pillow_u8_columns4(const Columns* p, const void** rows, void** out) noexcept nogil:
    cdef const u8** r = <const u8**> rows
    cdef u8** o = <u8**> out
    if p.lanes.kind == WORDS:
        pair_pillow_u8_columns2(p, r[0], r[1], o[0], o[1])
        pair_pillow_u8_columns2(p, r[2], r[3], o[2], o[3])
    else:
        pillow_rows(p, SourceRows(r[0], r[1], r[2], r[3]), ResultRows(o[0], o[1], o[2], o[3]), 4)


cdef inline int high_half(i32 w) noexcept nogil:
    return (w + 32768) >> 16


cdef inline u32 high_bytes(i32 a, i32 b) noexcept nogil:
    # The high halves of two weights, in either word of a lane.
    return ((high_half(a) & 255) | (high_half(b) & 255) << 8)*0x10001u


cdef inline u32 low_words(i32 a, i32 b) noexcept nogil:
    return <u32> (a & 65535) | <u32> (b & 65535) << 16


# Weights of rows by fours, the last one or two rows by themselves. Returns whether products of bytes cannot saturate.
cdef inline bint prepare(const i32* w, int taps, u32* words) noexcept nogil:
    cdef i32[4] four
    cdef int k, j
    for k in range(0, taps, 4):
        for j in range(4):
            four[j] = w[k + j] if k + j < taps else 0
        for j in range(0, 4, 2):
            if abs(high_half(four[j])) + abs(high_half(four[j + 1])) > 128 or max(four[j], four[j + 1]) >= 127 << 16:
                return False
        words[k] = high_bytes(four[0], four[1])
        words[k + 1] = high_bytes(four[2], four[3])
        words[k + 2] = low_words(four[0], four[2] if taps - k > 2 else four[1])
        words[k + 3] = low_words(four[1], four[3])
    return True


cdef inline void blend_four(
    const u8** rows, Py_ssize_t i, const u32* words, pair* high, pair* low, const int count
) noexcept nogil:
    """Add ``count`` rows: three of four, or one or two."""
    cdef pair a = load_bytes(rows[0] + i), b = load_bytes(rows[1 if count > 1 else 0] + i), c, d, zero = all32(0)
    cdef pair w = all32(<int> words[0]), w_even = all32(<int> words[2]), w_odd
    a, b = low_of_bytes(a, b), high_of_bytes(a, b)
    high[0] = add16(high[0], dot_bytes(a, w))
    high[1] = add16(high[1], dot_bytes(b, w))
    if count <= 2:
        low[0] = add32(low[0], dot_words(low_of_bytes(a, zero), w_even))
        low[1] = add32(low[1], dot_words(high_of_bytes(a, zero), w_even))
        low[2] = add32(low[2], dot_words(low_of_bytes(b, zero), w_even))
        low[3] = add32(low[3], dot_words(high_of_bytes(b, zero), w_even))
        return
    c = load_bytes(rows[2] + i)
    d = load_bytes(rows[3 if count > 3 else 2] + i)
    w = all32(<int> words[1])
    w_odd = all32(<int> words[3])
    c, d = low_of_bytes(c, d), high_of_bytes(c, d)
    high[0] = add16(high[0], dot_bytes(c, w))
    high[1] = add16(high[1], dot_bytes(d, w))
    add_words(low, low_of_words(a, c), w_even, w_odd)
    add_words(low + 1, high_of_words(a, c), w_even, w_odd)
    add_words(low + 2, low_of_words(b, d), w_even, w_odd)
    add_words(low + 3, high_of_words(b, d), w_even, w_odd)


cdef inline void add_words(pair* low, pair taps, pair w_even, pair w_odd) noexcept nogil:
    low[0] = add32(low[0], add32(dot_words(even_bytes(taps), w_even), dot_words(odd_bytes(taps), w_odd)))


cdef inline pair weighed_rows(
    const u8** rows, Py_ssize_t i, const u32* words, const int fours, const int rest
) noexcept nogil:
    cdef pair[2] high
    cdef pair[4] low
    cdef pair zero = all32(0)
    cdef int k
    high[0] = high[1] = zero
    low[0] = low[1] = low[2] = low[3] = all32(1 << 21)
    for k in range(0, 4*fours, 4):
        blend_four(rows + k, i, words + k, high, low, 4)
    if rest > 0:
        blend_four(rows + 4*fours, i, words + 4*fours, high, low, rest)
    return pack_to_bytes(
        pack_to_words(
            shift22(add32(low[0], low_of_words(zero, high[0]))), shift22(add32(low[1], high_of_words(zero, high[0])))
        ),
        pack_to_words(
            shift22(add32(low[2], low_of_words(zero, high[1]))), shift22(add32(low[3], high_of_words(zero, high[1])))
        ),
    )


cdef inline void blend_row(
    const u8** rows, const u32* words, u8* out, Py_ssize_t n, const int fours, const int rest
) noexcept nogil:
    cdef Py_ssize_t i = 0
    while i + PAIR_BYTES <= n:
        store_bytes_of(out + i, weighed_rows(rows, i, words, fours, rest))
        i += PAIR_BYTES
    # The end once more, in a whole register.
    if i < n:
        store_bytes_of(out + n - PAIR_BYTES, weighed_rows(rows, n - PAIR_BYTES, words, fours, rest))


cdef void pair_pillow_u8_blend(
    const void** rows, const void* weights, int taps, void* out, Py_ssize_t n
) noexcept nogil:
    cdef u32[4*PREPARED] words
    cdef const u8** r = <const u8**> rows
    if n < PAIR_BYTES or taps > 4*PREPARED or not prepare(<const i32*> weights, taps, words):
        pillow_u8_blend(rows, weights, taps, out, n)
    elif taps % 4 == 0:
        blend_row(r, words, <u8*> out, n, taps//4, 0)
    elif taps == 2:
        blend_row(r, words, <u8*> out, n, 0, 2)
    elif taps % 4 == 3:
        blend_row(r, words, <u8*> out, n, taps//4, 3)
    elif taps % 4 == 2:
        blend_row(r, words, <u8*> out, n, taps//4, 2)
    else:
        blend_row(r, words, <u8*> out, n, taps//4, 1)


cdef void use_pair_kernels(RowKernels* table) noexcept:
    table.pillow_u8_columns = pair_pillow_u8_columns
    table.pillow_u8_columns2 = pair_pillow_u8_columns2
    table.pillow_u8_columns4 = pair_pillow_u8_columns4
    table.pillow_u8_blend = pair_pillow_u8_blend
    table.pillow_u8_lanes[0] = LaneFormat(PIXELS, 4, 16)
    table.pillow_u8_lanes[1] = LaneFormat(SPLITS, 4, 16)
    table.pillow_u8_lanes[2] = LaneFormat(RUNS, 4, 16)
    table.pillow_u8_lanes[3] = LaneFormat(WORDS, 4, 16)
