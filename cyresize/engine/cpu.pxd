# Bytes of a source that is likely in the second cache already, so that nothing has to be fetched ahead.
cdef Py_ssize_t near_by
# Bytes of a result up to which the last cache keeps it, so that writing past the caches would be slower.
cdef Py_ssize_t kept_results
