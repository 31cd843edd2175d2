/* Collects the footnotes of a table and gives them letters. */
#include "report/table/notes.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/size.h"
#include "base/text.h"
#include "base/utf8.h"
#include "record/above.h"
#include "record/left.h"
#include "report/table/ratio.h"

#define LETTERS 16

/* a, b, … z, aa, ab, … */
static const char *letters_of(size_t number, char text[static LETTERS])
{
    char *at = text + LETTERS - 1;
    *at = 0;
    for (size_t rest = number + 1; rest; rest = (rest - 1) / 26)
        *--at = (char)('a' + (rest - 1) % 26);
    return at;
}

/* Finds the marks that every row that ran has: they are stated once, below the table. */
static mlm_mark_set marks_of_every_row(const struct mlm_section *sections, size_t section_count)
{
    mlm_mark_set marks = ~(mlm_mark_set)0;
    size_t count = 0;
    for (size_t s = 0; s < section_count; s++)
        for (size_t i = 0; i < sections[s].count; i++) {
            const struct mlm_row *row = sections[s].rows[i];
            if (!mlm_row_ran(row))
                continue;
            marks &= row->marks;
            count++;
        }
    return count > 1 ? marks : 0;
}

void mlm_notes_begin(
    const struct mlm_section *sections, size_t count, mlm_column_set columns, struct mlm_notes *ret_notes)
{
    *ret_notes = (struct mlm_notes){.sections = sections,
        .count = count,
        .columns = columns,
        .of_every_row = marks_of_every_row(sections, count)};
}

void mlm_notes_release(struct mlm_notes *notes)
{
    mlm_keymap_release(&notes->texts);
}

/* Makes "[a,b,c]" of "[a,c]" and b. What has no room is left out. */
static void letters_insert(char brackets[static MLM_CELL_SIZE], const char *letters)
{
    const size_t length = strlen(letters), old_length = strlen(brackets);
    size_t at = 1;
    if (old_length + length + 2 >= MLM_CELL_SIZE)
        return;
    if (!old_length) {
        snprintf(brackets, MLM_CELL_SIZE, "[%s]", letters);
        return;
    }
    for (size_t other; at < old_length; at += other + 1) {
        other = strcspn(brackets + at, ",]");
        if (other > length || (other == length && strncmp(brackets + at, letters, length) > 0))
            break;
    }
    const bool last = at == old_length; /* behind the closing bracket, which becomes a comma */
    char rest[MLM_CELL_SIZE];
    strcpy(rest, last ? "]" : brackets + at);
    if (last)
        brackets[at - 1] = ',';
    snprintf(brackets + at, MLM_CELL_SIZE - at, "%s%s%s", letters, last ? "" : ",", rest);
}

int mlm_footnote_add(struct mlm_keymap *texts, const char *note, char brackets[static MLM_CELL_SIZE])
{
    size_t number;
    int r = mlm_keymap_add(texts, strdup(note), &number);
    if (r < 0)
        return r;
    char letters[LETTERS];
    letters_insert(brackets, letters_of(number, letters));
    return 0;
}

int mlm_footnotes_say(const struct mlm_keymap *texts,
    int (*put)(void *context, const char *label, const char *text), void *context)
{
    int r = 0;
    for (size_t i = 0; i < texts->count && r >= 0; i++) {
        char letters[LETTERS], label[LETTERS + 2];
        mlm_auto_free char *text = strdup(texts->entries[i].key);
        if (!text)
            return -ENOMEM;
        mlm_utf8_tame(text);
        snprintf(label, sizeof label, "[%s]", letters_of(i, letters));
        r = put(context, label, text);
    }
    return r;
}

static int growth_note(struct mlm_notes *notes, const struct mlm_row *row, char text[static MLM_CELL_SIZE])
{
    const int64_t *values = row->readings.values;
    char slope[MLM_SIZE_TEXT], low[MLM_SIZE_TEXT], high[MLM_SIZE_TEXT], note[256];
    if (values[MLM_growth_bytes_per_s] == MLM_NULL || values[MLM_growth_low_bytes_per_s] == MLM_NULL ||
        values[MLM_growth_high_bytes_per_s] == MLM_NULL)
        return 0;
    snprintf(note, sizeof note,
        "possible leak: memory grew by %s a second (95 %%: %s to %s) over the second half of the run",
        mlm_size_show((double)values[MLM_growth_bytes_per_s], slope),
        mlm_size_show((double)values[MLM_growth_low_bytes_per_s], low),
        mlm_size_show((double)values[MLM_growth_high_bytes_per_s], high));
    return mlm_footnote_add(&notes->texts, note, text);
}

