"""Keeps what functions found out about arguments, for calls that come again with the same ones."""

from functools import update_wrapper

from libc.math cimport signbit

from cyresize.engine.cache cimport remember

cdef enum:
    RESULTS_KEPT = 256
    MOST_KINDS = 31           # two bits each
    LIST = 3


cdef inline int kind_of(object value) noexcept:
    """What tells plain values apart that are equal, as 1, True and 1.0 are; -1 for values that are not plain."""
    cdef object kind = type(value)
    if kind is int or kind is tuple or kind is str or value is None:
        return 0
    if kind is bool:
        return 1
    # A zero with a sign is equal to one without.
    if kind is float and not (<double> value == 0.0 and signbit(<double> value)):
        return 2
    return LIST if kind is list else -1


cdef long long kinds_of(tuple given, bint* lists) noexcept:
    """The kinds of all values and of the elements of tuples and ``lists``, two bits each, or -1."""
    cdef object value, element
    cdef unsigned long long kinds = 0
    cdef int kind, n = 0
    for value in given:
        kind = kind_of(value)
        if kind < 0:
            return -1
        kinds = kinds << 2 | <unsigned int> kind
        n += 1
        if kind == LIST:
            lists[0] = True
        if kind == LIST or type(value) is tuple:
            for element in value:
                kind = kind_of(element)
                if kind < 0 or kind == LIST or type(element) is tuple:
                    return -1
                kinds = kinds << 2 | <unsigned int> kind
                n += 1
    return <long long> kinds if n <= MOST_KINDS else -1


cdef tuple hashable(tuple given):
    # Lists as tuples: the kinds tell them apart.
    return tuple([tuple(<list> value) if type(value) is list else value for value in given])


cdef class _Remembered:
    """A function with its results."""

    cdef object function
    cdef dict kept
    cdef dict __dict__

    def __init__(self, function):
        self.function = function
        self.kept = {}
        update_wrapper(self, function)

    def __call__(self, *given):
        cdef bint lists = False
        cdef long long kinds = kinds_of(given, &lists)
        cdef object key, found
        if kinds < 0:
            return self.function(*given)
        key = (kinds, hashable(given) if lists else given)
        found = self.kept.get(key)
        if found is None:
            found = self.function(*given)
            remember(self.kept, key, found, RESULTS_KEPT)
        return found


def remembered(function):
    """``function``, called by position, whose results the arguments alone decide, are not None, and are not changed.

    Kept is what plain arguments gave (numbers, strings, None, and tuples and lists of them), by value and type, as a
    check may refuse some of equal ones. Errors are not kept.
    """
    return _Remembered(function)
