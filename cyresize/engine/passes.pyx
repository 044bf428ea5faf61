"""Passes over any one or two axes of an N-D array: the array becomes stacks of images without being copied.

The axes that are not resampled are merged where the strides allow: those inside the resampled rows become channels,
the others a stack. What cannot be merged is a loop of runs.
"""

from cyresize.engine.arrays cimport Strided, element_of, read, write
from cyresize.engine.cache cimport remember
from cyresize.engine.choices cimport cheaper_order
from cyresize.engine.gather cimport Gather, new_gather
from cyresize.engine.image cimport Image
from cyresize.engine.jobs cimport convert_job, pillow_u8_job
from cyresize.engine.plan cimport AxisPlan, new_plan
from cyresize.engine.resample cimport COLUMNS_FIRST, COLUMNS_ONLY, ROWS_FIRST, ROWS_ONLY, Job
from cyresize.engine.rows.table cimport U32

from cyresize.engine import rules

cdef enum Arithmetic:
    # GATHER copies samples, FLOATS weighs them, BYTES weighs uint8 with weights in 1/2**22, the width first and
    # rounded after each pass; BYTES_ROWS_FIRST the height first.
    GATHER, FLOATS, BYTES, BYTES_ROWS_FIRST

cdef enum:
    MOST_AXES = 64
    JOBS_KEPT = 128

ARITHMETIC = {"gather": GATHER, "floats": FLOATS, "bytes": BYTES, "bytes_rows_first": BYTES_ROWS_FIRST}

cdef dict jobs = {}
cdef dict gathers = {}
cdef AxisPlan unit = rules.identity(1, 1)


cdef struct Axis:
    Py_ssize_t n, source, target    # length, strides in bytes

cdef struct Walk:
    # The two images of one run and the axes to repeat it over.
    Image source, target
    Axis[64] outer
    int n_outer
    int order


def plan_from(Py_ssize_t n_in, const Py_ssize_t[::1] first, const double[:, ::1] values, const int[::1] counts):
    """A plan from its numbers: output i reads ``counts[i]`` samples from ``first[i]`` on, weighted by ``values[i]``.

    Raises
    ------
    ValueError
        A sample outside 0 .. n_in - 1, or counts that do not fit ``values``.
    """
    cdef AxisPlan plan = new_plan(n_in, first.shape[0], values.shape[1])
    cdef Py_ssize_t i
    cdef int k
    if values.shape[0] != plan.n_out or counts.shape[0] != plan.n_out:
        raise ValueError("first, values and counts differ in length")
    plan.set_lengths()
    for i in range(plan.n_out):
        if not (0 <= first[i] and 1 <= counts[i] <= plan.taps and first[i] + counts[i] <= n_in):
            raise ValueError(f"output {i} reads samples {first[i]} .. {first[i] + counts[i] - 1} of {n_in}")
        plan.first[i] = first[i]
        plan.counts[i] = counts[i]
        for k in range(counts[i]):
            plan.values[i*plan.taps + k] = values[i, k]
    return plan


cdef inline Py_ssize_t size_of(Py_ssize_t stride) noexcept nogil:
    return -stride if stride < 0 else stride


cdef int merged_axes(const Strided* a, const Strided* b, int skip0, int skip1, Axis* axes) noexcept:
    """The axes other than two, outermost in ``b`` first, merged where one runs on from the other in both arrays."""
    cdef Axis axis
    cdef int n = 0, i, k, kept = 0
    for i in range(b.ndim):
        if i == skip0 or i == skip1 or b.shape[i] == 1:
            continue
        axis.n, axis.source, axis.target = b.shape[i], a.strides[i], b.strides[i]
        k = n
        while k > 0 and size_of(axes[k - 1].target) < size_of(axis.target):
            axes[k] = axes[k - 1]
            k -= 1
        axes[k] = axis
        n += 1
    for i in range(n):
        axis = axes[i]
        if (
            kept > 0 and axes[kept - 1].source == axis.source*axis.n
            and axes[kept - 1].target == axis.target*axis.n
        ):
            axis.n *= axes[kept - 1].n
            kept -= 1
        axes[kept] = axis
        kept += 1
    return kept


