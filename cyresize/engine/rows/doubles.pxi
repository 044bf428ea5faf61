# Rows of doubles by lane tables: written for a register that doubles4.pxi or doubles8.pxi names, from windows of one
# register or of two; and vertical passes. The bits are those of the plain loops.

from cyresize.engine.prefetch cimport claim_lines

cdef enum:
    MOST_BLENDED = 8          # rows whose weights are kept in registers
    CLAIMED_AHEAD = 1024      # bytes along a row of the destination


# Blocks begin..end. `inside`: all taps in one window. `masked`: some lanes have fewer taps than others.
cdef inline void blocks_of_doubles(
    const Columns* p, const double* row, double* out, Py_ssize_t begin, Py_ssize_t end, const int groups,
    const bint inside, const bint narrow, const bint masked,
) noexcept nogil:
    cdef Lanes t = p.lanes[0]
    cdef Py_ssize_t ahead = p.ahead, step = p.channels, b
    cdef const double* w = <const double*> t.weights + DOUBLES_HELD*groups*begin
    cdef const u16* mask = t.masks + groups*begin
    cdef places index, advance = places_apart(<int> p.channels)
    cdef packed_doubles zero = equal_doubles(0), head = zero, tail = zero, total = zero, weights, value
    cdef const double* s
    cdef int k
    for b in range(begin, end):
        s = row + t.base[b]
        _mm_prefetch(<const char*> s + ahead, 2)
        index = load_places(t.index + 8*DOUBLES_HELD*b)
        for k in range(t.used[b] if masked else groups):
            if k == 0 or not inside:
                head = load_doubles(s)
                tail = head if narrow else load_doubles(s + DOUBLES_HELD)
            weights = load_doubles(w + DOUBLES_HELD*k)
            value = doubles_of(head, tail, index, narrow)
            if k > 0 and masked:
                total = add_present(total, value, weights, mask[k])
            elif k > 0:
                total = added_doubles(total, weighed_doubles(value, weights))
            else:
                total = weighed_doubles(value, weights)
                if masked and p.from_zero:
                    total = added_doubles(total, zero)
            if inside:
                index = moved_places(index, advance)
            else:
                s += step
        w += DOUBLES_HELD*groups
        mask += groups
        store_doubles(out + t.out[b], t.n - t.out[b], total)


cdef inline void some_doubles(
    const Columns* p, const double* row, double* out, Py_ssize_t begin, Py_ssize_t end, const int groups,
    const bint masked,
) noexcept nogil:
    if p.lanes.inside and p.lanes.narrow:
        blocks_of_doubles(p, row, out, begin, end, groups, True, True, masked)
    elif p.lanes.inside:
        blocks_of_doubles(p, row, out, begin, end, groups, True, False, masked)
    elif p.lanes.narrow:
        blocks_of_doubles(p, row, out, begin, end, groups, False, True, masked)
    else:
        blocks_of_doubles(p, row, out, begin, end, groups, False, False, masked)


cdef void masked_doubles(
    const Columns* p, const double* row, double* out, Py_ssize_t begin, Py_ssize_t end
) noexcept nogil:
    some_doubles(p, row, out, begin, end, p.lanes.groups, True)


cdef void double_lane_columns(const Columns* p, const void* row, void* out) noexcept nogil:
    cdef const Lanes* t = p.lanes
    cdef const double* s = <const double*> row
    cdef double* d = <double*> out
    cdef Py_ssize_t begin, end
    if t == NULL:
        double_columns(p, row, out)
        return
    begin = t.blocks if p.from_zero else t.whole_begin
    end = max(begin, t.whole_end)
    masked_doubles(p, s, d, 0, begin)
    if t.groups == 2:
        some_doubles(p, s, d, begin, end, 2, False)
    elif t.groups == 4:
        some_doubles(p, s, d, begin, end, 4, False)
    else:
        some_doubles(p, s, d, begin, end, t.groups, False)
    masked_doubles(p, s, d, end, t.blocks)


# Vertical passes. The last columns are done again where too few are left for two registers.
cdef inline packed_doubles doubles_weighed(
    const double** rows, Py_ssize_t at, const packed_doubles* w, const int taps
) noexcept nogil:
    cdef packed_doubles total = weighed_doubles(load_doubles(rows[0] + at), w[0])
    cdef int k
    for k in range(1, taps):
        total = added_doubles(total, weighed_doubles(load_doubles(rows[k] + at), w[k]))
    return total


cdef inline void blend_doubles(
    const double** rows, const double* weights, const int taps, double* out, Py_ssize_t n
) noexcept nogil:
    cdef packed_doubles[MOST_BLENDED] w
    cdef const double *kept[MOST_BLENDED]
    cdef Py_ssize_t i = 0
    cdef int k
    for k in range(taps):
        w[k] = equal_doubles(weights[k])
        kept[k] = rows[k]
    while i < n:
        i = min(i, <Py_ssize_t> (n - 2*DOUBLES_HELD))
        claim_lines(<const char*> (out + i) + CLAIMED_AHEAD, 2*DOUBLES_HELD*sizeof(double))
        store_doubles(out + i, DOUBLES_HELD, doubles_weighed(<const double**> kept, i, w, taps))
        store_doubles(
            out + i + DOUBLES_HELD, DOUBLES_HELD, doubles_weighed(<const double**> kept, i + DOUBLES_HELD, w, taps)
        )
        i += 2*DOUBLES_HELD


cdef void blend_to_doubles(const void** rows, const void* weights, int taps, void* out, Py_ssize_t n) noexcept nogil:
    if n >= 2*DOUBLES_HELD and taps == 2:
        blend_doubles(<const double**> rows, <const double*> weights, 2, <double*> out, n)
    elif n >= 2*DOUBLES_HELD and taps == 4:
        blend_doubles(<const double**> rows, <const double*> weights, 4, <double*> out, n)
    elif n >= 2*DOUBLES_HELD and taps == 8:
        blend_doubles(<const double**> rows, <const double*> weights, 8, <double*> out, n)
    else:
        double_blend(rows, weights, taps, out, n)


cdef void use_doubles(RowKernels* table) noexcept:
    table.blend_to[<int> F64] = blend_to_doubles
    table.double_columns = double_lane_columns
    table.double_lanes = LaneFormat(DOUBLES, DOUBLES_HELD, 2*DOUBLES_HELD)
