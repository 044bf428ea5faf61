include "rows.pxi"
include "sse.pxi"
include "pairs32.pxi"
include "pillow.pxi"
include "areas.pxi"
include "avx512.pxi"
include "doubles8.pxi"
include "doubles.pxi"
include "windows.pxi"
include "pixels.pxi"
include "export.pxi"
include "ops.pxi"
include "ops_export.pxi"
include "tensor.pxi"


cdef void v4_gather(
    const Lanes* t, const Py_ssize_t* index, Py_ssize_t n, Py_ssize_t size, const void* row, void* out,
    Py_ssize_t ahead,
) noexcept nogil:
    # There is no permute of single bytes wider than 16 of them.
    if t != NULL and t.kind == SINGLES:
        sse_gather(t, index, n, size, row, out, ahead)
    else:
        avx512_gather(t, index, n, size, row, out, ahead)


use_sse_kernels(&kernels)
use_pair_kernels(&kernels)
use_avx512_kernels(&kernels)
use_doubles(&kernels)
use_windows(&kernels)
kernels.gather = v4_gather
