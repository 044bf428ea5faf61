"""The driver of unpooling: zeros, and every source element at the place that its index names.

Arrays come as planes x volume: two axes of planes, three of elements; an index counts the elements of its plane in
the target. Where an index occurs twice the later element wins, whatever the number of threads: a thread owns whole
planes, or also part of one plane's target and then reads all of its indices.
"""

from cython.parallel cimport prange

from libc.stdlib cimport free, malloc
from libc.string cimport memcpy, memset

from cyresize.engine.arrays cimport Strided, make_volume, read, write
from cyresize.engine.parallel cimport enter_team, leave_team

cdef enum:
    FEW = 4                   # planes per thread
    STEP = 1024               # elements that are placed before more of the target is cleared
    ROWS_AHEAD = 4            # of the target: windows of a pooling overlap


cdef struct Grid:
    char* data
    Py_ssize_t n, c                   # plane strides in bytes
    Py_ssize_t size[3]                # elements
    Py_ssize_t stride[3]
    Py_ssize_t itemsize, total        # total: elements of a plane
    bint contiguous                   # a plane is one run of elements

cdef struct Unpool:
    Grid src, index, dst
    Py_ssize_t channels, planes
    bint check_along                  # the target is new: it may be half written when an index is refused


cdef void grid(Grid* g, const Strided* b) noexcept:
    cdef int k
    g.data = b.data
    g.n, g.c = b.strides[0], b.strides[1]
    g.itemsize = b.itemsize
    g.total = 1
    g.contiguous = True
    for k in range(2, -1, -1):
        g.size[k] = b.shape[k + 2]
        g.stride[k] = b.strides[k + 2]
        if g.size[k] > 1 and g.stride[k] != g.total*g.itemsize:
            g.contiguous = False
        g.total *= g.size[k]


