"""The drivers of convolution and transposed convolution: matrix products in bands that fit a cache.

A transposed convolution goes by phases (see phases.pyx), or it multiplies the kernels of some output channels by the
pixels of a band and folds the columns that come out; a convolution multiplies all kernels by the columns of a band.
Threads take output channels of the one and output rows of the other, so none waits for another and no sum depends on
their number. Products are our own: the pool of threads of a BLAS spins beside OpenMP's for the same processors, and its
sums differ between processors.

Letters: T taps of a kernel; a product is M x K times K x P, with the pixels of a band for P.
"""

from cython.parallel cimport prange

from libc.stdlib cimport free, malloc
from libc.string cimport memcpy, memset

from cyresize.engine.arrays cimport Strided, make_volume, number_of, read, write
from cyresize.engine.dispatch cimport ops
from cyresize.engine.fold cimport Axis, Folder, Work, fold, plan_fold, unfold
from cyresize.engine.image cimport padded
from cyresize.engine.parallel cimport enter_team, leave_team
from cyresize.engine.phases cimport (
    Box,
    Phases,
    all_finite,
    box_at,
    boxes,
    copy_box,
    free_phases,
    has_margins,
    join_phases,
    pack_phases,
    plan_phases,
)
from cyresize.engine.rows.ops_table cimport N_F32, N_F64, PRODUCT_ROWS, Run

cdef enum:
    BAND = 1 << 16     # elements of columns at a time: a quarter of a second-level cache
    PIXELS = 192       # a band narrower than this makes products slow
    DEPTH = 128        # of a product at a time: a panel of it stays in the first-level cache
    LEAST = 8          # output channels of a group: fewer leave tiles of products empty that are not by kernel and tap
    FEW = 128          # pixels of all images
    LINE = 64          # bytes of a line of a cache: vectors of panels do not cross one

cdef struct Task:
    Work work                         # the large side and its axes
    Py_ssize_t images, groups, inputs, outputs, taps   # inputs, outputs: channels of a group
    Py_ssize_t band                   # rows
    Py_ssize_t block                  # channels of a group at a time
    char* weight                      # contiguous
    char* small                       # the other side: contiguous pixels
    Py_ssize_t small_image, large_image, pixels        # bytes; elements of a channel of the small side
    const char* bias
    bint phased                       # a transposed convolution that goes by phases
    Work mirrored                     # a convolution as a transposed one: the side that is read is the small one
    bint checked, strange             # whether weights must be finite; they are not
    Phases phases
    char* packed                      # a convolution's kernels in panels, one group after the other

cdef struct Buffers:
    # One thread's memory.
    Folder folder
    char* kernels
    char* panel
    char* columns                     # or sums of phases
    char* box                         # of the source, with margins
    Run* runs


cdef inline Py_ssize_t panels(Py_ssize_t rows) noexcept nogil:
    return (rows + PRODUCT_ROWS - 1)//PRODUCT_ROWS


cdef inline void pack_panel(
    const char* a, Py_ssize_t row_step, Py_ssize_t depth_step, Py_ssize_t rows, Py_ssize_t depth, char* out,
    const Py_ssize_t size,
) noexcept nogil:
    cdef Py_ssize_t k, r
    if rows < PRODUCT_ROWS:
        memset(out, 0, depth*PRODUCT_ROWS*size)
        for r in range(rows):
            for k in range(depth):
                memcpy(out + (k*PRODUCT_ROWS + r)*size, a + r*row_step + k*depth_step, size)
    elif row_step == size:
        for k in range(depth):
            memcpy(out + k*PRODUCT_ROWS*size, a + k*depth_step, PRODUCT_ROWS*size)
    else:
        for k in range(depth):
            for r in range(PRODUCT_ROWS):
                memcpy(out + (k*PRODUCT_ROWS + r)*size, a + r*row_step + k*depth_step, size)


