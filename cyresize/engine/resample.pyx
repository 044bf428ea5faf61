"""The driver of weighted modes: bands of output rows, a ring of rows per thread, kernels through the table.

Orders of work. COLUMNS_FIRST filters each source row once into a ring and blends ring rows. ROWS_FIRST blends source
rows and filters the result. WINDOW hands the source rows of one output row to one kernel. COLUMNS_ONLY and ROWS_ONLY
leave the other axis as it is: one pass, and the plan of that axis is not looked at.
"""

from cython.parallel cimport prange

from libc.stdlib cimport free, malloc
from libc.string cimport memset

from cyresize.engine.dispatch cimport kernels
from cyresize.engine.image cimport (
    BRIEF_SCRATCH, STREAMED, Image, end_of, is_brief, is_far, pack_row, padded, row_of, rows_contiguous, streams,
    unpack_row,
)
from cyresize.engine.lanes cimport free_lanes, new_lanes
from cyresize.engine.parallel cimport enter_team, leave_team, next_of, team_for
from cyresize.engine.plan cimport FLOAT64, INT16, AxisPlan
from cyresize.engine.rows.table cimport SLACK, LaneFormat, columns2_fn, columns4_fn

cdef enum:
    ROWS_OF_STRIPS = 4
    STRIP = 16 << 10          # bytes of all ring rows of a window
    MOST_TAPS = 16            # strips of fewer columns would hardly be worth a call
    WIDE_WINDOW = 40 << 10    # from which these rows do not all stay in the nearest cache
    LONG_WORK = 1 << 23       # multiplications, from which bands for whoever is free pay
    LEAST_BAND = 8            # of these, in taps: shorter ones would filter too many rows twice


cdef inline bint columns_read_source(const Pipeline* p) noexcept nogil:
    return p.order == COLUMNS_FIRST or p.order == COLUMNS_ONLY


cdef inline int rows_at_once(const Pipeline* p) noexcept nogil:
    # At most so many.
    return 4 if p.columns_pass4 != NULL else 2 if p.columns_pass2 != NULL else 1


