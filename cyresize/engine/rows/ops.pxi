# The common source of the row kernels of pooling, shuffles and convolutions: plain typed loops over contiguous rows.
# Letters: W source row; OW output row; L lanes; K taps. Comes after rows.pxi, whose integer names it uses.

from libc.math cimport INFINITY, pow, powf, sqrt, sqrtf
from libc.string cimport memmove, memset

from cyresize.engine.rows.ops_table cimport OpsKernels, Run, Spans, Taps

ctypedef long long i64

ctypedef fused number:
    u8
    i8
    u16
    i16
    u32
    i32
    u64
    i64
    float
    double

# The types that sums are calculated in.
ctypedef fused total:
    i64
    float
    double

ctypedef fused cell:
    u8
    u16
    u32
    u64


cdef inline bint beats(number v, number best) noexcept nogil:
    # PyTorch: a later NaN replaces whatever is there, so NaN propagates.
    if number is float or number is double:
        return (v > best) | (v != v)
    else:
        return v > best


cdef inline number lowest(number unused) noexcept nogil:
    if number is float or number is double:
        return -INFINITY
    elif number is i8:
        return -128
    elif number is i16:
        return -32768
    elif number is i32:
        return -2147483647 - 1
    elif number is i64:
        return <i64> 1 << 63
    else:
        return 0


# ---- maximum without its place: rows first, so every pixel is read once

cdef void max_rows(const void** rows, Py_ssize_t count, number* out, Py_ssize_t n) noexcept nogil:
    # Two rows to a pass: fewer round trips of `out`.
    cdef const number* a = <const number*> rows[0]
    cdef const number* b = <const number*> rows[1] if count > 1 else a
    cdef const number* c = <const number*> rows[2] if count > 2 else a
    cdef number v
    cdef Py_ssize_t i, k
    if count == 1:
        memcpy(out, a, n*sizeof(number))
    elif count % 2 == 0:
        for i in range(n):
            out[i] = b[i] if beats(b[i], a[i]) else a[i]
    else:
        for i in range(n):
            v = b[i] if beats(b[i], a[i]) else a[i]
            out[i] = c[i] if beats(c[i], v) else v
    for k in range(2 + count % 2, count, 2):
        b = <const number*> rows[k]
        c = <const number*> rows[k + 1]
        for i in range(n):
            v = b[i] if beats(b[i], out[i]) else out[i]
            out[i] = c[i] if beats(c[i], v) else v


cdef inline void max_tap(
    const number* s, Py_ssize_t begin, Py_ssize_t end, const Py_ssize_t stride, number* out
) noexcept nogil:
    cdef Py_ssize_t x
    cdef number v
    for x in range(begin, end):
        v = s[x*stride]
        out[x] = v if beats(v, out[x]) else out[x]


cdef void max_taps(const Taps* t, const void** rows, Py_ssize_t count, number* out) noexcept nogil:
    cdef Py_ssize_t r, k, x, L = t.lanes
    cdef const number* s
    for x in range(t.n_out*L):
        out[x] = lowest(<number> 0)
    for r in range(count):
        for k in range(t.taps):
            s = <const number*> rows[r] + t.shift[k]*L
            if t.stride == 1:
                max_tap(s, t.begin[k]*L, t.end[k]*L, 1, out)
            elif L > 1:
                for x in range(t.begin[k], t.end[k]):
                    max_tap(s + x*t.stride*L, 0, L, 1, out + x*L)
            elif t.stride == 2:
                max_tap(s, t.begin[k], t.end[k], 2, out)
            elif t.stride == 3:
                max_tap(s, t.begin[k], t.end[k], 3, out)
            else:
                max_tap(s, t.begin[k], t.end[k], t.stride, out)


cdef void max_spans(const Spans* p, const void** rows, Py_ssize_t count, number* out) noexcept nogil:
    cdef Py_ssize_t r, j, x, c, L = p.lanes
    cdef const number* s
    cdef number best
    for x in range(p.n_out):
        for c in range(L):
            best = lowest(<number> 0)
            for r in range(count):
                s = <const number*> rows[r] + p.start[x]*L + c
                for j in range(p.count[x]):
                    best = s[j*p.step*L] if beats(s[j*p.step*L], best) else best
            out[x*L + c] = best


cdef void max_quad(const number* r0, const number* r1, number* out, Py_ssize_t n) noexcept nogil:
    cdef Py_ssize_t x
    cdef number best, v
    for x in range(n):
        best = r0[2*x]
        v = r0[2*x + 1]
        best = v if beats(v, best) else best
        v = r1[2*x]
        best = v if beats(v, best) else best
        v = r1[2*x + 1]
        out[x] = v if beats(v, best) else best


