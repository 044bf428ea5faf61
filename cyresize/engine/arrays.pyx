"""NumPy arrays as the drivers see them, through the buffer protocol."""

from cyresize.engine.image cimport Image
from cyresize.engine.rows.table cimport F16, F32, F64, I8, I16, I32, U8, U16, U32


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
