from cyresize.engine.image cimport Image
from cyresize.engine.plan cimport AxisPlan
from cyresize.engine.rows.table cimport (
    Columns, LaneFormat, Lanes, blend_fn, columns2_fn, columns4_fn, columns_fn, convert_fn, weighted_window_fn,
    weighted_windows2_fn, window_fn,
)

cdef enum Order:
    COLUMNS_FIRST, ROWS_FIRST, WINDOW, COLUMNS_ONLY, ROWS_ONLY

cdef struct Pipeline:
    # One source row to one output row, by kernels; sizes are bytes per element.
    int order                 # one of Order
    convert_fn widen          # NULL: rows are calculated with as they are stored
    columns_fn columns_pass
    columns2_fn columns_pass2    # COLUMNS_FIRST: for two rows at once, or NULL
    columns4_fn columns_pass4    # for four rows at once, or NULL
    blend_fn blend
    blend_fn stream_blend     # NULL, or blend for results that go past the caches
    window_fn window
    weighted_window_fn both   # ROWS_FIRST: the two passes at once where all taps of a row are there, or NULL
    weighted_windows2_fn both2    # and for two output rows, or NULL
    convert_fn narrow
    Py_ssize_t row_size       # element of a source row, widened
    Py_ssize_t ring_size      # element of a row between the two passes
    Py_ssize_t out_size       # element of a finished row before narrowing
    Py_ssize_t weight_size    # of one row weight
    Columns columns           # all output columns
    const Py_ssize_t* first   # row plan
    const int* counts
    const char* weights
    int taps
    bint every_row            # each source row is part of some output row, or nearly so
    bint in_strips            # whether output rows may be blended strip by strip, several in turn

cdef struct Scratch:
    # One thread's memory, cut into rows. Rings hold rows from `base` on in slots one after the other.
    Columns columns           # the pipeline's, with the distance to the rows that will be wanted next
    Py_ssize_t stride         # bytes from one source row to the next, 0 if nothing needs to be fetched ahead
    char* packed              # source rows made contiguous
    char* source              # source rows, widened: `slots` of them
    char* ring                # rows between the passes
    char* mid                 # ROWS_FIRST: the blended row, or four
    char* finished            # output row before narrowing
    char* staged              # output row before it is spread over a strided destination, or streamed; or several
    const void** pointers     # [2*taps], of one or two output rows; of strips more
    Py_ssize_t window         # COLUMNS_FIRST: the first of the rows that they point at,
    int held                  # and how many, 0 if none
    Py_ssize_t* source_tags
    Py_ssize_t* ring_tags
    Py_ssize_t base                     # the first row of the window that the rings hold
    Py_ssize_t slots, source_pitch, source_slot
    Py_ssize_t ring_slots, ring_pitch, ring_slot      # ..._slot: where row `base` is
    Py_ssize_t mid_pitch, staged_pitch
    Py_ssize_t last_row       # the last one that will be asked for
    Py_ssize_t n_src, n_dst   # elements of a row
    const char* in_place      # source rows that start before it are used where they are
    bint packed_src, packed_dst, streaming
    bint strips               # whether several output rows are blended in turn, strip by strip

cdef Py_ssize_t lay_out(
    const Pipeline* p, const Image* src, const Image* dst, bint streaming, Scratch* s, char* memory
) noexcept nogil
cdef double multiplications(const Pipeline* p, const Image* src, const Image* dst) noexcept nogil
cdef void forget_rows(const Pipeline* p, Scratch* s) noexcept nogil
cdef void output_row(
    const Pipeline* p, const Image* src, const Image* dst, Scratch* s, Py_ssize_t n, Py_ssize_t y
) noexcept nogil

cdef class Job:
    cdef Pipeline pipeline
    cdef AxisPlan column_plan, row_plan
    cdef void* column_weights
    cdef void* row_weights
    cdef Lanes* lanes         # of the whole row; NULL: pixel by pixel

    cdef void drop_lanes(self) noexcept
    cdef int use_lanes(self, const LaneFormat* format, int encoding, columns2_fn two, columns4_fn four=*) except -1
    cdef int run(self, const Image* src, const Image* dst, int threads) except -1

cdef Job new_job(AxisPlan columns, AxisPlan rows, Py_ssize_t channels, int weights)
