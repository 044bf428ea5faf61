from cyresize.engine.image cimport Image
from cyresize.engine.plan cimport AxisPlan

cdef int gather_images(AxisPlan columns, AxisPlan rows, const Image* src, const Image* dst, int threads) except -1
cdef void copy_images(const Image* src, const Image* dst) noexcept nogil