cdef inline int more_rows(const Pipeline* p) noexcept nogil:
    # Of strips: rows of the ring beyond those of one output row.
    return min(p.taps // 4, 2)


cdef inline void clear_ends(char* rows, Py_ssize_t count, Py_ssize_t pitch, Py_ssize_t length) noexcept nogil:
    cdef Py_ssize_t k
    for k in range(count):
        memset(rows + k*pitch + length, 0, pitch - length)


cdef void clear_slack(const Pipeline* p, const Scratch* s) noexcept nogil:
    """Zeros behind the rows of scratch.

    Kernels calculate with what is there, and where memory by chance holds floats too small to be normal, some
    processors take a hundred times as long.
    """
    if s.source != s.ring:
        clear_ends(s.source, s.slots, s.source_pitch, s.n_src*p.row_size)
    if p.order == COLUMNS_FIRST:
        clear_ends(s.ring, s.ring_slots, s.ring_pitch, s.n_dst*p.ring_size)
    if p.order == ROWS_FIRST:
        clear_ends(s.mid, rows_at_once(p), s.mid_pitch, s.n_src*p.ring_size)


cdef Py_ssize_t lay_out(
    const Pipeline* p, const Image* src, const Image* dst, bint streaming, Scratch* s, char* memory
) noexcept nogil:
    """Cut ``memory`` into the parts of ``s``; returns the bytes needed (``memory`` may be NULL to ask that)."""
    cdef Py_ssize_t at = 0, n_src = src.w*src.c, n_dst = dst.w*dst.c
    cdef bint copies, reads_past
    s.columns = p.columns
    s.stride = src.stride_h if p.widen == NULL and is_far(src) else 0
    s.columns.ahead = s.stride*(1 if columns_read_source(p) else p.columns.row_factor)
    s.packed_src = rows_contiguous(src)
    s.packed_dst = rows_contiguous(dst)
    s.streaming = streaming
    s.n_src = n_src
    s.n_dst = n_dst
    reads_past = p.columns.lanes != NULL or p.both != NULL
    copies = p.widen != NULL or not s.packed_src or reads_past
    s.in_place = NULL
    if s.packed_src and p.widen == NULL:
        # Kernels that read past the end of a row get copies of the last rows in memory.
        s.in_place = end_of(src) - n_src*src.itemsize - (SLACK if reads_past else 0) + 1
    if columns_read_source(p):
        s.slots = rows_at_once(p)
    else:
        s.slots = p.taps if p.both2 == NULL else 2*p.taps
    s.source_pitch = padded(n_src*p.row_size)
    s.strips = (
        p.in_strips and p.order == COLUMNS_FIRST and p.every_row and p.narrow == NULL and s.packed_dst
        and not streaming and p.taps <= MOST_TAPS and p.taps*n_dst*p.ring_size >= WIDE_WINDOW
    )
    s.ring_slots = p.taps + rows_at_once(p) - 1 + (more_rows(p) if s.strips else 0)
    s.ring_pitch = padded(n_dst*p.ring_size)
    s.last_row = src.h - 1
    s.packed = memory + at
    at += 0 if s.packed_src else padded(n_src*src.itemsize)
    s.source = memory + at
    at += s.slots*s.source_pitch if copies else 0
    s.ring = memory + at
    at += s.ring_slots*s.ring_pitch if p.order == COLUMNS_FIRST else 0
    s.mid = memory + at
    s.mid_pitch = padded(n_src*p.ring_size)
    at += rows_at_once(p)*s.mid_pitch if p.order == ROWS_FIRST else 0
    s.finished = memory + at
    at += padded(n_dst*p.out_size)
    s.staged = memory + at
    s.staged_pitch = padded(n_dst*dst.itemsize)
    at += 0 if s.packed_dst and not s.streaming else s.staged_pitch*(2 if p.both2 != NULL else rows_at_once(p))
    s.pointers = <const void**> (memory + at)
    at += padded((ROWS_OF_STRIPS + 1 if s.strips else 2)*p.taps*sizeof(void*))
    s.source_tags = <Py_ssize_t*> (memory + at)
    at += padded(s.slots*sizeof(Py_ssize_t))
    s.ring_tags = <Py_ssize_t*> (memory + at)
    at += padded(s.ring_slots*sizeof(Py_ssize_t))
    if memory != NULL:
        clear_slack(p, s)
    return at


cdef inline Py_ssize_t slot_of(Py_ssize_t ahead, Py_ssize_t slot, Py_ssize_t slots) noexcept nogil:
    """Where a ring holds the row ``ahead`` of the one in ``slot``; less than ``slots`` ahead. Division would show."""
    slot += ahead
    return slot if slot < slots else slot - slots


cdef inline void move_window(const Pipeline* p, const Image* src, Scratch* s, Py_ssize_t y) noexcept nogil:
    """Let the rings begin at the first row of output row y: rows from there on keep their slots."""
    cdef Py_ssize_t base = min(max(p.first[y], 0), src.h - 1), ahead = base - s.base
    if ahead == 0:
        return
    s.base = base
    # Tags say what a slot holds, so where nothing is kept any slot will do.
    s.source_slot = slot_of(ahead, s.source_slot, s.slots) if 0 < ahead < s.slots else 0
    s.ring_slot = slot_of(ahead, s.ring_slot, s.ring_slots) if 0 < ahead < s.ring_slots else 0


cdef inline const void* source_row(
    const Pipeline* p, const Image* src, Scratch* s, Py_ssize_t n, Py_ssize_t r
) noexcept nogil:
    """Row r of image n, contiguous, widened and readable past its end: in place if it is, else in the source ring."""
    cdef const char* row = row_of(src, n, r)
    cdef Py_ssize_t slot
    cdef char* to
    if row < s.in_place:
        return row
    slot = r & (s.slots - 1) if s.slots & (s.slots - 1) == 0 else slot_of(r - s.base, s.source_slot, s.slots)
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


cdef inline void filter_four(
    const Pipeline* p, const Image* src, Scratch* s, Py_ssize_t n, Py_ssize_t r
) noexcept nogil:
    """Rows r .. r + 3 of image n, through the horizontal pass into the ring."""
    cdef const void* rows[4]
    cdef void* out[4]
    cdef Py_ssize_t slot
    cdef int k
    s.columns.ahead = 4*s.stride
    for k in range(4):
        slot = slot_of(r + k - s.base, s.ring_slot, s.ring_slots)
        s.ring_tags[slot] = r + k
        rows[k] = source_row(p, src, s, n, r + k)
        out[k] = s.ring + slot*s.ring_pitch
    p.columns_pass4(&s.columns, rows, out)


cdef inline const void* filtered_row(
    const Pipeline* p, const Image* src, Scratch* s, Py_ssize_t n, Py_ssize_t r, bint next_too
) noexcept nogil:
    """Row r of image n after the horizontal pass, from the ring; ``next_too``: row r + 1 will be asked for as well."""
    cdef Py_ssize_t slot = slot_of(r - s.base, s.ring_slot, s.ring_slots), other
    cdef char* to = s.ring + slot*s.ring_pitch
    cdef const void* row
    if s.ring_tags[slot] == r:
        return to
    if p.columns_pass4 != NULL and p.every_row and r + 3 <= s.last_row:
        filter_four(p, src, s, n, r)
        return to
    other = slot + 1 if slot + 1 < s.ring_slots else 0
    s.ring_tags[slot] = r
    row = source_row(p, src, s, n, r)
    if p.columns_pass2 == NULL or not next_too or s.ring_tags[other] == r + 1:
        if p.every_row:
            s.columns.ahead = s.stride
        p.columns_pass(&s.columns, row, to)
    else:
        if p.every_row:
            s.columns.ahead = 2*s.stride
        s.ring_tags[other] = r + 1
        p.columns_pass2(&s.columns, row, source_row(p, src, s, n, r + 1), to, s.ring + other*s.ring_pitch)
    return to


cdef inline int gather_rows(
    const Pipeline* p, const Image* src, Scratch* s, Py_ssize_t n, Py_ssize_t y, const void** pointers
) noexcept nogil:
    """Point at the rows that output row y is made of; returns how many. The window has been moved to it."""
    cdef int k, count = p.taps if p.counts == NULL else p.counts[y]
    cdef Py_ssize_t r, last = src.h - 1
    if p.order == COLUMNS_FIRST:
        # Of growing images most rows have the window of the row before; finding it shows where they are narrow.
        if count == s.held and p.first[y] == s.window:
            return count
        s.held, s.window = count, p.first[y]
    for k in range(count):
        r = p.first[y] + k
        r = 0 if r < 0 else last if r > last else r
        if p.order == COLUMNS_FIRST:
            pointers[k] = filtered_row(p, src, s, n, r, r < s.last_row and (p.every_row or k + 1 < count))
        else:
            pointers[k] = source_row(p, src, s, n, r)
    return count


cdef inline void work_row(
    const Pipeline* p, const Image* src, Scratch* s, Py_ssize_t n, Py_ssize_t y, char* stored
) noexcept nogil:
    """Output row y of image n to ``stored``, contiguous."""
    cdef char* out = stored if p.narrow == NULL else s.finished
    cdef const void* weights = p.weights + y*p.taps*p.weight_size
    cdef int count = 0
    if p.order == COLUMNS_ONLY:
        p.columns_pass(&s.columns, source_row(p, src, s, n, y), out)
    else:
        move_window(p, src, s, y)
        count = gather_rows(p, src, s, n, y, s.pointers)
    if p.both != NULL and count == p.taps:
        p.both(&s.columns, s.pointers, weights, count, stored)
        return
    if s.streaming and p.stream_blend != NULL:
        p.stream_blend(s.pointers, weights, count, out, s.n_dst)
    elif p.order == COLUMNS_FIRST or p.order == ROWS_ONLY:
        p.blend(s.pointers, weights, count, out, s.n_dst)
    elif p.order == ROWS_FIRST:
        p.blend(s.pointers, weights, count, s.mid, s.n_src)
        p.columns_pass(&s.columns, s.mid, out)
    elif p.order == WINDOW:
        p.window(&s.columns, s.pointers, count, out)
    if p.narrow != NULL:
        p.narrow(out, stored, s.n_dst)


cdef inline void deliver(const Image* dst, const Scratch* s, const char* staged, char* row) noexcept nogil:
    if s.streaming:
        kernels.stream(staged, row, s.n_dst*dst.itemsize)
    else:
        unpack_row(dst, staged, row)


cdef void output_row(
    const Pipeline* p, const Image* src, const Image* dst, Scratch* s, Py_ssize_t n, Py_ssize_t y
) noexcept nogil:
    cdef char* row = row_of(dst, n, y)
    cdef bint staged = not s.packed_dst or (s.streaming and p.stream_blend == NULL)
    if p.order == COLUMNS_FIRST and not p.every_row and y + 1 < dst.h:
        s.columns.ahead = (p.first[y + 1] - p.first[y])*s.stride
    work_row(p, src, s, n, y, s.staged if staged else row)
    if staged:
        deliver(dst, s, s.staged, row)


cdef inline int rows_in_rings(const Pipeline* p, Py_ssize_t y, Py_ssize_t stop) noexcept nogil:
    """How many output rows from y on are made of rows that the ring holds at the same time."""
    cdef int rows = 1
    while rows < ROWS_OF_STRIPS and y + rows < stop and 0 <= p.first[y + rows] - p.first[y] <= more_rows(p):
        rows += 1
    return rows


cdef void blend_in_strips(
    const Pipeline* p, const Image* src, const Image* dst, Scratch* s, Py_ssize_t n, Py_ssize_t y, int rows
) noexcept nogil:
    """Output rows from y on, strip by strip: what the first reads of the ring is near for the others."""
    cdef const void** moved = s.pointers + ROWS_OF_STRIPS*p.taps
    cdef Py_ssize_t at = 0, strip = STRIP // (p.taps*p.ring_size) & ~<Py_ssize_t> 63, size
    cdef int[ROWS_OF_STRIPS] count
    cdef int j, k
    move_window(p, src, s, y)
    for j in range(rows):
        s.held = 0
        count[j] = gather_rows(p, src, s, n, y + j, s.pointers + j*p.taps)
    s.held = 0
    while at < s.n_dst:
        size = strip if s.n_dst - at >= 2*strip else s.n_dst - at
        for j in range(rows):
            for k in range(count[j]):
                moved[k] = <const char*> s.pointers[j*p.taps + k] + at*p.ring_size
            p.blend(
                moved, p.weights + (y + j)*p.taps*p.weight_size, count[j], row_of(dst, n, y + j) + at*p.out_size, size
            )
        at += size


cdef bint two_output_rows(
    const Pipeline* p, const Image* src, const Image* dst, Scratch* s, Py_ssize_t n, Py_ssize_t y
) noexcept nogil:
    """Output rows y and y + 1 of image n by one kernel; False, and nothing done, if it cannot do them."""
    cdef const void** second = s.pointers + p.taps
    cdef const char* weights = p.weights + y*p.taps*p.weight_size
    cdef bint staged = s.streaming or not s.packed_dst
    cdef char* one = s.staged if staged else row_of(dst, n, y)
    cdef char* two = s.staged + s.staged_pitch if staged else row_of(dst, n, y + 1)
    if p.counts != NULL and (p.counts[y] < p.taps or p.counts[y + 1] < p.taps):
        return False
    if not 0 <= p.first[y + 1] - p.first[y] <= p.taps:
        return False          # the rings hold so many rows
    move_window(p, src, s, y)
    gather_rows(p, src, s, n, y, s.pointers)
    gather_rows(p, src, s, n, y + 1, second)
    p.both2(&s.columns, s.pointers, second, weights, weights + p.taps*p.weight_size, p.taps, one, two)
    if staged:
        deliver(dst, s, one, row_of(dst, n, y))
        deliver(dst, s, two, row_of(dst, n, y + 1))
    return True


cdef void four_output_rows(
    const Pipeline* p, const Image* src, const Image* dst, Scratch* s, Py_ssize_t n, Py_ssize_t y
) noexcept nogil:
    """Output rows y .. y + 3 of image n, where the horizontal pass is the last one."""
    cdef const void* rows[4]
    cdef void* out[4]
    cdef bint staged = not s.packed_dst or s.streaming
    cdef char* middle
    cdef int k, count
    s.columns.ahead = 4*s.stride if p.order == COLUMNS_ONLY else 0
    for k in range(4):
        out[k] = s.staged + k*s.staged_pitch if staged else row_of(dst, n, y + k)
        if p.order == COLUMNS_ONLY:
            rows[k] = source_row(p, src, s, n, y + k)
            continue
        middle = s.mid + k*s.mid_pitch
        move_window(p, src, s, y + k)
        count = gather_rows(p, src, s, n, y + k, s.pointers)
        p.blend(s.pointers, p.weights + (y + k)*p.taps*p.weight_size, count, middle, s.n_src)
        rows[k] = middle
    p.columns_pass4(&s.columns, rows, out)
    if staged:
        for k in range(4):
            deliver(dst, s, <char*> out[k], row_of(dst, n, y + k))


cdef Py_ssize_t windows_in_place(
    const Pipeline* p, const Image* src, const Image* dst, Scratch* s, Py_ssize_t n, Py_ssize_t y, Py_ssize_t stop
) noexcept nogil:
    """Output rows y .. stop - 1 of image n, as far as windows lie in memory as kernels want them; returns how far.

    Of small images finding each row costs as much as the work.
    """
    cdef const void** pointers = s.pointers
    cdef const char* row
    cdef Py_ssize_t stride = src.stride_h
    cdef int k, count
    while y < stop:
        row = row_of(src, n, p.first[y])
        count = p.taps if p.counts == NULL else p.counts[y]
        if row >= s.in_place or row + (count - 1)*stride >= s.in_place:
            break
        for k in range(count):
            pointers[k] = row + k*stride
        p.window(&s.columns, pointers, count, row_of(dst, n, y))
        y += 1
    return y


cdef void forget_rows(const Pipeline* p, Scratch* s) noexcept nogil:
    """Empty the rings: the next row is one of another image."""
    cdef Py_ssize_t k
    s.base = s.source_slot = s.ring_slot = 0
    s.held = 0
    for k in range(s.slots):
        s.source_tags[k] = -1
    for k in range(s.ring_slots):
        s.ring_tags[k] = -1


cdef void band(
    const Pipeline* p, const Image* src, const Image* dst, bint streaming, char* memory, Py_ssize_t begin,
    Py_ssize_t end,
) noexcept nogil:
    """Rows begin..end of all output rows of all images, in order, on one thread."""
    cdef Scratch s
    cdef Py_ssize_t n = begin // dst.h, y = begin - n*dst.h, left = end - begin, stop
    cdef bint fours = p.columns_pass4 != NULL and (p.order == ROWS_FIRST or p.order == COLUMNS_ONLY)
    cdef int rows
    lay_out(p, src, dst, streaming, &s, memory)
    while left > 0:
        stop = min(dst.h, y + left)
        left -= stop - y
        forget_rows(p, &s)
        if p.order == COLUMNS_FIRST:
            s.last_row = min(max(p.first[stop - 1] + p.taps - 1, 0), src.h - 1)
        while fours and y + 4 <= stop:
            four_output_rows(p, src, dst, &s, n, y)
            y += 4
        if p.order == WINDOW and p.narrow == NULL and s.packed_dst and not streaming:
            y = windows_in_place(p, src, dst, &s, n, y, stop)
        while y < stop:
            if p.both2 != NULL and y + 1 < stop and two_output_rows(p, src, dst, &s, n, y):
                y += 2
                continue
            rows = rows_in_rings(p, y, stop) if s.strips else 1
            if rows > 1:
                blend_in_strips(p, src, dst, &s, n, y, rows)
                y += rows
                continue
            output_row(p, src, dst, &s, n, y)
            y += 1
        n += 1
        y = 0


cdef double multiplications(const Pipeline* p, const Image* src, const Image* dst) noexcept nogil:
    """Roughly: as if each source row was filtered for the output rows that it is part of, but no more than once."""
    cdef double filtered = min(max(<double> src.h/dst.h, 1), p.taps)
    return <double> dst.n*dst.h*dst.w*dst.c*(p.taps + p.columns.taps*filtered)


cdef int spare_bands(const Pipeline* p, int team, Py_ssize_t total, double effort) noexcept nogil:
    """Into how many bands a quarter of long work is cut for threads that are done with their own; or 0."""
    return 2*team if effort >= LONG_WORK and total >= 8*LEAST_BAND*<Py_ssize_t> team*p.taps else 0


cdef void share(
    const Pipeline* p, const Image* src, const Image* dst, bint streaming, char* memory, int thread, int team,
    int spare, int* taken,
) noexcept nogil:
    """What one thread of a team does: its own band, then spare ones that no other has taken.

    Its own is the same in every call, as its rows may be in the thread's cache. Some processors are slower than others,
    or have other work to do.
    """
    cdef Py_ssize_t total = dst.n*dst.h, own = total*3 // 4 if spare > 0 else total, k
    band(p, src, dst, streaming, memory, own*thread // team, own*(thread + 1) // team)
    while spare > 0:
        k = next_of(taken)
        if k >= spare:
            return
        band(p, src, dst, streaming, memory, own + (total - own)*k // spare, own + (total - own)*(k + 1) // spare)


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
    p.columns.varied = not columns.short_at_edges()
    p.columns.from_zero = columns.from_zero
    p.columns.weights = job.column_weights
    p.first = rows.first
    p.counts = rows.counts
    p.weights = <const char*> job.row_weights
    p.taps = rows.taps
    p.every_row = rows.n_in <= rows.taps*rows.n_out
    p.weight_size = 2 if weights == INT16 else 8 if weights == FLOAT64 else 4
    return job


cdef class Job:
    """Two plans, their quantised weights and the kernels that execute them. Does not change, so it is shared."""

    cdef int use_lanes(self, const LaneFormat* format, int encoding, columns2_fn two, columns4_fn four=NULL) except -1:
        """Give the horizontal kernel a lane table if the level wants one and the plan fits.

        ``two`` and ``four`` are the kernels for so many rows at once, NULL if there is none.
        """
        cdef Pipeline* p = &self.pipeline
        self.drop_lanes()
        self.lanes = new_lanes(self.column_plan, p.columns.channels, format, encoding)
        p.columns.lanes = self.lanes
        if self.lanes != NULL and p.order == COLUMNS_FIRST:
            p.columns_pass2 = two
        # Where the horizontal pass is the last one, four rows go straight to their destination.
        if self.lanes != NULL and (p.order == COLUMNS_FIRST or p.narrow == NULL):
            p.columns_pass4 = four
        return 0

    cdef void drop_lanes(self) noexcept:
        free_lanes(self.lanes)
        self.lanes = NULL
        self.pipeline.columns.lanes = NULL
        self.pipeline.columns_pass2 = NULL
        self.pipeline.columns_pass4 = NULL

    def __dealloc__(self):
        self.drop_lanes()
        free(self.column_weights)
        free(self.row_weights)

    cdef int run(self, const Image* src, const Image* dst, int threads) except -1:
        cdef const Pipeline* p = &self.pipeline
        cdef Scratch layout
        cdef char[BRIEF_SCRATCH + 64] brief
        cdef bint streaming = kernels.stream != NULL and streams(dst, STREAMED)
        cdef Py_ssize_t total = dst.n*dst.h
        cdef Py_ssize_t size = lay_out(p, src, dst, streaming, &layout, NULL)
        cdef double effort
        cdef int team, spare, taken = 0, t
        cdef char* memory
        cdef char* aligned
        if size <= BRIEF_SCRATCH and is_brief(src) and is_brief(dst):
            band(p, src, dst, streaming, brief + (64 - <size_t> brief % 64), 0, total)
            return 0
        effort = multiplications(p, src, dst)
        team = team_for(threads, total, effort)
        memory = <char*> malloc(size*team + 64)
        if memory == NULL:
            raise MemoryError(f"no memory for {team} x {size} bytes of row buffers")
        aligned = memory + (64 - <size_t> memory % 64)
        with nogil:
            team = enter_team(team)
            if team == 1:
                band(p, src, dst, streaming, aligned, 0, total)
            else:
                spare = spare_bands(p, team, total, effort)
                for t in prange(team, num_threads=team, schedule="static", chunksize=1):
                    share(p, src, dst, streaming, aligned + t*size, t, team, spare, &taken)
            leave_team(team)
            free(memory)
        return 0
