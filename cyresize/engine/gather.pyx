"""The driver of nearest modes: every output pixel is a copy of one source pixel, whatever its type."""

from cython.parallel cimport prange

from libc.stdlib cimport free, malloc
from libc.string cimport memcpy

from cyresize.engine.cpu cimport kept_results
from cyresize.engine.dispatch cimport kernels
from cyresize.engine.image cimport (
    BRIEF_SCRATCH, STREAMED_COPIES, Image, bytes_of, end_of, is_brief, move_row, padded, row_of, rows_contiguous,
    streams, unpack_row,
)
from cyresize.engine.lanes cimport NO_WEIGHTS, free_lanes, new_lanes
from cyresize.engine.parallel cimport enter_team, leave_team, team_for
from cyresize.engine.plan cimport AxisPlan
from cyresize.engine.rows.table cimport NO_LANES, SLACK, Lanes

cdef enum:
    PAGE = 4096
    NEAR = 16


cdef void spread(const Image* src, const Py_ssize_t* index, Py_ssize_t w, const char* row, char* to) noexcept nogil:
    # A source row that is not contiguous: gather pixel by pixel into a packed row.
    cdef Py_ssize_t x, size = src.c*src.itemsize
    for x in range(w):
        move_row(
            to + x*size, size, src.itemsize, row + index[x]*src.stride_w, 0, src.stride_c, 1, src.c, src.itemsize
        )


cdef struct Walk:
    # What every row of a gather needs.
    const Py_ssize_t* columns
    const Py_ssize_t* rows
    const Lanes* lanes
    const char* limit         # what lies before it may be read
    bint staged               # rows are made in scratch first: the destination is strided or streamed
    Py_ssize_t spare          # where scratch has room for a source row
    bint far                  # the source is likely in no cache


cdef void gather_row(
    const Walk* walk, const Image* src, const Image* dst, const char* row, char* to, char* spare, Py_ssize_t ahead
) noexcept nogil:
    """One packed output row from one source row; ``ahead``: bytes from that to the next one."""
    cdef Py_ssize_t size = src.c*src.itemsize, length = src.w*size
    if not rows_contiguous(src):
        spread(src, walk.columns, dst.w, row, to)
        return
    if walk.lanes != NULL and row + length + SLACK > walk.limit:
        memcpy(spare, row, length)
        row = spare
    kernels.gather(walk.lanes, walk.columns, dst.w, size, row, to, ahead)


cdef inline bint looks_written(const char* to, const char* row) noexcept nogil:
    """Whether copying ``row`` to ``to`` loads, again and again, what differs by whole pages from bytes just stored.

    Processors compare the lower bits of addresses first, so that such a load waits for the store.
    """
    cdef size_t beyond = (<size_t> to - <size_t> row) % PAGE
    return 0 < beyond < NEAR


cdef void band(
    const Walk* walk, const Image* src, const Image* dst, char* scratch, Py_ssize_t begin, Py_ssize_t end
) noexcept nogil:
    cdef Py_ssize_t n = begin // dst.h, y = begin - n*dst.h, length = dst.w*dst.c*dst.itemsize, previous = -1, ahead
    cdef Py_ssize_t left = end - begin
    cdef bint packed = rows_contiguous(dst)
    cdef char* row
    cdef char* to = scratch
    cdef char* last = NULL
    while left > 0:
        row = row_of(dst, n, y)
        if not walk.staged:
            to = row
        if walk.rows[y] != previous or (not walk.staged and looks_written(to, last)):
            ahead = (walk.rows[y + 1] - walk.rows[y])*src.stride_h if walk.far and y + 1 < dst.h else 0
            gather_row(walk, src, dst, row_of(src, n, walk.rows[y]), to, scratch + walk.spare, ahead)
        elif not walk.staged:
            # The same source row again: copy the finished row.
            memcpy(to, last, length)
        last = to
        previous = walk.rows[y]
        if not packed:
            unpack_row(dst, to, row)
        elif walk.staged:
            kernels.stream(to, row, length)
        left -= 1
        y += 1
        if y == dst.h:
            # The next row is another image's. A division for each row would show in small images.
            n, y, previous = n + 1, 0, -1


