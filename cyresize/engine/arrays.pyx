"""NumPy arrays as the drivers see them, through the buffer protocol."""

from cpython.buffer cimport PyBUF_STRIDES, PyBUF_WRITABLE, PyBuffer_Release, PyObject_GetBuffer

from cyresize.engine.image cimport Image
from cyresize.engine.rows.ops_table cimport N_F32, N_F64, N_I8, N_I16, N_I32, N_I64, N_U8, N_U16, N_U32, N_U64
from cyresize.engine.rows.table cimport F16, F32, F64, I8, I16, I32, U8, U16, U32

cdef dict NUMBERS = {
    "u1": N_U8, "i1": N_I8, "u2": N_U16, "i2": N_I16, "u4": N_U32, "i4": N_I32, "u8": N_U64, "i8": N_I64,
    "f4": N_F32, "f8": N_F64,
}


cdef class Views:
    def __dealloc__(self):
        cdef int i
        for i in range(self.count):
            PyBuffer_Release(&self.held[i])

    cdef Py_buffer* read(self, object array) except? NULL:
        """The buffer of ``array`` without its format, NULL for None."""
        return NULL if array is None else self.open(array, PyBUF_STRIDES)

    cdef Py_buffer* write(self, object array) except? NULL:
        """As read, to be written to."""
        return NULL if array is None else self.open(array, PyBUF_STRIDES | PyBUF_WRITABLE)

    cdef Py_buffer* open(self, object array, int flags) except? NULL:
        cdef Py_buffer* view = &self.held[self.count]
        PyObject_GetBuffer(array, view, flags)
        self.count += 1
        return view


cdef int number_of(object array) except -1:
    """The type of an array's elements, as the tables of operations count them."""
    return NUMBERS[array.dtype.str[1:]]


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


cdef void describe(const Py_buffer* view, Image* image) noexcept:
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
