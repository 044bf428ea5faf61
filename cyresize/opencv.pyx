"""The OpenCV dialect: cv2.resize's words, turned into a job over two plans."""

from cpython.buffer cimport PyBUF_FORMAT, PyBUF_STRIDES, PyBUF_WRITABLE, PyBuffer_Release, PyObject_GetBuffer
from cpython.bool cimport PyBool_Check
from cpython.bytes cimport PyBytes_FromStringAndSize
from cpython.long cimport PyLong_AsLongAndOverflow, PyLong_Check, PyLong_CheckExact
from libc.math cimport fabs, rint
from libc.string cimport memset

import numpy as np

from cyresize import checks
from cyresize.interpolation import INTER_LINEAR

from cyresize.engine.dispatch cimport kernels
from cyresize.engine.gather cimport Gather, copy_images, new_gather
from cyresize.engine.image cimport Image, ranges_meet
from cyresize.engine.lanes cimport DIGITS2, DIGITS3, NEAR_FAR, NO_WEIGHTS, ONES, SECOND, SINGLE_FLOATS
from cyresize.engine.parallel cimport default_threads
from cyresize.engine.plan cimport FLOAT32, FLOAT64, INT16, INT32, AxisPlan
from cyresize.engine.resample cimport COLUMNS_FIRST, ROWS_FIRST, WINDOW, Job, Pipeline, new_job
from cyresize.engine.rows.table cimport F16, F32, F64, I8, I16, I32, U8, U16, U32

from cyresize.engine import rules

cdef enum Mode:
    NEAREST, LINEAR, CUBIC, AREA, LANCZOS4, LINEAR_EXACT, NEAREST_EXACT, MODES

cdef enum:
    OTHER = -1            # a dtype that only nearest modes take
    REFUSED = -2          # a dtype that no mode takes
    JOBS_KEPT = 128
    SMALL_WORK = 1 << 15  # output bytes below which waking a second thread costs more than it saves

cdef double EPSILON = 2.220446049250313e-16


cdef struct Task:
    # All that decides how a resize is done: the key of the job cache.
    Py_ssize_t h, w, c, oh, ow
    double scale_y, scale_x
    int mode, element, antialias, itemsize


cdef dict jobs = {}
cdef type ndarray = np.ndarray
cdef object empty = np.empty


cdef int element_of(const char* format, Py_ssize_t itemsize) noexcept:
    """The stored type behind a buffer format, OTHER or REFUSED."""
    cdef char code = format[0]
    if code == b">" or code == b"<" or code == b"=" or code == b"@":
        return OTHER if format[1] not in b"ZTOwscp" else REFUSED
    if format[1] != 0 or code == b"O" or code == b"w" or code == b"s" or code == b"c" or code == b"p":
        return REFUSED
    if code == b"B":
        return U8
    if code == b"f":
        return F32
    if code == b"d":
        return F64 if itemsize == 8 else OTHER
    if code == b"e":
        return F16
    if code == b"b":
        return I8
    if code == b"H":
        return U16
    if code == b"h":
        return I16
    if code == b"I" or code == b"L":
        return U32 if itemsize == 4 else OTHER
    if code == b"i" or code == b"l":
        return I32 if itemsize == 4 else OTHER
    return OTHER


cdef inline void describe(const Py_buffer* view, Image* image) noexcept:
    # H x W, H x W x C and N x H x W x C as one structure.
    cdef const Py_ssize_t* shape = view.shape
    cdef const Py_ssize_t* strides = view.strides
    cdef int lead = 1 if view.ndim == 4 else 0
    image.data = <char*> view.buf
    image.itemsize = view.itemsize
    image.n = shape[0] if lead else 1
    image.stride_n = strides[0] if lead else 0
    image.h = shape[lead]
    image.stride_h = strides[lead]
    image.w = shape[lead + 1]
    image.stride_w = strides[lead + 1]
    image.c = shape[lead + 2] if view.ndim > 2 else 1
    image.stride_c = strides[lead + 2] if view.ndim > 2 else view.itemsize


cdef bint whole(double scale) noexcept:
    return fabs(scale - rint(scale)) < EPSILON


