"""The OpenCV dialect: cv2.resize's words, turned into a job over two plans."""

from cpython.bool cimport PyBool_Check
from cpython.bytes cimport PyBytes_FromStringAndSize
from cpython.long cimport PyLong_AsLongAndOverflow, PyLong_Check, PyLong_CheckExact
from libc.math cimport fabs, rint
from libc.string cimport memcmp, memset

cimport numpy as np

from cyresize import checks
from cyresize.interpolation import INTER_LINEAR

from cyresize.engine.arrays cimport OTHER, REFUSED, Strided, describe, element_of, new_array, read, write
from cyresize.engine.cache cimport remember
from cyresize.engine.gather cimport Gather, copy_images, new_gather
from cyresize.engine.image cimport Image, aligned, ranges_meet
from cyresize.engine.jobs cimport (
    ANY_ORDER, area_whole_job, exact_job, fixed_u8_job, float_job, linear_u8_job, pillow_u8_job,
)
from cyresize.engine.parallel cimport default_threads
from cyresize.engine.plan cimport AxisPlan
from cyresize.engine.resample cimport COLUMNS_FIRST, ROWS_FIRST, Job
from cyresize.engine.rows.table cimport I32, U8, U16, U32

from cyresize.engine import rules

cdef enum Mode:
    NEAREST, LINEAR, CUBIC, AREA, LANCZOS4, LINEAR_EXACT, NEAREST_EXACT, MODES

cdef enum:
    JOBS_KEPT = 128
    RECENT = 16              # a power of two

cdef double EPSILON = 2.220446049250313e-16


cdef struct Task:
    # All that decides how a resize is done: the key of the job cache.
    Py_ssize_t h, w, c, oh, ow
    double inverse_y, inverse_x, scale_y, scale_x    # OpenCV inverts the factor; AREA uses both
    int mode, element, antialias, itemsize


cdef struct Shape:
    # Of the result.
    int ndim
    Py_ssize_t[4] sides


cdef dict jobs = {}
cdef dict names = {}      # of modes, as they were spelled
cdef list recent = [None]*RECENT    # of jobs, by hash_of their tasks: found sooner than in `jobs`


cdef bint whole(double scale) noexcept:
    return fabs(scale - rint(scale)) < EPSILON


cdef Job area_job(const Task* t):
    # OpenCV's weights are float32. It has no 32-bit integers, whose values need better ones.
    cdef bint single = t.element != U32 and t.element != I32
    if t.scale_x >= 1 and t.scale_y >= 1:
        if single and whole(t.scale_x) and whole(t.scale_y):
            return area_whole_job(
                t.element, t.c, t.w, t.ow, <int> rint(t.scale_x), t.h, t.oh, <int> rint(t.scale_y)
            )
        return float_job(
            t.element, t.c, rules.opencv_area_shrink(t.w, t.ow, t.scale_x, single),
            rules.opencv_area_shrink(t.h, t.oh, t.scale_y, single), COLUMNS_FIRST,
        )
    if t.element == U8:
        return linear_u8_job(
            t.c, rules.opencv_area_enlarge_u8(t.w, t.ow, t.scale_x, True, t.inverse_x),
            rules.opencv_area_enlarge_u8(t.h, t.oh, t.scale_y, False, t.inverse_y),
        )
    return float_job(
        t.element, t.c, rules.opencv_area_enlarge(t.w, t.ow, t.scale_x, True, t.inverse_x, single),
        rules.opencv_area_enlarge(t.h, t.oh, t.scale_y, False, t.inverse_y, single), COLUMNS_FIRST,
    )


cdef Job linear_job(const Task* t):
    if t.element == U8:
        return linear_u8_job(
            t.c, rules.opencv_linear_u8(t.w, t.ow, t.scale_x, True),
            rules.opencv_linear_u8(t.h, t.oh, t.scale_y, False),
        )
    return float_job(
        t.element, t.c, rules.linear(t.w, t.ow, t.scale_x), rules.linear(t.h, t.oh, t.scale_y), ANY_ORDER
    )


cdef Job linear_exact_job(const Task* t):
    cdef double one = 256.0 if t.element == U8 else 65536.0
    if t.element != U8 and t.element != U16:
        return linear_job(t)
    return exact_job(
        t.element, t.c, rules.opencv_linear_exact(t.w, t.ow, t.scale_x, one),
        rules.opencv_linear_exact(t.h, t.oh, t.scale_y, one),
    )


cdef Job cubic_job(const Task* t):
    if t.element == U8:
        return fixed_u8_job(
            t.c, rules.opencv_cubic_u8(t.w, t.ow, t.scale_x), rules.opencv_cubic_u8(t.h, t.oh, t.scale_y)
        )
    return float_job(
        t.element, t.c, rules.cubic(t.w, t.ow, t.scale_x, -0.75), rules.cubic(t.h, t.oh, t.scale_y, -0.75), ANY_ORDER
    )


