"""Choices that were measured: the order of the passes, and which of several right kernels is the fastest where.

The order is the same on every level, as it shows in the last bit. Kernels are chosen for the level that runs; they
have the same bits.
"""

from cyresize.engine.dispatch cimport kernels
from cyresize.engine.image cimport STREAMED
from cyresize.engine.lanes cimport SINGLE_FLOATS
from cyresize.engine.plan cimport AxisPlan
from cyresize.engine.resample cimport COLUMNS_FIRST, ROWS_FIRST, Job
from cyresize.engine.rows.table cimport F32, NO_LANES, U8, U32, weighted_window_fn

cdef enum:
    # Sixteenths of a block: with fewer lanes in use on average, three or four channels are faster pixel by pixel.
    FULL_OF_TWO_TAPS = 12
    FULL_OF_FOUR_TAPS = 8
    FULL_OF_TWO_TAPS_IN_EIGHTS = 14
    SPARSE = 9                # of one channel
    MOST_KEPT_NEAR = 1700     # samples of a row
    FEW_SAMPLES = 160         # for which each call shows


cdef int cheaper_order(int element, Py_ssize_t channels, AxisPlan columns, AxisPlan rows) noexcept:
    """The order with fewer cycles per 16 elements, by a count that was fitted to measurements.

    Not a question to this level's table: the order shows in the last bit, so it is the same on every level.
    """
    cdef double h = rows.n_in, w = columns.n_in, oh = rows.n_out, ow = columns.n_out, scale = max(w/ow, 1.0)
    cdef bint single = element == F32
    # uint8 and words are filtered as they are stored; the other types are widened first. Of floats, two rows are
    # filtered at once where that comes first.
    cdef bint direct = element == U8 or is_word(element), wide = element >= U32
    cdef bint many = columns.taps > 4, window = has_window(element, channels, columns, rows)
    cdef double lanes = (3 + 3*columns.taps)*max(scale/2.0, 1.0)
    if direct and many:
        return COLUMNS_FIRST
    if single and window:
        return COLUMNS_FIRST if filters_few_rows(channels, columns, rows) else ROWS_FIRST
    if (channels == 3 or channels == 4) and scale >= 1.5:
        lanes = (3 + 3.5*columns.taps)*(0.7 if many else 1)
    cdef double floats = 8 if in_pairs(columns, channels) else lanes
    cdef double from_stored = (3 + 3.5*columns.taps)*max(scale/3.0, 1.0)
    cdef double vertical = 2 + 1.5*rows.taps
    cdef double columns_first = min(h, oh*rows.taps)*ow*(
        from_stored if direct else lanes*(1 if wide else 0.75)
    ) + oh*ow*(vertical + (0 if single else 2))
    cdef double rows_first = oh*w*(vertical + (0 if single else 1)) + oh*ow*(floats + (0 if single else 4))
    if window:
        rows_first = oh*ow*window_cost(channels, columns, scale)
    return COLUMNS_FIRST if columns_first <= rows_first else ROWS_FIRST


cdef double window_cost(Py_ssize_t channels, AxisPlan columns, double scale) noexcept:
    # Of words by lanes, while blocks are full; then of three and four channels pixel by pixel. Rows of columns first
    # leave the nearest cache with what they need: tables, and rings of floats.
    cdef bint pixels = channels == 3 or channels == 4, short = columns.n_out*channels < FEW_SAMPLES
    cdef bint wide = columns.n_out*channels > MOST_KEPT_NEAR
    if pixels and scale >= 1.9:
        return 60 if columns.taps == 4 else 29 if channels == 3 else 20
    return (42 if columns.taps == 4 else 17 if short or wide else 21)*max(scale/1.7, 1.0)


cdef bint has_window(int element, Py_ssize_t channels, AxisPlan columns, AxisPlan rows) noexcept:
    """Whether the kernels of both passes at once take this, and the height grows little or not at all."""
    return (
        columns.taps == rows.taps and (columns.taps == 2 or columns.taps == 4)
        and rows.n_out <= rows.n_in*most_growth(element, channels, columns, rows)
        and not columns.from_zero and columns.short_at_edges()
        and (element == F32 or (is_word(element) and columns.mild() and rows.mild()))
    )


