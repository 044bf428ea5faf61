"""What a level of row kernels exports, and the structures its kernels read.

Letters: W, C source row; OW output row; K taps. A row is W*C contiguous elements.
"""

# Lane tables: for kernels with byte or word permutes every output *element* is a lane. A block of lanes reads one
# window of the source row; its index picks each lane's taps out of the window. See lanes.pyx.
cdef enum LaneKind:
    NO_LANES
    SINGLES               # one tap per lane, one byte of index per lane (nearest)
    PAIRS                 # two taps per 16-bit lane: uint8 with two taps
    WORDS                 # two taps per 32-bit lane as 16-bit words: uint8 with int16 weights, four index bytes
    QUADS                 # four taps per 32-bit lane: uint8 with weights in signed base-256 digits
    SPLITS                # the same with weights of a high byte and a low word, see pillow.pxi
    PIXELS                # so, with one output pixel of three or four channels per block, whose lanes share the weights
    RUNS                  # so, with one output pixel of one or two channels per block, whose lanes are groups of taps
    BYTES                 # one tap per 32-bit lane, widened from uint8: float weights
    SHORTS                # one tap per 16-bit lane: 16-bit elements
    FLOATS                # one tap per 32-bit lane: float elements and weights
    DOUBLES               # one tap per 64-bit lane: elements and weights of doubles
    FOURS                 # one channel: blocks of four output columns, each with a window of its own; weights as TWINS
    TWINS                 # two taps per 32-bit lane as 16-bit elements, four index bytes, weights two planes of floats

cdef struct LaneFormat:
    LaneKind kind
    int lanes             # per block
    int window            # source elements that one block can reach

cdef struct Lanes:
    LaneKind kind
    Py_ssize_t blocks
    Py_ssize_t n          # output elements: OW*C
    int groups            # tap groups per lane: QUADS etc. ceil(K/4), WORDS, TWINS ceil(K/2), FOURS 1 or even, others K
    bint half             # PIXELS: the last group has two taps only, whose halves of weights are words
    bint inside               # all groups of a block lie in its window
    bint narrow               # every block needs the first half of its window only: one register
    const Py_ssize_t* base    # [blocks] first source element of the window; FOURS: [blocks][4]
    const Py_ssize_t* out     # [blocks] first output element
    const int* used           # [blocks] tap groups that some lane of the block uses: no window starts behind the row
    const unsigned char* index    # [blocks][bytes of a vector]
    const unsigned char* weights  # [blocks][groups][...]
    const unsigned short* masks   # FLOATS, DOUBLES: [blocks][groups], lanes whose tap is in use
    Py_ssize_t whole_begin, whole_end   # the same: a run of blocks whose lanes use all their taps

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
    bint varied               # columns with fewer taps lie between such with all of them
    bint from_zero            # sums start from 0, not from the first product: that decides the sign of a zero
    const void* weights       # [OW][K], type set by the kernel
    Py_ssize_t ahead          # bytes from a source element to the one that the next call will want in its place
    const Lanes* lanes        # NULL: the kernel walks pixel by pixel

# Horizontal: one source row in, one filtered row out.
ctypedef void (*columns_fn)(const Columns* columns, const void* row, void* out) noexcept nogil
# The same for two source rows at once, with lanes only.
ctypedef void (*columns2_fn)(
    const Columns* columns, const void* row, const void* second, void* out, void* second_out
) noexcept nogil
# Four rows at once, with lanes only.
ctypedef void (*columns4_fn)(const Columns* columns, const void** rows, void** out) noexcept nogil
# Vertical: K rows of n elements in, one out.
ctypedef void (*blend_fn)(const void** rows, const void* weights, int taps, void* out, Py_ssize_t n) noexcept nogil
# Both at once: K source rows in, one output row out.
ctypedef void (*window_fn)(const Columns* columns, const void** rows, int taps, void* out) noexcept nogil
# The same with weights for the rows: the vertical pass, then the horizontal one, for as many taps as rows.
ctypedef void (*weighted_window_fn)(
    const Columns* columns, const void** rows, const void* weights, int taps, void* out
) noexcept nogil
# And of two output rows, which may have source rows in common.
ctypedef void (*weighted_windows2_fn)(
    const Columns* columns, const void** rows, const void** second_rows, const void* weights,
    const void* second_weights, int taps, void* out, void* second_out
) noexcept nogil
# Element by element, between a stored type and the type that is calculated with.
ctypedef void (*convert_fn)(const void* row, void* out, Py_ssize_t n) noexcept nogil
# Nearest: n pixels of `size` bytes, offsets in pixels. `ahead`: bytes to the row that will be wanted next, 0 if that is
# likely in a cache.
ctypedef void (*gather_fn)(
    const Lanes* lanes, const Py_ssize_t* index, Py_ssize_t n, Py_ssize_t size, const void* row, void* out,
    Py_ssize_t ahead,
) noexcept nogil
# What stands in tables of floats, and of four doubles, in place of the weight of a tap that a lane does not have: the
# bits of the least normal number, negative. With a sample of 0 its product is -0, which no sum changes by.
cdef extern from *:
    """
    #define CYRESIZE_ABSENT_FLOAT 0x80800000u
    #define CYRESIZE_ABSENT_DOUBLE 0x8010000000000000ull
    """
    const unsigned int ABSENT_FLOAT "CYRESIZE_ABSENT_FLOAT"
    const unsigned long long ABSENT_DOUBLE "CYRESIZE_ABSENT_DOUBLE"

