# The common source of the row kernels: plain typed loops that the compiler vectorises.
# Letters: W, C source row; OW output row; K taps. No kernel allocates, branches on a mode, or sees an edge.

from libc.math cimport rint, rintf
from libc.string cimport memcpy

from cyresize.engine.rows.table cimport (
    ABSENT_DOUBLE, ABSENT_FLOAT, BYTES, DOUBLES, F32, F64, FLOATS, FOURS, I16, PAIRS, PIXELS, QUADS, RUNS, SHORTS,
    SINGLES, SPLITS, TWINS, U8, U16, WORDS, Columns, LaneFormat, Lanes, RowKernels,
)

ctypedef unsigned char u8
ctypedef signed char i8
ctypedef unsigned short u16
ctypedef short i16
ctypedef unsigned int u32
ctypedef int i32
ctypedef unsigned long long u64

ctypedef fused real:
    float
    double

ctypedef fused word:
    u16
    i16

ctypedef fused small:
    u8
    u16
    i16

cdef union FloatBits:
    float f
    u32 u


cdef inline u8 clip_u8(int v) noexcept nogil:
    return <u8> (0 if v < 0 else 255 if v > 255 else v)


# ---- uint8 LINEAR, OpenCV's arithmetic: H >> 4 fits int16, each vertical product is rounded down on its own

cdef inline void linear_u8_columns_c(const Columns* p, const u8* row, i16* out, const Py_ssize_t C) noexcept nogil:
    cdef const i16* w = <const i16*> p.weights
    cdef Py_ssize_t x, c, step = p.tap_step
    cdef const u8* s
    cdef int w0, w1
    for x in range(p.n_out):
        s = row + p.start[x]*C
        w0 = w[2*x]
        w1 = w[2*x + 1]
        for c in range(C):
            out[x*C + c] = <i16> ((s[c]*w0 + s[c + step]*w1) >> 4)


cdef void linear_u8_columns(const Columns* p, const void* row, void* out) noexcept nogil:
    if p.channels == 1:
        linear_u8_columns_c(p, <const u8*> row, <i16*> out, 1)
    elif p.channels == 3:
        linear_u8_columns_c(p, <const u8*> row, <i16*> out, 3)
    elif p.channels == 4:
        linear_u8_columns_c(p, <const u8*> row, <i16*> out, 4)
    else:
        linear_u8_columns_c(p, <const u8*> row, <i16*> out, p.channels)


# Vertical passes over rows of a ring, which may be read past their end: what is left of whole vectors is calculated
# as one more of them, in scratch. One by one, up to 31 columns would show in narrow images.
cdef enum:
    WHOLE = 32


cdef inline u8 linear_u8_sum(const i16* r0, const i16* r1, i16 b0, i16 b1, Py_ssize_t i) noexcept nogil:
    # At most 2*1020 + 2, so the shifted value needs no clipping.
    cdef i16 v = <i16> ((<int> b0*r0[i]) >> 16) + <i16> ((<int> b1*r1[i]) >> 16)
    return <u8> ((v + 2) >> 2)


cdef void linear_u8_blend(const void** rows, const void* weights, int taps, void* out, Py_ssize_t n) noexcept nogil:
    cdef const i16* r0 = <const i16*> rows[0]
    cdef const i16* r1 = <const i16*> rows[1]
    cdef i16 b0 = (<const i16*> weights)[0]
    cdef i16 b1 = (<const i16*> weights)[1]
    cdef u8* d = <u8*> out
    cdef u8[WHOLE] rest
    cdef Py_ssize_t i, whole = n & -<Py_ssize_t> WHOLE
    for i in range(whole):
        d[i] = linear_u8_sum(r0, r1, b0, b1, i)
    if whole < n:
        for i in range(WHOLE):
            rest[i] = linear_u8_sum(r0 + whole, r1 + whole, b0, b1, i)
        memcpy(d + whole, rest, n - whole)


# ---- LINEAR_EXACT: nothing is rounded between the passes

cdef inline void exact_u8_columns_c(const Columns* p, const u8* row, u16* out, const Py_ssize_t C) noexcept nogil:
    cdef const i16* w = <const i16*> p.weights
    cdef Py_ssize_t x, c, step = p.tap_step
    cdef const u8* s
    cdef int w0, w1
    for x in range(p.n_out):
        s = row + p.start[x]*C
        w0 = w[2*x]
        w1 = w[2*x + 1]
        for c in range(C):
            out[x*C + c] = <u16> (s[c]*w0 + s[c + step]*w1)


cdef void exact_u8_columns(const Columns* p, const void* row, void* out) noexcept nogil:
    if p.channels == 1:
        exact_u8_columns_c(p, <const u8*> row, <u16*> out, 1)
    elif p.channels == 3:
        exact_u8_columns_c(p, <const u8*> row, <u16*> out, 3)
    elif p.channels == 4:
        exact_u8_columns_c(p, <const u8*> row, <u16*> out, 4)
    else:
        exact_u8_columns_c(p, <const u8*> row, <u16*> out, p.channels)