cdef inline char* plane_of(const Unpool* u, const Grid* g, Py_ssize_t plane) noexcept nogil:
    return g.data + (plane // u.channels)*g.n + (plane % u.channels)*g.c


cdef inline Py_ssize_t offset_of(const Grid* g, Py_ssize_t element) noexcept nogil:
    cdef Py_ssize_t rest = element // g.size[2]
    return (
        (element % g.size[2])*g.stride[2] + (rest % g.size[1])*g.stride[1] + (rest // g.size[1])*g.stride[0]
    )


cdef void clear(const Grid* g, char* plane, Py_ssize_t begin, Py_ssize_t end) noexcept nogil:
    cdef Py_ssize_t i
    if g.contiguous:
        memset(plane + begin*g.itemsize, 0, (end - begin)*g.itemsize)
    else:
        for i in range(begin, end):
            memset(plane + offset_of(g, i), 0, g.itemsize)


cdef inline void place_row(
    const Grid* g, char* plane, const char* values, Py_ssize_t values_step, const char* index, Py_ssize_t index_step,
    Py_ssize_t n, Py_ssize_t begin, Py_ssize_t end, const Py_ssize_t size,
) noexcept nogil:
    cdef Py_ssize_t i, at
    if begin == 0 and end == g.total and g.contiguous and values_step == size and index_step == 8:
        # The common case: all of a plane, whose indices have been checked.
        for i in range(n):
            memcpy(plane + (<const long long*> index)[i]*size, values + i*size, size)
        return
    for i in range(n):
        at = <Py_ssize_t> (<const long long*> (index + i*index_step))[0]
        if at < begin or at >= end:
            continue
        memcpy(plane + (at*size if g.contiguous else offset_of(g, at)), values + i*values_step, size)


cdef void place_sized(
    const Grid* g, char* plane, const char* values, Py_ssize_t values_step, const char* index, Py_ssize_t index_step,
    Py_ssize_t n, Py_ssize_t begin, Py_ssize_t end,
) noexcept nogil:
    if g.itemsize == 1:
        place_row(g, plane, values, values_step, index, index_step, n, begin, end, 1)
    elif g.itemsize == 2:
        place_row(g, plane, values, values_step, index, index_step, n, begin, end, 2)
    elif g.itemsize == 4:
        place_row(g, plane, values, values_step, index, index_step, n, begin, end, 4)
    elif g.itemsize == 8:
        place_row(g, plane, values, values_step, index, index_step, n, begin, end, 8)
    else:
        place_row(g, plane, values, values_step, index, index_step, n, begin, end, g.itemsize)


cdef void place_plane(const Unpool* u, Py_ssize_t plane, Py_ssize_t begin, Py_ssize_t end) noexcept nogil:
    """Fill elements ``begin`` to ``end`` of a target plane."""
    cdef const char* values = plane_of(u, &u.src, plane)
    cdef const char* index = plane_of(u, &u.index, plane)
    cdef char* to = plane_of(u, &u.dst, plane)
    cdef Py_ssize_t i, j
    clear(&u.dst, to, begin, end)
    if u.src.contiguous and u.index.contiguous:
        place_sized(&u.dst, to, values, u.src.itemsize, index, 8, u.src.total, begin, end)
        return
    for i in range(u.src.size[0]):
        for j in range(u.src.size[1]):
            place_sized(
                &u.dst, to, values + i*u.src.stride[0] + j*u.src.stride[1], u.src.stride[2],
                index + i*u.index.stride[0] + j*u.index.stride[1], u.index.stride[2], u.src.size[2], begin, end,
            )


cdef bint any_bad(const char* index, Py_ssize_t step, Py_ssize_t n, Py_ssize_t limit) noexcept nogil:
    # The sign bit of v is set below zero, that of limit - 1 - v above the limit: one test for all, without a branch.
    cdef unsigned long long signs = 0, v, last = <unsigned long long> limit - 1
    cdef Py_ssize_t i
    if step == 8:
        for i in range(n):
            v = (<const unsigned long long*> index)[i]
            signs |= v | (last - v)
    else:
        for i in range(n):
            v = (<const unsigned long long*> (index + i*step))[0]
            signs |= v | (last - v)
    return signs >> 63 != 0


cdef bint plane_is_bad(const Unpool* u, Py_ssize_t plane) noexcept nogil:
    cdef const char* index = plane_of(u, &u.index, plane)
    cdef Py_ssize_t i, j
    if u.index.contiguous:
        return any_bad(index, 8, u.index.total, u.dst.total)
    for i in range(u.index.size[0]):
        for j in range(u.index.size[1]):
            if any_bad(
                index + i*u.index.stride[0] + j*u.index.stride[1], u.index.stride[2], u.index.size[2], u.dst.total
            ):
                return True
    return False


cdef Py_ssize_t check_planes(const Unpool* u, Py_ssize_t begin, Py_ssize_t end) noexcept nogil:
    """The first of some planes that has an index outside the target, or -1."""
    cdef Py_ssize_t plane
    for plane in range(begin, end):
        if plane_is_bad(u, plane):
            return plane
    return -1


cdef bint fill_in_step(const Unpool* u, Py_ssize_t plane, Py_ssize_t begin, Py_ssize_t end) noexcept nogil:
    """As place_plane, without gaps: elements are cleared shortly before others are placed there. False: a bad index.

    Indices of a pooling rise with their elements, more or less. Where one lies further on than expected, all the rest
    is cleared before it is placed.
    """
    cdef const Grid* g = &u.dst
    cdef const char* values = plane_of(u, &u.src, plane)
    cdef const char* index = plane_of(u, &u.index, plane)
    cdef char* to = plane_of(u, g, plane)
    cdef Py_ssize_t size = g.itemsize, step, at, n, cleared = begin, expected
    cdef double growth = <double> g.total/u.src.total
    cdef bint beyond
    for step in range((u.src.total + STEP - 1) // STEP):
        at = step*STEP
        n = min(<Py_ssize_t> STEP, u.src.total - at)
        if begin > 0 and not any_bad(index + 8*at, 8, n, begin):
            continue          # others place these
        expected = min(end, <Py_ssize_t> ((at + n)*growth) + ROWS_AHEAD*g.size[2])
        beyond = any_bad(index + 8*at, 8, n, max(expected, cleared))
        if beyond:
            if u.check_along and any_bad(index + 8*at, 8, n, g.total):
                return False
            expected = end
        if expected > cleared:
            clear(g, to, cleared, expected)
            cleared = expected
        if begin == 0 and not beyond:
            place_sized(g, to, values + at*size, size, index + 8*at, 8, n, 0, g.total)
        else:
            place_sized(g, to, values + at*size, size, index + 8*at, 8, n, begin, end)
    clear(g, to, cleared, end)
    return True


cdef Py_ssize_t fill_elements(const Unpool* u, Py_ssize_t begin, Py_ssize_t end) noexcept nogil:
    """Elements ``begin`` to ``end`` of all planes in a row; the first plane with an index outside it, or -1."""
    cdef Py_ssize_t total = u.dst.total, plane = begin // total, first, last
    cdef bint in_steps = u.src.contiguous and u.index.contiguous and u.dst.contiguous and u.src.total > STEP
    while plane*total < end:
        first, last = max(begin - plane*total, <Py_ssize_t> 0), min(end - plane*total, total)
        if in_steps:
            if not fill_in_step(u, plane, first, last):
                return plane
        elif u.check_along and plane_is_bad(u, plane):
            return plane
        else:
            place_plane(u, plane, first, last)
        plane += 1
    return -1


cdef Py_ssize_t smallest(const Py_ssize_t* found, int n) noexcept nogil:
    cdef Py_ssize_t best = -1
    cdef int k
    for k in range(n):
        if found[k] >= 0 and (best < 0 or found[k] < best):
            best = found[k]
    return best


cdef Py_ssize_t check_all(const Unpool* u, int threads, Py_ssize_t* found) noexcept nogil:
    cdef int team = <int> min(<Py_ssize_t> threads, u.planes), t
    if team == 1:
        return check_planes(u, 0, u.planes)
    for t in prange(team, num_threads=team, schedule="static", chunksize=1):
        found[t] = check_planes(u, u.planes*t // team, u.planes*(t + 1) // team)
    return smallest(found, team)


cdef Py_ssize_t fill_all(const Unpool* u, int threads, Py_ssize_t* found) noexcept nogil:
    # Of few planes one thread would get one more than another; but who fills a part looks at all of a plane's indices.
    cdef bint parts = u.planes < FEW*threads
    cdef Py_ssize_t shares = u.planes*u.dst.total if parts else u.planes, share = 1 if parts else u.dst.total
    cdef int team = <int> min(<Py_ssize_t> threads, shares), t
    if team == 1:
        return fill_elements(u, 0, shares*share)
    for t in prange(team, num_threads=team, schedule="static", chunksize=1):
        found[t] = fill_elements(u, shares*t // team*share, shares*(t + 1) // team*share)
    return smallest(found, team)


cdef Py_ssize_t run(Unpool* u, int threads, Py_ssize_t* found) noexcept nogil:
    cdef Py_ssize_t bad = -1
    if not u.check_along:
        bad = check_all(u, threads, found)
    return fill_all(u, threads, found) if bad < 0 else bad


def unpool(source, index, target, bint fresh, int axes, int threads):
    """Fill ``target``; the first plane with an index outside it, or -1. ``fresh``: nobody else knows ``target``.

    ``source`` and ``index`` (int64) have one shape, [N x] C x (one to three ``axes``); ``target`` likewise.
    Unless ``fresh``, nothing is written when an index is bad.
    """
    cdef Strided a, b, c
    cdef Unpool u
    cdef Py_ssize_t bad
    cdef Py_ssize_t* found
    read(source, &a)
    read(index, &b)
    write(target, &c)
    make_volume(&a, axes)
    make_volume(&b, axes)
    make_volume(&c, axes)
    found = <Py_ssize_t*> malloc((threads + 1)*sizeof(Py_ssize_t))
    if found == NULL:
        raise MemoryError("no memory for the threads' findings")
    grid(&u.src, &a)
    grid(&u.index, &b)
    grid(&u.dst, &c)
    u.channels = a.shape[1]
    u.planes = a.shape[0]*u.channels
    u.check_along = fresh
    with nogil:
        threads = enter_team(threads)
        bad = run(&u, threads, found)
        leave_team(threads)
        free(found)
    return bad