cdef Job lanczos4_job(const Task* t):
    if t.element == U8:
        return fixed_u8_job(
            t.c, rules.opencv_lanczos4_u8(t.w, t.ow, t.scale_x), rules.opencv_lanczos4_u8(t.h, t.oh, t.scale_y)
        )
    return float_job(
        t.element, t.c, rules.lanczos4(t.w, t.ow, t.scale_x), rules.lanczos4(t.h, t.oh, t.scale_y), ANY_ORDER
    )


cdef Job antialiased_job(const Task* t):
    cdef str kernel = "linear" if t.mode == LINEAR else "cubic" if t.mode == CUBIC else "lanczos3"
    cdef bint fixed = t.element == U8
    cdef AxisPlan columns = rules.antialiased(t.w, t.ow, kernel, fixed22=fixed)
    cdef AxisPlan rows = rules.antialiased(t.h, t.oh, kernel, fixed22=fixed)
    if not fixed:
        return float_job(t.element, t.c, columns, rows, ANY_ORDER)
    # Since Pillow 13 the vertical pass comes first where the height loses more than twice as many samples as the
    # width.
    return pillow_u8_job(
        t.c, columns, rows, ROWS_FIRST if t.oh < t.h and t.h - t.oh > 2*(t.w - t.ow) else COLUMNS_FIRST
    )


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
        return cubic_job(t)
    return lanczos4_job(t)


cdef class _Known:
    """A task and its job."""
    cdef Task task
    cdef object job


cdef inline Py_ssize_t hash_of(const Task* t) noexcept:
    cdef size_t mixed = <size_t> t.h*31 + <size_t> t.w
    mixed = (mixed*31 + <size_t> t.oh)*31 + <size_t> t.ow
    mixed = (mixed*31 + <size_t> t.c)*31 + <size_t> t.mode*8 + <size_t> (t.element + 1)
    return <Py_ssize_t> ((mixed ^ (mixed >> 8)) % RECENT)


cdef object cached_job(const Task* t):
    cdef Py_ssize_t slot = hash_of(t)
    cdef _Known known = recent[slot]
    cdef bytes key
    cdef object job
    if known is not None and memcmp(&known.task, t, sizeof(Task)) == 0:
        return known.job
    key = PyBytes_FromStringAndSize(<const char*> t, sizeof(Task))
    job = jobs.get(key)
    if job is None:
        job = make_job(t)
        remember(jobs, key, job, JOBS_KEPT)
    known = _Known.__new__(_Known)
    known.task = t[0]
    known.job = job
    recent[slot] = known
    return job


cdef int work(const Image* src, const Image* dst, const Task* t, int threads) except -1:
    """Fill ``dst`` from ``src``."""
    cdef object job
    if t.h == t.oh and t.w == t.ow:
        with nogil:
            copy_images(src, dst)
        return 0
    job = cached_job(t)
    if type(job) is Gather:
        return (<Gather> job).run(src, dst, threads)
    return (<Job> job).run(src, dst, threads)


cdef inline Py_ssize_t times(Py_ssize_t a, Py_ssize_t b) noexcept:
    # A product of sizes, or -1 if it (or a factor already) overflows.
    return -1 if a < 0 or a > (<Py_ssize_t> ((<size_t> -1) >> 1))//b else a*b


cdef int output_shape(const Image* image, const Task* t, Shape* shape) except -1:
    cdef int lead = 1 if shape.ndim == 4 else 0
    shape.sides[0] = image.n
    shape.sides[lead] = t.oh
    shape.sides[lead + 1] = t.ow
    shape.sides[lead + 2] = t.c
    if times(times(times(times(image.n, t.c), t.oh), t.ow), image.itemsize) < 0:
        checks.overflow(as_tuple(shape), image.itemsize)
    return 0


cdef tuple as_tuple(const Shape* shape):
    return tuple([shape.sides[k] for k in range(shape.ndim)])


cdef object converted(src, dsize, dst, double fx, double fy, interpolation, antialias, n_threads):
    """Weighted modes on elements of foreign byte order or at odd addresses: through a copy that has neither."""
    native = src.astype(src.dtype.newbyteorder("="))
    out = resize(native, dsize, None, fx, fy, interpolation, antialias=antialias, n_threads=n_threads)
    if dst is None:
        return out.astype(src.dtype)
    checks.destination(dst, src, out.shape)
    dst[...] = out
    return dst


