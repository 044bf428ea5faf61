# Row jobs: one kernel, its tables and its buffers, run as often as asked without Python in between.

from cpython.pycapsule cimport PyCapsule_GetPointer
from posix.mman cimport MADV_DONTNEED, madvise

from cyresize.engine.image cimport STREAMED
from cyresize.engine.lanes cimport DIGITS2, NEAR_FAR, NO_WEIGHTS, SINGLE_FLOATS, free_lanes, new_lanes
from cyresize.engine.plan cimport AxisPlan
from cyresize.engine.rows.table cimport blend_fn, columns_fn, convert_fn, gather_fn

from importlib import import_module

# Bytes of result from which the library writes past the caches.
STREAMS_FROM = STREAMED
# Table formats and encodings by name.
KINDS = {"pairs": PAIRS, "words": WORDS, "quads": QUADS, "bytes": BYTES, "floats": FLOATS, "singles": SINGLES}
ENCODINGS = {
    "near and far": NEAR_FAR, "digits": DIGITS2, "single floats": SINGLE_FLOATS, "no weights": NO_WEIGHTS,
}


def kernels_of(level):
    """Addresses of the kernels that a level of the library has, and the format of their tables."""
    module = import_module(f"cyresize.engine.rows.{level}")
    cdef const RowKernels* k = <const RowKernels*> PyCapsule_GetPointer(module.table, "cyresize.RowKernels")
    return {
        "linear": (<size_t> k.linear_u8_columns, k.linear_u8_lanes),
        "fixed": (<size_t> k.fixed_u8_columns, k.fixed_u8_lanes),
        "bytes to float": (<size_t> k.columns_from[<int> U8], k.columns_from_lanes[<int> U8]),
        "float": (<size_t> k.float_columns, k.float_lanes),
        "gather": (<size_t> k.gather, k.gather_lanes),
        "linear blend": (<size_t> k.linear_u8_blend, None),
        "fixed blend": (<size_t> k.fixed_u8_blend, None),
        "pillow blend": (<size_t> k.pillow_u8_blend, None),
        "widen": (<size_t> k.widen[<int> U8], None),
        "stream": (<size_t> k.stream, None),
    }


cdef void* address(object buffer) except NULL:
    cdef unsigned char[::1] view = buffer
    return &view[0]


cdef class Table:
    """A lane table of a plan; ``fits`` is false if the format does not suit the plan."""
    cdef Lanes* lanes

    def __cinit__(self, AxisPlan plan, Py_ssize_t channels, LaneFormat format, encoding):
        self.lanes = new_lanes(plan, channels, &format, ENCODINGS[encoding], 0, plan.n_out)

    def __dealloc__(self):
        free_lanes(self.lanes)

    @property
    def fits(self):
        return self.lanes != NULL

    @property
    def narrow(self):
        return bool(self.lanes.narrow)

    @narrow.setter
    def narrow(self, value):
        self.lanes.narrow = value

    @property
    def inside(self):
        return bool(self.lanes.inside)

    @inside.setter
    def inside(self, value):
        self.lanes.inside = value


cdef class Job:
    """Something to run; ``keep`` holds on to the buffers."""
    cdef object keep

    cdef void once(self) noexcept nogil:
        pass

    def run(self, Py_ssize_t repeats):
        cdef Py_ssize_t i
        with nogil:
            for i in range(repeats):
                self.once()


cdef class ColumnsJob(Job):
    """A horizontal kernel over pairs of source rows, all into the same ``out``.

    Rows are ``pitch`` bytes apart; of every ``step`` rows the first two are read, ``rows`` in all.
    """
    cdef Columns columns
    cdef columns_fn kernel
    cdef const char* source
    cdef void* out
    cdef Py_ssize_t rows, pitch, step

    def __init__(
        self, size_t kernel, AxisPlan plan, Py_ssize_t channels, weights, source, out, Table table=None,
        Py_ssize_t rows=1, Py_ssize_t pitch=0, Py_ssize_t step=2, Py_ssize_t ahead=0,
    ):
        cdef Columns* p = &self.columns
        self.keep = (plan, weights, source, out, table)
        self.kernel = <columns_fn> kernel
        self.source = <const char*> address(source)
        self.out = address(out)
        self.rows = rows
        self.pitch = pitch
        self.step = step
        p.n_in = plan.n_in
        p.n_out = plan.n_out
        p.channels = channels
        p.tap_step = 0 if plan.n_in == 1 else channels
        p.taps = plan.taps
        p.start = plan.first
        p.count = plan.counts
        p.from_zero = plan.from_zero
        p.weights = address(weights)
        p.ahead = ahead
        p.lanes = NULL if table is None else table.lanes

    cdef void once(self) noexcept nogil:
        cdef Py_ssize_t y
        for y in range(self.rows):
            self.kernel(&self.columns, self.source + ((y >> 1)*self.step + (y & 1))*self.pitch, self.out)