cdef inline bint inside(const Axis* axis, Py_ssize_t source, Py_ssize_t target) noexcept:
    return size_of(axis.source) < size_of(source) and size_of(axis.target) < size_of(target)


cdef Axis axis_of(const Strided* a, const Strided* b, int i) noexcept:
    cdef Axis axis
    axis.n, axis.source, axis.target = b.shape[i], a.strides[i], b.strides[i]
    return axis


cdef Axis popped(Axis* axes, int* n, bint last) noexcept:
    """The innermost (``last``) or the longest of the axes, taken out; an axis of length 1 if there is none."""
    cdef Axis axis
    cdef int at, i
    axis.n, axis.source, axis.target = 1, 0, 0
    if n[0] == 0:
        return axis
    at = n[0] - 1
    if not last:
        for i in range(n[0] - 1):
            if axes[i].n > axes[at].n:
                at = i
    axis = axes[at]
    for i in range(at, n[0] - 1):
        axes[i] = axes[i + 1]
    n[0] -= 1
    return axis


cdef void set_image(Image* image, const Strided* array, Axis n, Axis h, Axis w, Axis c, bint target) noexcept:
    image.data = array.data
    image.itemsize = array.itemsize
    image.n, image.h, image.w, image.c = n.n, h.n, w.n, c.n
    image.stride_n = n.target if target else n.source
    image.stride_h = h.target if target else h.source
    image.stride_w = w.target if target else w.source
    image.stride_c = c.target if target else c.source
    # An axis of one sample has no step: give it the one that makes rows contiguous.
    if c.n == 1:
        image.stride_c = array.itemsize
    if w.n == 1:
        image.stride_w = c.n*image.stride_c


cdef void lay_out(Walk* walk, const Strided* a, const Strided* b, int row_axis, int column_axis) noexcept:
    """Give each axis a part: n, h, w, c of an image, or a repetition. An axis of -1 is not resampled."""
    cdef Axis n, h, w, c
    cdef Axis* rest = walk.outer
    cdef int left = merged_axes(a, b, row_axis, column_axis, rest)
    c.n, c.source, c.target = 1, 0, 0
    walk.order = COLUMNS_FIRST
    if column_axis < 0:
        # Whole inner blocks as rows if there are any, else the axis itself is the row.
        h = axis_of(a, b, row_axis)
        if left > 0 and inside(&rest[left - 1], h.source, h.target):
            walk.order = ROWS_ONLY
            c = popped(rest, &left, True)
            w.n, w.source, w.target = 1, 0, 0
        else:
            column_axis, row_axis = row_axis, -1
    if column_axis >= 0:
        w = axis_of(a, b, column_axis)
        if left > 0 and inside(&rest[left - 1], w.source, w.target):
            c = popped(rest, &left, True)
        if row_axis < 0:
            walk.order = COLUMNS_ONLY
            h = popped(rest, &left, False)
        else:
            h = axis_of(a, b, row_axis)
    n = popped(rest, &left, False)
    walk.n_outer = left
    set_image(&walk.target, b, n, h, w, c, True)
    if column_axis >= 0:
        w.n = a.shape[column_axis]
    if row_axis >= 0:
        h.n = a.shape[row_axis]
    set_image(&walk.source, a, n, h, w, c, False)


cdef object make_job(
    int arithmetic, int order, AxisPlan columns, AxisPlan rows, Py_ssize_t c, int element, int stored, Py_ssize_t behind
):
    if arithmetic == FLOATS:
        if order == COLUMNS_FIRST:
            order = cheaper_order(element, behind, columns, rows)
        return convert_job(element, stored, c, columns, rows, order)
    if arithmetic == BYTES_ROWS_FIRST and order == COLUMNS_FIRST:
        order = ROWS_FIRST
    return pillow_u8_job(c, columns, rows, order)