# ---- maximum and its place: taps in row-major order, so that the first maximum wins

cdef void max_quad_at(
    const number* r0, const number* r1, int width, i64 base, number* out, i64* index, Py_ssize_t n
) noexcept nogil:
    cdef Py_ssize_t x
    cdef number best, v
    cdef int at
    for x in range(n):
        best = r0[2*x]
        v = r0[2*x + 1]
        at = 1 if beats(v, best) else 0
        best = v if beats(v, best) else best
        v = r1[2*x]
        at = width if beats(v, best) else at
        best = v if beats(v, best) else best
        v = r1[2*x + 1]
        at = width + 1 if beats(v, best) else at
        best = v if beats(v, best) else best
        out[x] = best
        index[x] = base + 2*x + at


cdef inline void max_tap_at(
    const number* s, Py_ssize_t begin, Py_ssize_t end, const Py_ssize_t stride, int offset, number* out, int* where
) noexcept nogil:
    cdef Py_ssize_t x
    cdef number v
    for x in range(begin, end):
        v = s[x*stride]
        where[x] = offset if beats(v, out[x]) else where[x]
        out[x] = v if beats(v, out[x]) else out[x]


cdef void max_taps_at(
    const Taps* t, const void** rows, const int* row_offset, Py_ssize_t count, number* out, int* where
) noexcept nogil:
    # `where` comes in as the first pixel of each window.
    cdef Py_ssize_t r, k, x, L = t.lanes
    cdef int offset
    cdef const number* s
    for x in range(t.n_out*L):
        out[x] = lowest(<number> 0)
    for r in range(count):
        for k in range(t.taps):
            s = <const number*> rows[r] + t.shift[k]*L
            offset = row_offset[r] + <int> t.shift[k]
            if t.stride == 1:
                max_tap_at(s, t.begin[k]*L, t.end[k]*L, 1, offset, out, where)
            elif L > 1:
                for x in range(t.begin[k], t.end[k]):
                    max_tap_at(s + x*t.stride*L, 0, L, 1, offset, out + x*L, where + x*L)
            elif t.stride == 2:
                max_tap_at(s, t.begin[k], t.end[k], 2, offset, out, where)
            elif t.stride == 3:
                max_tap_at(s, t.begin[k], t.end[k], 3, offset, out, where)
            else:
                max_tap_at(s, t.begin[k], t.end[k], t.stride, offset, out, where)


cdef void max_spans_at(
    const Spans* p, const void** rows, const Py_ssize_t* row_offset, Py_ssize_t count, number* out, i64* where
) noexcept nogil:
    cdef Py_ssize_t r, j, x, c, at, L = p.lanes
    cdef const number* s
    cdef number best, v
    for x in range(p.n_out):
        for c in range(L):
            best = lowest(<number> 0)
            at = p.start[x]
            for r in range(count):
                s = <const number*> rows[r] + c
                for j in range(p.count[x]):
                    v = s[(p.start[x] + j*p.step)*L]
                    at = row_offset[r] + p.start[x] + j*p.step if beats(v, best) else at
                    best = v if beats(v, best) else best
            out[x*L + c] = best
            where[x*L + c] = at


# ---- sums, in PyTorch's order: row by row, tap by tap, one accumulator per output

cdef void sum_rows(const void** rows, Py_ssize_t count, total* out, Py_ssize_t n) noexcept nogil:
    cdef const total* s = <const total*> rows[0]
    cdef Py_ssize_t i, k
    memcpy(out, s, n*sizeof(total))
    for k in range(1, count):
        s = <const total*> rows[k]
        for i in range(n):
            out[i] = out[i] + s[i]


cdef inline void sum_tap(
    const total* s, Py_ssize_t begin, Py_ssize_t end, const Py_ssize_t stride, total* out
) noexcept nogil:
    cdef Py_ssize_t x
    for x in range(begin, end):
        out[x] = out[x] + s[x*stride]


