"""A dict as a cache that several threads may use: the oldest entries leave it."""


cdef inline int remember(dict cache, object key, object value, Py_ssize_t most) except -1:
    """Keep ``value``, and ``most`` entries altogether."""
    while len(cache) >= most:
        try:
            cache.pop(next(iter(cache)), None)
        except (RuntimeError, StopIteration):     # another thread changed the cache meanwhile
            break
    cache[key] = value
    return 0