cdef double moved_bytes(const Image* src, const Image* dst) noexcept nogil:
    """Of the result, and of whole source rows as far as they are read."""
    cdef double row = <double> src.w*src.c*src.itemsize
    return <double> dst.n*(dst.h*dst.w*dst.c*dst.itemsize + min(src.h, dst.h)*row)


cdef Gather new_gather(AxisPlan columns, AxisPlan rows, Py_ssize_t pixel):
    """A gather by two nearest plans of pixels of ``pixel`` bytes."""
    cdef Gather job = Gather.__new__(Gather)
    job.columns = columns
    job.rows = rows
    # A single column means rows that are copied whole. Large pixels are moved one by one where they become fewer.
    if columns.n_out > 1 and not (
        (pixel == 16 and columns.n_in > columns.n_out) or (pixel == 12 and columns.n_in > 3*columns.n_out)
    ):
        job.lanes = new_gather_lanes(columns, pixel)
    return job


cdef Lanes* new_gather_lanes(AxisPlan columns, Py_ssize_t pixel) except? NULL:
    """A table of the widest elements that pixels consist of and the level has permutes for."""
    cdef int shift = 2 if pixel % 4 == 0 else 1 if pixel % 2 == 0 else 0
    while shift > 0 and kernels.gather_lanes[shift].kind == NO_LANES:
        shift -= 1
    cdef Lanes* lanes = new_lanes(columns, pixel >> shift, &kernels.gather_lanes[shift], NO_WEIGHTS)
    if lanes != NULL and 10*columns.n_out < tenths_of_pixels(pixel)*lanes.blocks:
        free_lanes(lanes)
        return NULL
    return lanes


cdef int tenths_of_pixels(Py_ssize_t pixel) noexcept:
    """How many pixels a block needs, on average, to be faster than copying them; measured."""
    if pixel == 3 or pixel == 6 or pixel == 12:
        return 23             # two moves each
    return 36 if pixel == 2 or pixel == 4 or pixel == 8 or pixel == 16 else 0


cdef class Gather:
    """Two nearest plans. Does not change, so it is shared."""

    def __dealloc__(self):
        free_lanes(self.lanes)

    cdef int run(self, const Image* src, const Image* dst, int threads) except -1:
        cdef Walk walk
        cdef Py_ssize_t total = dst.n*dst.h, size = 0
        cdef int team, t
        cdef char* scratch = NULL
        cdef char[BRIEF_SCRATCH] brief
        walk.columns = self.columns.first
        walk.rows = self.rows.first
        walk.lanes = self.lanes
        walk.limit = end_of(src)
        walk.staged = not rows_contiguous(dst) or (kernels.stream != NULL and streams(dst, STREAMED_COPIES))
        size += padded(dst.w*dst.c*dst.itemsize) if walk.staged else 0
        # Measured: what the last cache holds comes no sooner when it is asked for.
        walk.far = bytes_of(src) > kept_results
        walk.spare = size
        size += 0 if self.lanes == NULL else padded(src.w*src.c*src.itemsize)
        if size <= BRIEF_SCRATCH and is_brief(src) and is_brief(dst):
            band(&walk, src, dst, brief, 0, total)
            return 0
        team = team_for(threads, total, moved_bytes(src, dst))
        if size > 0:
            scratch = <char*> malloc(size*team)
            if scratch == NULL:
                raise MemoryError(f"no memory for {team} x {size} bytes of row buffers")
        with nogil:
            team = enter_team(team)
            if team == 1:
                band(&walk, src, dst, scratch, 0, total)
            else:
                for t in prange(team, num_threads=team, schedule="static", chunksize=1):
                    band(&walk, src, dst, scratch + t*size, total*t // team, total*(t + 1) // team)
            leave_team(team)
            free(scratch)
        return 0


cdef void copy_images(const Image* src, const Image* dst) noexcept nogil:
    """Copy ``src`` to ``dst`` of the same shape."""
    cdef Py_ssize_t n, y
    for n in range(dst.n):
        for y in range(dst.h):
            if rows_contiguous(src) and rows_contiguous(dst):
                memcpy(row_of(dst, n, y), row_of(src, n, y), dst.w*dst.c*dst.itemsize)
            else:
                move_row(
                    row_of(dst, n, y), dst.stride_w, dst.stride_c, row_of(src, n, y), src.stride_w, src.stride_c,
                    dst.w, dst.c, dst.itemsize,
                )
