"""The driver of weighted modes: bands of output rows, a ring of rows per thread, kernels through the table.

Three orders of work. COLUMNS_FIRST filters each source row once into a ring and blends ring rows. ROWS_FIRST blends
source rows and filters the result. WINDOW hands the source rows of one output row to one kernel.
"""

from cython.parallel cimport prange

from libc.stdlib cimport free, malloc

from cyresize.engine.image cimport Image, end_of, pack_row, padded, row_of, rows_contiguous, unpack_row
from cyresize.engine.lanes cimport free_lanes, new_lanes
from cyresize.engine.plan cimport FLOAT64, INT16, AxisPlan
from cyresize.engine.rows.table cimport SLACK


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
    Py_ssize_t n_src, n_dst   # elements of a row
    const char* in_place      # source rows that start before it are used where they are
    bint packed_src, packed_dst


cdef Py_ssize_t lay_out(const Pipeline* p, const Image* src, const Image* dst, Scratch* s, char* memory) noexcept nogil:
    """Cut ``memory`` into the parts of ``s``; returns the bytes needed (``memory`` may be NULL to ask that)."""
    cdef Py_ssize_t at = 0, n_src = src.w*src.c, n_dst = dst.w*dst.c
    cdef bint copies
    s.packed_src = rows_contiguous(src)
    s.packed_dst = rows_contiguous(dst)
    s.n_src = n_src
    s.n_dst = n_dst
    copies = p.widen != NULL or not s.packed_src or p.columns.lanes != NULL
    s.in_place = NULL
    if s.packed_src and p.widen == NULL:
        # Kernels with lanes read past the end of a row, so the last rows in memory are copied for them.
        s.in_place = end_of(src) - n_src*src.itemsize - (0 if p.columns.lanes == NULL else SLACK) + 1
    s.slots = 1 if p.order == COLUMNS_FIRST else p.taps
    s.source_pitch = padded(n_src*p.row_size)
    s.ring_pitch = padded(n_dst*p.ring_size)
    s.packed = memory + at
    at += 0 if s.packed_src else padded(n_src*src.itemsize)
    s.source = memory + at
    at += s.slots*s.source_pitch if copies else 0
    s.ring = memory + at
    at += p.taps*s.ring_pitch if p.order == COLUMNS_FIRST else 0
    s.mid = memory + at
    at += padded(n_src*p.ring_size) if p.order == ROWS_FIRST else 0
    s.finished = memory + at
    at += padded(n_dst*p.out_size)
    s.unpacked = memory + at
    at += 0 if s.packed_dst else padded(n_dst*dst.itemsize)
    s.pointers = <const void**> (memory + at)
    at += padded(p.taps*sizeof(void*))
    s.source_tags = <Py_ssize_t*> (memory + at)
    at += padded(s.slots*sizeof(Py_ssize_t))
    s.ring_tags = <Py_ssize_t*> (memory + at)
    at += padded(p.taps*sizeof(Py_ssize_t))
    return at


cdef inline const void* source_row(
    const Pipeline* p, const Image* src, Scratch* s, Py_ssize_t n, Py_ssize_t r
) noexcept nogil:
    """Row r of image n, contiguous, widened and readable past its end: in place if it is, else in the source ring."""
    cdef const char* row = row_of(src, n, r)
    cdef Py_ssize_t slot
    cdef char* to
    if row < s.in_place:
        return row
    slot = 0 if s.slots == 1 else r % s.slots
    to = s.source + slot*s.source_pitch
    if s.source_tags[slot] == r:
        return to
    s.source_tags[slot] = r
    if p.widen == NULL:
        pack_row(src, row, to)
    else:
        if not s.packed_src:
            pack_row(src, row, s.packed)
            row = s.packed
        p.widen(row, to, s.n_src)
    return to


cdef inline const void* filtered_row(
    const Pipeline* p, const Image* src, Scratch* s, Py_ssize_t n, Py_ssize_t r
) noexcept nogil:
    """Row r of image n after the horizontal pass, from the ring."""
    cdef Py_ssize_t slot = r % p.taps
    cdef char* to = s.ring + slot*s.ring_pitch
    if s.ring_tags[slot] != r:
        s.ring_tags[slot] = r
        p.columns_pass(&p.columns, source_row(p, src, s, n, r), to)
    return to


