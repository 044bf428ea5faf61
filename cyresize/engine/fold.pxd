cdef struct Axis:
    # Small side (of the columns) and large side of a convolution: large = small*stride - pad + tap*dilation.
    Py_ssize_t small, large, taps, stride, pad, dilation

cdef struct Work:
    Axis z, y, x
    int number, cell                  # type, log2 of its bytes
    Py_ssize_t itemsize
    Py_ssize_t begin, end             # rows of the band
    char* columns
    char* large                       # first channel
    Py_ssize_t c, d, h, w             # strides of the large side in bytes
    const char* bias                  # one element per channel or NULL
    Py_ssize_t channels

cdef struct Folder:
    # One thread's buffers. Tap kx reads `count` elements of a row of columns from byte `source` and adds them at byte
    # `target` of `rows`, the phases of a target row (or of `joined`, if there are too many phases).
    char* rows                        # `phases` rows of `length` elements, `step` bytes apart
    char* joined                      # the interleaved row
    const void** pointers
    Py_ssize_t phases, length, step
    Py_ssize_t* source
    Py_ssize_t* target
    Py_ssize_t* count
    Py_ssize_t* tap                   # which taps and rows of the band add to the target row at hand
    Py_ssize_t* row

cdef void unfold(const Work* k) noexcept nogil
cdef Py_ssize_t plan_fold(const Work* k, Folder* f, char* space) noexcept nogil
cdef void fold(const Work* k, Folder* f) noexcept nogil