static void put_process(FILE *out, const json_t *process)
{
    char size[MLM_SIZE_TEXT];
    const json_t *pss = json_object_get(process, "pss_bytes");
    fprintf(out, "%s %s", json_string_value(json_object_get(process, "name")),
        mlm_size_show(json_number_value(json_object_get(process, "peak_rss_bytes")), size));
    if (json_is_integer(pss))
        fprintf(out, " (PSS %s)", mlm_size_show(json_number_value(pss), size));
}

/* A smaller part of what a process held is not worth a word. */
#define PART_LEAST_BYTES 1048576.0

/* "python3 train.py 104 MiB of its own, 59.1 MiB of files" */
static void put_held(FILE *out, const json_t *process)
{
    static const struct {
        const char *key, *words;
    } parts[] = {{"anon_bytes", "of its own"}, {"shmem_bytes", "shared"}, {"swap_bytes", "in swap"},
        {"file_bytes", "of files"}};
    fputs(json_string_value(json_object_get(process, "name")), out);
    for (size_t i = 0, said = 0; i < sizeof parts / sizeof *parts; i++) {
        double bytes = json_number_value(json_object_get(process, parts[i].key));
        char size[MLM_SIZE_TEXT];
        if (bytes < PART_LEAST_BYTES)
            continue;
        fprintf(out, "%s %s %s", said ? "," : "", mlm_size_show(bytes, size), parts[i].words);
        said++;
    }
}

/* More than this many are counted rather than named. */
#define PROCESSES_NAMED 6

static void put_processes(FILE *out, const json_t *processes, const char *lead, const char *glue,
    void (*put)(FILE *out, const json_t *process))
{
    size_t count = json_array_size(processes);
    fputs(lead, out);
    for (size_t i = 0; i < count && i < PROCESSES_NAMED; i++) {
        fputs(i ? glue : "", out);
        put(out, json_array_get(processes, i));
    }
    if (count > PROCESSES_NAMED)
        fprintf(out, "%sand %zu more", glue, count - PROCESSES_NAMED);
}

/* Processes that held less than this share of the needs leave a rest that has to be explained; those that
 * held more than the whole share pages. */
#define HELD_MOST_SHARE 0.85
#define HELD_ALL_SHARE 1.02

/* Says what is left between the sum of the processes and the needs. */
static void put_rest(FILE *out, const struct mlm_row *row, const json_t *processes)
{
    double needs_bytes = (double)row->first->readings.values[MLM_needs_peak_bytes], sum_bytes = 0;
    const json_t *process;
    char size[MLM_SIZE_TEXT];
    size_t i;
    json_array_foreach(processes, i, process)
    {
        sum_bytes += json_number_value(json_object_get(process, "anon_bytes")) +
                     json_number_value(json_object_get(process, "shmem_bytes")) +
                     json_number_value(json_object_get(process, "swap_bytes"));
    }
    if (needs_bytes < 0) /* MLM_NULL */
        return;
    if (sum_bytes < HELD_MOST_SHARE * needs_bytes)
        fprintf(out,
            "; the other %s: smaller processes, the kernel, files in tmpfs, or a moment between two samples",
            mlm_size_show(needs_bytes - sum_bytes, size));
    else if (sum_bytes > HELD_ALL_SHARE * needs_bytes)
        fputs("; pages that they share are counted in each", out);
}

/* Adds a footnote about the processes of a row. A single process needs none: the row's figures are its own.
 * Records of earlier versions do not say what they held at the peak. */
