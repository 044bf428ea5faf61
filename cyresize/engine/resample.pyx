"""The driver of weighted modes: bands of output rows, a ring of rows per thread, kernels through the table.

Three orders of work. COLUMNS_FIRST filters each source row once into a ring and blends ring rows. ROWS_FIRST blends
source rows and filters the result. WINDOW hands the source rows of one output row to one kernel.
"""

from cython.parallel cimport prange

from libc.stdlib cimport calloc, free, malloc

from cyresize.engine.dispatch cimport kernels
from cyresize.engine.image cimport Image, end_of, pack_row, padded, row_of, rows_contiguous, streams, unpack_row
from cyresize.engine.lanes cimport free_lanes, lane_cost, new_lanes
from cyresize.engine.plan cimport FLOAT64, INT16, AxisPlan
from cyresize.engine.rows.table cimport NO_LANES, SLACK, Columns, LaneFormat, Lanes

cdef enum:
    STRIP_BYTES = 24 << 10    # ring rows and lane table of a strip: most of a first-level cache
    NARROWEST = 512           # output elements that a strip should have at least


cdef struct Scratch:
    # One thread's memory, cut into rows. Rings hold row r in slot r % slots.
    Columns columns           # of the strip that is worked on
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
    bint packed_src, packed_dst, streaming


cdef Py_ssize_t lay_out(
    const Pipeline* p, const Columns* columns, const Image* src, const Image* dst, const Image* whole, Scratch* s,
    char* memory,
) noexcept nogil:
    """Cut ``memory`` into the parts of ``s``; returns the bytes needed (``memory`` may be NULL to ask that)."""
    cdef Py_ssize_t at = 0, n_src = src.w*src.c, n_dst = dst.w*dst.c
    cdef bint copies
    s.columns = columns[0]
    s.columns.ahead = src.stride_h if p.order == COLUMNS_FIRST and p.widen == NULL else 0
    s.packed_src = rows_contiguous(src)
    s.packed_dst = rows_contiguous(dst)
    s.streaming = kernels.stream != NULL and streams(whole)
    s.n_src = n_src
    s.n_dst = n_dst
    copies = p.widen != NULL or not s.packed_src or columns.lanes != NULL
    s.in_place = NULL
    if s.packed_src and p.widen == NULL:
        # Kernels with lanes read past the end of a row, so the last rows in memory are copied for them.
        s.in_place = end_of(src) - n_src*src.itemsize - (0 if columns.lanes == NULL else SLACK) + 1
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
    at += 0 if s.packed_dst and not s.streaming else padded(n_dst*dst.itemsize)
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
        p.columns_pass(&s.columns, source_row(p, src, s, n, r), to)
    return to


cdef void output_row(
    const Pipeline* p, const Image* src, const Image* dst, Scratch* s, Py_ssize_t n, Py_ssize_t y
) noexcept nogil:
    cdef int k, count = p.taps if p.counts == NULL else p.counts[y]
    cdef Py_ssize_t r, last = src.h - 1, n_out = s.n_dst
    cdef bint contiguous = s.packed_dst
    cdef char* row = row_of(dst, n, y)
    cdef char* stored = row if contiguous and not s.streaming else s.unpacked
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
        p.columns_pass(&s.columns, s.mid, out)
    else:
        p.window(&s.columns, s.pointers, count, out)
    if p.narrow != NULL:
        p.narrow(out, stored, n_out)
    if s.streaming:
        kernels.stream(stored, row, n_out*dst.itemsize)
    elif not contiguous:
        unpack_row(dst, stored, row)


cdef void band(
    const Pipeline* p, const Columns* columns, const Image* src, const Image* dst, const Image* whole, char* memory,
    Py_ssize_t begin, Py_ssize_t end,
) noexcept nogil:
    """Rows begin..end of all output rows of all images, in order, on one thread."""
    cdef Scratch s
    cdef Py_ssize_t i, k, n = begin // dst.h, y = begin - n*dst.h
    lay_out(p, columns, src, dst, whole, &s, memory)
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