cdef void exact_u8_blend(const void** rows, const void* weights, int taps, void* out, Py_ssize_t n) noexcept nogil:
    cdef const u16* r0 = <const u16*> rows[0]
    cdef const u16* r1 = <const u16*> rows[1]
    cdef u32 b0 = (<const i16*> weights)[0]
    cdef u32 b1 = (<const i16*> weights)[1]
    cdef u8* d = <u8*> out
    cdef Py_ssize_t i
    for i in range(n):
        d[i] = <u8> ((r0[i]*b0 + r1[i]*b1 + 32768) >> 16)


cdef void exact_u16_columns(const Columns* p, const void* row, void* out) noexcept nogil:
    cdef const u32* w = <const u32*> p.weights
    cdef Py_ssize_t x, c, C = p.channels, step = p.tap_step
    cdef const u16* s
    cdef u32* d = <u32*> out
    cdef u32 w0, w1
    for x in range(p.n_out):
        s = <const u16*> row + p.start[x]*C
        w0 = w[2*x]
        w1 = w[2*x + 1]
        for c in range(C):
            d[x*C + c] = s[c]*w0 + s[c + step]*w1


cdef void exact_u16_blend(const void** rows, const void* weights, int taps, void* out, Py_ssize_t n) noexcept nogil:
    cdef const u32* r0 = <const u32*> rows[0]
    cdef const u32* r1 = <const u32*> rows[1]
    cdef u64 b0 = (<const u32*> weights)[0]
    cdef u64 b1 = (<const u32*> weights)[1]
    cdef u16* d = <u16*> out
    cdef Py_ssize_t i
    for i in range(n):
        d[i] = <u16> ((r0[i]*b0 + r1[i]*b1 + (<u64> 1 << 31)) >> 32)


# ---- uint8 with 11-bit weights (CUBIC, LANCZOS4): exact sums modulo 2**32, as OpenCV's int32 sums behave

cdef inline void fixed_u8_columns_c(
    const Columns* p, const u8* row, i32* out, const Py_ssize_t C, const int K
) noexcept nogil:
    cdef const i16* w = <const i16*> p.weights
    cdef Py_ssize_t x, c
    cdef const u8* s
    cdef i32 acc
    cdef int k
    for x in range(p.n_out):
        s = row + p.start[x]*C
        for c in range(C):
            acc = 0
            for k in range(K):
                acc += s[k*C + c]*w[k]
            out[x*C + c] = acc
        w += K


cdef void fixed_u8_columns(const Columns* p, const void* row, void* out) noexcept nogil:
    if p.taps == 4 and p.channels == 1:
        fixed_u8_columns_c(p, <const u8*> row, <i32*> out, 1, 4)
    elif p.taps == 4 and p.channels == 3:
        fixed_u8_columns_c(p, <const u8*> row, <i32*> out, 3, 4)
    elif p.taps == 4 and p.channels == 4:
        fixed_u8_columns_c(p, <const u8*> row, <i32*> out, 4, 4)
    elif p.taps == 8 and p.channels == 1:
        fixed_u8_columns_c(p, <const u8*> row, <i32*> out, 1, 8)
    elif p.taps == 8 and p.channels == 3:
        fixed_u8_columns_c(p, <const u8*> row, <i32*> out, 3, 8)
    elif p.taps == 8 and p.channels == 4:
        fixed_u8_columns_c(p, <const u8*> row, <i32*> out, 4, 8)
    elif p.taps == 4:
        fixed_u8_columns_c(p, <const u8*> row, <i32*> out, p.channels, 4)
    elif p.taps == 8:
        fixed_u8_columns_c(p, <const u8*> row, <i32*> out, p.channels, 8)
    else:
        fixed_u8_columns_c(p, <const u8*> row, <i32*> out, p.channels, p.taps)


cdef inline u32 times(const i32* row, Py_ssize_t i, u32 w) noexcept nogil:
    return <u32> row[i]*w


cdef inline u8 fixed_to_u8(u32 acc) noexcept nogil:
    return clip_u8(<i32> (acc + (1 << 21)) >> 22)


cdef void fixed_u8_blend4(const i32** r, const i16* w, u8* out, Py_ssize_t n) noexcept nogil:
    # Pointers and weights in locals, or the compiler does not vectorise.
    cdef const i32* r0 = r[0]
    cdef const i32* r1 = r[1]
    cdef const i32* r2 = r[2]
    cdef const i32* r3 = r[3]
    cdef u32 w0 = <i32> w[0], w1 = <i32> w[1], w2 = <i32> w[2], w3 = <i32> w[3]
    cdef Py_ssize_t i
    for i in range(n):
        out[i] = fixed_to_u8(times(r0, i, w0) + times(r1, i, w1) + times(r2, i, w2) + times(r3, i, w3))


cdef void fixed_u8_blend8(const i32** r, const i16* w, u8* out, Py_ssize_t n) noexcept nogil:
    cdef const i32* r0 = r[0]
    cdef const i32* r1 = r[1]
    cdef const i32* r2 = r[2]
    cdef const i32* r3 = r[3]
    cdef const i32* r4 = r[4]
    cdef const i32* r5 = r[5]
    cdef const i32* r6 = r[6]
    cdef const i32* r7 = r[7]
    cdef u32 w0 = <i32> w[0], w1 = <i32> w[1], w2 = <i32> w[2], w3 = <i32> w[3]
    cdef u32 w4 = <i32> w[4], w5 = <i32> w[5], w6 = <i32> w[6], w7 = <i32> w[7]
    cdef Py_ssize_t i
    for i in range(n):
        out[i] = fixed_to_u8(
            times(r0, i, w0) + times(r1, i, w1) + times(r2, i, w2) + times(r3, i, w3)
            + times(r4, i, w4) + times(r5, i, w5) + times(r6, i, w6) + times(r7, i, w7)
        )