cdef void sum_taps(const Taps* t, const void** rows, Py_ssize_t count, total* out) noexcept nogil:
    cdef Py_ssize_t r, k, x, L = t.lanes
    cdef const total* s
    memset(out, 0, t.n_out*L*sizeof(total))
    for r in range(count):
        for k in range(t.taps):
            s = <const total*> rows[r] + t.shift[k]*L
            if t.stride == 1:
                sum_tap(s, t.begin[k]*L, t.end[k]*L, 1, out)
            elif L > 1:
                for x in range(t.begin[k], t.end[k]):
                    sum_tap(s + x*t.stride*L, 0, L, 1, out + x*L)
            elif t.stride == 2:
                sum_tap(s, t.begin[k], t.end[k], 2, out)
            else:
                sum_tap(s, t.begin[k], t.end[k], t.stride, out)


cdef void sum_spans(const Spans* p, const void** rows, Py_ssize_t count, total* out) noexcept nogil:
    cdef Py_ssize_t r, j, x, c, L = p.lanes
    cdef const total* s
    cdef total acc
    for x in range(p.n_out):
        for c in range(L):
            acc = 0
            for r in range(count):
                s = <const total*> rows[r] + p.start[x]*L + c
                for j in range(p.count[x]):
                    acc = acc + s[j*p.step*L]
            out[x*L + c] = acc


cdef void quotient(const total* s, const total* divisor, total* out, Py_ssize_t n) noexcept nogil:
    cdef Py_ssize_t x
    for x in range(n):
        out[x] = s[x]/divisor[x]


cdef void add_row(const number* row, number* out, Py_ssize_t n) noexcept nogil:
    cdef Py_ssize_t x
    for x in range(n):
        out[x] = <number> (out[x] + row[x])


cdef void add_value(const number* value, number* out, Py_ssize_t n) noexcept nogil:
    cdef number v = value[0]
    cdef Py_ssize_t x
    for x in range(n):
        out[x] = <number> (out[x] + v)


# ---- tiles of matrix products

# Vectors by the compilers' extension: arithmetic on them is written as on numbers. Other compilers work with tiles of
# single numbers.
cdef extern from *:
    """
    #if defined(__GNUC__) || defined(__clang__)
    #if defined(__AVX512F__)
    #define CYRESIZE_VECTOR 64
    #elif defined(__AVX__)
    #define CYRESIZE_VECTOR 32
    #else
    #define CYRESIZE_VECTOR 16
    #endif
    typedef float cyresize_floats __attribute__((vector_size(CYRESIZE_VECTOR), aligned(4), may_alias));
    typedef double cyresize_doubles __attribute__((vector_size(CYRESIZE_VECTOR), aligned(8), may_alias));
    /* x - 0 is x for every x, so no instruction but the broadcast is left. */
    #define cyresize_all_floats(x) ((float) (x) - (cyresize_floats) {0})
    #define cyresize_all_doubles(x) ((double) (x) - (cyresize_doubles) {0})
    #else
    typedef float cyresize_floats;
    typedef double cyresize_doubles;
    #define cyresize_all_floats(x) ((float) (x))
    #define cyresize_all_doubles(x) ((double) (x))
    #endif
    /* On Zen 4 a broadcast to 64 bytes takes the time of a product, unless it is the operand of one. The compiler makes
       it that if no other product shares it: what is read through a pointer of which it knows nothing is not shared. */
    #if defined(__AVX512F__) && (defined(__GNUC__) || defined(__clang__))
    #define cyresize_apart(p) __asm__("" : "+r"(p))
    #else
    #define cyresize_apart(p)
    #endif
    """
    ctypedef float floats "cyresize_floats"
    ctypedef double doubles "cyresize_doubles"
    floats all_floats "cyresize_all_floats"(float x) noexcept nogil
    doubles all_doubles "cyresize_all_doubles"(double x) noexcept nogil
    void apart "cyresize_apart"(const void* p) noexcept nogil

ctypedef fused vector:
    floats
    doubles


cdef inline vector all_of(const vector* unused, const void* a, Py_ssize_t k) noexcept nogil:
    if vector is floats:
        return all_floats((<const float*> a)[k])
    else:
        return all_doubles((<const double*> a)[k])


cdef inline void add_products(
    vector* s, vector b0, vector b1, vector b2, const void* a0, const void* a1, const void* a2, Py_ssize_t k,
    const int V, const bint first,
) noexcept nogil:
    # One row of a tile. All three of a0, a1 and a2 are the same panel.
    cdef vector p0 = b0*all_of(s, a0, k), p1 = b1*all_of(s, a1, k), p2 = b2*all_of(s, a2, k)
    s[0] = p0 if first else s[0] + p0
    if V > 1:
        s[1] = p1 if first else s[1] + p1
    if V > 2:
        s[2] = p2 if first else s[2] + p2


