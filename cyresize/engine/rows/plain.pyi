table: object
ops_table: object
tensor_table: object
