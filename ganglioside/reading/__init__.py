"""Reading tables: a file or DataFrame in, a judged feature table out."""