cdef bint filters_few_rows(Py_ssize_t channels, AxisPlan columns, AxisPlan rows) noexcept:
    """Whether filtering each source row of floats once takes less than blending its rows for every output row.

    Measured: of two taps never. Of four it does while the height shrinks little, as each output row blends four rows.
    """
    cdef double shrink = 1.25 if columns.n_in <= 2*columns.n_out else 1.6 if channels == 3 or channels == 4 else 1.4
    return columns.taps == 4 and columns.n_in >= columns.n_out and rows.n_in < shrink*rows.n_out


cdef double most_growth(int element, Py_ssize_t channels, AxisPlan columns, AxisPlan rows) noexcept:
    # Measured: of four taps, only shrinks pay. Results that go past the caches are written by the vertical pass while
    # they grow.
    if element != F32 or rows.n_out*columns.n_out*channels*<Py_ssize_t> sizeof(float) >= STREAMED:
        return 1
    return 1.75 if columns.taps == 2 else 0.9


cdef bint in_pairs(AxisPlan columns, Py_ssize_t channels) noexcept:
    # Measured: from a shrink of about 1.1 on, blocks of lanes have too few lanes in use.
    return (
        columns.taps == 2 and (channels == 3 or channels == 4) and 10*columns.n_in >= 11*columns.n_out
        and columns.short_at_edges()
    )


cdef bint double_lanes_pay(Py_ssize_t channels, AxisPlan columns) noexcept:
    """Whether doubles are filtered faster by lanes than channel by channel; measured."""
    cdef int lanes = kernels.double_lanes.lanes
    return channels < 2*lanes and not (lanes == 4 and channels >= 3 and columns.taps == 2)


cdef bint even_taps_pay(int element, Py_ssize_t channels, AxisPlan columns) noexcept:
    """Whether taps of weight 0 take less time than columns that differ in their number of taps; measured."""
    if element >= U32 or columns.taps <= 4 or kernels.float_lanes.lanes > 8:
        return True
    return channels <= 2 or (channels > 4 and kernels.float_lanes.kind != NO_LANES)


cdef bint few_lanes(Job job) noexcept:
    """Whether blocks of lanes are so empty that one channel is filtered faster without them; measured."""
    return job.lanes == NULL or 16*job.lanes.n < SPARSE*kernels.float_lanes.lanes*job.lanes.blocks


cdef bint in_fours(AxisPlan columns) noexcept:
    """Whether one channel can be filtered without lanes, four columns at a time."""
    return columns.short_at_edges() and not columns.from_zero and (columns.taps == 2 or columns.taps % 4 == 0)


cdef bint in_twos(AxisPlan columns) noexcept:
    """Whether columns have an even number of taps, fewer only at the edges."""
    return columns.short_at_edges() and not columns.from_zero and columns.taps % 2 == 0


cdef bint twins_beat_lanes(Py_ssize_t channels, AxisPlan columns) noexcept:
    """Whether two taps of words are worth a shuffle of their own; measured."""
    cdef bint grows = columns.n_out > columns.n_in
    if not in_twos(columns):
        return False
    # Permutes of eight floats take fewer instructions while one register holds all taps.
    return not grows or kernels.columns_from_lanes[<int> U16].kind == NO_LANES or (channels >= 3 and columns.taps == 2)


