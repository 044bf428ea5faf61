"""Which arguments say all there is to know of them by their types and values."""

from libc.math cimport signbit

cdef frozenset SINGLE = frozenset((int, bool, float, str, type(None)))

cdef enum:
    MOST_ELEMENTS = 48


def kinds_of(tuple given):
    """Which elements of tuples in ``given`` are floats, bit by bit; -1 where equal arguments may not be the same.

    Plain are numbers, strings, None, and tuples of ``int``, ``float`` and None. A bool in a tuple is equal to an
    ``int``, and a zero with a sign to one without.
    """
    cdef object value, element
    cdef unsigned long long kinds = 1
    cdef int room = MOST_ELEMENTS
    for value in given:
        if type(value) is tuple:
            for element in <tuple> value:
                room -= 1
                if type(element) is float:
                    kinds = kinds << 1 | 1
                    if room < 0 or is_negative_zero(element):
                        return -1
                elif room < 0 or (type(element) is not int and element is not None):
                    return -1
                else:
                    kinds <<= 1
        elif type(value) not in SINGLE or (type(value) is float and is_negative_zero(value)):
            return -1
    return kinds


cdef inline bint is_negative_zero(double value) noexcept:
    return value == 0.0 and signbit(value)