cdef object cached_job(tuple key, bint keep):
    # The key holds the plans themselves, which are compared by identity.
    cdef object job = jobs.get(key)
    if job is None:
        job = make_job(key[0], key[1], key[2], key[3], key[4], key[5], key[6], key[7])
        if keep:
            remember(jobs, key, job, JOBS_KEPT)
    return job


cdef Gather cached_gather(AxisPlan columns, AxisPlan rows, Py_ssize_t pixel, const Walk* walk, bint keep):
    # A gather walks over rows: of an axis that is not resampled there are as many as in the source.
    cdef Py_ssize_t same = walk.target.h if walk.order == COLUMNS_ONLY else 0
    cdef tuple key = (columns, rows, pixel, same)
    cdef object found = gathers.get(key)
    if found is None:
        found = new_gather(columns, rules.identity(same, same) if same > 0 else rows, pixel)
        if keep:
            remember(gathers, key, found, JOBS_KEPT)
    return found


cdef int repeat(Walk* walk, Job job, Gather gather, int threads) except -1:
    """Run over all combinations of the outer axes."""
    cdef Image source = walk.source, target = walk.target
    cdef Py_ssize_t total = 1, i, at, step
    cdef int k
    for k in range(walk.n_outer):
        total *= walk.outer[k].n
    for i in range(total):
        source.data, target.data = walk.source.data, walk.target.data
        at = i
        for k in range(walk.n_outer - 1, -1, -1):
            step = at % walk.outer[k].n
            at //= walk.outer[k].n
            source.data += step*walk.outer[k].source
            target.data += step*walk.outer[k].target
        if job is not None:
            job.run(&source, &target, threads)
        else:
            gather.run(&source, &target, threads)
    return 0


cdef Py_ssize_t samples_behind(const Strided* a, int axis) noexcept:
    """Channels as the shape has them: memory layout chooses those of the walk, and must not show in the result."""
    cdef Py_ssize_t total = 1
    cdef int i
    for i in range(axis + 1, a.ndim):
        total *= a.shape[i]
    return total


cdef int run(
    object src, object dst, AxisPlan rows, AxisPlan columns, int row_axis, int column_axis, int arithmetic, int threads,
    bint keep,
) except -1:
    cdef Walk walk
    cdef Py_ssize_t channels
    cdef int element = element_of(src), stored = element_of(dst)
    cdef Strided a, b
    read(src, &a)
    write(dst, &b)
    if arithmetic != GATHER and (element < 0 or stored < 0 or (element >= U32) != (stored >= U32)):
        raise TypeError("two types that are not calculated with in one precision")
    lay_out(&walk, &a, &b, row_axis, column_axis)
    channels = walk.target.c
    if walk.order == ROWS_ONLY:
        columns = unit
    elif walk.order == COLUMNS_ONLY:
        if columns is None:
            columns = rows
        rows = unit
    if arithmetic == GATHER:
        repeat(&walk, None, cached_gather(columns, rows, channels*a.itemsize, &walk, keep), threads)
    else:
        key = (arithmetic, walk.order, columns, rows, channels, element, stored, samples_behind(&b, column_axis))
        repeat(&walk, cached_job(key, keep), None, threads)
    return 0


def resample_axes(
    src, dst, AxisPlan rows, AxisPlan columns, int row_axis, int column_axis, int arithmetic, int threads,
    bint keep=True,
):
    """Resample one or two axes of ``src`` into ``dst``; the others have the same lengths.

    Parameters
    ----------
    src, dst : numpy.ndarray
        Checked by the caller: aligned, of types that the arithmetic takes, not overlapping, no empty axis.
    rows, columns : AxisPlan or None
        Plans of the two axes; for one axis ``columns`` is None.
    row_axis, column_axis : int
        Axes they belong to; ``column_axis`` is -1 for one axis.
    arithmetic : int
        One of ``ARITHMETIC``.
    threads : int
        At most this many.
    keep : bool
        Cache what is prepared for the two plans.
    """
    run(src, dst, rows, columns, row_axis, column_axis, arithmetic, threads, keep)