static int processes_note(struct mlm_notes *notes, const struct mlm_row *row, char text[static MLM_CELL_SIZE])
{
    const json_t *seen = row->first->processes, *at_peak = row->first->peak_processes;
    if (json_array_size(seen) < 2 && json_array_size(at_peak) < 2)
        return 0;
    struct mlm_text largest;
    FILE *out = mlm_text_begin(&largest);
    if (!out)
        return -ENOMEM;
    if (json_array_size(at_peak)) {
        put_processes(out, at_peak, "largest at the peak: ", "; ", put_held);
        put_rest(out, row, at_peak);
        notes->processes_named = true;
    } else {
        put_processes(out, seen, "largest processes, peak RSS and the PSS seen last: ", ", ", put_process);
    }
    mlm_auto_free char *note = mlm_text_end(&largest);
    return note ? mlm_footnote_add(&notes->texts, note, text) : -ENOMEM;
}

/* The first trial of the row that left so much in tmpfs that it matters; NULL: none did. */
static const struct mlm_record *leaving_trial(const struct mlm_row *row)
{
    for (size_t i = 0; i < row->trial_count; i++)
        if (mlm_left_much(&row->trials[i]->readings))
            return row->trials[i];
    return NULL;
}

static int left_note(struct mlm_notes *notes, const struct mlm_row *row, char text[static MLM_CELL_SIZE])
{
    const struct mlm_record *record = leaving_trial(row);
    if (!record)
        return 0;
    struct mlm_text left;
    FILE *out = mlm_text_begin(&left);
    if (!out)
        return -ENOMEM;
    fputs("it left ", out);
    mlm_left_put(out, record->readings.values[MLM_left_tmpfs_bytes], record->left_tmpfs);
    fputs(", which stays in memory until somebody removes it", out);
    mlm_auto_free char *note = mlm_text_end(&left);
    return note ? mlm_footnote_add(&notes->texts, note, text) : -ENOMEM;
}

/* Names the limits above the first trial of the row that met some. */
static int above_note(struct mlm_notes *notes, const struct mlm_row *row, char text[static MLM_CELL_SIZE])
{
    const struct mlm_record *record = NULL;
    for (size_t i = 0; i < row->trial_count && !record; i++)
        if (row->trials[i]->limits_above)
            record = row->trials[i];
    if (!record)
        return 0;
    struct mlm_text above;
    FILE *out = mlm_text_begin(&above);
    if (!out)
        return -ENOMEM;
    bool any = mlm_above_put(out, record);
    mlm_auto_free char *note = mlm_text_end(&above);
    if (!note)
        return -ENOMEM;
    return any ? mlm_footnote_add(&notes->texts, note, text) : 0;
}

int mlm_notes_of_row(struct mlm_notes *notes, const struct mlm_row *row, char text[static MLM_CELL_SIZE])
{
    text[0] = 0;
    mlm_mark_set marks = row->marks & ~notes->of_every_row;
    if (row->cut_off) /* the ">" of the figure shows this already */
        marks &= ~MLM_MARK_BIT(peak_rss_lower_bound);
    int r = row->reason ? mlm_footnote_add(&notes->texts, row->reason, text) : 0;
    for (int i = 0; i < MLM_MARK_COUNT && r >= 0; i++)
        if (marks >> i & 1)
            r = mlm_footnote_add(&notes->texts, mlm_marks[i].help, text);
    if (r >= 0)
        r = above_note(notes, row, text);
    if (r >= 0)
        r = growth_note(notes, row, text);
    if (r >= 0)
        r = processes_note(notes, row, text);
    if (r >= 0)
        r = left_note(notes, row, text);
    return r;
}

static bool any_row(const struct mlm_notes *notes, bool (*is)(const struct mlm_row *row))
{
    for (size_t s = 0; s < notes->count; s++)
        for (size_t i = 0; i < notes->sections[s].count; i++)
            if (is(notes->sections[s].rows[i]))
                return true;
    return false;
}

static bool is_partly_ok(const struct mlm_row *row)
{
    return row->outcome == MLM_OUTCOME_OK && !mlm_row_all_ok(row);
}

static bool is_spread(const struct mlm_row *row)
{
    return row->time.count > 1 && row->time.spread > MLM_SPREAD_LIMIT;
}

static bool is_lower_bound(const struct mlm_row *row)
{
    return row->cut_off && row->readings.values[MLM_needs_peak_bytes] != MLM_NULL;
}

static bool any_ratio(const struct mlm_row *row, bool (*is)(const struct mlm_ratio *ratio))
{
    return is(&row->slowdown) || (row->of_best.low != row->of_best.high && is(&row->of_best));
}

