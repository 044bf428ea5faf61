from cyresize.engine.rows.table cimport RowKernels

cdef const RowKernels* kernels
