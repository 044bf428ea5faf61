"""The driver of upscaling with a kernel of its own for every output pixel.

Letters: N images, C channels, H x W source, OH x OW output, O output channels, K kernel side, J = C*K*K.
"""

from cython.parallel cimport prange

from libc.stdlib cimport free, malloc
from libc.string cimport memset

from cyresize.engine.arrays cimport Strided, read, write
from cyresize.engine.parallel cimport enter_team, leave_team

ctypedef fused real:
    float
    double

cdef enum:
    LANES = 8   # partial sums of a dot product, added up in one fixed order

cdef struct Upscale:
    char* src
    char* weight
    char* dst
    Py_ssize_t images, channels, h, w, outputs, out_h, out_w, kernel_h, kernel_w
    Py_ssize_t src_n, src_c, src_h, src_w, dst_n, dst_c, dst_h, dst_w, weight_h, weight_w, weight_o   # bytes
    const long long* row              # source row and column of each output row and column
    const long long* column


cdef void patch(const Upscale* u, Py_ssize_t n, Py_ssize_t y, Py_ssize_t x, real* out) noexcept nogil:
    """The K x K surroundings of a source pixel in all channels, zeros outside."""
    cdef Py_ssize_t c, ky, kx, sy, sx, j = 0
    cdef const char* plane
    for c in range(u.channels):
        plane = u.src + n*u.src_n + c*u.src_c
        for ky in range(u.kernel_h):
            sy = y + ky - u.kernel_h//2
            for kx in range(u.kernel_w):
                sx = x + kx - u.kernel_w//2
                if 0 <= sy < u.h and 0 <= sx < u.w:
                    out[j] = (<const real*> (plane + sy*u.src_h + sx*u.src_w))[0]
                else:
                    out[j] = 0
                j += 1


cdef inline real dot(const real* a, const real* b, Py_ssize_t n) noexcept nogil:
    cdef real[8] part
    cdef Py_ssize_t i, k, whole = n//LANES*LANES
    memset(part, 0, sizeof(part))
    for i in range(0, whole, 8):
        for k in range(8):
            part[k] = part[k] + a[i + k]*b[i + k]
    for i in range(whole, n):
        part[i - whole] = part[i - whole] + a[i]*b[i]
    return ((part[0] + part[1]) + (part[2] + part[3])) + ((part[4] + part[5]) + (part[6] + part[7]))


cdef void rows(const Upscale* u, real* space, Py_ssize_t begin, Py_ssize_t end) noexcept nogil:
    cdef Py_ssize_t y, x, n, o, size = u.channels*u.kernel_h*u.kernel_w
    cdef const char* weight
    for y in range(begin, end):
        for x in range(u.out_w):
            weight = u.weight + y*u.weight_h + x*u.weight_w
            for n in range(u.images):
                patch(u, n, <Py_ssize_t> u.row[y], <Py_ssize_t> u.column[x], space)
                for o in range(u.outputs):
                    (<real*> (u.dst + n*u.dst_n + o*u.dst_c + y*u.dst_h + x*u.dst_w))[0] = dot(
                        <const real*> (weight + o*u.weight_o), space, size
                    )


cdef void run(const Upscale* u, real* space, Py_ssize_t each, int team) noexcept nogil:
    cdef int t
    team = enter_team(team)
    if team == 1:
        rows(u, space, 0, u.out_h)
    else:
        for t in prange(team, num_threads=team, schedule="static", chunksize=1):
            rows(u, space + t*each, u.out_h*t // team, u.out_h*(t + 1) // team)
    leave_team(team)


def upscale(source, weight, target, const long long[::1] row, const long long[::1] column, int threads):
    """Fill ``target`` (N x O x OH x OW) from ``source`` (N x C x H x W) by ``weight`` (OH x OW x O x C x K x K).

    ``row`` and ``column`` are the source pixel at the centre of each output row's and column's kernel. The kernels
    themselves (the last three axes of ``weight``) are contiguous; all arrays have one type, float or double.
    """
    cdef Strided a, b, c
    cdef Upscale u
    cdef Py_ssize_t each
    cdef int team
    cdef char* space
    read(source, &a)
    read(weight, &b)
    write(target, &c)
    u.src, u.weight, u.dst = a.data, b.data, c.data
    u.images, u.channels, u.h, u.w = a.shape[0], a.shape[1], a.shape[2], a.shape[3]
    u.out_h, u.out_w, u.outputs, u.kernel_h, u.kernel_w = b.shape[0], b.shape[1], b.shape[2], b.shape[4], b.shape[5]
    u.src_n, u.src_c, u.src_h, u.src_w = a.strides[0], a.strides[1], a.strides[2], a.strides[3]
    u.dst_n, u.dst_c, u.dst_h, u.dst_w = c.strides[0], c.strides[1], c.strides[2], c.strides[3]
    u.weight_h, u.weight_w, u.weight_o = b.strides[0], b.strides[1], b.strides[2]
    u.row, u.column = &row[0], &column[0]
    team = <int> min(<Py_ssize_t> threads, u.out_h)
    each = u.channels*u.kernel_h*u.kernel_w
    space = <char*> malloc(each*a.itemsize*team)
    if space == NULL:
        raise MemoryError(f"no memory for {team} x {each} elements of patches")
    with nogil:
        if a.itemsize == sizeof(float):
            run(&u, <float*> space, each, team)
        else:
            run(&u, <double*> space, each, team)
        free(space)
