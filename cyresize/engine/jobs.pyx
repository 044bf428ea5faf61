"""Jobs: which kernels and weights execute two plans, for every stored type and arithmetic.

Not a dialect: the plans say what is calculated, a function here says in which arithmetic.
"""

from cyresize.engine.choices cimport (
    bytes_beat_floats, bytes_in_lanes, cheaper_order, double_lanes_pay, even_taps_pay, few_lanes, fixed_strips_pay,
    four_rows_pay, fours_beat_lanes, fours_of_floats_pay, has_window, in_fours, in_pairs, in_twos, is_word,
    pixels_beat_lanes, strips_pay, twins_beat_lanes, two_rows_of_pixels_pay, window_kernel,
)
from cyresize.engine.dispatch cimport kernels
from cyresize.engine.lanes cimport (
    DIGITS2, DIGITS3, NEAR_FAR, NO_WEIGHTS, ONES, SECOND, SINGLE_DOUBLES, SINGLE_FLOATS, SINGLE_INTS,
)
from cyresize.engine.plan cimport FLOAT32, FLOAT64, INT16, INT32, AxisPlan
from cyresize.engine.resample cimport (
    COLUMNS_FIRST, COLUMNS_ONLY, ROWS_FIRST, ROWS_ONLY, WINDOW, Job, Pipeline, new_job,
)
from cyresize.engine.rows.table cimport F16, F32, F64, I16, U8, U16, U32, columns_fn

from cyresize.engine import rules

cdef enum:
    PILLOW_ONE = 1 << 22      # a whole in Pillow's weights

cdef Py_ssize_t[9] SIZES = [1, 1, 2, 2, 2, 4, 4, 4, 8]


cdef void float_kernels(Job job, int element, int stored, int order) noexcept:
    # Every type but uint8's fixed-point modes is calculated with in float or double; both types ask for the same one.
    cdef Pipeline* p = &job.pipeline
    cdef bint wide = element >= U32
    p.order = order
    p.columns_pass = kernels.double_columns if wide else kernels.float_columns
    p.blend = kernels.double_blend if wide else kernels.float_blend
    p.window = kernels.area_double if wide else kernels.area_float
    p.widen = kernels.widen[element]
    p.narrow = kernels.narrow[stored]
    p.row_size = p.ring_size = p.out_size = 8 if wide else 4
    p.in_strips = strips_pay(element, job.row_plan)
    if (order == ROWS_FIRST or order == ROWS_ONLY) and kernels.blend_from[element] != NULL:
        p.widen = NULL
        p.row_size = SIZES[element]
        p.blend = kernels.blend_from[element]
    if order == COLUMNS_FIRST and kernels.blend_to[stored] != NULL and (
        # Kernels that pack integers take sums that int32 holds; any floats are narrowed afterwards.
        stored > I16 or (element == stored and job.column_plan.mild() and job.row_plan.mild())
    ):
        p.narrow = NULL
        p.out_size = SIZES[stored]
        p.stream_blend = kernels.stream_blend[stored]
        p.blend = kernels.blend_to[stored]


cdef inline bint is_integer(int element) noexcept:
    return element != F16 and element != F32 and element != F64


cdef Job float_job(int element, Py_ssize_t channels, AxisPlan columns, AxisPlan rows, int order):
    """Any weighted mode in float32 (float64 for 32-bit integers and float64), in the given order of passes."""
    return convert_job(element, element, channels, columns, rows, order)


