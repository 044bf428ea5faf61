"""What a level of row kernels exports for pooling, shuffles and convolutions.

Letters: W source row; OW output row; L lanes (1 in a planar layout, the channels where they are interleaved); K taps.
A row is W*L contiguous elements. Tables are indexed by `Number`.
"""

cdef enum Number:
    N_U8, N_I8, N_U16, N_I16, N_U32, N_I32, N_U64, N_I64, N_F32, N_F64, NUMBERS

cdef enum:
    PRODUCT_ROWS = 4   # rows of a tile of a matrix product

cdef struct Taps:
    # Windows of one axis at a regular distance: tap k of output x is source pixel x*stride + shift[k],
    # which lies inside the row for begin[k] <= x < end[k].
    Py_ssize_t n_out          # OW
    Py_ssize_t lanes          # L
    Py_ssize_t stride
    Py_ssize_t taps           # K
    const Py_ssize_t* shift
    const Py_ssize_t* begin
    const Py_ssize_t* end

cdef struct Run:
    Py_ssize_t at, to, n      # elements: where it begins in the source and in a row of the panel, how many

cdef struct Spans:
    # Windows of any kind: output x reads source pixels start[x] + j*step, j < count[x].
    Py_ssize_t n_out
    Py_ssize_t lanes
    Py_ssize_t step
    const Py_ssize_t* start
    const Py_ssize_t* count

# Maximum (sum) of several rows, element by element.
ctypedef void (*fold_rows_fn)(const void** rows, Py_ssize_t count, void* out, Py_ssize_t n) noexcept nogil
# Maximum (sum) over the windows of several rows.
ctypedef void (*taps_fn)(const Taps* t, const void** rows, Py_ssize_t count, void* out) noexcept nogil
ctypedef void (*spans_fn)(const Spans* s, const void** rows, Py_ssize_t count, void* out) noexcept nogil
# The same and where the maximum is, relative to the plane's element at row 0 of the window, column x*stride.
ctypedef void (*taps_at_fn)(
    const Taps* t, const void** rows, const int* row_offset, Py_ssize_t count, void* out, int* where
) noexcept nogil
# The same as an offset from row 0 of the window, column 0.
ctypedef void (*spans_at_fn)(
    const Spans* s, const void** rows, const Py_ssize_t* row_offset, Py_ssize_t count, void* out, long long* where
) noexcept nogil
# Windows of 2 x 2 that touch: the maximum of two rows, and its index counted from `base`, rows `width` apart.
ctypedef void (*quad_fn)(const void* r0, const void* r1, void* out, Py_ssize_t n) noexcept nogil
ctypedef void (*quad_at_fn)(
    const void* r0, const void* r1, int width, long long base, void* out, long long* index, Py_ssize_t n
) noexcept nogil
# out[x] = sum[x]/divisor[x]
ctypedef void (*quotient_fn)(const void* sum, const void* divisor, void* out, Py_ssize_t n) noexcept nogil
# Element by element, between the stored type and the type that is calculated with.
ctypedef void (*cast_fn)(const void* row, void* out, Py_ssize_t n) noexcept nogil
# out[x*r + j] = rows[j][x], for elements of one size; and back.
ctypedef void (*interleave_fn)(const void** rows, Py_ssize_t r, Py_ssize_t n, void* out) noexcept nogil
ctypedef void (*deinterleave_fn)(const void* row, Py_ssize_t r, Py_ssize_t n, void** out) noexcept nogil
# out[x] += row[x]
ctypedef void (*add_fn)(const void* row, void* out, Py_ssize_t n) noexcept nogil
# A tile c (m <= PRODUCT_ROWS rows, n <= product_width columns, `step` elements apart) of a matrix product, the sum over
# `depth` of a[k][r]*b[k][x] for panels a (PRODUCT_ROWS wide) and b (product_width wide): added to c if `more`. Each sum
# is added up in the order of k, product by product, whatever the vectors.
ctypedef void (*product_fn)(
    const void* a, const void* b, Py_ssize_t depth, Py_ssize_t m, Py_ssize_t n, void* c, Py_ssize_t step, bint more
) noexcept nogil
# The panel b of a product out of places in memory: row k = channel*taps + j, for first <= k < first + depth, consists
# of `runs` of elements that follow from source + channel*step + offset[j]. Whole vectors are read and written: less
# than a vector behind the last run and behind the panel.
ctypedef void (*panel_fn)(
    const void* source, Py_ssize_t step, const Py_ssize_t* offset, Py_ssize_t taps, Py_ssize_t first, Py_ssize_t depth,
    const Run* runs, Py_ssize_t n, void* panel
) noexcept nogil
# out[x] = row[x]**p
ctypedef void (*raise_fn)(const void* row, double p, void* out, Py_ssize_t n) noexcept nogil

cdef struct OpsKernels:
    fold_rows_fn max_rows[10]
    taps_fn max_taps[10]
    taps_at_fn max_taps_at[10]
    spans_fn max_spans[10]
    spans_at_fn max_spans_at[10]
    quad_fn max_quad[10]
    quad_at_fn max_quad_at[10]
    # Sums are calculated in int64, float and double only.
    fold_rows_fn sum_rows[10]
    taps_fn sum_taps[10]
    spans_fn sum_spans[10]
    quotient_fn quotient[10]
    raise_fn raised[10]
    cast_fn to_i64[10]
    cast_fn from_i64[10]
    cast_fn to_f64            # from float
    cast_fn from_f64
    # By the logarithm of the element's size: 1, 2, 4, 8 bytes.
    interleave_fn interleave[4]
    deinterleave_fn deinterleave[4]
    add_fn add_row[10]
    add_fn add_value[10]              # the same with one element for all
    product_fn product[10]
    Py_ssize_t product_width[10]
    panel_fn panel[10]                # float and double only