cdef inline void pack_four_panels(
    const char* a, Py_ssize_t depth_step, Py_ssize_t depth, char* out, const Py_ssize_t size
) noexcept nogil:
    # A line of the cache holds rows of several panels: it is read once for all of them.
    cdef Py_ssize_t k, p, panel = PRODUCT_ROWS*size
    for k in range(depth):
        for p in range(4):
            memcpy(out + (p*depth + k)*panel, a + k*depth_step + p*panel, PRODUCT_ROWS*size)


cdef void pack_rows(
    const char* a, Py_ssize_t row_step, Py_ssize_t depth_step, Py_ssize_t rows, Py_ssize_t depth, Py_ssize_t size,
    char* out,
) noexcept nogil:
    """Panels of PRODUCT_ROWS rows, depth outermost in each: steps in bytes, zeros where rows are missing."""
    cdef Py_ssize_t first = 0, n
    while first < rows:
        if size == 4 and row_step == size and rows - first >= 4*PRODUCT_ROWS:
            pack_four_panels(a + first*row_step, depth_step, depth, out, 4)
            first += 4*PRODUCT_ROWS
            out += 4*depth*PRODUCT_ROWS*size
            continue
        n = min(rows - first, <Py_ssize_t> PRODUCT_ROWS)
        if size == 4:
            pack_panel(a + first*row_step, row_step, depth_step, n, depth, out, 4)
        elif size == 8:
            pack_panel(a + first*row_step, row_step, depth_step, n, depth, out, 8)
        else:
            pack_panel(a + first*row_step, row_step, depth_step, n, depth, out, size)
        first += PRODUCT_ROWS
        out += depth*PRODUCT_ROWS*size


cdef inline void multiply_panel(
    const Task* t, const char* kernels, Py_ssize_t m, Py_ssize_t depth, Py_ssize_t k0, const char* panel, Py_ssize_t n,
    char* c, Py_ssize_t c_step,
) noexcept nogil:
    # n columns of c from depth k0 on, by as much of the depth as there is in a panel.
    cdef Py_ssize_t size = t.work.itemsize, row, p
    for p in range(panels(m)):
        row = p*PRODUCT_ROWS
        ops.product[t.work.number](
            kernels + (row*depth + k0*PRODUCT_ROWS)*size, panel, min(depth - k0, <Py_ssize_t> DEPTH),
            min(m - row, <Py_ssize_t> PRODUCT_ROWS), n, c + row*c_step*size, c_step, k0 > 0,
        )


cdef void multiply(
    const Task* t, const char* kernels, Py_ssize_t m, Py_ssize_t depth, const char* b, Py_ssize_t b_step, Py_ssize_t n,
    char* panel, char* c, Py_ssize_t c_step,
) noexcept nogil:
    """c (m x n) = kernels (packed) times b (depth x n); steps between rows in elements."""
    cdef Py_ssize_t size = t.work.itemsize, width = ops.product_width[t.work.number]
    cdef Py_ssize_t first = 0, k0, k, columns
    while first < n:
        columns = min(width, n - first)
        k0 = 0
        while k0 < depth:
            for k in range(min(depth - k0, <Py_ssize_t> DEPTH)):
                memcpy(panel + k*width*size, b + ((k0 + k)*b_step + first)*size, columns*size)
                if columns < width:
                    memset(panel + (k*width + columns)*size, 0, (width - columns)*size)
            multiply_panel(t, kernels, m, depth, k0, panel, columns, c + first*size, c_step)
            k0 += DEPTH
        first += width


cdef Py_ssize_t cut_runs(const Phases* p, const Box* b, Py_ssize_t first, Py_ssize_t n, Run* runs) noexcept nogil:
    """Pixels ``first`` to first + n of a box as runs along its rows; how many."""
    cdef Py_ssize_t done = 0, count = 0, x
    while done < n:
        x = (first + done) % b.width
        runs[count].at = (first + done) // b.width*p.row + x
        runs[count].to = done
        runs[count].n = min(b.width - x, n - done)
        done += runs[count].n
        count += 1
    return count


