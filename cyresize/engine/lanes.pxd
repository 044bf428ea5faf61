from cyresize.engine.plan cimport AxisPlan
from cyresize.engine.rows.table cimport LaneFormat, Lanes

cdef enum Encoding:
    NEAR_FAR, SECOND, DIGITS2, DIGITS3, ONES, WORD_PAIRS, SPLIT_PAIRS, SPLIT_QUADS, SINGLE_FLOATS, SINGLE_INTS
    NO_WEIGHTS, FLOAT_PAIRS, INT_PAIRS, SINGLE_DOUBLES

# In memory that the caller frees; NULL if the plan does not fit the format.
cdef Lanes* new_lanes(AxisPlan plan, Py_ssize_t channels, const LaneFormat* format, int encoding) except? NULL
cdef void free_lanes(Lanes* lanes) noexcept