static bool ratio_is_rough(const struct mlm_ratio *ratio)
{
    return !isnan(ratio->ratio) && isnan(ratio->low);
}

static bool ratio_is_even(const struct mlm_ratio *ratio)
{
    return mlm_ratio_says(ratio) == MLM_SAYS_EVEN;
}

static bool is_rough(const struct mlm_row *row)
{
    return any_ratio(row, ratio_is_rough);
}

static bool is_even(const struct mlm_row *row)
{
    return any_ratio(row, ratio_is_even);
}

static bool has_own_time(const struct mlm_row *row)
{
    return row->time.count && row->time_kind == MLM_TIME_OWN;
}

static bool has_wall_time(const struct mlm_row *row)
{
    return row->time.count && row->time_kind == MLM_TIME_WALL;
}

/* A smaller difference is within what the kernel's way of counting leaves open. */
#define RSS_ABOVE 1.01

static bool is_rss_above_needs(const struct mlm_row *row)
{
    int64_t rss_bytes = row->readings.values[MLM_peak_rss_bytes];
    int64_t needs_bytes = row->readings.values[MLM_needs_peak_bytes];
    return needs_bytes != MLM_NULL && !row->cut_off &&
           (double)rss_bytes > RSS_ABOVE * (double)needs_bytes; /* MLM_NULL is below all values */
}

static size_t disturbed_count(const struct mlm_notes *notes)
{
    size_t count = 0;
    for (size_t s = 0; s < notes->count; s++)
        for (size_t i = 0; i < notes->sections[s].count; i++)
            count += notes->sections[s].rows[i]->disturbed_count;
    return count;
}

static bool has_stall(const struct mlm_row *row)
{
    return row->readings.values[MLM_stall_full_ns] != MLM_NULL;
}

int mlm_notes_say(const struct mlm_notes *notes,
    int (*put)(void *context, const char *label, const char *text), void *context)
{
    int r = mlm_footnotes_say(&notes->texts, put, context);
    for (int i = 0; i < MLM_MARK_COUNT && r >= 0; i++)
        if (notes->of_every_row >> i & 1)
            r = put(context, "every row:", mlm_marks[i].help);
    if (r >= 0 && any_row(notes, is_partly_ok))
        r = put(context, "ok N of M:", "figures are of the repetitions that ended ok");
    if (r >= 0 && any_row(notes, is_lower_bound))
        r = put(context, ">", "cut off before its peak: at least so much");
    if (r >= 0 && any_row(notes, is_spread))
        r = put(context, "!", "repetitions differ by more than 5 %");
    size_t disturbed = disturbed_count(notes);
    if (r >= 0 && disturbed) {
        char text[128];
        snprintf(
            text, sizeof text, "%zu trial%s that other work disturbed", disturbed, disturbed == 1 ? "" : "s");
        r = put(context, "left out:", text);
    }
    if (r >= 0 && notes->processes_named)
        r = put(context, "at the peak:",
            "of its own: anonymous memory (heap, arrays, stacks); shared: shared memory and files in tmpfs; of "
            "files: programs, libraries and data that it maps, which the kernel can drop, so needs leaves them "
            "out");
    if (r >= 0 && mlm_columns_have(notes->columns, "stall") && any_row(notes, mlm_row_ran) &&
        !any_row(notes, has_stall))
        r = put(context,
            "no stall:", "it is known only on cgroup v2, where the kernel has PSI (kernel parameter psi=1)");
    if (r >= 0 && mlm_columns_have(notes->columns, "peak-rss") && any_row(notes, is_rss_above_needs))
        r = put(context, "peak RSS:",
            "above needs where it counts pages of programs, libraries and mapped files: the kernel can drop "
            "them and read them again, so needs leaves them out");
    if (r >= 0 && any_row(notes, is_even))
        r = put(context, "≈ 1 ×",
            "the 95 % interval lies within 0.95 and 1.05, or the job never came near its cap");
    if (r >= 0 && any_row(notes, is_rough))
        r = put(context, "~", "one repetition each: how far it may be off is not known");
    if (r >= 0 && any_row(notes, has_own_time))
        r = put(context, "time:",
            any_row(notes, has_wall_time)
                ? "without waiting for a processor, where one thread computed at a time; else wall time"
                : "without waiting for a processor");
    return r;
}