cdef void fixed_u8_blend(const void** rows, const void* weights, int taps, void* out, Py_ssize_t n) noexcept nogil:
    cdef const i16* w = <const i16*> weights
    cdef Py_ssize_t i, whole = n & -<Py_ssize_t> WHOLE
    cdef const i32 *part[8]
    cdef u8[WHOLE] rest
    cdef u32 acc
    cdef int k
    if taps == 4 or taps == 8:
        for k in range(taps):
            part[k] = <const i32*> rows[k] + whole
    if taps == 4:
        fixed_u8_blend4(<const i32**> rows, w, <u8*> out, whole)
        if whole < n:
            fixed_u8_blend4(part, w, rest, WHOLE)
            memcpy(<u8*> out + whole, rest, n - whole)
    elif taps == 8:
        fixed_u8_blend8(<const i32**> rows, w, <u8*> out, whole)
        if whole < n:
            fixed_u8_blend8(part, w, rest, WHOLE)
            memcpy(<u8*> out + whole, rest, n - whole)
    else:
        for i in range(n):
            acc = 0
            for k in range(taps):
                acc += times(<const i32*> rows[k], i, <u32> <i32> w[k])
            (<u8*> out)[i] = fixed_to_u8(acc)


# ---- Pillow's uint8: 22-bit weights, each pass rounded to uint8

cdef inline void pillow_u8_columns_c(const Columns* p, const u8* row, u8* out, const Py_ssize_t C) noexcept nogil:
    cdef const i32* w = <const i32*> p.weights
    cdef Py_ssize_t x, c
    cdef const u8* s
    cdef i32 acc
    cdef int k
    for x in range(p.n_out):
        s = row + p.start[x]*C
        for c in range(C):
            acc = 1 << 21
            for k in range(p.count[x]):
                acc += s[k*C + c]*w[k]
            out[x*C + c] = clip_u8(acc >> 22)
        w += p.taps


cdef void pillow_u8_columns(const Columns* p, const void* row, void* out) noexcept nogil:
    if p.channels == 1:
        pillow_u8_columns_c(p, <const u8*> row, <u8*> out, 1)
    elif p.channels == 3:
        pillow_u8_columns_c(p, <const u8*> row, <u8*> out, 3)
    elif p.channels == 4:
        pillow_u8_columns_c(p, <const u8*> row, <u8*> out, 4)
    else:
        pillow_u8_columns_c(p, <const u8*> row, <u8*> out, p.channels)


cdef void pillow_u8_blend(const void** rows, const void* weights, int taps, void* out, Py_ssize_t n) noexcept nogil:
    cdef const i32* w = <const i32*> weights
    cdef u8* d = <u8*> out
    cdef i32[64] acc
    cdef Py_ssize_t i, begin, m
    cdef const u8* s
    cdef int k
    for begin in range(0, n, 64):
        m = min(n - begin, 64)
        for i in range(m):
            acc[i] = 1 << 21
        for k in range(taps):
            s = <const u8*> rows[k] + begin
            for i in range(m):
                acc[i] += s[i]*w[k]
        for i in range(m):
            d[begin + i] = clip_u8(acc[i] >> 22)


# ---- floating point: separate multiply and add, taps in order

cdef inline int taps_of(const Columns* p, Py_ssize_t x) noexcept nogil:
    return p.taps if p.count == NULL else p.count[x]


cdef inline void sum_columns_c(const Columns* p, const real* row, real* out, const Py_ssize_t C) noexcept nogil:
    cdef const real* w = <const real*> p.weights
    cdef Py_ssize_t x, c
    cdef const real* s
    cdef real acc
    cdef int k, count
    for x in range(p.n_out):
        s = row + p.start[x]*C
        count = taps_of(p, x)
        for c in range(C):
            acc = s[c]*w[0]
            if p.from_zero:
                acc = acc + 0
            for k in range(1, count):
                acc = acc + s[k*C + c]*w[k]
            out[x*C + c] = acc
        w += p.taps


# Channels in the inner loop: for many channels each tap is one long multiply-add.
cdef inline void sum_columns_many(const Columns* p, const real* row, real* out) noexcept nogil:
    cdef const real* w = <const real*> p.weights
    cdef Py_ssize_t x, c, C = p.channels
    cdef const real* s
    cdef int k
    for x in range(p.n_out):
        s = row + p.start[x]*C
        for c in range(C):
            out[c] = s[c]*w[0] + 0 if p.from_zero else s[c]*w[0]
        for k in range(1, taps_of(p, x)):
            s += C
            for c in range(C):
                out[c] = out[c] + s[c]*w[k]
        w += p.taps
        out += C