cdef void output_row(
    const Pipeline* p, const Image* src, const Image* dst, Scratch* s, Py_ssize_t n, Py_ssize_t y
) noexcept nogil:
    cdef int k, count = p.taps if p.counts == NULL else p.counts[y]
    cdef Py_ssize_t r, last = src.h - 1, n_out = s.n_dst
    cdef bint contiguous = s.packed_dst
    cdef char* row = row_of(dst, n, y)
    cdef char* stored = row if contiguous else s.unpacked
    cdef char* out = stored if p.narrow == NULL else s.finished
    cdef const void* weights = p.weights + y*p.taps*p.weight_size
    for k in range(count):
        r = p.first[y] + k
        r = 0 if r < 0 else last if r > last else r
        if p.order == COLUMNS_FIRST:
            s.pointers[k] = filtered_row(p, src, s, n, r)
        else:
            s.pointers[k] = source_row(p, src, s, n, r)
    if p.order == COLUMNS_FIRST:
        p.blend(s.pointers, weights, count, out, n_out)
    elif p.order == ROWS_FIRST:
        p.blend(s.pointers, weights, count, s.mid, s.n_src)
        p.columns_pass(&p.columns, s.mid, out)
    else:
        p.window(&p.columns, s.pointers, count, out)
    if p.narrow != NULL:
        p.narrow(out, stored, n_out)
    if not contiguous:
        unpack_row(dst, stored, row)


cdef void band(
    const Pipeline* p, const Image* src, const Image* dst, char* memory, Py_ssize_t begin, Py_ssize_t end
) noexcept nogil:
    """Rows begin..end of all output rows of all images, in order, on one thread."""
    cdef Scratch s
    cdef Py_ssize_t i, k, n = begin // dst.h, y = begin - n*dst.h
    lay_out(p, src, dst, &s, memory)
    for i in range(begin, end):
        if y == dst.h or i == begin:
            # Another image: the rings hold none of its rows.
            n += y == dst.h
            y = 0 if y == dst.h else y
            for k in range(s.slots):
                s.source_tags[k] = -1
            for k in range(p.taps):
                s.ring_tags[k] = -1
        output_row(p, src, dst, &s, n, y)
        y += 1


cdef Job new_job(AxisPlan columns, AxisPlan rows, Py_ssize_t channels, int weights):
    """A job over two plans with weights quantised to ``weights``; the caller sets kernels and sizes."""
    cdef Job job = Job.__new__(Job)
    cdef Pipeline* p = &job.pipeline
    job.column_plan = columns
    job.row_plan = rows
    job.column_weights = columns.quantise(weights)
    job.row_weights = rows.quantise(weights)
    p.columns.n_in = columns.n_in
    p.columns.n_out = columns.n_out
    p.columns.channels = channels
    p.columns.tap_step = 0 if columns.n_in == 1 else channels
    p.columns.taps = columns.taps
    p.columns.lanes = NULL
    p.columns.start = columns.first
    p.columns.count = columns.counts
    p.columns.weights = job.column_weights
    p.first = rows.first
    p.counts = rows.counts
    p.weights = <const char*> job.row_weights
    p.taps = rows.taps
    p.weight_size = 2 if weights == INT16 else 8 if weights == FLOAT64 else 4
    return job


cdef class Job:
    """Two plans, their quantised weights and the kernels that execute them. Does not change, so it is shared."""

    cdef int use_lanes(self, const LaneFormat* format, int encoding) except -1:
        """Give the horizontal kernel a lane table, if the level wants one and the plan fits."""
        self.lanes = new_lanes(self.column_plan, self.pipeline.columns.channels, format, encoding)
        self.pipeline.columns.lanes = self.lanes
        return 0

    def __dealloc__(self):
        free_lanes(self.lanes)
        free(self.column_weights)
        free(self.row_weights)

    cdef int run(self, const Image* src, const Image* dst, int threads) except -1:
        cdef const Pipeline* p = &self.pipeline
        cdef Scratch layout
        cdef Py_ssize_t total = dst.n*dst.h
        cdef Py_ssize_t size = lay_out(p, src, dst, &layout, NULL)
        cdef int team = <int> min(<Py_ssize_t> threads, total), t
        cdef char* memory = <char*> malloc(size*team + 64)
        cdef char* aligned
        if memory == NULL:
            raise MemoryError(f"no memory for {team} x {size} bytes of row buffers")
        aligned = memory + (64 - <size_t> memory % 64)
        with nogil:
            if team == 1:
                band(p, src, dst, aligned, 0, total)
            else:
                for t in prange(team, num_threads=team, schedule="static", chunksize=1):
                    band(p, src, dst, aligned + t*size, total*t // team, total*(t + 1) // team)
            free(memory)
        return 0