cdef void multiply_phase(
    const Task* t, Buffers* b, const Box* box, Py_ssize_t phase, const char* kernels, Py_ssize_t count, char* sums,
    Py_ssize_t step,
) noexcept nogil:
    """Sums of ``count`` output channels, ``step`` elements apart, for all pixels of a box."""
    cdef const Phases* p = &t.phases
    cdef Py_ssize_t size = t.work.itemsize, width = ops.product_width[t.work.number], pixels = box.rows*box.width
    cdef Py_ssize_t begin = p.first[phase], taps = p.first[phase + 1] - begin, depth = taps*t.inputs
    cdef Py_ssize_t first, k0 = 0, n, columns
    kernels += begin*panels(count)*PRODUCT_ROWS*t.inputs*size
    # By depth first: its part of the kernels is read for every panel of pixels.
    while k0 < depth:
        first = 0
        while first < pixels:
            columns = min(width, pixels - first)
            n = cut_runs(p, box, first, columns, b.runs)
            ops.panel[t.work.number](
                b.box, p.channel, p.offset + begin, taps, k0, min(depth - k0, <Py_ssize_t> DEPTH), b.runs, n, b.panel,
            )
            multiply_panel(t, kernels, count, depth, k0, b.panel, columns, sums + first*size, step)
            first += width
        k0 += DEPTH


cdef inline char* take(char* space, Py_ssize_t* used, Py_ssize_t size) noexcept nogil:
    cdef Py_ssize_t at = used[0]
    used[0] += padded(size)
    return NULL if space == NULL else space + at


cdef Py_ssize_t divide_space(const Task* t, Buffers* b, bint back, char* space) noexcept nogil:
    """Lay a thread's memory out in ``space`` (NULL: only count); the bytes it needs."""
    cdef Py_ssize_t used = 0, size = t.work.itemsize, pixels = t.band*t.work.x.small
    cdef Py_ssize_t depth = t.inputs if back else t.inputs*t.taps
    cdef Py_ssize_t rows = t.block*t.taps if back else depth
    b.panel = take(space, &used, min(depth, <Py_ssize_t> DEPTH)*ops.product_width[t.work.number]*size)
    b.columns = take(space, &used, rows*pixels*size)
    b.kernels = take(space, &used, panels(rows)*PRODUCT_ROWS*depth*size if back else 0)
    if back:
        used += plan_fold(&t.work, &b.folder, NULL if space == NULL else space + used)
    return used


cdef Py_ssize_t divide_space_of_phases(const Task* t, Buffers* b, bint back, char* space) noexcept nogil:
    """The same for phases."""
    cdef Py_ssize_t used = 0, size = t.work.itemsize, width = ops.product_width[t.work.number]
    b.panel = take(space, &used, DEPTH*width*size)
    b.box = take(space, &used, t.inputs*t.phases.channel*size)
    b.runs = <Run*> take(space, &used, width*sizeof(Run))
    if back:
        b.columns = take(space, &used, t.work.x.stride*t.block*t.phases.rows*t.phases.width*size)
        b.kernels = take(space, &used, panels(t.block)*PRODUCT_ROWS*t.inputs*t.taps*size)
    return used


# ---- transposed convolution

cdef void fold_block(
    const Task* t, Buffers* b, Py_ssize_t n, Py_ssize_t g, Py_ssize_t c, Py_ssize_t count
) noexcept nogil:
    """All bands of ``count`` output channels of an image, from channel ``c`` of group ``g``."""
    cdef Work k = t.work
    cdef Py_ssize_t rows = k.z.small*k.y.small, begin = 0, width = k.x.small, at = g*t.outputs + c
    cdef const char* source = t.small + n*t.small_image + g*t.inputs*t.pixels*k.itemsize
    k.columns = b.columns
    k.channels = count
    k.large = t.work.large + n*t.large_image + at*k.c
    k.bias = t.bias + at*k.itemsize if t.bias != NULL else NULL
    while begin < rows:
        k.begin = begin
        k.end = min(begin + t.band, rows)
        multiply(
            t, b.kernels, count*t.taps, t.inputs, source + begin*width*k.itemsize, t.pixels,
            (k.end - begin)*width, b.panel, b.columns, (k.end - begin)*width,
        )
        fold(&k, &b.folder)
        begin = k.end


