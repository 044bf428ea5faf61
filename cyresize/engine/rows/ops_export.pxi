# Fills the table that dispatch.pyx reads through a second capsule.

from cyresize.engine.rows.ops_table cimport (
    N_F32,
    N_F64,
    N_I8,
    N_I16,
    N_I32,
    N_I64,
    N_U8,
    N_U16,
    N_U32,
    N_U64,
    add_fn,
    cast_fn,
    deinterleave_fn,
    fold_rows_fn,
    interleave_fn,
    panel_fn,
    product_fn,
    quad_at_fn,
    quad_fn,
    quotient_fn,
    raise_fn,
    spans_at_fn,
    spans_fn,
    taps_at_fn,
    taps_fn,
)

cdef OpsKernels ops


cdef void fill_number(number unused, int k) noexcept:
    ops.max_rows[k] = <fold_rows_fn> max_rows[number]
    ops.max_taps[k] = <taps_fn> max_taps[number]
    ops.max_taps_at[k] = <taps_at_fn> max_taps_at[number]
    ops.max_spans[k] = <spans_fn> max_spans[number]
    ops.max_spans_at[k] = <spans_at_fn> max_spans_at[number]
    ops.max_quad[k] = <quad_fn> max_quad[number]
    ops.max_quad_at[k] = <quad_at_fn> max_quad_at[number]
    ops.add_row[k] = <add_fn> add_row[number]
    ops.add_value[k] = <add_fn> add_value[number]
    ops.to_i64[k] = <cast_fn> to_i64[number]
    ops.from_i64[k] = <cast_fn> from_i64[number]


cdef void fill_total(total unused, int k) noexcept:
    ops.sum_rows[k] = <fold_rows_fn> sum_rows[total]
    ops.sum_taps[k] = <taps_fn> sum_taps[total]
    ops.sum_spans[k] = <spans_fn> sum_spans[total]
    ops.quotient[k] = <quotient_fn> quotient[total]


cdef void fill_real(real unused, int k) noexcept:
    ops.raised[k] = <raise_fn> raised[real]


cdef void fill_integer(integer unused, int k) noexcept:
    ops.product[k] = <product_fn> product_of_integers[integer]
    ops.product_width[k] = 64


cdef void fill_cell(cell unused, int k) noexcept:
    ops.interleave[k] = <interleave_fn> interleave[cell]
    ops.deinterleave[k] = <deinterleave_fn> deinterleave[cell]


fill_number(<u8> 0, N_U8)
fill_number(<i8> 0, N_I8)
fill_number(<u16> 0, N_U16)
fill_number(<i16> 0, N_I16)
fill_number(<u32> 0, N_U32)
fill_number(<i32> 0, N_I32)
fill_number(<u64> 0, N_U64)
fill_number(<i64> 0, N_I64)
fill_number(<float> 0, N_F32)
fill_number(<double> 0, N_F64)
fill_integer(<u8> 0, N_U8)
fill_integer(<i8> 0, N_I8)
fill_integer(<u16> 0, N_U16)
fill_integer(<i16> 0, N_I16)
fill_integer(<u32> 0, N_U32)
fill_integer(<i32> 0, N_I32)
fill_integer(<u64> 0, N_U64)
fill_integer(<i64> 0, N_I64)
fill_total(<i64> 0, N_I64)
fill_total(<float> 0, N_F32)
fill_total(<double> 0, N_F64)
fill_cell(<u8> 0, 0)
fill_cell(<u16> 0, 1)
fill_cell(<u32> 0, 2)
fill_cell(<u64> 0, 3)
fill_real(<float> 0, N_F32)
fill_real(<double> 0, N_F64)
ops.product[<int> N_F32] = <product_fn> product[floats]
ops.product[<int> N_F64] = <product_fn> product[doubles]
ops.product_width[<int> N_F32] = 3*sizeof(floats)//sizeof(float)
ops.product_width[<int> N_F64] = 3*sizeof(doubles)//sizeof(double)
ops.panel[<int> N_F32] = <panel_fn> panel[floats]
ops.panel[<int> N_F64] = <panel_fn> panel[doubles]
ops.to_f64 = <cast_fn> to_f64
ops.from_f64 = <cast_fn> from_f64

ops_table = PyCapsule_New(&ops, "cyresize.OpsKernels", NULL)
