from cyresize.engine.image cimport Image
from cyresize.engine.plan cimport AxisPlan
from cyresize.engine.rows.table cimport Columns, LaneFormat, Lanes, blend_fn, columns_fn, convert_fn, window_fn

cdef enum Order:
    COLUMNS_FIRST, ROWS_FIRST, WINDOW, COLUMNS_ONLY, ROWS_ONLY

cdef struct Pipeline:
    # One source row to one output row, by kernels; sizes are bytes per element.
    int order                 # one of Order
    convert_fn widen          # NULL: rows are calculated with as they are stored
    columns_fn columns_pass
    blend_fn blend
    window_fn window
    convert_fn narrow
    Py_ssize_t row_size       # element of a source row, widened
    Py_ssize_t ring_size      # element of a row between the two passes
    Py_ssize_t out_size       # element of a finished row before narrowing
    Py_ssize_t weight_size    # of one row weight
    Columns columns
    const Py_ssize_t* first   # row plan
    const int* counts
    const char* weights
    int taps

cdef struct Scratch:
    # One thread's memory, cut into rows. Rings hold row r in slot r % slots.
    char* packed              # source rows made contiguous
    char* source              # source rows, widened: `slots` of them
    char* ring                # rows between the passes
    char* mid                 # ROWS_FIRST: the blended row
    char* finished            # output row before narrowing
    char* unpacked            # output row before it is spread over a strided destination
    const void** pointers     # [taps]
    Py_ssize_t* source_tags
    Py_ssize_t* ring_tags
    Py_ssize_t slots, source_pitch, ring_pitch
    const char* limit         # source bytes before it may be read

cdef Py_ssize_t lay_out(const Pipeline* p, const Image* src, const Image* dst, Scratch* s, char* memory) noexcept nogil
cdef void forget_rows(const Pipeline* p, Scratch* s) noexcept nogil
cdef void output_row(
    const Pipeline* p, const Image* src, const Image* dst, Scratch* s, Py_ssize_t n, Py_ssize_t y
) noexcept nogil

cdef class Job:
    cdef Pipeline pipeline
    cdef AxisPlan column_plan, row_plan
    cdef void* column_weights
    cdef void* row_weights
    cdef Lanes* lanes

    cdef int use_lanes(self, const LaneFormat* format, int encoding) except -1
    cdef int run(self, const Image* src, const Image* dst, int threads) except -1

cdef Job new_job(AxisPlan columns, AxisPlan rows, Py_ssize_t channels, int weights)