# Output columns begin..end, which have K taps each.
cdef inline void all_taps(
    const Columns* p, const real* row, real* out, Py_ssize_t begin, Py_ssize_t end, const Py_ssize_t C, const int K
) noexcept nogil:
    cdef const real* w = <const real*> p.weights
    cdef const Py_ssize_t* start = p.start
    cdef Py_ssize_t x, c
    cdef const real* s
    cdef real acc
    cdef int k
    for x in range(begin, end):
        s = row + start[x]*C
        for c in range(C):
            acc = s[c]*w[x*K]
            for k in range(1, K):
                acc = acc + s[k*C + c]*w[x*K + k]
            out[x*C + c] = acc


cdef inline void all_taps_c(
    const Columns* p, const real* row, real* out, Py_ssize_t begin, Py_ssize_t end, const Py_ssize_t C
) noexcept nogil:
    if p.taps == 2:
        all_taps(p, row, out, begin, end, C, 2)
    elif p.taps == 3:
        all_taps(p, row, out, begin, end, C, 3)
    elif p.taps == 4:
        all_taps(p, row, out, begin, end, C, 4)
    else:
        all_taps(p, row, out, begin, end, C, 8)


# The run of output columns that have all taps.
cdef inline void find_whole_columns(const Columns* p, Py_ssize_t* begin, Py_ssize_t* end) noexcept nogil:
    begin[0] = 0
    end[0] = p.n_out
    if p.count == NULL:
        return
    while begin[0] < end[0] and p.count[begin[0]] < p.taps:
        begin[0] += 1
    while end[0] > begin[0] and p.count[end[0] - 1] < p.taps:
        end[0] -= 1


cdef inline void sum_common_taps(const Columns* p, const real* row, real* out) noexcept nogil:
    """Two to four and eight taps, unrolled but at the edges."""
    cdef Py_ssize_t C = p.channels, begin, end
    cdef Columns edge = p[0]
    find_whole_columns(p, &begin, &end)
    if C == 1:
        all_taps_c(p, row, out, begin, end, 1)
    elif C == 2:
        all_taps_c(p, row, out, begin, end, 2)
    elif C == 3:
        all_taps_c(p, row, out, begin, end, 3)
    elif C == 4:
        all_taps_c(p, row, out, begin, end, 4)
    else:
        all_taps_c(p, row, out, begin, end, C)
    edge.n_out = begin
    sum_columns_many(&edge, row, out)
    edge.n_out = p.n_out - end
    edge.start += end
    edge.weights = <const real*> p.weights + end*p.taps
    if p.count != NULL:
        edge.count += end
    sum_columns_many(&edge, row, out + end*C)


cdef inline void sum_columns(const Columns* p, const real* row, real* out) noexcept nogil:
    if not p.varied and not p.from_zero and (2 <= p.taps <= 4 or p.taps == 8) and p.tap_step > 0:
        sum_common_taps(p, row, out)
    elif p.channels == 1:
        sum_columns_c(p, row, out, 1)
    elif p.channels == 2:
        sum_columns_c(p, row, out, 2)
    elif p.channels == 3:
        sum_columns_c(p, row, out, 3)
    elif p.channels == 4:
        sum_columns_c(p, row, out, 4)
    else:
        sum_columns_many(p, row, out)


cdef void float_columns(const Columns* p, const void* row, void* out) noexcept nogil:
    sum_columns(p, <const float*> row, <float*> out)


cdef void double_columns(const Columns* p, const void* row, void* out) noexcept nogil:
    sum_columns(p, <const double*> row, <double*> out)


# Blends between a stored type and the calculating one, float or double: one loop per number of taps, whichever side
# is `stored`.

cdef enum:
    PIECE = 1024          # elements that stay in the nearest cache while all their taps are added

ctypedef fused stored:
    u8
    i8
    u16
    i16
    float
    double


cdef inline float rounded(float v, const float low, const float high) noexcept nogil:
    v = v if v > low else low
    return rintf(v if v < high else high)


cdef inline void add_terms(
    const stored** r, const real* w, real* out, Py_ssize_t n, const int K, const bint first
) noexcept nogil:
    # Pointers and weights in locals, or the compiler does not vectorise.
    cdef const stored* a = r[0]
    cdef const stored* b = r[1] if K > 1 else a
    cdef const stored* c = r[2] if K > 2 else a
    cdef const stored* d = r[3] if K > 2 else a
    cdef real w0 = w[0], w1 = w[1] if K > 1 else 0, w2 = w[2] if K > 2 else 0, w3 = w[3] if K > 2 else 0, total
    cdef Py_ssize_t i
    for i in range(n):
        total = <real> a[i]*w0 if first else out[i] + <real> a[i]*w0
        if K > 1:
            total = total + <real> b[i]*w1
        if K > 2:
            total = (total + <real> c[i]*w2) + <real> d[i]*w3
        out[i] = total


# Columns at..at + n of all rows.
cdef inline void blend_piece(
    const stored** rows, Py_ssize_t at, const real* w, int taps, real* out, Py_ssize_t n
) noexcept nogil:
    cdef const stored *part[4]
    cdef int k = 0, j
    while k < taps:
        for j in range(min(taps - k, 4)):
            part[j] = rows[k + j] + at
        if k == 0 and taps < 4:
            if taps == 1:
                add_terms(part, w, out, n, 1, True)
            else:
                add_terms(part, w, out, n, 2, True)
            k = min(taps, 2)
        elif k == 0:
            add_terms(part, w, out, n, 4, True)
            k = 4
        elif taps - k >= 4:
            add_terms(part, w + k, out, n, 4, False)
            k += 4
        else:
            add_terms(part, w + k, out, n, 1, False)
            k += 1