cdef void convolve_back_box(
    const Task* t, Buffers* b, Work* k, const Box* box, const char* source, Py_ssize_t count
) noexcept nogil:
    """``count`` output channels of a box: phases along x side by side, to be joined to rows."""
    cdef Py_ssize_t phase, across, c, row = box.rows*box.width, step = count*row*k.itemsize
    copy_box(k, &t.phases, box, source, t.inputs, b.box)
    for phase in range(k.z.stride*k.y.stride):
        for across in range(k.x.stride):
            multiply_phase(
                t, b, box, phase*k.x.stride + across, b.kernels, count, b.columns + across*step, box.rows*box.width
            )
        if k.bias != NULL:
            for c in range(k.x.stride*count):
                ops.add_value[k.number](k.bias + c % count*k.itemsize, b.columns + c*row*k.itemsize, row)
        join_phases(k, &t.phases, box, phase, b.columns, step)


cdef void convolve_back_block(
    const Task* t, Buffers* b, Py_ssize_t n, Py_ssize_t g, Py_ssize_t c, Py_ssize_t count
) noexcept nogil:
    """All boxes of ``count`` output channels of an image, from channel ``c`` of group ``g``."""
    cdef Work k = t.work
    cdef Box box
    cdef Py_ssize_t at = g*t.outputs + c, i
    k.channels = count
    k.large = t.work.large + n*t.large_image + at*k.c
    k.bias = t.bias + at*k.itemsize if t.bias != NULL else NULL
    for i in range(boxes(&t.phases)):
        box = box_at(&t.phases, i)
        convolve_back_box(t, b, &k, &box, t.small + n*t.small_image + g*t.inputs*t.pixels*k.itemsize, count)


cdef void convolve_back_part(
    Task* t, char* space, Py_ssize_t n0, Py_ssize_t n1, Py_ssize_t c0, Py_ssize_t c1
) noexcept nogil:
    """Images ``n0`` to ``n1``, output channels ``c0`` to ``c1`` counted through all groups."""
    cdef Buffers b
    cdef Py_ssize_t size = t.work.itemsize, step = t.outputs*t.taps*size, at = c0, g, c, count, n
    cdef const char* weight
    if t.phased:
        divide_space_of_phases(t, &b, True, space)
    else:
        divide_space(t, &b, True, space)
    while at < c1:
        g = at // t.outputs
        c = at % t.outputs
        count = min(min(t.block, t.outputs - c), c1 - at)
        # weight is inputs x outputs x taps for each group.
        weight = t.weight + (g*t.inputs*t.outputs + c)*t.taps*size
        if t.phased:
            if t.checked and not all_finite(weight, step, t.inputs, count*t.taps, size):
                t.strange = True
                return
            pack_phases(&t.phases, weight, step, t.inputs, count, size, b.kernels)
        else:
            pack_rows(weight, size, step, count*t.taps, t.inputs, size, b.kernels)
        for n in range(n0, n1):
            if t.phased:
                convolve_back_block(t, &b, n, g, c, count)
            else:
                fold_block(t, &b, n, g, c, count)
        at += count