cdef Job convert_job(int element, int stored, Py_ssize_t channels, AxisPlan columns, AxisPlan rows, int order):
    """As float_job, from one stored type to another that is calculated with in the same precision."""
    cdef Job job
    cdef Pipeline* p
    cdef bint to_scratch, pixels = channels == 3 or channels == 4, apart, pairs, four_rows, windows
    if order == ANY_ORDER:
        order = cheaper_order(element, channels, columns, rows)
    # No integer is infinite or has a zero with a sign.
    if is_integer(element) and is_integer(stored) and even_taps_pay(element, channels, columns):
        columns = columns.evened()
    job = new_job(columns, rows, channels, FLOAT64 if element >= U32 else FLOAT32)
    p = &job.pipeline
    float_kernels(job, element, stored, order)
    if order == ROWS_ONLY:
        return job
    if element >= U32:
        if double_lanes_pay(channels, columns):
            job.use_lanes(&kernels.double_lanes, SINGLE_DOUBLES, NULL)
        pairs = channels == 1 and columns.taps == 2 and in_twos(columns)
        if job.lanes == NULL and pairs and kernels.double_singles != NULL:
            p.columns_pass = kernels.double_singles
        return job
    # Kernels that widen store whole vectors: never into the destination.
    to_scratch = order == COLUMNS_FIRST or (order == COLUMNS_ONLY and p.narrow != NULL)
    apart = pixels and pixels_beat_lanes(element, order, channels, columns)
    four_rows = order == COLUMNS_FIRST and four_rows_pay(element, channels, columns, rows)
    if to_scratch and is_word(element) and channels == 1 and fours_beat_lanes(columns):
        job.use_lanes(&kernels.word_fours_lanes, SINGLE_FLOATS, kernels.word_fours2[element])
        if job.lanes != NULL:
            return filtered_as_stored(job, element, kernels.word_fours[element])
    if to_scratch and is_word(element) and twins_beat_lanes(channels, columns) and not apart:
        job.use_lanes(&kernels.word_taps_lanes, SINGLE_FLOATS, kernels.word_taps2[element])
        if job.lanes != NULL:
            return filtered_as_stored(job, element, kernels.word_taps[element])
    windows = kernels.columns_from[element] != NULL and not (apart and is_word(element))
    if to_scratch and windows and (element != U8 or bytes_beat_floats(channels, columns)):
        job.use_lanes(
            &kernels.columns_from_lanes[element], SINGLE_FLOATS, kernels.columns_from2[element],
            kernels.columns_from4[element] if four_rows else NULL,
        )
        if job.lanes != NULL:
            return filtered_as_stored(job, element, kernels.columns_from[element])
    if to_scratch and kernels.pixels_from[element] != NULL and pixels:
        if is_word(element) and order == COLUMNS_FIRST:
            p.columns_pass2 = kernels.word_pixels2[element]
        return filtered_as_stored(job, element, kernels.pixels_from[element])
    if not apart or (channels == 3 and columns.taps == 2):
        job.use_lanes(
            &kernels.float_lanes, SINGLE_FLOATS, kernels.float_columns2,
            kernels.float_columns4 if four_rows else NULL,
        )
    if order == ROWS_FIRST and element == stored and has_window(element, channels, columns, rows):
        p.both = window_kernel(job, element, channels)
        if p.both != NULL and p.both == kernels.lane_windows[element]:
            p.both2 = kernels.lane_windows2[element]
        elif p.both != NULL and p.both == kernels.pixel_windows[element]:
            p.both2 = kernels.pixel_windows2[element]
    if p.both == NULL and fours_of_floats_pay(channels):
        job.use_lanes(&kernels.float_taps_lanes, SINGLE_FLOATS, kernels.float_taps2, kernels.float_taps4)
        if job.lanes != NULL:
            p.columns_pass = kernels.float_taps
            return job
    if p.both == NULL and order == ROWS_FIRST and kernels.float_pairs != NULL and in_pairs(columns, channels):
        job.drop_lanes()
        p.columns_pass = kernels.float_pairs
    elif p.both != NULL and job.lanes != NULL:
        return job
    elif kernels.float_pixels != NULL and pixels and (apart or job.lanes == NULL):
        job.drop_lanes()
        p.columns_pass = kernels.float_pixels
        if order == COLUMNS_FIRST and two_rows_of_pixels_pay(element, columns):
            p.columns_pass2 = kernels.float_pixels2
    elif kernels.float_singles != NULL and channels == 1 and few_lanes(job) and in_fours(columns):
        job.drop_lanes()
        p.columns_pass = kernels.float_singles
    return job


cdef Job filtered_as_stored(Job job, int element, columns_fn kernel):
    """The horizontal pass reads rows of the stored type."""
    cdef Pipeline* p = &job.pipeline
    p.widen = NULL
    p.row_size = SIZES[element]
    p.columns_pass = kernel
    return job


cdef Job fixed_job(Py_ssize_t channels, AxisPlan columns, AxisPlan rows, int weights, Py_ssize_t row, Py_ssize_t ring):
    cdef Job job = new_job(columns, rows, channels, weights)
    cdef Pipeline* p = &job.pipeline
    p.order = COLUMNS_FIRST
    p.row_size = row
    p.ring_size = ring
    p.out_size = row
    return job


cdef Job linear_u8_job(Py_ssize_t channels, AxisPlan columns, AxisPlan rows):
    """OpenCV's uint8 LINEAR arithmetic over two plans of two taps in 1/2048."""
    cdef Job job = fixed_job(channels, columns, rows, INT16, 1, 2)
    job.pipeline.in_strips = True
    job.pipeline.columns_pass = kernels.linear_u8_columns
    job.pipeline.blend = kernels.linear_u8_blend
    job.use_lanes(&kernels.linear_u8_lanes, NEAR_FAR, kernels.linear_u8_columns2)
    if kernels.linear_u8_pixels != NULL and (channels == 3 or channels == 4) and columns.n_in > 1:
        if job.lanes == NULL or job.lanes.n < bytes_in_lanes(channels)*job.lanes.blocks:
            job.drop_lanes()
            job.pipeline.columns_pass = kernels.linear_u8_pixels
    return job