cdef class WidenedColumnsJob(ColumnsJob):
    """The same after a row of bytes has been widened to floats in ``middle``."""
    cdef convert_fn widen
    cdef void* middle

    def set_widening(self, size_t widen, middle):
        self.keep = (self.keep, middle)
        self.widen = <convert_fn> widen
        self.middle = address(middle)
        return self

    cdef void once(self) noexcept nogil:
        self.widen(self.source, self.middle, self.columns.n_in*self.columns.channels)
        self.kernel(&self.columns, self.middle, self.out)


cdef class BlendJob(Job):
    """A vertical kernel over rows, to the first of ``out``'s rows of ``n`` bytes; by way of ``staged`` if given."""
    cdef blend_fn kernel
    cdef convert_fn store
    cdef const void *rows[64]
    cdef const void* weights
    cdef char* out
    cdef void* staged
    cdef Py_ssize_t n
    cdef int taps

    def __init__(self, size_t kernel, rows, weights, out, Py_ssize_t n, size_t store=0, staged=None):
        cdef int k
        self.keep = (rows, weights, out, staged)
        self.kernel = <blend_fn> kernel
        self.store = <convert_fn> store
        self.taps = len(rows)
        for k in range(self.taps):
            self.rows[k] = address(rows[k])
        self.weights = address(weights)
        self.out = <char*> address(out)
        self.staged = NULL if staged is None else address(staged)
        self.n = n

    cdef void row(self, Py_ssize_t y) noexcept nogil:
        if self.staged == NULL:
            self.kernel(self.rows, self.weights, self.taps, self.out + y*self.n, self.n)
        else:
            self.kernel(self.rows, self.weights, self.taps, self.staged, self.n)
            self.store(self.staged, self.out + y*self.n, self.n)

    cdef void once(self) noexcept nogil:
        self.row(0)


cdef class DoublingJob(ColumnsJob):
    """Both passes: every source row is filtered once, into one of two ring rows, and blended twice."""
    cdef BlendJob blend
    cdef void* other
    cdef Py_ssize_t n_rows
    cdef char* pages
    cdef size_t page_bytes

    def set_blend(self, BlendJob blend, other, Py_ssize_t rows, fresh=None):
        """``fresh``: memory that is given back to the system before each run, as a new array has no pages yet."""
        self.keep = (self.keep, other, fresh)
        self.blend = blend
        self.other = address(other)
        self.n_rows = rows
        if fresh is not None:
            self.pages = <char*> address(fresh) + (-<size_t> address(fresh) & 4095)
            self.page_bytes = (len(fresh) - 4096) & ~4095

    cdef void once(self) noexcept nogil:
        cdef Py_ssize_t y
        if self.page_bytes:
            madvise(self.pages, self.page_bytes, MADV_DONTNEED)
        # The row above the first is the first.
        self.kernel(&self.columns, self.source, self.other)
        for y in range(self.n_rows):
            if y & 1 == 0:
                self.kernel(&self.columns, self.source + (y >> 1)*self.pitch, self.other if y & 2 else self.out)
            self.blend.row(y)


cdef class GatherJob(Job):
    """A nearest kernel over one row of pixels of ``size`` bytes."""
    cdef gather_fn kernel
    cdef AxisPlan plan
    cdef const Lanes* lanes
    cdef const void* source
    cdef void* out
    cdef Py_ssize_t size

    def __init__(self, size_t kernel, AxisPlan plan, Py_ssize_t size, source, out, Table table=None):
        self.keep = (source, out, table)
        self.kernel = <gather_fn> kernel
        self.plan = plan
        self.size = size
        self.source = address(source)
        self.out = address(out)
        self.lanes = NULL if table is None else table.lanes

    cdef void once(self) noexcept nogil:
        self.kernel(self.lanes, self.plan.first, self.plan.n_out, self.size, self.source, self.out)