cdef inline void blend_from(
    const stored** rows, const real* w, int taps, real* out, Py_ssize_t n
) noexcept nogil:
    cdef Py_ssize_t at = 0, m
    if taps == 2 or taps == 4:
        blend_piece(rows, 0, w, taps, out, n)
        return
    while at < n:
        m = min(n - at, <Py_ssize_t> PIECE)
        blend_piece(rows, at, w, taps, out + at, m)
        at += m


cdef inline void blend_to(
    const float** rows, const float* w, int taps, stored* out, Py_ssize_t n, const float low, const float high
) noexcept nogil:
    """Rounded half to even and saturated."""
    cdef const float* a = rows[0]
    cdef const float* b
    cdef float w0 = w[0], w1
    cdef float[PIECE] sums
    cdef Py_ssize_t at = 0, i, m
    if taps == 2:
        b = rows[1]
        w1 = w[1]
        for i in range(n):
            out[i] = <stored> <int> rounded(a[i]*w0 + b[i]*w1, low, high)
        return
    while at < n:
        m = min(n - at, <Py_ssize_t> PIECE)
        blend_piece(rows, at, w, taps, sums, m)
        for i in range(m):
            out[at + i] = <stored> <int> rounded(sums[i], low, high)
        at += m


cdef void float_blend(const void** rows, const void* weights, int taps, void* out, Py_ssize_t n) noexcept nogil:
    blend_from(<const float**> rows, <const float*> weights, taps, <float*> out, n)


cdef void double_blend(const void** rows, const void* weights, int taps, void* out, Py_ssize_t n) noexcept nogil:
    blend_from(<const double**> rows, <const double*> weights, taps, <double*> out, n)


cdef void blend_from_u8(const void** rows, const void* weights, int taps, void* out, Py_ssize_t n) noexcept nogil:
    blend_from(<const u8**> rows, <const float*> weights, taps, <float*> out, n)


cdef void blend_from_i8(const void** rows, const void* weights, int taps, void* out, Py_ssize_t n) noexcept nogil:
    blend_from(<const i8**> rows, <const float*> weights, taps, <float*> out, n)


cdef void blend_from_u16(const void** rows, const void* weights, int taps, void* out, Py_ssize_t n) noexcept nogil:
    blend_from(<const u16**> rows, <const float*> weights, taps, <float*> out, n)


cdef void blend_from_i16(const void** rows, const void* weights, int taps, void* out, Py_ssize_t n) noexcept nogil:
    blend_from(<const i16**> rows, <const float*> weights, taps, <float*> out, n)


cdef void blend_to_u8(const void** rows, const void* weights, int taps, void* out, Py_ssize_t n) noexcept nogil:
    blend_to(<const float**> rows, <const float*> weights, taps, <u8*> out, n, 0, 255)


cdef void blend_to_i8(const void** rows, const void* weights, int taps, void* out, Py_ssize_t n) noexcept nogil:
    blend_to(<const float**> rows, <const float*> weights, taps, <i8*> out, n, -128, 127)


cdef void blend_to_u16(const void** rows, const void* weights, int taps, void* out, Py_ssize_t n) noexcept nogil:
    blend_to(<const float**> rows, <const float*> weights, taps, <u16*> out, n, 0, 65535)


cdef void blend_to_i16(const void** rows, const void* weights, int taps, void* out, Py_ssize_t n) noexcept nogil:
    blend_to(<const float**> rows, <const float*> weights, taps, <i16*> out, n, -32768, 32767)


# ---- area by whole-number factors: one window of factor x row_factor samples per output sample
# A window that sticks out of the source (a size that was rounded up from fx, fy) is the mean of what is inside.

cdef inline Py_ssize_t window_width(const Columns* p, Py_ssize_t x) noexcept nogil:
    cdef Py_ssize_t left = p.n_in - x*p.factor
    return 0 if left < 0 else p.factor if left > p.factor else left


cdef inline void area_small_from(
    const Columns* p, const void** rows, int taps, small* out, Py_ssize_t begin
) noexcept nogil:
    """Windows from output column ``begin`` on; sums of integers are exact in any order."""
    cdef Py_ssize_t x, c, j, width, C = p.channels
    cdef float scale = <float> 1.0/<float> (p.factor*p.row_factor)
    cdef const small* s
    cdef int r
    cdef long long total
    cdef float mean
    for x in range(begin, p.n_out):
        width = window_width(p, x)
        for c in range(C):
            total = 0
            for r in range(taps):
                s = <const small*> rows[r] + x*p.factor*C + c
                for j in range(width):
                    total += s[j*C]
            if width == p.factor and taps == p.row_factor:
                mean = <float> total*scale
            else:
                mean = <float> total/<float> (width*taps) if width*taps > 0 else 0
            out[x*C + c] = <small> <int> rintf(mean)


cdef enum:
    SUMMED = 2048         # sums of columns that are kept at a time
    MOST_SUMMED = 256     # bytes of 255 whose sum fits 16 bits


