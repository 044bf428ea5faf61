# Fills the table of function pointers that dispatch.pyx reads through a capsule.
from cpython.pycapsule cimport PyCapsule_New

cdef RowKernels kernels
kernels.linear_u8_columns = linear_u8_columns
kernels.linear_u8_blend = linear_u8_blend
kernels.exact_u8_columns = exact_u8_columns
kernels.exact_u8_blend = exact_u8_blend
kernels.exact_u16_columns = exact_u16_columns
kernels.exact_u16_blend = exact_u16_blend
kernels.fixed_u8_columns = fixed_u8_columns
kernels.fixed_u8_blend = fixed_u8_blend
kernels.pillow_u8_columns = pillow_u8_columns
kernels.pillow_u8_blend = pillow_u8_blend
kernels.float_columns = float_columns
kernels.float_blend = float_blend
kernels.double_columns = double_columns
kernels.double_blend = double_blend
kernels.area_u8 = area_u8
kernels.area_float = area_float
kernels.area_double = area_double
kernels.half_u8 = half_u8
kernels.half_u16 = half_u16
kernels.half_i16 = half_i16
kernels.widen[:] = [
    widen_u8, widen_i8, widen_u16, widen_i16, widen_f16, NULL, widen_u32, widen_i32, NULL,
]
kernels.narrow[:] = [
    narrow_u8, narrow_i8, narrow_u16, narrow_i16, narrow_f16, NULL, narrow_u32, narrow_i32, NULL,
]
kernels.blend_from[:] = [
    blend_from_u8, blend_from_i8, blend_from_u16, blend_from_i16, NULL, float_blend, NULL, NULL, double_blend,
]
kernels.blend_to[:] = [
    blend_to_u8, blend_to_i8, blend_to_u16, blend_to_i16, NULL, float_blend, NULL, NULL, double_blend,
]
kernels.gather = gather

table = PyCapsule_New(&kernels, "cyresize.RowKernels", NULL)
