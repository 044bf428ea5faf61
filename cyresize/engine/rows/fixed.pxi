# uint8 by weights in 1/2048, two source rows by one lane table: written for a register of two rows, as pillow.pxi is.

cdef inline void fixed_blocks2(
    const Columns* p, const u8* row, const u8* second, i32* out, i32* second_out, const int groups
) noexcept nogil:
    cdef Lanes t = p.lanes[0]
    cdef const u8* w = t.weights
    cdef const u8* a
    cdef const u8* b
    cdef pair order, total
    cdef Py_ssize_t i, ahead = p.ahead, step = 2*p.channels
    cdef int k
    for i in range(t.blocks):
        a, b = row + t.base[i], second + t.base[i]
        _mm_prefetch(a + ahead, 2)
        _mm_prefetch(b + ahead, 2)
        order = twice(t.index + 16*i)
        total = dot_words(shuffle_bytes(load_two(a, b), order), twice(w))
        for k in range(1, groups):
            total = add32(
                total, dot_words(shuffle_bytes(load_two(a + k*step, b + k*step), order), twice(w + 16*k))
            )
        w += 16*groups
        store_whole(out + t.out[i], of_first(total))
        store_whole(second_out + t.out[i], of_second(total))


cdef void fixed_u8_columns_of_two(
    const Columns* p, const void* row, const void* second, void* out, void* second_out
) noexcept nogil:
    if p.lanes.groups == 2:
        fixed_blocks2(p, <const u8*> row, <const u8*> second, <i32*> out, <i32*> second_out, 2)
    elif p.lanes.groups == 4:
        fixed_blocks2(p, <const u8*> row, <const u8*> second, <i32*> out, <i32*> second_out, 4)
    else:
        fixed_blocks2(p, <const u8*> row, <const u8*> second, <i32*> out, <i32*> second_out, p.lanes.groups)


cdef void use_fixed(RowKernels* table) noexcept:
    table.fixed_u8_columns2 = fixed_u8_columns_of_two