# Rows of a window first, which compilers do by whole vectors, and the mean last.
cdef inline void add_rows(const u8** rows, Py_ssize_t at, Py_ssize_t n, int taps, u16* sums) noexcept nogil:
    cdef const u8* a = rows[0] + at
    cdef const u8* b
    cdef Py_ssize_t i
    cdef int r
    for i in range(n):
        sums[i] = a[i]
    for r in range(1, taps - 1, 2):
        a, b = rows[r] + at, rows[r + 1] + at
        for i in range(n):
            sums[i] += <u16> (<u16> a[i] + <u16> b[i])
    if taps & 1 == 0:
        a = rows[taps - 1] + at
        for i in range(n):
            sums[i] += a[i]


cdef inline void add_columns(
    const u16* sums, Py_ssize_t n, const Py_ssize_t factor, const Py_ssize_t C, u32* totals
) noexcept nogil:
    cdef Py_ssize_t x, c, j
    cdef u32 total
    for x in range(n):
        for c in range(C):
            total = 0
            for j in range(factor):
                total += sums[(x*factor + j)*C + c]
            totals[x*C + c] = total


cdef inline void add_columns_of(
    const u16* sums, Py_ssize_t n, Py_ssize_t factor, const Py_ssize_t C, u32* totals
) noexcept nogil:
    if factor == 3:
        add_columns(sums, n, 3, C, totals)
    elif factor == 4:
        add_columns(sums, n, 4, C, totals)
    else:
        add_columns(sums, n, factor, C, totals)


cdef Py_ssize_t area_of_rows(const Columns* p, const u8** rows, u8* out) noexcept nogil:
    """The output columns whose windows are whole; returns how many."""
    cdef u16[SUMMED] sums
    cdef u32[SUMMED] totals
    cdef Py_ssize_t C = p.channels, step = p.factor*C, part = SUMMED//step, whole = min(p.n_out, p.n_in//p.factor)
    cdef Py_ssize_t x = 0, n, i
    cdef float scale = <float> 1.0/<float> (p.factor*p.row_factor)
    if part == 0 or p.row_factor > MOST_SUMMED:
        return 0
    while x < whole:
        n = min(part, whole - x)
        add_rows(rows, x*step, n*step, p.row_factor, sums)
        if C == 1:
            add_columns_of(sums, n, p.factor, 1, totals)
        elif C == 3:
            add_columns_of(sums, n, p.factor, 3, totals)
        elif C == 4:
            add_columns_of(sums, n, p.factor, 4, totals)
        else:
            add_columns(sums, n, p.factor, C, totals)
        for i in range(n*C):
            out[x*C + i] = <u8> <int> rintf(<float> <int> totals[i]*scale)
        x += n
    return whole


cdef void area_u8(const Columns* p, const void** rows, int taps, void* out) noexcept nogil:
    cdef Py_ssize_t done = 0
    if taps == p.row_factor:
        done = area_of_rows(p, <const u8**> rows, <u8*> out)
    area_small_from(p, rows, taps, <u8*> out, done)


cdef inline void area_real(
    const Columns* p, const void** rows, int taps, real* out, Py_ssize_t begin
) noexcept nogil:
    """From output column ``begin`` on."""
    cdef Py_ssize_t x, c, j, r, width, area, C = p.channels
    cdef real scale = <real> (<float> 1.0/<float> (p.factor*p.row_factor))
    cdef real total, group
    cdef const real* s
    cdef bint whole
    for x in range(begin, p.n_out):
        width = window_width(p, x)
        whole = width == p.factor and taps == p.row_factor
        for c in range(C):
            total = 0
            group = 0
            area = 0
            if whole and x < p.row_pairs:
                s = <const real*> rows[0] + x*2*C + c
                group = s[0] + s[C]
                s = <const real*> rows[1] + x*2*C + c
                out[x*C + c] = (group + (s[0] + s[C]))*<real> 0.25
                continue
            for r in range(taps):
                s = <const real*> rows[r] + x*p.factor*C + c
                for j in range(width):
                    # OpenCV adds whole windows in groups of four, what is left one by one.
                    if not whole or area >= (p.factor*p.row_factor & ~3):
                        total = total + s[j*C]
                    elif area & 3 == 0:
                        group = s[j*C]
                    else:
                        group = group + s[j*C]
                        if area & 3 == 3:
                            total = total + group
                    area += 1
            if whole:
                out[x*C + c] = total*scale
            else:
                out[x*C + c] = total/<real> area if area > 0 else 0


cdef void area_float_from(const Columns* p, const void** rows, int taps, float* out, Py_ssize_t begin) noexcept nogil:
    area_real(p, rows, taps, out, begin)


cdef void area_float(const Columns* p, const void** rows, int taps, void* out) noexcept nogil:
    area_float_from(p, rows, taps, <float*> out, 0)


cdef inline void half_doubles(
    const double* a, const double* b, double* out, Py_ssize_t n, const Py_ssize_t C
) noexcept nogil:
    cdef Py_ssize_t x, c
    for x in range(n):
        for c in range(C):
            out[x*C + c] = (0 + (((a[2*x*C + c] + a[2*x*C + C + c]) + b[2*x*C + c]) + b[2*x*C + C + c]))*0.25


cdef enum:
    LISTED = 256          # taps of a window that are found by a list of where the first window has them


