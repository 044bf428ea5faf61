from cyresize.engine.plan cimport AxisPlan
from cyresize.engine.resample cimport Job
from cyresize.engine.rows.table cimport I16, U16, weighted_window_fn


cdef inline bint is_word(int element) noexcept:
    return element == U16 or element == I16


cdef int cheaper_order(int element, Py_ssize_t channels, AxisPlan columns, AxisPlan rows) noexcept
cdef bint has_window(int element, Py_ssize_t channels, AxisPlan columns, AxisPlan rows) noexcept
cdef bint in_pairs(AxisPlan columns, Py_ssize_t channels) noexcept
cdef bint double_lanes_pay(Py_ssize_t channels, AxisPlan columns) noexcept
cdef bint even_taps_pay(int element, Py_ssize_t channels, AxisPlan columns) noexcept
cdef bint few_lanes(Job job) noexcept
cdef bint in_fours(AxisPlan columns) noexcept
cdef bint in_twos(AxisPlan columns) noexcept
cdef bint twins_beat_lanes(Py_ssize_t channels, AxisPlan columns) noexcept
cdef bint fours_beat_lanes(AxisPlan columns) noexcept
cdef bint fours_of_floats_pay(Py_ssize_t channels) noexcept
cdef bint four_rows_pay(int element, Py_ssize_t channels, AxisPlan columns, AxisPlan rows) noexcept
cdef bint pixels_beat_lanes(int element, int order, Py_ssize_t channels, AxisPlan columns) noexcept
cdef bint two_rows_of_pixels_pay(int element, AxisPlan columns) noexcept
cdef weighted_window_fn window_kernel(Job job, int element, Py_ssize_t channels) noexcept
cdef bint bytes_beat_floats(Py_ssize_t channels, AxisPlan columns) noexcept
cdef int bytes_in_lanes(Py_ssize_t channels) noexcept
cdef bint strips_pay(int element, AxisPlan rows) noexcept
cdef bint fixed_strips_pay(AxisPlan rows) noexcept