cdef void convolve_back_all(Task* t, char* space, Py_ssize_t each, int team, bint by_channel) noexcept nogil:
    cdef Py_ssize_t channels = t.groups*t.outputs
    cdef int i
    if team == 1:
        convolve_back_part(t, space, 0, t.images, 0, channels)
    elif by_channel:
        for i in prange(team, num_threads=team, schedule="static", chunksize=1):
            convolve_back_part(t, space + i*each, 0, t.images, channels*i // team, channels*(i + 1) // team)
    else:
        for i in prange(team, num_threads=team, schedule="static", chunksize=1):
            convolve_back_part(t, space + i*each, t.images*i // team, t.images*(i + 1) // team, 0, channels)


# ---- convolution

cdef void convolve_band(const Task* t, Buffers* b, Py_ssize_t n, Py_ssize_t begin) noexcept nogil:
    """All output channels of a band of rows of an image."""
    cdef Work k = t.work
    cdef Py_ssize_t size = k.itemsize, width = k.x.small, depth = t.inputs*t.taps, pixels, g, o
    cdef char* out
    cdef char* row
    k.begin = begin
    k.end = min(begin + t.band, k.z.small*k.y.small)
    k.columns = b.columns
    k.channels = t.inputs
    pixels = (k.end - begin)*width
    for g in range(t.groups):
        k.large = t.work.large + n*t.large_image + g*t.inputs*k.c
        unfold(&k)
        out = t.small + n*t.small_image + (g*t.outputs*t.pixels + begin*width)*size
        multiply(
            t, t.packed + g*panels(t.outputs)*PRODUCT_ROWS*depth*size, t.outputs, depth, b.columns, pixels, pixels,
            b.panel, out, t.pixels,
        )
        if t.bias != NULL:
            for o in range(t.outputs):
                row = out + o*t.pixels*size
                ops.add_value[k.number](t.bias + (g*t.outputs + o)*size, row, pixels)


cdef void convolve_box(const Task* t, Buffers* b, Py_ssize_t n, const Box* box) noexcept nogil:
    """All output channels of a box of an image. Its pixels follow one another in the target."""
    cdef const Work* k = &t.work
    cdef Py_ssize_t size = k.itemsize, pixels = box.rows*box.width, depth = t.inputs*t.taps, g, o
    cdef Py_ssize_t begin = (box.z*k.y.small + box.y)*k.x.small + box.x
    cdef char* out
    for g in range(t.groups):
        copy_box(&t.mirrored, &t.phases, box, k.large + n*t.large_image + g*t.inputs*k.c, t.inputs, b.box)
        out = t.small + n*t.small_image + (g*t.outputs*t.pixels + begin)*size
        multiply_phase(
            t, b, box, 0, t.packed + g*panels(t.outputs)*PRODUCT_ROWS*depth*size, t.outputs, out, t.pixels
        )
        if t.bias != NULL:
            for o in range(t.outputs):
                ops.add_value[k.number](t.bias + (g*t.outputs + o)*size, out + o*t.pixels*size, pixels)


cdef inline Py_ssize_t parts(const Task* t) noexcept nogil:
    # Bands or boxes of an image.
    return boxes(&t.phases) if t.phased else (t.work.z.small*t.work.y.small + t.band - 1)//t.band


cdef void convolve_part(const Task* t, char* space, Py_ssize_t begin, Py_ssize_t end) noexcept nogil:
    """Bands or boxes ``begin`` to ``end``, counted through all images."""
    cdef Buffers b
    cdef Box box
    cdef Py_ssize_t each = parts(t), i
    if t.phased:
        divide_space_of_phases(t, &b, False, space)
    else:
        divide_space(t, &b, False, space)
    for i in range(begin, end):
        if t.phased:
            box = box_at(&t.phases, i % each)
            convolve_box(t, &b, i // each, &box)
        else:
            convolve_band(t, &b, i // each, (i % each)*t.band)


cdef void pack_groups(Task* t, int team) noexcept nogil:
    """Kernels of a convolution in panels: outputs x (inputs x taps) for each group."""
    cdef Py_ssize_t size = t.work.itemsize, depth = t.inputs*t.taps, each = panels(t.outputs), i, first
    for i in prange(t.groups*each, num_threads=team, schedule="static"):
        first = (i % each)*PRODUCT_ROWS
        pack_rows(
            t.weight + ((i // each)*t.outputs + first)*depth*size, depth*size, size,
            min(t.outputs - first, <Py_ssize_t> PRODUCT_ROWS), depth, size, t.packed + i*PRODUCT_ROWS*depth*size,
        )


cdef void convolve_all(Task* t, char* space, Py_ssize_t each, Py_ssize_t total, int team) noexcept nogil:
    cdef int i
    if team == 1:
        pack_groups_alone(t)
        convolve_part(t, space, 0, total)
    else:
        pack_groups(t, team)
        for i in prange(team, num_threads=team, schedule="static", chunksize=1):
            convolve_part(t, space + i*each, total*i // team, total*(i + 1) // team)


cdef void pack_groups_alone(Task* t) noexcept nogil:
    cdef Py_ssize_t size = t.work.itemsize, depth = t.inputs*t.taps, g
    for g in range(t.groups):
        pack_rows(
            t.weight + g*t.outputs*depth*size, depth*size, size, t.outputs, depth, size,
            t.packed + g*panels(t.outputs)*PRODUCT_ROWS*depth*size,
        )


# ---- what both need to know

cdef int axis(Axis* a, tuple values) except -1:
    a.small, a.large, a.taps, a.stride, a.pad, a.dilation = values
    return 0


cdef int describe(
    Task* t, object source, object weight, object bias, object target, tuple axes, Py_ssize_t groups, bint back
) except -1:
    """Everything of a task but its band and its memory."""
    cdef Strided a, b, kernel, offsets
    cdef const Strided* small = &a if back else &b
    cdef const Strided* large = &b if back else &a
    cdef Work* k = &t.work
    read(source, &a)
    write(target, &b)
    read(weight, &kernel)
    read(bias, &offsets)
    make_volume(&a, kernel.ndim - 2)
    make_volume(&b, kernel.ndim - 2)
    memset(t, 0, sizeof(Task))
    axis(&k.z, axes[0])
    axis(&k.y, axes[1])
    axis(&k.x, axes[2])
    k.number = number_of(source)
    k.itemsize = large.itemsize
    k.cell = 0 if k.itemsize == 1 else 1 if k.itemsize == 2 else 2 if k.itemsize == 4 else 3
    k.large = large.data
    k.c, k.d, k.h, k.w = large.strides[1], large.strides[2], large.strides[3], large.strides[4]
    t.small = small.data
    t.weight = kernel.data
    t.bias = offsets.data
    t.images, t.groups = large.shape[0], groups
    t.inputs, t.outputs = a.shape[1]//groups, b.shape[1]//groups
    t.small_image, t.large_image = small.strides[0], large.strides[0]
    t.pixels = k.z.small*k.y.small*k.x.small
    t.taps = k.z.taps*k.y.taps*k.x.taps
    return 0


cdef void choose_band(Task* t, Py_ssize_t columns) noexcept:
    """Rows of a band, each pixel of which has some number of ``columns``."""
    cdef Py_ssize_t width = t.work.x.small, rows = t.work.z.small*t.work.y.small
    cdef Py_ssize_t pixels = max(min(2*BAND//columns, <Py_ssize_t> PIXELS), <Py_ssize_t> 16)
    t.band = max(min(pixels//width, rows), <Py_ssize_t> 1)


cdef bint by_phases(Task* t) noexcept:
    """Whether phases are faster than columns, from sizes alone; plans them."""
    cdef Py_ssize_t pixels
    if (t.work.number != N_F32 and t.work.number != N_F64) or t.outputs < LEAST or not plan_phases(&t.work, &t.phases):
        return False
    if t.phases.taps == t.phases.phases and t.images*t.pixels < FEW:
        # Columns that do not overlap are joined, not added, and rearranging the kernels does not pay.
        return False
    pixels = t.phases.rows*t.phases.width
    t.block = max(min(2*BAND//(t.work.x.stride*pixels)//PRODUCT_ROWS*PRODUCT_ROWS, t.outputs), <Py_ssize_t> 1)
    t.checked = has_margins(&t.work, &t.phases)
    return True


cdef int convolve_back_by(Task* t, int threads, bint phased) except -1:
    """Carry a task out by phases or by columns that are folded; sets ``strange`` if phases do not serve."""
    cdef Buffers measure
    cdef Py_ssize_t each
    cdef bint by_channel = t.groups*t.outputs >= threads or t.groups*t.outputs >= t.images
    cdef int team = <int> min(<Py_ssize_t> threads, t.groups*t.outputs if by_channel else t.images)
    cdef char* memory
    cdef char* space
    t.phased = phased
    if phased:
        each = divide_space_of_phases(t, &measure, True, NULL)
    else:
        choose_band(t, t.taps)
        t.block = max(min(BAND//(t.band*t.work.x.small*t.taps), t.outputs), <Py_ssize_t> 1)
        each = divide_space(t, &measure, True, NULL)
    memory = <char*> malloc(each*team + LINE)
    if memory == NULL:
        raise MemoryError(f"no memory for {team} x {each} bytes of columns")
    space = memory + (LINE - <size_t> memory % LINE)
    with nogil:
        team = enter_team(team)
        convolve_back_all(t, space, each, team, by_channel)
        leave_team(team)
        free(memory)
    return 0


def convolve_back(source, weight, bias, target, tuple axes, Py_ssize_t groups, int threads):
    """Transposed convolution of ``source`` (contiguous) into ``target`` (contiguous rows), both [N x] C x (sides).

    ``weight`` is C x O/groups x taps (contiguous), ``bias`` O elements or None, all of one type; ``axes`` are (small,
    large, taps, stride, padding, dilation) of depth, height and width, the source being the small side.
    """
    cdef Task t
    describe(&t, source, weight, bias, target, axes, groups, True)
    try:
        if by_phases(&t):
            convolve_back_by(&t, threads, True)
            if not t.strange:
                return
        # Zeros of margins times what is not finite would be a NaN that no pixel causes: columns have no margins.
        convolve_back_by(&t, threads, False)
    finally:
        free_phases(&t.phases)


cdef Axis mirrored(const Axis* a) noexcept:
    # Tap k of target pixel x is source pixel x + k*dilation - pad: the signs are those of a transposed convolution.
    cdef Axis b
    b.small, b.large, b.taps, b.stride, b.pad, b.dilation = a.large, a.small, a.taps, 1, -a.pad, -a.dilation
    return b


cdef bint by_one_phase(Task* t, int threads) noexcept:
    """Whether a convolution needs no columns, for its bits are the same; plans its boxes, one for each thread."""
    cdef Work* k = &t.work
    cdef bint single = k.z.stride == 1 and k.y.stride == 1 and k.x.stride == 1
    cdef bint joined = k.w == k.itemsize and k.h == k.x.large*k.w and k.d == k.y.large*k.h and k.c == k.z.large*k.d
    if (k.number != N_F32 and k.number != N_F64) or not single or not joined:
        return False
    t.mirrored = k[0]
    t.mirrored.z, t.mirrored.y, t.mirrored.x = mirrored(&k.z), mirrored(&k.y), mirrored(&k.x)
    if not plan_phases(&t.mirrored, &t.phases):
        return False
    while t.images*boxes(&t.phases) < threads and t.phases.rows > 1:
        t.phases.rows = (t.phases.rows + 1)//2
    return True


def convolve(source, weight, bias, target, tuple axes, Py_ssize_t groups, int threads):
    """Convolution of ``source`` (any strides) into ``target`` (contiguous), both [N x] C x (sides).

    ``weight`` is O x C/groups x taps (contiguous), ``bias`` O elements or None, all of one type; ``axes`` are (small,
    large, taps, stride, padding, dilation) of depth, height and width, the target being the small side.
    """
    cdef Task t
    cdef Buffers measure
    cdef Py_ssize_t each, total
    cdef int team
    cdef char* memory
    cdef char* space
    describe(&t, source, weight, bias, target, axes, groups, False)
    t.phased = by_one_phase(&t, threads)
    if t.phased:
        each = divide_space_of_phases(&t, &measure, False, NULL)
    else:
        choose_band(&t, t.inputs*t.taps)
        each = divide_space(&t, &measure, False, NULL)
    total = t.images*parts(&t)
    team = <int> min(<Py_ssize_t> threads, total)
    memory = <char*> malloc(each*team + LINE)
    space = memory + (LINE - <size_t> memory % LINE)
    t.packed = <char*> malloc(groups*panels(t.outputs)*PRODUCT_ROWS*t.inputs*t.taps*t.work.itemsize)
    try:
        if memory == NULL or t.packed == NULL:
            raise MemoryError(f"no memory for {team} x {each} bytes of columns")
        with nogil:
            team = enter_team(team)
            convolve_all(&t, space, each, total, team)
            leave_team(team)
    finally:
        free_phases(&t.phases)
        free(memory)
        free(t.packed)