cdef inline void listed_doubles(
    const double** taps, Py_ssize_t area, Py_ssize_t step, double scale, double* out, Py_ssize_t n, const Py_ssize_t C
) noexcept nogil:
    cdef Py_ssize_t x, c, k, at, whole = area & ~<Py_ssize_t> 3
    cdef double total
    for x in range(n):
        for c in range(C):
            at = x*step + c
            total = 0
            for k in range(0, whole, 4):
                total = total + (((taps[k][at] + taps[k + 1][at]) + taps[k + 2][at]) + taps[k + 3][at])
            for k in range(whole, area):
                total = total + taps[k][at]
            out[x*C + c] = total*scale


cdef inline void windows_of_doubles(
    const Columns* p, const double** rows, double* out, Py_ssize_t n, const Py_ssize_t C
) noexcept nogil:
    cdef const double* taps[LISTED]
    cdef int r, j
    if p.factor == 2 and p.row_factor == 2:
        half_doubles(rows[0], rows[1], out, n, C)
        return
    for r in range(p.row_factor):
        for j in range(p.factor):
            taps[r*p.factor + j] = rows[r] + j*C
    listed_doubles(
        <const double**> taps, p.factor*p.row_factor, p.factor*C,
        <double> (<float> 1.0/<float> (p.factor*p.row_factor)), out, n, C,
    )