cdef void strips_of_band(
    const Pipeline* p, const Strip* strips, int n_strips, const Image* src, const Image* dst, char* memory,
    Py_ssize_t begin, Py_ssize_t end,
) noexcept nogil:
    """The same rows, one strip of columns after the other."""
    cdef Image part = dst[0]
    cdef int i
    for i in range(n_strips):
        part.data = dst.data + strips[i].begin*dst.stride_w
        part.w = strips[i].end - strips[i].begin
        band(p, &strips[i].columns, src, &part, dst, memory, begin, end)


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

    cdef int set_strips(self, int n) except -1:
        """Cut the output columns into ``n`` strips of about equal width."""
        cdef const Pipeline* p = &self.pipeline
        cdef Py_ssize_t size = p.weight_size*p.columns.taps
        cdef Strip* strip
        cdef int i
        self.free_strips()
        self.strips = <Strip*> calloc(n, sizeof(Strip))
        if self.strips == NULL:
            raise MemoryError("no memory for the strips of a plan")
        self.n_strips = n
        for i in range(n):
            strip = &self.strips[i]
            strip.begin = p.columns.n_out*i // n
            strip.end = p.columns.n_out*(i + 1) // n
            strip.columns = p.columns
            strip.columns.n_out = strip.end - strip.begin
            strip.columns.start += strip.begin
            if p.columns.count != NULL:
                strip.columns.count += strip.begin
            strip.columns.weights = <const char*> p.columns.weights + strip.begin*size
        return 0

    cdef int use_lanes(self, const LaneFormat* format, int encoding) except -1:
        """Give the horizontal kernel lane tables, if the level wants them and the plan fits, and narrow strips."""
        cdef const Pipeline* p = &self.pipeline
        cdef Py_ssize_t n = p.columns.n_out*p.columns.channels
        cdef Py_ssize_t cost = p.taps*p.ring_size + lane_cost(self.column_plan, format, encoding)
        cdef Strip* strip
        cdef int i
        # Only where the axis grows: a strip of a shrinking axis reads so much source that its start-up shows.
        if p.order == COLUMNS_FIRST and format.kind != NO_LANES and p.columns.n_out > p.columns.n_in:
            self.set_strips(<int> min(max(n*cost // STRIP_BYTES, 1), max(n // NARROWEST, 1), p.columns.n_out))
        else:
            self.set_strips(1)
        self.has_lanes = True
        for i in range(self.n_strips):
            strip = &self.strips[i]
            strip.columns.lanes = new_lanes(
                self.column_plan, p.columns.channels, format, encoding, strip.begin, strip.end
            )
            if strip.columns.lanes == NULL:
                self.has_lanes = False
        if not self.has_lanes:
            self.set_strips(1)
        return 0

    cdef void free_strips(self) noexcept:
        cdef int i
        for i in range(self.n_strips):
            free_lanes(<Lanes*> self.strips[i].columns.lanes)
        free(self.strips)
        self.strips = NULL
        self.n_strips = 0
        self.has_lanes = False

    def __dealloc__(self):
        self.free_strips()
        free(self.column_weights)
        free(self.row_weights)

    cdef int run(self, const Image* src, const Image* dst, int threads) except -1:
        cdef const Pipeline* p = &self.pipeline
        cdef Strip whole
        cdef const Strip* strips = self.strips
        cdef int n_strips = self.n_strips, t
        cdef Scratch layout
        cdef Py_ssize_t total = dst.n*dst.h, size
        cdef int team = <int> min(<Py_ssize_t> threads, total)
        cdef char* memory
        cdef char* aligned
        if n_strips == 0:
            whole.columns = p.columns
            whole.begin = 0
            whole.end = p.columns.n_out
            strips = &whole
            n_strips = 1
        # Every strip is narrower than the whole, so what suffices for that suffices for each.
        size = lay_out(p, &strips[0].columns, src, dst, dst, &layout, NULL)
        memory = <char*> malloc(size*team + 64)
        if memory == NULL:
            raise MemoryError(f"no memory for {team} x {size} bytes of row buffers")
        aligned = memory + (64 - <size_t> memory % 64)
        with nogil:
            if team == 1:
                strips_of_band(p, strips, n_strips, src, dst, aligned, 0, total)
            else:
                for t in prange(team, num_threads=team, schedule="static", chunksize=1):
                    strips_of_band(
                        p, strips, n_strips, src, dst, aligned + t*size, total*t // team, total*(t + 1) // team
                    )
            free(memory)
        return 0
