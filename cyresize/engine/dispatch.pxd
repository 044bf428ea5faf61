from cyresize.engine.rows.ops_table cimport OpsKernels
from cyresize.engine.rows.table cimport RowKernels
from cyresize.engine.rows.tensor_table cimport TensorKernels

cdef const RowKernels* kernels
cdef const OpsKernels* ops
cdef const TensorKernels* tensors
