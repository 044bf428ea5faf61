# Bytes of a result up to which the last cache keeps it, so that writing past the caches would be slower.
cdef Py_ssize_t kept_results
