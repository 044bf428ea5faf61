"""What a level of row kernels exports, and the structures its kernels read.

Letters: W, C source row; OW output row; K taps. A row is W*C contiguous elements.
"""

cdef struct Columns:
    # One axis, quantised, as a horizontal kernel reads it. Output column x reads source columns
    # start[x] .. start[x] + count(x) - 1, all of them inside the row.
    Py_ssize_t n_in           # W
    Py_ssize_t n_out          # OW
    Py_ssize_t channels       # C
    Py_ssize_t tap_step       # elements between two taps: C, or 0 if the row has a single column
    int taps                  # K: weights per output column
    int factor                # whole-number shrink factor (area), else 0
    int row_factor            # the same of the rows
    Py_ssize_t row_pairs      # area by 2 x 2 in floats: the first columns that are added within rows first
    const Py_ssize_t* start
    const int* count          # NULL: every column has K taps
    const void* weights       # [OW][K], type set by the kernel

# Horizontal: one source row in, one filtered row out.
ctypedef void (*columns_fn)(const Columns* columns, const void* row, void* out) noexcept nogil
# Vertical: K rows of n elements in, one out.
ctypedef void (*blend_fn)(const void** rows, const void* weights, int taps, void* out, Py_ssize_t n) noexcept nogil
# Both at once: K source rows in, one output row out.
ctypedef void (*window_fn)(const Columns* columns, const void** rows, int taps, void* out) noexcept nogil
# Element by element, between a stored type and the type that is calculated with.
ctypedef void (*convert_fn)(const void* row, void* out, Py_ssize_t n) noexcept nogil
# Nearest: n pixels of `size` bytes, offsets in pixels.
ctypedef void (*gather_fn)(const Py_ssize_t* index, Py_ssize_t n, Py_ssize_t size, const void* row, void* out) noexcept nogil

# Stored element types, in the order of the conversion tables.
cdef enum Element:
    U8, I8, U16, I16, F16, F32, U32, I32, F64, ELEMENTS

cdef struct RowKernels:
    # OpenCV's uint8 LINEAR: 11-bit weights, int16 rows.
    columns_fn linear_u8_columns
    blend_fn linear_u8_blend
    # OpenCV's LINEAR_EXACT: 8-bit weights on uint8, 16-bit weights on uint16.
    columns_fn exact_u8_columns
    blend_fn exact_u8_blend
    columns_fn exact_u16_columns
    blend_fn exact_u16_blend
    # uint8 with 11-bit weights and any taps: exact int32 sums, one rounding at the end.
    columns_fn fixed_u8_columns
    blend_fn fixed_u8_blend
    # Pillow's uint8: 22-bit weights, rounded to uint8 after each pass.
    columns_fn pillow_u8_columns
    blend_fn pillow_u8_blend
    # Floating point.
    columns_fn float_columns
    blend_fn float_blend
    columns_fn double_columns
    blend_fn double_blend
    # Area by whole-number factors, one per calculating type.
    window_fn area_u8
    window_fn area_float
    window_fn area_double
    # Area by 2 x 2 of uint8 and uint16, rounded half up.
    window_fn half_u8
    window_fn half_u16
    convert_fn widen[9]       # stored type -> float (U8 .. F32) or double (U32 .. F64)
    convert_fn narrow[9]
    gather_fn gather