cdef inline void move_vectors(vector* to, const vector* source, const int V) noexcept nogil:
    to[0] = source[0]
    if V > 1:
        to[1] = source[1]
    if V > 2:
        to[2] = source[2]


cdef inline void product_tile(
    const void* a, const vector* b, Py_ssize_t depth, char* c, Py_ssize_t step, bint more, const int V
) noexcept nogil:
    # Four rows of V <= 3 vectors: up to twelve sums in registers. `step` in bytes; vectors of b come in threes.
    cdef vector[12] s
    cdef const void* a1 = a
    cdef const void* a2 = a
    cdef Py_ssize_t k = 0
    # Unused vectors repeat the first one; the compiler drops them.
    cdef int i1 = 1 if V > 1 else 0, i2 = 2 if V > 2 else 0
    apart(a1)
    apart(a2)
    if more:
        move_vectors(&s[0], <const vector*> c, V)
        move_vectors(&s[3], <const vector*> (c + step), V)
        move_vectors(&s[6], <const vector*> (c + 2*step), V)
        move_vectors(&s[9], <const vector*> (c + 3*step), V)
    else:
        add_products(&s[0], b[0], b[i1], b[i2], a, a1, a2, 0, V, True)
        add_products(&s[3], b[0], b[i1], b[i2], a, a1, a2, 1, V, True)
        add_products(&s[6], b[0], b[i1], b[i2], a, a1, a2, 2, V, True)
        add_products(&s[9], b[0], b[i1], b[i2], a, a1, a2, 3, V, True)
        k = 1
    while k < depth:
        add_products(&s[0], b[3*k], b[3*k + i1], b[3*k + i2], a, a1, a2, 4*k, V, False)
        add_products(&s[3], b[3*k], b[3*k + i1], b[3*k + i2], a, a1, a2, 4*k + 1, V, False)
        add_products(&s[6], b[3*k], b[3*k + i1], b[3*k + i2], a, a1, a2, 4*k + 2, V, False)
        add_products(&s[9], b[3*k], b[3*k + i1], b[3*k + i2], a, a1, a2, 4*k + 3, V, False)
        k += 1
    move_vectors(<vector*> c, &s[0], V)
    move_vectors(<vector*> (c + step), &s[3], V)
    move_vectors(<vector*> (c + 2*step), &s[6], V)
    move_vectors(<vector*> (c + 3*step), &s[9], V)


cdef inline void product_tiles(
    const void* a, const vector* b, Py_ssize_t depth, char* c, Py_ssize_t step, bint more, Py_ssize_t bytes_n
) noexcept nogil:
    if bytes_n <= <Py_ssize_t> sizeof(vector):
        product_tile(a, b, depth, c, step, more, 1)
    elif bytes_n <= 2*<Py_ssize_t> sizeof(vector):
        product_tile(a, b, depth, c, step, more, 2)
    else:
        product_tile(a, b, depth, c, step, more, 3)


cdef void product(
    const void* a, const vector* b, Py_ssize_t depth, Py_ssize_t m, Py_ssize_t n, char* c, Py_ssize_t step, bint more
) noexcept nogil:
    cdef vector[12] tile
    cdef Py_ssize_t size = sizeof(float) if vector is floats else sizeof(double), r
    if m == 4 and n*size % sizeof(vector) == 0:
        product_tiles(a, b, depth, c, step*size, more, n*size)
        return
    # A tile at the edge is calculated whole beside the matrix, and only what belongs to it is stored.
    if more:
        memset(tile, 0, sizeof(tile))
        for r in range(m):
            memcpy(&tile[3*r], c + r*step*size, n*size)
    product_tiles(a, b, depth, <char*> tile, 3*sizeof(vector), more, n*size)
    for r in range(m):
        memcpy(c + r*step*size, &tile[3*r], n*size)


cdef void panel(
    const char* source, Py_ssize_t step, const Py_ssize_t* offset, Py_ssize_t taps, Py_ssize_t first, Py_ssize_t depth,
    const Run* runs, Py_ssize_t n, vector* out,
) noexcept nogil:
    cdef Py_ssize_t size = sizeof(float) if vector is floats else sizeof(double), j = first % taps, k, i
    cdef const char* at
    cdef const vector* run
    cdef vector* to
    source += first // taps*step*size
    for k in range(depth):
        at = source + offset[j]*size
        for i in range(n):
            # Runs lie one after the other in a row: what a vector writes too much, the next run overwrites.
            run = <const vector*> (at + runs[i].at*size)
            to = <vector*> (<char*> (out + 3*k) + runs[i].to*size)
            if runs[i].n*size <= <Py_ssize_t> sizeof(vector):
                move_vectors(to, run, 1)
            elif runs[i].n*size <= 2*<Py_ssize_t> sizeof(vector):
                move_vectors(to, run, 2)
            else:
                move_vectors(to, run, 3)
        j += 1
        if j == taps:
            j = 0
            source += step*size