cdef void float_kernels(Job job, const Task* t, int order) noexcept:
    # Every type but uint8's fixed-point modes is calculated with in float or double.
    cdef Pipeline* p = &job.pipeline
    cdef bint wide = t.element >= U32
    p.order = order
    p.columns_pass = kernels.double_columns if wide else kernels.float_columns
    p.blend = kernels.double_blend if wide else kernels.float_blend
    p.window = kernels.area_double if wide else kernels.area_float
    p.widen = kernels.widen[t.element]
    p.narrow = kernels.narrow[t.element]
    p.row_size = p.ring_size = p.out_size = 8 if wide else 4
    if order == ROWS_FIRST and kernels.blend_from[t.element] != NULL:
        p.widen = NULL
        p.row_size = t.itemsize
        p.blend = kernels.blend_from[t.element]
    if order == COLUMNS_FIRST and kernels.blend_to[t.element] != NULL:
        p.narrow = NULL
        p.out_size = t.itemsize
        p.blend = kernels.blend_to[t.element]


cdef int cheaper_order(const Task* t, AxisPlan columns, AxisPlan rows) noexcept:
    """The order with fewer instructions per 16 elements, by a count that was fitted to measurements."""
    cdef double oh = t.oh, ow = t.ow, scale = max(t.scale_x, 1.0)
    cdef bint direct = kernels.columns_from[t.element] != NULL
    # Steep shrinks fill only part of a block of lanes.
    cdef double sparse = max(scale/2.0, 1.0)
    cdef double horizontal = (3 + 3*columns.taps)*sparse
    cdef double from_stored = (3 + 4*columns.taps)*max(scale/4.0, 1.0) if direct else horizontal
    cdef double vertical = 2 + 1.5*rows.taps
    cdef double columns_first = min(<double> t.h, oh*rows.taps)*ow*from_stored + oh*ow*vertical
    cdef double rows_first = oh*t.w*vertical + oh*ow*horizontal
    return COLUMNS_FIRST if columns_first <= rows_first else ROWS_FIRST


cdef Job float_job(const Task* t, AxisPlan columns, AxisPlan rows, bint any_order=True):
    cdef Job job = new_job(columns, rows, t.c, FLOAT64 if t.element >= U32 else FLOAT32)
    float_kernels(job, t, cheaper_order(t, columns, rows) if any_order else COLUMNS_FIRST)
    if t.element >= U32:
        return job
    if job.pipeline.order == COLUMNS_FIRST and kernels.columns_from[t.element] != NULL:
        job.use_lanes(&kernels.columns_from_lanes[t.element], SINGLE_FLOATS)
        if job.lanes != NULL:
            job.pipeline.widen = NULL
            job.pipeline.row_size = t.itemsize
            job.pipeline.columns_pass = kernels.columns_from[t.element]
            return job
    job.use_lanes(&kernels.float_lanes, SINGLE_FLOATS)
    return job


cdef Job fixed_job(const Task* t, AxisPlan columns, AxisPlan rows, int weights, Py_ssize_t row, Py_ssize_t ring):
    cdef Job job = new_job(columns, rows, t.c, weights)
    cdef Pipeline* p = &job.pipeline
    p.order = COLUMNS_FIRST
    p.row_size = row
    p.ring_size = ring
    p.out_size = row
    return job