cdef Job exact_job(int element, Py_ssize_t channels, AxisPlan columns, AxisPlan rows):
    """OpenCV's LINEAR_EXACT over two plans of two taps, in 1/256 for uint8 and 1/65536 for uint16."""
    cdef bint bytes = element == U8
    cdef Job job = fixed_job(
        channels, columns, rows, INT16 if bytes else INT32, 1 if bytes else 2, 2 if bytes else 4
    )
    job.pipeline.columns_pass = kernels.exact_u8_columns if bytes else kernels.exact_u16_columns
    job.pipeline.blend = kernels.exact_u8_blend if bytes else kernels.exact_u16_blend
    if bytes:
        job.use_lanes(&kernels.exact_u8_lanes, SECOND, kernels.exact_u8_columns2)
    else:
        if channels == 1 and fours_beat_lanes(columns):
            job.use_lanes(&kernels.word_fours_lanes, SINGLE_INTS, kernels.exact_u16_columns2)
        if job.lanes == NULL:
            job.use_lanes(&kernels.exact_u16_lanes, SINGLE_INTS, kernels.exact_u16_columns2)
    return job


cdef Job fixed_u8_job(Py_ssize_t channels, AxisPlan columns, AxisPlan rows):
    """uint8 with weights in 1/2048 and one rounding at the end: CUBIC and LANCZOS4."""
    cdef Job job = fixed_job(channels, columns, rows, INT16, 1, 4)
    job.pipeline.in_strips = fixed_strips_pay(rows)
    job.pipeline.columns_pass = kernels.fixed_u8_columns
    job.pipeline.blend = kernels.fixed_u8_blend
    job.use_lanes(&kernels.fixed_u8_lanes, DIGITS2, kernels.fixed_u8_columns2)
    return job


cdef Job pillow_u8_job(Py_ssize_t channels, AxisPlan columns, AxisPlan rows, int order):
    """Pillow's uint8: weights in 1/2**22, rounded to uint8 after each pass, so the order shows."""
    cdef Job job = fixed_job(channels, columns, rows, INT32, 1, 1)
    cdef int i
    if order == COLUMNS_FIRST or order == ROWS_FIRST:
        # A pass that leaves its axis as it is also leaves its bytes.
        if columns.leaves(PILLOW_ONE):
            order = ROWS_ONLY
        elif rows.leaves(PILLOW_ONE):
            order = COLUMNS_ONLY
    job.pipeline.order = order
    job.pipeline.columns_pass = kernels.pillow_u8_columns
    job.pipeline.blend = kernels.pillow_u8_blend
    if order == ROWS_ONLY:
        return job
    for i in range(4):
        if job.lanes == NULL:
            job.use_lanes(
                &kernels.pillow_u8_lanes[i], DIGITS3, kernels.pillow_u8_columns2, kernels.pillow_u8_columns4
            )
    return job


cdef Job area_whole_job(
    int element, Py_ssize_t channels, Py_ssize_t w, Py_ssize_t ow, int fx, Py_ssize_t h, Py_ssize_t oh, int fy
):
    """OpenCV's AREA by whole-number factors: windows of source rows, no weights."""
    cdef bint quarter = fx == 2 and fy == 2
    # OpenCV 5 has vector code for these, which rounds differently from its plain loop.
    cdef bint vectored = quarter and (channels == 1 or channels == 3 or channels == 4)
    cdef bint partial = ow*fx > w
    cdef AxisPlan columns = rules.identity(w, ow) if partial else rules.blocks(w, ow, fx)
    cdef Job job = new_job(columns, rules.blocks(h, oh, fy), channels, FLOAT32)
    cdef Pipeline* p = &job.pipeline
    float_kernels(job, element, element, WINDOW)
    p.columns.factor = fx
    p.columns.row_factor = fy
    if quarter and element == F32 and (channels == 1 or channels == 4):
        # One channel: OpenCV's vectors of four columns, its plain loop for the rest.
        p.columns.row_pairs = min(ow, w // 2) & (~<Py_ssize_t> 3 if channels == 1 else -1)
    if element == U8 or (is_word(element) and vectored):
        p.widen = NULL
        p.narrow = NULL
        p.row_size = p.out_size = SIZES[element]
        p.window = kernels.area_u8
        if vectored:
            p.window = kernels.half_u8 if element == U8 else kernels.half_u16 if element == U16 else kernels.half_i16
    if partial or element >= U32:
        return job
    if is_word(element) and vectored:
        job.use_lanes(&kernels.half_words_lanes, NO_WEIGHTS, NULL)
    elif element == U8 and vectored:
        job.use_lanes(&kernels.half_u8_lanes, NO_WEIGHTS, NULL)
    elif element == U8:
        job.use_lanes(&kernels.area_whole_u8_lanes, ONES, NULL)
    else:
        job.use_lanes(&kernels.float_lanes, NO_WEIGHTS, NULL)
    return job
