from cyresize.engine.rows.ops_table cimport OpsKernels
from cyresize.engine.rows.table cimport RowKernels

cdef const RowKernels* kernels
cdef const OpsKernels* ops