cdef Job area_whole_job(const Task* t):
    """AREA by whole-number factors: windows of source rows, no weights."""
    cdef int fx = <int> rint(t.scale_x), fy = <int> rint(t.scale_y)
    cdef bint quarter = fx == 2 and fy == 2
    # OpenCV 5 has vector code for these, which rounds differently from its plain loop.
    cdef bint vectored = t.c == 1 or t.c == 3 or t.c == 4
    cdef bint partial = t.ow*fx > t.w
    cdef AxisPlan columns = rules.identity(t.w, t.ow) if partial else rules.blocks(t.w, t.ow, fx)
    cdef Job job = new_job(columns, rules.blocks(t.h, t.oh, fy), t.c, FLOAT32)
    cdef Pipeline* p = &job.pipeline
    float_kernels(job, t, WINDOW)
    p.columns.factor = fx
    p.columns.row_factor = fy
    if quarter and t.element == F32 and (t.c == 1 or t.c == 4):
        # One channel: OpenCV's vectors of four columns, its plain loop for the rest.
        p.columns.row_pairs = min(t.ow, t.w // 2) & (~<Py_ssize_t> 3 if t.c == 1 else -1)
    if t.element == U8 or (t.element == U16 and quarter and vectored):
        p.widen = NULL
        p.narrow = NULL
        p.row_size = p.out_size = 1 if t.element == U8 else 2
        p.window = kernels.area_u8
        if quarter and vectored:
            p.window = kernels.half_u8 if t.element == U8 else kernels.half_u16
    if partial:
        return job
    if t.element == U16 and p.widen == NULL:
        job.use_lanes(&kernels.half_u16_lanes, NO_WEIGHTS)
    elif t.element == U8:
        if quarter and vectored:
            job.use_lanes(&kernels.half_u8_lanes, NO_WEIGHTS)
        else:
            job.use_lanes(&kernels.area_whole_u8_lanes, ONES)
    elif t.element < U32:
        job.use_lanes(&kernels.float_lanes, NO_WEIGHTS)
    return job


cdef Job area_job(const Task* t):
    cdef Job job
    if t.scale_x >= 1 and t.scale_y >= 1:
        if whole(t.scale_x) and whole(t.scale_y):
            return area_whole_job(t)
        return float_job(
            t, rules.opencv_area_shrink(t.w, t.ow, t.scale_x), rules.opencv_area_shrink(t.h, t.oh, t.scale_y), False
        )
    if t.element == U8:
        return linear_u8_job(
            t, rules.opencv_area_enlarge_u8(t.w, t.ow, t.scale_x, True),
            rules.opencv_area_enlarge_u8(t.h, t.oh, t.scale_y, False),
        )
    return float_job(
        t, rules.opencv_area_enlarge(t.w, t.ow, t.scale_x, True),
        rules.opencv_area_enlarge(t.h, t.oh, t.scale_y, False), False,
    )


cdef Job linear_u8_job(const Task* t, AxisPlan columns, AxisPlan rows):
    cdef Job job = fixed_job(t, columns, rows, INT16, 1, 2)
    job.pipeline.columns_pass = kernels.linear_u8_columns
    job.pipeline.blend = kernels.linear_u8_blend
    job.use_lanes(&kernels.linear_u8_lanes, NEAR_FAR)
    return job


cdef Job linear_job(const Task* t):
    if t.element == U8:
        return linear_u8_job(
            t, rules.opencv_linear_u8(t.w, t.ow, t.scale_x, True), rules.opencv_linear_u8(t.h, t.oh, t.scale_y, False)
        )
    return float_job(t, rules.linear(t.w, t.ow, t.scale_x), rules.linear(t.h, t.oh, t.scale_y))


cdef Job linear_exact_job(const Task* t):
    cdef bint bytes = t.element == U8
    cdef double one = 256.0 if bytes else 65536.0
    cdef Job job
    if t.element != U8 and t.element != U16:
        return linear_job(t)
    job = fixed_job(
        t, rules.opencv_linear_exact(t.w, t.ow, t.scale_x, one), rules.opencv_linear_exact(t.h, t.oh, t.scale_y, one),
        INT16 if bytes else INT32, 1 if bytes else 2, 2 if bytes else 4,
    )
    job.pipeline.columns_pass = kernels.exact_u8_columns if bytes else kernels.exact_u16_columns
    job.pipeline.blend = kernels.exact_u8_blend if bytes else kernels.exact_u16_blend
    if bytes:
        job.use_lanes(&kernels.exact_u8_lanes, SECOND)
    return job


cdef Job fixed_u8_job(const Task* t, AxisPlan columns, AxisPlan rows):
    cdef Job job = fixed_job(t, columns, rows, INT16, 1, 4)
    job.pipeline.columns_pass = kernels.fixed_u8_columns
    job.pipeline.blend = kernels.fixed_u8_blend
    job.use_lanes(&kernels.fixed_u8_lanes, DIGITS2)
    return job


cdef Job antialiased_job(const Task* t):
    cdef str kernel = "linear" if t.mode == LINEAR else "cubic" if t.mode == CUBIC else "lanczos3"
    cdef bint fixed = t.element == U8
    cdef AxisPlan columns = rules.antialiased(t.w, t.ow, kernel, fixed22=fixed)
    cdef AxisPlan rows = rules.antialiased(t.h, t.oh, kernel, fixed22=fixed)
    cdef Job job
    if not fixed:
        return float_job(t, columns, rows)
    job = fixed_job(t, columns, rows, INT32, 1, 1)
    # Bytes are rounded between the passes, so the order shows: since Pillow 13 the vertical pass comes first where
    # the height loses more than twice as many samples as the width.
    if t.oh < t.h and t.h - t.oh > 2*(t.w - t.ow):
        job.pipeline.order = ROWS_FIRST
    job.pipeline.columns_pass = kernels.pillow_u8_columns
    job.pipeline.blend = kernels.pillow_u8_blend
    job.use_lanes(&kernels.pillow_u8_lanes, DIGITS3)
    return job


cdef object make_job(const Task* t):
    """The job of a task: the whole meaning of cv2.resize's modes."""
    cdef bint half = whole(t.scale_x) and whole(t.scale_y) and rint(t.scale_x) == 2 and rint(t.scale_y) == 2
    if t.mode == NEAREST:
        return new_gather(
            rules.nearest(t.w, t.ow, t.scale_x), rules.nearest(t.h, t.oh, t.scale_y), t.c*t.itemsize
        )
    if t.mode == NEAREST_EXACT:
        return new_gather(rules.nearest_exact(t.w, t.ow), rules.nearest_exact(t.h, t.oh), t.c*t.itemsize)
    if t.antialias:
        return antialiased_job(t)
    if t.mode == AREA or (t.mode == LINEAR and half) or (t.mode == LINEAR_EXACT and half and t.c != 2):
        return area_job(t)
    if t.mode == LINEAR:
        return linear_job(t)
    if t.mode == LINEAR_EXACT:
        return linear_exact_job(t)
    if t.mode == CUBIC:
        if t.element == U8:
            return fixed_u8_job(
                t, rules.opencv_cubic_u8(t.w, t.ow, t.scale_x), rules.opencv_cubic_u8(t.h, t.oh, t.scale_y)
            )
        return float_job(t, rules.cubic(t.w, t.ow, t.scale_x, -0.75), rules.cubic(t.h, t.oh, t.scale_y, -0.75))
    if t.element == U8:
        return fixed_u8_job(
            t, rules.opencv_lanczos4_u8(t.w, t.ow, t.scale_x), rules.opencv_lanczos4_u8(t.h, t.oh, t.scale_y)
        )
    return float_job(t, rules.lanczos4(t.w, t.ow, t.scale_x), rules.lanczos4(t.h, t.oh, t.scale_y))


cdef object cached_job(const Task* t):
    cdef bytes key = PyBytes_FromStringAndSize(<const char*> t, sizeof(Task))
    cdef object job = jobs.get(key)
    if job is None:
        job = make_job(t)
        while len(jobs) >= JOBS_KEPT:
            try:
                jobs.pop(next(iter(jobs)), None)
            except (RuntimeError, StopIteration):     # another thread changed the cache meanwhile
                break
        jobs[key] = job
    return job


cdef int work(const Image* src, const Image* dst, const Task* t, int threads) except -1:
    """Fill ``dst`` from ``src``."""
    cdef object job
    if t.h == t.oh and t.w == t.ow:
        with nogil:
            copy_images(src, dst)
        return 0
    if threads > 1 and dst.n*dst.h*dst.w*dst.c*dst.itemsize < SMALL_WORK:
        threads = 1
    job = cached_job(t)
    if type(job) is Gather:
        return (<Gather> job).run(src, dst, threads)
    return (<Job> job).run(src, dst, threads)


cdef inline Py_ssize_t times(Py_ssize_t a, Py_ssize_t b) noexcept:
    # A product of sizes, or -1 if it (or a factor already) overflows.
    return -1 if a < 0 or a > (<Py_ssize_t> ((<size_t> -1) >> 1))//b else a*b


cdef tuple output_shape(const Py_buffer* view, const Image* image, const Task* t):
    cdef tuple shape
    if view.ndim == 2:
        shape = (t.oh, t.ow)
    elif view.ndim == 3:
        shape = (t.oh, t.ow, t.c)
    else:
        shape = (image.n, t.oh, t.ow, t.c)
    if times(times(times(times(image.n, t.c), t.oh), t.ow), image.itemsize) < 0:
        checks.overflow(shape, image.itemsize)
    return shape


cdef object swapped(src, dsize, dst, double fx, double fy, interpolation, antialias, n_threads):
    """Weighted modes on a dtype of foreign byte order: through the native one."""
    native = src.astype(src.dtype.newbyteorder("="))
    out = resize(native, dsize, None, fx, fy, interpolation, antialias=antialias, n_threads=n_threads)
    if dst is None:
        return out.astype(src.dtype)
    checks.destination(dst, src, out.shape)
    dst[...] = out
    return dst


cdef int read_source(object src, const Py_buffer* view, Image* image, Task* t) except -1:
    cdef int k
    t.element = element_of(view.format, view.itemsize)
    if t.element == REFUSED or view.ndim < 2 or view.ndim > 4:
        checks.source(src)
    for k in range(view.ndim):
        if view.shape[k] == 0:
            checks.source(src)
    describe(view, image)
    t.h, t.w, t.c = image.h, image.w, image.c
    t.itemsize = <int> image.itemsize
    return 0


cdef int mode_of(object interpolation) except -1:
    cdef long number
    cdef int overflow = 0
    if PyLong_Check(interpolation) and not PyBool_Check(interpolation):
        number = PyLong_AsLongAndOverflow(interpolation, &overflow)
        if 0 <= number < MODES:
            return <int> number
    return checks.mode_number(interpolation)


cdef int thread_count(object n_threads) except -1:
    cdef long number
    cdef int overflow = 0
    if PyLong_CheckExact(n_threads):
        number = PyLong_AsLongAndOverflow(n_threads, &overflow)
        if 1 <= number < 1 << 15:
            return <int> number
    return checks.thread_count(n_threads)


cdef int read_size(Task* t, object dsize, double fx, double fy) except -1:
    cdef object pair = dsize
    if (
        type(dsize) is not tuple or len(<tuple> dsize) != 2
        or not PyLong_CheckExact((<tuple> dsize)[0]) or not PyLong_CheckExact((<tuple> dsize)[1])
    ):
        pair = checks.dsize_pair(dsize)
    try:
        t.ow, t.oh = (<tuple> pair)[0], (<tuple> pair)[1]
    except OverflowError:
        checks.dsize_pair(dsize)
        raise
    if t.ow == 0 and t.oh == 0:
        t.ow, t.oh = checks.size_from_factors(t.h, t.w, fx, fy)
        t.scale_x, t.scale_y = 1.0/fx, 1.0/fy
        return 0
    if t.ow < 1 or t.oh < 1:
        checks.bad_dsize(t.ow, t.oh)
    t.scale_x = 1.0/(<double> t.ow/<double> t.w)
    t.scale_y = 1.0/(<double> t.oh/<double> t.h)
    return 0


cdef bint read_options(Task* t, object src, object antialias) except -1:
    """Check mode, antialias and dtype together; False if the dtype needs its byte order changed first."""
    if antialias:
        t.antialias = 1
        if t.mode != LINEAR and t.mode != CUBIC and t.mode != LANCZOS4:
            checks.antialias_mode(t.mode)
    if t.mode == NEAREST or t.mode == NEAREST_EXACT:
        t.element = OTHER
    elif t.element == OTHER:
        if not src.dtype.isnative and checks.is_weighted(src.dtype):
            return False
        checks.weighted_dtype(src, t.mode)
    return True


cdef object fill(object src, object dst, tuple shape, const Image* image, const Task* t, int threads):
    """Run the task into ``dst``, or into a new array."""
    cdef Py_buffer view
    cdef Image target
    cdef bint given = dst is not None
    if not given:
        dst = empty(shape, src.dtype)
    elif not isinstance(dst, ndarray) or not dst.dtype == src.dtype or dst.ndim != len(shape):
        checks.destination(dst, src, shape)
    try:
        PyObject_GetBuffer(dst, &view, PyBUF_STRIDES | PyBUF_WRITABLE)
    except (ValueError, BufferError):
        checks.destination(dst, src, shape)
        raise
    try:
        if given and 0 in dst.shape:
            checks.destination(dst, src, shape)
        describe(&view, &target)
        if given and (
            target.h != t.oh or target.w != t.ow or target.c != t.c or target.n != image.n
            or ranges_meet(&target, image)
        ):
            checks.destination(dst, src, shape)
        work(image, &target, t, threads)
    finally:
        PyBuffer_Release(&view)
    return dst


def resize(
    src, dsize=None, dst=None, double fx=0.0, double fy=0.0, interpolation=INTER_LINEAR, *, antialias=False,
    n_threads=None,
):
    """Resize an image, or a stack of images, as ``cv2.resize`` does.

    Parameters
    ----------
    src : numpy.ndarray
        H x W, H x W x C or N x H x W x C, any C, any strides. Nearest modes take every bool, integer and float
        dtype; the others take uint8, int8, uint16, int16, uint32, int32, float16, float32 and float64.
    dsize : (int, int), optional
        Output size in pixels, (width, height). None or (0, 0): taken from ``fx`` and ``fy``.
    dst : numpy.ndarray, optional
        Array that receives the result: its shape and dtype exactly, writeable, not sharing memory with ``src``.
    fx, fy : float
        Factors along the width and the height, used without ``dsize``: width = round(W*fx), half to even.
    interpolation : Interpolation, int or str
        NEAREST 0, LINEAR 1, CUBIC 2, AREA 3, LANCZOS4 4, LINEAR_EXACT 5, NEAREST_EXACT 6, or a name in any case.
    antialias : bool
        Widen the kernel where the image shrinks (LINEAR, CUBIC with a = -0.5, LANCZOS4 as Lanczos with 3 lobes):
        Pillow's filters and, on uint8, its arithmetic.
    n_threads : int, optional
        At most this many threads; the result does not depend on it.

    Returns
    -------
    numpy.ndarray
        ``dst`` or a new array; as many axes as ``src``, the same dtype.

    Raises
    ------
    TypeError
        ``src`` or ``dst`` is not an array, or the mode does not take the dtype.
    ValueError
        An empty axis, a bad size, factor, mode or destination.
    MemoryError
        The result does not fit in memory.

    Notes
    -----
    Source of the arithmetic: OpenCV 5.0. uint8 NEAREST, NEAREST_EXACT, LINEAR, LINEAR_EXACT, AREA and LANCZOS4 and
    uint16 and float32 AREA give its bits; uint8 CUBIC is within 1.

    Examples
    --------
    >>> import numpy as np, cyresize
    >>> cyresize.resize(np.array([[0, 100]], np.uint8), (4, 1))
    array([[  0,  25,  75, 100]], dtype=uint8)
    """
    cdef Py_buffer view
    cdef Image image
    cdef Task t
    cdef int threads
    if not isinstance(src, ndarray):
        checks.source(src)
    try:
        PyObject_GetBuffer(src, &view, PyBUF_FORMAT | PyBUF_STRIDES)
    except ValueError:
        checks.source(src)
    try:
        memset(&t, 0, sizeof(Task))
        read_source(src, &view, &image, &t)
        t.mode = mode_of(interpolation)
        read_size(&t, dsize, fx, fy)
        threads = default_threads() if n_threads is None else thread_count(n_threads)
        if not read_options(&t, src, antialias):
            return swapped(src, dsize, dst, fx, fy, interpolation, antialias, n_threads)
        return fill(src, dst, output_shape(&view, &image, &t), &image, &t, threads)
    finally:
        PyBuffer_Release(&view)
