from cyresize.engine.plan cimport AxisPlan
from cyresize.engine.resample cimport Job

cdef enum:
    ANY_ORDER = -1            # the cheaper one, where the result does not depend on it beyond rounding

cdef Job float_job(int element, Py_ssize_t channels, AxisPlan columns, AxisPlan rows, int order)
cdef Job convert_job(int element, int stored, Py_ssize_t channels, AxisPlan columns, AxisPlan rows, int order)
cdef Job linear_u8_job(Py_ssize_t channels, AxisPlan columns, AxisPlan rows)
cdef Job exact_job(int element, Py_ssize_t channels, AxisPlan columns, AxisPlan rows)
cdef Job fixed_u8_job(Py_ssize_t channels, AxisPlan columns, AxisPlan rows)
cdef Job pillow_u8_job(Py_ssize_t channels, AxisPlan columns, AxisPlan rows, int order)
cdef Job area_whole_job(
    int element, Py_ssize_t channels, Py_ssize_t w, Py_ssize_t ow, int fx, Py_ssize_t h, Py_ssize_t oh, int fy
)
