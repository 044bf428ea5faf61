from cyresize.engine.image cimport Image
from cyresize.engine.plan cimport AxisPlan
from cyresize.engine.rows.table cimport Columns, LaneFormat, blend_fn, columns_fn, convert_fn, window_fn

cdef enum Order:
    COLUMNS_FIRST, ROWS_FIRST, WINDOW

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
    Columns columns           # all output columns, without lanes
    const Py_ssize_t* first   # row plan
    const int* counts
    const char* weights
    int taps

cdef struct Strip:
    # A part of the output columns that is worked on by itself, so that its rows and tables stay in cache.
    Columns columns
    Py_ssize_t begin, end     # output pixels

cdef class Job:
    cdef Pipeline pipeline
    cdef AxisPlan column_plan, row_plan
    cdef void* column_weights
    cdef void* row_weights
    cdef Strip* strips
    cdef int n_strips
    cdef bint has_lanes

    cdef int set_strips(self, int n) except -1
    cdef void free_strips(self) noexcept
    cdef int use_lanes(self, const LaneFormat* format, int encoding) except -1
    cdef int run(self, const Image* src, const Image* dst, int threads) except -1

cdef Job new_job(AxisPlan columns, AxisPlan rows, Py_ssize_t channels, int weights)
