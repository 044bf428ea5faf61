"""Which arguments say all there is to know of them by their value and type."""

cdef frozenset SINGLE = frozenset((int, bool, float, str, type(None)))


def is_plain(tuple given):
    """Whether these are numbers, strings, None, and tuples of ``int`` and None: equal ones of equal types are the same.

    Not tuples of other numbers: they are equal to tuples of ``int``, and have the same type.
    """
    cdef object value, element
    for value in given:
        if type(value) is tuple:
            for element in <tuple> value:
                if type(element) is not int and element is not None:
                    return False
        elif type(value) not in SINGLE:
            return False
    return True
