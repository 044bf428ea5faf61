table: object
ops_table: object