cdef int read_source(np.ndarray src, Image* image, Task* t, Shape* shape) except -1:
    cdef Strided array
    cdef int k
    t.element = element_of(src)
    read(src, &array)
    if t.element == REFUSED or array.ndim < 2 or array.ndim > 4:
        checks.source(src)
    for k in range(array.ndim):
        if array.shape[k] == 0:
            checks.source(src)
    describe(&array, image)
    shape.ndim = array.ndim
    t.h, t.w, t.c = image.h, image.w, image.c
    t.itemsize = <int> image.itemsize
    return 0


cdef int mode_of(object interpolation) except -1:
    cdef long number
    cdef int overflow = 0
    cdef object known
    if PyLong_Check(interpolation) and not PyBool_Check(interpolation):
        number = PyLong_AsLongAndOverflow(interpolation, &overflow)
        if 0 <= number < MODES:
            return <int> number
    if type(interpolation) is not str:
        return checks.mode_number(interpolation)
    known = names.get(interpolation)
    if known is None:
        known = checks.mode_number(interpolation)
        remember(names, interpolation, known, JOBS_KEPT)
    return known


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
        t.inverse_x, t.inverse_y = fx, fy
    else:
        if t.ow < 1 or t.oh < 1:
            checks.bad_dsize(t.ow, t.oh)
        t.inverse_x = <double> t.ow/<double> t.w
        t.inverse_y = <double> t.oh/<double> t.h
    t.scale_x, t.scale_y = 1.0/t.inverse_x, 1.0/t.inverse_y
    return 0


cdef bint read_options(Task* t, object src, object antialias) except -1:
    """Check mode, antialias and dtype together; False if ``src`` has to be converted first."""
    if antialias:
        t.antialias = 1
        if t.mode != LINEAR and t.mode != CUBIC and t.mode != LANCZOS4:
            checks.antialias_mode(t.mode)
    if t.mode == NEAREST or t.mode == NEAREST_EXACT:
        t.element = OTHER
    elif t.element == OTHER:
        if not (src.dtype.isnative and src.flags.aligned) and checks.is_weighted(src.dtype):
            return False
        checks.weighted_dtype(src, t.mode)
    return True


cdef object new_result(np.ndarray src, const Shape* shape, const Image* image, const Task* t, int threads):
    cdef np.ndarray dst = new_array(shape.ndim, shape.sides, src)
    cdef Strided array
    cdef Image target
    read(dst, &array)
    describe(&array, &target)
    target.fresh = True
    work(image, &target, t, threads)
    return dst


cdef object fill(np.ndarray src, object given, const Shape* shape, const Image* image, const Task* t, int threads):
    """Run the task into an array of the caller's."""
    cdef np.ndarray dst
    cdef Strided array
    cdef Image target
    if not isinstance(given, np.ndarray):
        checks.destination(given, src, as_tuple(shape))
    dst = given
    if not same_dtype(src, dst):
        checks.destination(dst, src, as_tuple(shape))
    try:
        write(dst, &array)
    except ValueError:
        checks.destination(dst, src, as_tuple(shape))
        raise
    if not same_sides(&array, shape):
        checks.destination(dst, src, as_tuple(shape))
    describe(&array, &target)
    if ranges_meet(&target, image):
        checks.destination(dst, src, as_tuple(shape))
    if t.element != OTHER and not aligned(&target):
        dst[...] = new_result(src, shape, image, t, threads)
    else:
        work(image, &target, t, threads)
    return dst


cdef bint same_sides(const Strided* array, const Shape* shape) noexcept:
    return array.ndim == shape.ndim and memcmp(array.shape, shape.sides, shape.ndim*sizeof(Py_ssize_t)) == 0


cdef bint same_dtype(np.ndarray a, np.ndarray b):
    return np.PyArray_DESCR(a) == np.PyArray_DESCR(b) or a.dtype == b.dtype


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
    uint16, int16 and float32 AREA give its bits; uint8 CUBIC is within 1.

    Examples
    --------
    >>> import numpy as np, cyresize
    >>> cyresize.resize(np.array([[0, 100]], np.uint8), (4, 1))
    array([[  0,  25,  75, 100]], dtype=uint8)
    """
    cdef Image image
    cdef Task t
    cdef Shape shape
    cdef int threads
    if not isinstance(src, np.ndarray):
        checks.source(src)
    memset(&t, 0, sizeof(Task))
    read_source(src, &image, &t, &shape)
    t.mode = mode_of(interpolation)
    read_size(&t, dsize, fx, fy)
    threads = default_threads() if n_threads is None else thread_count(n_threads)
    if not read_options(&t, src, antialias):
        return converted(src, dsize, dst, fx, fy, interpolation, antialias, n_threads)
    output_shape(&image, &t, &shape)
    if dst is None:
        return new_result(src, &shape, &image, &t, threads)
    return fill(src, dst, &shape, &image, &t, threads)
