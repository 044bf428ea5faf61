"""NumPy arrays as the drivers see them, through NumPy's own structures."""

from cpython.ref cimport Py_INCREF
from libc.string cimport memset

cimport numpy as np

from cyresize.engine.image cimport Image
from cyresize.engine.rows.ops_table cimport N_F32, N_F64, N_I8, N_I16, N_I32, N_I64, N_U8, N_U16, N_U32, N_U64
from cyresize.engine.rows.table cimport F16, F32, F64, I8, I16, I32, U8, U16, U32

cdef extern from "numpy/arrayobject.h":
    np.ndarray PyArray_Empty(int ndim, np.npy_intp* shape, np.dtype dtype, int fortran)
    int PyArray_FailUnlessWriteable(np.ndarray array, const char* name) except -1

np.import_array()

cdef enum:
    MOST_AXES = 16

cdef double LARGEST = 2.0**62     # bytes


cdef int read(object array, Strided* to) except -1:
    """Look at an array, or at None."""
    cdef np.ndarray a = array
    memset(to, 0, sizeof(Strided))
    if a is None:
        return 0
    to.data = <char*> np.PyArray_DATA(a)
    to.itemsize = np.PyArray_ITEMSIZE(a)
    to.ndim = np.PyArray_NDIM(a)
    to.shape = <const Py_ssize_t*> np.PyArray_DIMS(a)
    to.strides = <const Py_ssize_t*> np.PyArray_STRIDES(a)
    return 0


cdef int write(object array, Strided* to) except -1:
    """As read; ValueError if the array is read-only."""
    cdef np.ndarray a = array
    if a is not None:
        PyArray_FailUnlessWriteable(a, b"the destination")
    return read(array, to)


cdef void make_volume(Strided* array, int axes) noexcept:
    """See [N x] C x (one to three ``axes``) as a volume: the axes that are not there have one element."""
    cdef int k, own
    if array.data == NULL or array.ndim == VOLUME:
        return
    for k in range(VOLUME):
        # Counted from the end, except for N and C.
        own = k - VOLUME + array.ndim if k >= VOLUME - axes else k + array.ndim - axes - 2 if k < 2 else -1
        array.completed[k] = array.shape[own] if own >= 0 else 1
        array.steps[k] = array.strides[own] if own >= 0 else 0
    array.shape, array.strides, array.ndim = array.completed, array.steps, VOLUME


cdef int number_of(object array) except -1:
    """The type of an array's elements, as the tables of operations count them."""
    cdef np.dtype dtype = array.dtype
    cdef char kind = dtype.kind
    cdef Py_ssize_t size = dtype.itemsize
    if kind == c"f" and (size == 4 or size == 8):
        return N_F32 if size == 4 else N_F64
    if kind == c"u" and size <= 8:
        return N_U8 if size == 1 else N_U16 if size == 2 else N_U32 if size == 4 else N_U64
    if kind == c"i" and size <= 8:
        return N_I8 if size == 1 else N_I16 if size == 2 else N_I32 if size == 4 else N_I64
    raise TypeError(f"no operation on numbers takes dtype {dtype}")


cdef bint is_half(np.ndarray array) noexcept:
    return np.PyArray_TYPE(array) == np.NPY_FLOAT16


cdef int element_of(np.ndarray array) noexcept:
    """The stored type of an array's elements as they lie in memory, OTHER or REFUSED."""
    cdef int element = stored_type(np.PyArray_TYPE(array), np.PyArray_ITEMSIZE(array))
    if element == REFUSED or np.PyArray_HASFIELDS(array):
        return REFUSED
    return element if np.PyArray_ISNOTSWAPPED(array) and np.PyArray_ISALIGNED(array) else OTHER


cdef inline int stored_type(int number, Py_ssize_t itemsize) noexcept:
    if number == np.NPY_UBYTE:
        return U8
    if number == np.NPY_FLOAT:
        return F32
    if number == np.NPY_DOUBLE:
        return F64
    if number == np.NPY_FLOAT16:
        return F16
    if number == np.NPY_BYTE:
        return I8
    if number == np.NPY_USHORT:
        return U16
    if number == np.NPY_SHORT:
        return I16
    if number == np.NPY_UINT or number == np.NPY_ULONG:
        return U32 if itemsize == 4 else OTHER
    if number == np.NPY_INT or number == np.NPY_LONG:
        return I32 if itemsize == 4 else OTHER
    if number == np.NPY_BOOL or number == np.NPY_LONGLONG or number == np.NPY_ULONGLONG or number == np.NPY_LONGDOUBLE:
        return OTHER
    return REFUSED


cdef void describe(const Strided* array, Image* image) noexcept:
    """H x W, H x W x C and N x H x W x C as one structure."""
    cdef const Py_ssize_t* shape = array.shape
    cdef const Py_ssize_t* strides = array.strides
    cdef int lead = 1 if array.ndim == 4 else 0
    cdef bint channels = array.ndim > 2
    image.data = array.data
    image.fresh = False
    image.itemsize = array.itemsize
    image.n = shape[0] if lead else 1
    image.h = shape[lead]
    image.w = shape[lead + 1]
    image.c = shape[lead + 2] if channels else 1
    # NumPy lets the stride of an axis of length 1 be anything.
    image.stride_c = strides[lead + 2] if channels and image.c > 1 else image.itemsize
    image.stride_w = strides[lead + 1] if image.w > 1 else image.c*image.itemsize
    image.stride_h = strides[lead] if image.h > 1 else image.w*image.c*image.itemsize
    image.stride_n = strides[0] if image.n > 1 else 0


def plain_result(np.ndarray x, tuple shape, np.dtype dtype, int axis):
    """A new array of ``shape`` in C order, as np.empty, or None where more has to be found out.

    That is if the channels of ``axis`` may lie innermost in ``x``, or if the array cannot be addressed.
    """
    cdef np.npy_intp[MOST_AXES] sides
    cdef double total = dtype.itemsize
    cdef int k, n = <int> len(shape)
    if axis < 0:
        axis += np.PyArray_NDIM(x)
    if np.PyArray_STRIDE(x, axis) == np.PyArray_ITEMSIZE(x) or n > MOST_AXES:
        return None
    for k in range(n):
        total *= shape[k]
        if total > LARGEST:
            return None
        sides[k] = shape[k]
    return allocated(n, sides, dtype)


cdef np.ndarray new_array(int ndim, const Py_ssize_t* shape, np.ndarray like):
    """np.empty without its reading of arguments; the dtype is that of ``like``."""
    return allocated(ndim, <np.npy_intp*> shape, <np.dtype> <void*> np.PyArray_DESCR(like))


cdef inline np.ndarray allocated(int ndim, np.npy_intp* shape, np.dtype dtype):
    Py_INCREF(dtype)          # PyArray_Empty takes one reference for itself
    return PyArray_Empty(ndim, shape, dtype, 0)
