/* The rows as JSON, one object on each line; results/export.schema.json describes the keys. */
#include <errno.h>

#include "base/cleanup.h"
#include "report/export/formats.h"
#include "report/export/json_text.h"
#include "report/export/names.h"
#include "report/export/objects.h"

static int put_row(
    FILE *out, const struct mlm_table *table, const struct mlm_row_names *names, const struct mlm_row *row)
{
    json_auto_t *machine = mlm_export_machine(row->first->machine);
    json_auto_t *object = machine ? mlm_export_row(row, mlm_row_name_of(names, table, row), machine) : NULL;
    if (!object)
        return -ENOMEM;
    mlm_json_write(out, object);
    return 0;
}

int mlm_export_json(const struct mlm_export *export, FILE *out, size_t *ret_left_out, struct mlm_error *error)
{
    const struct mlm_table *table = export->table;
    mlm_cleanup(mlm_row_names_release) struct mlm_row_names names = {0};
    int r = mlm_row_names_make(table, &names, error);
    if (r < 0)
        return r;
    fputs("[", out);
    for (size_t i = 0; i < table->row_count && r == 0; i++) {
        fputs(i ? ",\n " : "\n ", out);
        r = put_row(out, table, &names, table->order[i]);
    }
    fputs("\n]\n", out);
    *ret_left_out = 0;
    return r < 0 ? mlm_error_errno(error, r, "exporting rows") : 0;
}