cdef bint fours_beat_lanes(AxisPlan columns) noexcept:
    """Whether one channel of words is filtered faster where each column has a window of its own; measured."""
    cdef double shrink = <double> columns.n_in/columns.n_out
    if shrink > 2.2:
        return True
    if in_fours(columns) or shrink <= 1:
        return False
    # Taps are filled up to fours, which only a loop without vectors is always slower than.
    return kernels.columns_from_lanes[<int> U16].kind == NO_LANES or 2*((columns.taps + 3)//4*4) <= 3*columns.taps


cdef bint fours_of_floats_pay(Py_ssize_t channels) noexcept:
    """Whether floats are filtered faster by tables of four lanes, where blocks are full enough, than without; measured.

    A pixel of three or four channels is what a register holds.
    """
    return kernels.float_taps != NULL and channels <= 2


cdef bint four_rows_pay(int element, Py_ssize_t channels, AxisPlan columns, AxisPlan rows) noexcept:
    """Whether four rows by one reading of the lane tables gain more than rings of so many rows cost; measured."""
    cdef bint wide = columns.n_out*channels > MOST_KEPT_NEAR
    if columns.taps == 2:
        return rows.n_out > rows.n_in and wide and element != U8
    if element == U8:
        return columns.taps >= 4 or not wide
    if is_word(element):
        return columns.taps > 8 or (columns.taps == 8 and channels >= 3)
    return columns.taps >= 3


cdef bint pixels_beat_lanes(int element, int order, Py_ssize_t channels, AxisPlan columns) noexcept:
    """Whether three or four channels are filtered faster pixel by pixel than by lanes; measured."""
    cdef double shrink = <double> columns.n_in/columns.n_out
    cdef bint whole = columns.short_at_edges() and not columns.from_zero
    if kernels.float_lanes.kind == NO_LANES:
        return False
    if kernels.float_lanes.lanes > 8:
        # Two rows at once share what lanes load; a row that was blended before is alone.
        return order == ROWS_FIRST and channels == 4 and columns.taps >= 8 and shrink >= 2.5
    if order == COLUMNS_FIRST and shrink > 1 and two_rows_of_pixels_pay(element, columns):
        return True
    if channels == 4:
        return columns.taps <= 4 or shrink >= 2
    if order == ROWS_FIRST and whole and (columns.taps == 2 or columns.taps == 4):
        return True
    return shrink >= (2.5 if whole else 3)


cdef bint two_rows_of_pixels_pay(int element, AxisPlan columns) noexcept:
    # Measured: always, but of words two taps of a mild shrink, and eight that a shuffle brings by twos; of floats but
    # two or four taps, which two columns of one row share a register for.
    if not is_word(element):
        return columns.taps > 4 or not in_twos(columns)
    if columns.taps == 2:
        return 4*columns.n_in >= 5*columns.n_out
    return columns.taps < 8 or not in_twos(columns)


cdef weighted_window_fn window_kernel(Job job, int element, Py_ssize_t channels) noexcept:
    """Both passes at once: by lanes where blocks are full enough, else pixel by pixel; NULL if two are faster."""
    cdef AxisPlan columns = job.column_plan
    cdef bint pixels = (channels == 3 or channels == 4) and kernels.pixel_windows[element] != NULL
    cdef bint eights = kernels.float_lanes.lanes == 8, fours = kernels.float_lanes.kind == NO_LANES
    cdef int full = FULL_OF_FOUR_TAPS
    if element == F32 and fours_of_floats_pay(channels):
        job.use_lanes(&kernels.float_taps_lanes, SINGLE_FLOATS, NULL)
        if job.lanes != NULL:
            # Of four taps blending whole rows costs less.
            return kernels.lane_windows[element] if columns.taps == 2 else NULL
    if columns.taps == 2:
        full = FULL_OF_TWO_TAPS_IN_EIGHTS if eights else FULL_OF_TWO_TAPS
    elif (eights or fours) and pixels and columns.n_in < (2 if channels == 4 else 2.8)*columns.n_out:
        return NULL           # blending whole rows costs less than each pixel's four columns of them
    elif fours and is_word(element):
        return NULL
    if element == F32 and channels == 1 and kernels.float_single_windows != NULL and few_lanes(job):
        return kernels.float_single_windows
    if job.lanes != NULL and job.lanes.inside and kernels.lane_windows[element] != NULL:
        if not pixels or 16*job.lanes.n >= full*kernels.float_lanes.lanes*job.lanes.blocks:
            return kernels.lane_windows[element]
    return kernels.pixel_windows[element] if pixels else NULL


cdef bint bytes_beat_floats(Py_ssize_t channels, AxisPlan columns) noexcept:
    """Whether bytes become floats faster by windows of bytes than by widening all of them first; measured."""
    cdef double shrink = <double> columns.n_in/columns.n_out
    if kernels.columns_from_lanes[<int> U8].window > 16:
        return True
    if kernels.float_lanes.kind == NO_LANES:
        return channels > 4 or (channels < 4 and shrink > 1.25)
    return channels < 4 and shrink > (2.2 if channels == 1 else 3.5)


cdef int bytes_in_lanes(Py_ssize_t channels) noexcept:
    """Lanes in use on average from which uint8 LINEAR is faster by lanes than pixel by pixel; measured."""
    if kernels.linear_u8_lanes.lanes == 8:
        return 6 if channels == 3 else 9
    return 12 if channels == 3 else 16


cdef bint strips_pay(int element, AxisPlan rows) noexcept:
    """Whether several output rows are blended strip by strip sooner than one after the other; measured."""
    return rows.taps == 2 or not is_word(element) or kernels.float_lanes.kind != NO_LANES


cdef bint fixed_strips_pay(AxisPlan rows) noexcept:
    # With narrower registers, and with eight rows, calculating takes longer than reading the ring.
    return rows.taps == 4 and kernels.float_lanes.lanes > 8