cdef void area_double(const Columns* p, const void** rows, int taps, void* out) noexcept nogil:
    cdef Py_ssize_t n = 0
    if taps == p.row_factor and p.factor*p.row_factor <= LISTED:
        n = min(p.n_out, p.n_in//p.factor)
        if p.channels == 1:
            windows_of_doubles(p, <const double**> rows, <double*> out, n, 1)
        elif p.channels == 2:
            windows_of_doubles(p, <const double**> rows, <double*> out, n, 2)
        elif p.channels == 3:
            windows_of_doubles(p, <const double**> rows, <double*> out, n, 3)
        else:
            windows_of_doubles(p, <const double**> rows, <double*> out, n, p.channels)
    area_real(p, rows, taps, <double*> out, n)


cdef inline Py_ssize_t half_c(
    const Columns* p, const void** rows, small* out, Py_ssize_t begin, const Py_ssize_t C
) noexcept nogil:
    """The whole 2 x 2 windows of a row, (sum + 2) >> 2, from ``begin`` on; returns how many there are."""
    cdef const small* a = <const small*> rows[0] + 2*begin*C
    cdef const small* b = <const small*> rows[1] + 2*begin*C
    cdef small* d = out + begin*C
    cdef Py_ssize_t x, c, n = min(p.n_out, p.n_in // 2)
    for x in range(begin, n):
        for c in range(C):
            d[c] = <small> ((<i32> a[c] + a[c + C] + b[c] + b[c + C] + 2) >> 2)
        a += 2*C
        b += 2*C
        d += C
    return n


cdef inline Py_ssize_t half(
    const Columns* p, const void** rows, int taps, small* out, Py_ssize_t begin
) noexcept nogil:
    if taps < 2:
        return begin
    if p.channels == 1:
        return half_c(p, rows, out, begin, 1)
    if p.channels == 3:
        return half_c(p, rows, out, begin, 3)
    if p.channels == 4:
        return half_c(p, rows, out, begin, 4)
    return half_c(p, rows, out, begin, p.channels)


cdef void half_u8(const Columns* p, const void** rows, int taps, void* out) noexcept nogil:
    cdef Py_ssize_t done = half(p, rows, taps, <u8*> out, 0)
    if done < p.n_out:
        area_small_from(p, rows, taps, <u8*> out, done)


cdef inline void half_words_from(
    const Columns* p, const void** rows, int taps, word* out, Py_ssize_t begin
) noexcept nogil:
    cdef Py_ssize_t done = half(p, rows, taps, out, begin)
    if done < p.n_out:
        area_small_from(p, rows, taps, out, done)


cdef void half_u16(const Columns* p, const void** rows, int taps, void* out) noexcept nogil:
    half_words_from(p, rows, taps, <u16*> out, 0)


cdef void half_i16(const Columns* p, const void** rows, int taps, void* out) noexcept nogil:
    half_words_from(p, rows, taps, <i16*> out, 0)


# ---- stored type <-> calculating type. Rounding is half to even, out of range saturates, NaN gives the smallest.

cdef inline void widen_small(const stored* s, float* d, Py_ssize_t n) noexcept nogil:
    cdef Py_ssize_t i
    for i in range(n):
        d[i] = <float> s[i]


cdef inline void narrow_small(
    const float* s, stored* d, Py_ssize_t n, const float low, const float high
) noexcept nogil:
    cdef Py_ssize_t i
    for i in range(n):
        d[i] = <stored> <int> rounded(s[i], low, high)


cdef void widen_u8(const void* s, void* d, Py_ssize_t n) noexcept nogil:
    widen_small(<const u8*> s, <float*> d, n)


cdef void widen_i8(const void* s, void* d, Py_ssize_t n) noexcept nogil:
    widen_small(<const i8*> s, <float*> d, n)


cdef void widen_u16(const void* s, void* d, Py_ssize_t n) noexcept nogil:
    widen_small(<const u16*> s, <float*> d, n)


cdef void widen_i16(const void* s, void* d, Py_ssize_t n) noexcept nogil:
    widen_small(<const i16*> s, <float*> d, n)


cdef void narrow_u8(const void* s, void* d, Py_ssize_t n) noexcept nogil:
    narrow_small(<const float*> s, <u8*> d, n, 0, 255)


cdef void narrow_i8(const void* s, void* d, Py_ssize_t n) noexcept nogil:
    narrow_small(<const float*> s, <i8*> d, n, -128, 127)


cdef void narrow_u16(const void* s, void* d, Py_ssize_t n) noexcept nogil:
    narrow_small(<const float*> s, <u16*> d, n, 0, 65535)


cdef void narrow_i16(const void* s, void* d, Py_ssize_t n) noexcept nogil:
    narrow_small(<const float*> s, <i16*> d, n, -32768, 32767)


cdef void widen_f16(const void* src, void* dst, Py_ssize_t n) noexcept nogil:
    # Shifting the magnitude into place and multiplying by 2**112 rebiases the exponent, subnormals included.
    cdef const u16* s = <const u16*> src
    cdef float* d = <float*> dst
    cdef FloatBits v, scale
    cdef Py_ssize_t i
    scale.u = (127 + 112) << 23
    for i in range(n):
        v.u = <u32> (s[i] & 0x7fff) << 13
        v.f = v.f*scale.f
        if (s[i] & 0x7c00) == 0x7c00:
            v.u |= 0x7f800000
        v.u |= <u32> (s[i] & 0x8000) << 16
        d[i] = v.f


cdef void narrow_f16(const void* src, void* dst, Py_ssize_t n) noexcept nogil:
    cdef const float* s = <const float*> src
    cdef u16* d = <u16*> dst
    cdef FloatBits v
    cdef u32 sign, magnitude
    cdef Py_ssize_t i
    for i in range(n):
        v.f = s[i]
        sign = (v.u >> 16) & 0x8000
        magnitude = v.u & 0x7fffffff
        if magnitude >= 0x47800000:       # 65536 and above, inf, NaN
            magnitude = 0x7e00 if magnitude > 0x7f800000 else 0x7c00
        elif magnitude < 0x38800000:      # subnormal: adding 0.5 leaves the rounded mantissa in the low bits
            v.u = magnitude
            v.f = v.f + <float> 0.5
            magnitude = v.u - 0x3f000000
        else:                             # add just under half of the last kept bit, and that bit: half to even
            magnitude = (magnitude - 0x38000000 + 0x0fff + ((magnitude >> 13) & 1)) >> 13
        d[i] = <u16> (sign | magnitude)


cdef void widen_u32(const void* src, void* dst, Py_ssize_t n) noexcept nogil:
    cdef Py_ssize_t i
    for i in range(n):
        (<double*> dst)[i] = (<const u32*> src)[i]


cdef void widen_i32(const void* src, void* dst, Py_ssize_t n) noexcept nogil:
    cdef Py_ssize_t i
    for i in range(n):
        (<double*> dst)[i] = (<const i32*> src)[i]


cdef inline double limit(double v, const double low, const double high) noexcept nogil:
    v = v if v > low else low
    return rint(v if v < high else high)


cdef void narrow_u32(const void* src, void* dst, Py_ssize_t n) noexcept nogil:
    cdef Py_ssize_t i
    for i in range(n):
        (<u32*> dst)[i] = <u32> limit((<const double*> src)[i], 0, 4294967295.0)


cdef void narrow_i32(const void* src, void* dst, Py_ssize_t n) noexcept nogil:
    cdef Py_ssize_t i
    for i in range(n):
        (<i32*> dst)[i] = <i32> limit((<const double*> src)[i], -2147483648.0, 2147483647.0)


# ---- nearest: copy whole pixels

cdef inline void gather_size(
    const Py_ssize_t* index, Py_ssize_t n, const Py_ssize_t size, const char* row, char* out
) noexcept nogil:
    cdef Py_ssize_t x = 0
    # Four at a time: counting would take as long as copying.
    while x + 4 <= n:
        memcpy(out + x*size, row + index[x]*size, size)
        memcpy(out + (x + 1)*size, row + index[x + 1]*size, size)
        memcpy(out + (x + 2)*size, row + index[x + 2]*size, size)
        memcpy(out + (x + 3)*size, row + index[x + 3]*size, size)
        x += 4
    while x < n:
        memcpy(out + x*size, row + index[x]*size, size)
        x += 1


cdef void gather(
    const Lanes* lanes, const Py_ssize_t* index, Py_ssize_t n, Py_ssize_t size, const void* row, void* out,
    Py_ssize_t ahead,
) noexcept nogil:
    cdef const char* s = <const char*> row
    cdef char* d = <char*> out
    if size == 1:
        gather_size(index, n, 1, s, d)
    elif size == 2:
        gather_size(index, n, 2, s, d)
    elif size == 3:
        gather_size(index, n, 3, s, d)
    elif size == 4:
        gather_size(index, n, 4, s, d)
    elif size == 6:
        gather_size(index, n, 6, s, d)
    elif size == 8:
        gather_size(index, n, 8, s, d)
    elif size == 12:
        gather_size(index, n, 12, s, d)
    elif size == 16:
        gather_size(index, n, 16, s, d)
    else:
        gather_size(index, n, size, s, d)