# Bytes behind the end of a row that a kernel with lanes may read (their values do not matter).
cdef enum:
    SLACK = 192

# Stored element types, in the order of the conversion tables.
cdef enum Element:
    U8, I8, U16, I16, F16, F32, U32, I32, F64, ELEMENTS

cdef struct RowKernels:
    # How each kernel wants its lanes; kind NO_LANES where it does not use them.
    LaneFormat linear_u8_lanes
    LaneFormat exact_u8_lanes
    LaneFormat exact_u16_lanes
    LaneFormat fixed_u8_lanes
    LaneFormat pillow_u8_lanes[4]  # the first that fits
    LaneFormat area_whole_u8_lanes
    LaneFormat half_u8_lanes
    LaneFormat half_words_lanes
    LaneFormat float_lanes
    LaneFormat double_lanes
    LaneFormat gather_lanes[3]     # of pixels that are bytes, words, and floats
    # OpenCV's uint8 LINEAR: 11-bit weights, int16 rows.
    columns_fn linear_u8_columns
    columns2_fn linear_u8_columns2
    columns_fn linear_u8_pixels   # three or four channels where blocks of lanes are mostly empty; NULL: lanes
    blend_fn linear_u8_blend
    # OpenCV's LINEAR_EXACT: 8-bit weights on uint8, 16-bit weights on uint16.
    columns_fn exact_u8_columns
    columns2_fn exact_u8_columns2
    blend_fn exact_u8_blend
    columns_fn exact_u16_columns
    columns2_fn exact_u16_columns2
    blend_fn exact_u16_blend
    # uint8 with 11-bit weights and any taps: exact int32 sums, one rounding at the end.
    columns_fn fixed_u8_columns
    columns2_fn fixed_u8_columns2
    blend_fn fixed_u8_blend
    # Pillow's uint8: 22-bit weights, rounded to uint8 after each pass.
    columns_fn pillow_u8_columns
    columns2_fn pillow_u8_columns2
    columns4_fn pillow_u8_columns4
    blend_fn pillow_u8_blend
    # Floating point.
    columns_fn float_columns
    columns2_fn float_columns2
    columns4_fn float_columns4
    blend_fn float_blend
    columns_fn float_pairs    # two taps of three or four channels from a row in scratch; NULL: float_columns
    columns_fn float_pixels   # three or four channels without lanes; NULL: float_columns
    columns2_fn float_pixels2    # the same of two rows
    columns_fn float_singles  # one channel without lanes; NULL: float_columns
    # One and two channels by tables of four lanes, for a level without float_lanes; NULL: float_columns.
    LaneFormat float_taps_lanes
    columns_fn float_taps
    columns2_fn float_taps2
    columns4_fn float_taps4
    columns_fn double_singles  # one channel by two taps; NULL: double_columns
    # 16-bit integers to floats: any channels with an even number of taps by lanes, and three or four channels, two rows
    # at once, without; NULL: columns_from, pixels_from.
    LaneFormat word_taps_lanes
    columns_fn word_taps[9]
    columns2_fn word_taps2[9]
    columns2_fn word_pixels2[9]
    # One channel, with lanes, where blocks of others would be mostly empty.
    LaneFormat word_fours_lanes
    columns_fn word_fours[9]
    columns2_fn word_fours2[9]
    # Two or four taps along both axes, from the stored type to the same; may read SLACK bytes behind a row. NULL: two
    # passes. With lanes whose taps all lie inside, or by float_taps_lanes; and for three or four channels, pixel by
    # pixel.
    weighted_window_fn lane_windows[9]
    weighted_windows2_fn lane_windows2[9]
    weighted_window_fn float_single_windows    # one channel without lanes
    weighted_window_fn pixel_windows[9]
    weighted_windows2_fn pixel_windows2[9]
    columns_fn double_columns
    blend_fn double_blend
    # Area by whole-number factors, one per calculating type.
    window_fn area_u8
    window_fn area_float
    window_fn area_double
    # Area by 2 x 2 of uint8, uint16 and int16, rounded half up.
    window_fn half_u8
    window_fn half_u16
    window_fn half_i16
    convert_fn widen[9]       # stored type -> float (U8 .. F32) or double (U32 .. F64)
    convert_fn narrow[9]
    columns_fn columns_from[9]    # row of the stored type to one of floats, with lanes only; NULL: widen first
    columns2_fn columns_from2[9]
    columns4_fn columns_from4[9]
    columns_fn pixels_from[9]     # the same for three or four channels without lanes; NULL: widen first
    LaneFormat columns_from_lanes[9]
    blend_fn blend_from[9]    # rows of the stored type to one of the calculating type; NULL: widen first
    # Rows of the calculating type to one of the stored type, of integers where int32 holds all sums; NULL: narrow
    # afterwards.
    blend_fn blend_to[9]
    gather_fn gather
    # n bytes to memory past the caches: for results too large to be found there again. NULL: memcpy.
    convert_fn stream
    blend_fn stream_blend[9]  # blend_to that does so itself; NULL: through a row in scratch
