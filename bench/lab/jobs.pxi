# Row jobs: one kernel, its tables and its buffers, run as often as asked without Python in between.

from cpython.pycapsule cimport PyCapsule_GetPointer
from libc.string cimport memset
from posix.mman cimport MADV_DONTNEED, madvise

from cyresize.engine.image cimport STREAMED, Image, streams
from cyresize.engine.jobs cimport ANY_ORDER, float_job, linear_u8_job
from cyresize.engine.lanes cimport DIGITS2, DIGITS3, NEAR_FAR, NO_WEIGHTS, SINGLE_FLOATS, free_lanes, new_lanes
from cyresize.engine.plan cimport AxisPlan
from cyresize.engine.resample cimport Job as LibraryJob
from cyresize.engine.rows.table cimport (
    blend_fn, columns2_fn, columns4_fn, columns_fn, convert_fn, gather_fn, weighted_window_fn, weighted_windows2_fn,
)

from importlib import import_module


def goes_past_caches(Py_ssize_t size, bint fresh):
    """Whether the library writes a result of so many bytes past the caches; ``fresh``: into a new array."""
    cdef Image image
    memset(&image, 0, sizeof(Image))
    image.n = image.h = image.c = image.itemsize = 1
    image.w = image.stride_h = size
    image.stride_c = image.stride_w = 1
    image.fresh = fresh
    return streams(&image, STREAMED)


# Table formats and encodings by name.
KINDS = {"pairs": PAIRS, "words": WORDS, "quads": QUADS, "bytes": BYTES, "floats": FLOATS, "singles": SINGLES}
ENCODINGS = {
    "near and far": NEAR_FAR, "digits": DIGITS2, "three digits": DIGITS3, "single floats": SINGLE_FLOATS,
    "no weights": NO_WEIGHTS,
}


def kernels_of(level):
    """Addresses of the kernels that a level of the library has (0: none), and the format of their tables."""
    module = import_module(f"cyresize.engine.rows.{level}")
    cdef const RowKernels* k = <const RowKernels*> PyCapsule_GetPointer(module.table, "cyresize.RowKernels")
    return {
        "linear": (<size_t> k.linear_u8_columns, k.linear_u8_lanes),
        "linear, two rows": (<size_t> k.linear_u8_columns2, None),
        "linear pixels": (<size_t> k.linear_u8_pixels, None),
        "fixed": (<size_t> k.fixed_u8_columns, k.fixed_u8_lanes),
        "fixed, two rows": (<size_t> k.fixed_u8_columns2, None),
        "pillow": (<size_t> k.pillow_u8_columns, k.pillow_u8_lanes[0]),
        "pillow, two rows": (<size_t> k.pillow_u8_columns2, None),
        "bytes to float": (<size_t> k.columns_from[<int> U8], k.columns_from_lanes[<int> U8]),
        "bytes to float, two rows": (<size_t> k.columns_from2[<int> U8], None),
        "bytes to float, four rows": (<size_t> k.columns_from4[<int> U8], None),
        "words to float": (<size_t> k.columns_from[<int> U16], k.columns_from_lanes[<int> U16]),
        "words to float, two rows": (<size_t> k.columns_from2[<int> U16], None),
        "words to float, four rows": (<size_t> k.columns_from4[<int> U16], None),
        "float": (<size_t> k.float_columns, k.float_lanes),
        "float, two rows": (<size_t> k.float_columns2, None),
        "float, four rows": (<size_t> k.float_columns4, None),
        "float pairs": (<size_t> k.float_pairs, None),
        "float pixels": (<size_t> k.float_pixels, None),
        "float lane windows": (<size_t> k.lane_windows[<int> F32], None),
        "float lane windows, two rows": (<size_t> k.lane_windows2[<int> F32], None),
        "float pixel windows": (<size_t> k.pixel_windows[<int> F32], None),
        "word pixel windows": (<size_t> k.pixel_windows[<int> U16], None),
        "gather": (<size_t> k.gather, k.gather_lanes[0]),
        "gather floats": (<size_t> k.gather, k.gather_lanes[2]),
        "linear blend": (<size_t> k.linear_u8_blend, None),
        "fixed blend": (<size_t> k.fixed_u8_blend, None),
        "pillow blend": (<size_t> k.pillow_u8_blend, None),
        "float blend": (<size_t> k.blend_from[<int> F32], None),
        "blend from words": (<size_t> k.blend_from[<int> U16], None),
        "blend to floats": (<size_t> k.blend_to[<int> F32], None),
        "blend to bytes": (<size_t> k.blend_to[<int> U8], None),
        "blend to words": (<size_t> k.blend_to[<int> U16], None),
        "widen": (<size_t> k.widen[<int> U8], None),
        "widen words": (<size_t> k.widen[<int> U16], None),
        "narrow words": (<size_t> k.narrow[<int> U16], None),
        "stream": (<size_t> k.stream, None),
    }


def linear_choice(plan, Py_ssize_t channels):
    """Address of the library's horizontal kernel for uint8 LINEAR at its level, and whether it takes a table."""
    cdef LibraryJob job = linear_u8_job(channels, plan, plan)
    return <size_t> job.pipeline.columns_pass, job.pipeline.columns.lanes != NULL