ctypedef fused integer:
    u8
    i8
    u16
    i16
    u32
    i32
    u64
    i64


cdef void product_of_integers(
    const integer* a, const integer* b, Py_ssize_t depth, Py_ssize_t m, Py_ssize_t n, integer* c, Py_ssize_t step,
    bint more,
) noexcept nogil:
    cdef Py_ssize_t k, r, x
    for r in range(m):
        if not more:
            memset(c + r*step, 0, n*sizeof(integer))
        for k in range(depth):
            for x in range(n):
                c[r*step + x] = <integer> (c[r*step + x] + a[4*k + r]*b[64*k + x])


# ---- powers, for lp pooling

cdef void raised(const real* row, double p, real* out, Py_ssize_t n) noexcept nogil:
    cdef Py_ssize_t x
    if p == 1:
        memmove(out, row, n*sizeof(real))
    elif p == 2:
        for x in range(n):
            out[x] = row[x]*row[x]
    elif p == 0.5:
        for x in range(n):
            out[x] = sqrtf(row[x]) if real is float else sqrt(row[x])
    else:
        for x in range(n):
            out[x] = powf(row[x], <float> p) if real is float else pow(row[x], p)


# ---- conversions

cdef void to_i64(const number* row, i64* out, Py_ssize_t n) noexcept nogil:
    cdef Py_ssize_t x
    for x in range(n):
        out[x] = <i64> row[x]


cdef void from_i64(const i64* row, number* out, Py_ssize_t n) noexcept nogil:
    cdef Py_ssize_t x
    for x in range(n):
        out[x] = <number> row[x]


cdef void to_f64(const float* row, double* out, Py_ssize_t n) noexcept nogil:
    cdef Py_ssize_t x
    for x in range(n):
        out[x] = <double> row[x]


cdef void from_f64(const double* row, float* out, Py_ssize_t n) noexcept nogil:
    cdef Py_ssize_t x
    for x in range(n):
        out[x] = <float> row[x]


# ---- shuffles

cdef void interleave(const void** rows, Py_ssize_t r, Py_ssize_t n, cell* out) noexcept nogil:
    cdef const cell* a = <const cell*> rows[0]
    cdef const cell* b = <const cell*> rows[1] if r > 1 else a
    cdef const cell* c = <const cell*> rows[2] if r > 2 else a
    cdef const cell* d = <const cell*> rows[3] if r > 3 else a
    cdef Py_ssize_t x, j
    if r == 1:
        memcpy(out, a, n*sizeof(cell))
    elif r == 2:
        for x in range(n):
            out[2*x] = a[x]
            out[2*x + 1] = b[x]
    elif r == 3:
        for x in range(n):
            out[3*x] = a[x]
            out[3*x + 1] = b[x]
            out[3*x + 2] = c[x]
    elif r == 4:
        for x in range(n):
            out[4*x] = a[x]
            out[4*x + 1] = b[x]
            out[4*x + 2] = c[x]
            out[4*x + 3] = d[x]
    else:
        for j in range(r):
            a = <const cell*> rows[j]
            for x in range(n):
                out[x*r + j] = a[x]


cdef void deinterleave(const cell* row, Py_ssize_t r, Py_ssize_t n, void** out) noexcept nogil:
    cdef cell* a = <cell*> out[0]
    cdef cell* b = <cell*> out[1] if r > 1 else a
    cdef cell* c = <cell*> out[2] if r > 2 else a
    cdef cell* d = <cell*> out[3] if r > 3 else a
    cdef Py_ssize_t x, j
    if r == 2:
        for x in range(n):
            a[x] = row[2*x]
            b[x] = row[2*x + 1]
    elif r == 3:
        for x in range(n):
            a[x] = row[3*x]
            b[x] = row[3*x + 1]
            c[x] = row[3*x + 2]
    elif r == 4:
        for x in range(n):
            a[x] = row[4*x]
            b[x] = row[4*x + 1]
            c[x] = row[4*x + 2]
            d[x] = row[4*x + 3]
    else:
        for j in range(r):
            a = <cell*> out[j]
            for x in range(n):
                a[x] = row[x*r + j]
