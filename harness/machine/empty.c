typedef int mlm_empty;