def window_choice(plan, Py_ssize_t channels):
    """Address of the library's kernel of both passes for float32; its job may have a table for single passes."""
    cdef LibraryJob job = float_job(F32, channels, plan, plan, ANY_ORDER)
    return <size_t> job.pipeline.both


cdef void* address(object buffer) except NULL:
    cdef unsigned char[::1] view = buffer
    return &view[0]


cdef class Table:
    """A lane table of a plan; ``fits`` is false if the format does not suit the plan."""
    cdef Lanes* lanes

    def __cinit__(self, AxisPlan plan, Py_ssize_t channels, LaneFormat format, encoding):
        self.lanes = new_lanes(plan, channels, &format, ENCODINGS[encoding])

    def __dealloc__(self):
        free_lanes(self.lanes)

    @property
    def fits(self):
        return self.lanes != NULL

    @property
    def lanes_per_block(self):
        return self.lanes.n/self.lanes.blocks

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
    cdef readonly AxisPlan plan
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
        self.keep = (weights, source, out, table)
        self.plan = plan
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

    @property
    def choice(self):
        return <size_t> self.kernel, self.columns.lanes != NULL

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


cdef class TwoRowsJob(ColumnsJob):
    """A horizontal kernel for two source rows at once."""
    cdef columns2_fn two
    cdef const void* second
    cdef void* second_out

    def set_second(self, size_t two, second, second_out):
        self.keep = (self.keep, second, second_out)
        self.two = <columns2_fn> two
        self.second = address(second)
        self.second_out = address(second_out)
        return self

    cdef void once(self) noexcept nogil:
        self.two(&self.columns, self.source, self.second, self.out, self.second_out)


cdef class FourRowsJob(ColumnsJob):
    """A horizontal kernel for four source rows at once."""
    cdef columns4_fn four
    cdef const void *sources[4]
    cdef void *results[4]

    def set_rows(self, size_t four, sources, results):
        cdef int i
        self.keep = (self.keep, sources, results)
        self.four = <columns4_fn> four
        for i in range(4):
            self.sources[i], self.results[i] = address(sources[i]), address(results[i])
        return self

    cdef void once(self) noexcept nogil:
        self.four(&self.columns, self.sources, self.results)


cdef class WindowJob(ColumnsJob):
    """A kernel of both passes, over as many source rows as weights."""
    cdef weighted_window_fn both
    cdef const void *windows[5]
    cdef const void* row_weights
    cdef int n_rows

    def set_rows(self, size_t both, rows, weights):
        cdef int k
        self.keep = (self.keep, rows, weights)
        self.both = <weighted_window_fn> both
        self.n_rows = len(rows)
        for k in range(self.n_rows):
            self.windows[k] = address(rows[k])
        self.row_weights = address(weights)
        return self

    @property
    def choice(self):
        return <size_t> self.both

    cdef void once(self) noexcept nogil:
        self.both(&self.columns, self.windows, self.row_weights, self.n_rows, self.out)


cdef class TwoWindowsJob(WindowJob):
    """A kernel of both passes for two output rows at once: of the first rows, and of all but the first."""
    cdef weighted_windows2_fn two
    cdef void* second_out

    def set_second(self, size_t two, rows, weights, second_out):
        self.set_rows(0, rows, weights)
        self.keep = (self.keep, second_out)
        self.n_rows -= 1
        self.two = <weighted_windows2_fn> two
        self.second_out = address(second_out)
        return self

    cdef void once(self) noexcept nogil:
        self.two(
            &self.columns, self.windows, self.windows + 1, self.row_weights, self.row_weights, self.n_rows, self.out,
            self.second_out,
        )


cdef class ConvertJob(Job):
    """Element by element, ``n`` of them."""
    cdef convert_fn kernel
    cdef const void* source
    cdef void* out
    cdef Py_ssize_t n

    def __init__(self, size_t kernel, source, out, Py_ssize_t n):
        self.keep = (source, out)
        self.kernel = <convert_fn> kernel
        self.source = address(source)
        self.out = address(out)
        self.n = n

    cdef void once(self) noexcept nogil:
        self.kernel(self.source, self.out, self.n)


cdef class InTurn(Job):
    """Two jobs, one after the other."""
    cdef Job first, second

    def __init__(self, Job first, Job second):
        self.first = first
        self.second = second

    cdef void once(self) noexcept nogil:
        self.first.once()
        self.second.once()


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


cdef class StripsJob(BlendJob):
    """The same rows of floats to several result rows, ``pitch`` bytes apart, ``strip`` columns of each in turn."""
    cdef Py_ssize_t strip, pitch
    cdef int n_out

    def set_strips(self, int n_out, Py_ssize_t pitch, Py_ssize_t strip):
        self.n_out, self.pitch, self.strip = n_out, pitch, strip
        return self

    cdef void once(self) noexcept nogil:
        cdef const void *moved[64]
        cdef Py_ssize_t at = 0
        cdef int j, k
        while at < self.n:
            for k in range(self.taps):
                moved[k] = <const char*> self.rows[k] + 4*at
            for j in range(self.n_out):
                self.kernel(
                    moved, <const char*> self.weights + 4*j*self.taps, self.taps, self.out + j*self.pitch + 4*at,
                    min(self.strip, self.n - at),
                )
            at += self.strip


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
        self.kernel(self.lanes, self.plan.first, self.plan.n_out, self.size, self.source, self.out, 0)
