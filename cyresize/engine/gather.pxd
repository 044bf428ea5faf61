from cyresize.engine.image cimport Image
from cyresize.engine.plan cimport AxisPlan
from cyresize.engine.rows.table cimport Lanes

cdef class Gather:
    cdef AxisPlan columns, rows
    cdef Lanes* lanes

    cdef int run(self, const Image* src, const Image* dst, int threads) except -1

cdef Gather new_gather(AxisPlan columns, AxisPlan rows, Py_ssize_t pixel)
cdef void copy_images(const Image* src, const Image* dst) noexcept nogil
