/* Keeps the largest processes of one sample. */
#include "meter/peak.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/script.h"
#include "base/utf8.h"
#include "record/metric.h"
#include "record/record_json.h"

/* Processes that hold less of what the cage holds are not named. */
#define LARGE_SHARE 0.05
#define WORDS_MOST 64

static int64_t kib(const char *status, const char *key)
{
    uint64_t value;
    return mlm_keyed_number(status, key, &value) == 0 ? (int64_t)value * 1024 : MLM_NULL;
}

void mlm_held_parse(const char *status, struct mlm_held *ret_held)
{
    static const char name[] = "Name:\t";
    *ret_held = (struct mlm_held){
        .anon_bytes = kib(status, "RssAnon"),
        .file_bytes = kib(status, "RssFile"),
        .shmem_bytes = kib(status, "RssShmem"),
        .swap_bytes = kib(status, "VmSwap"),
    };
    if (strncmp(status, name, sizeof name - 1) == 0) {
        const char *begin = status + sizeof name - 1;
        snprintf(ret_held->name, sizeof ret_held->name, "%.*s", (int)strcspn(begin, "\n"), begin);
    }
    mlm_utf8_tame(ret_held->name);
}

static int64_t or_0(int64_t bytes)
{
    return bytes == MLM_NULL ? 0 : bytes;
}

int64_t mlm_held_own_bytes(const struct mlm_held *held)
{
    return or_0(held->anon_bytes) + or_0(held->shmem_bytes) + or_0(held->swap_bytes);
}

void mlm_held_name_words(struct mlm_held *held, char *const *words, int folder_fd)
{
    const char *script = mlm_script_name(words, folder_fd);
    const size_t length = strlen(held->name);
    if (!script)
        return;
    /* A script that is a program of its own gives the process its name, of which the kernel keeps 15 bytes.
     */
    if (strncmp(script, held->name, length) == 0)
        snprintf(held->name, sizeof held->name, "%s", script);
    else
        snprintf(held->name + length, sizeof held->name - length, " %s", script);
    mlm_utf8_tame(held->name);
}

bool mlm_held_name(struct mlm_held *held, pid_t pid)
{
    char path[64], text[4096], *words[WORDS_MOST + 1] = {0};
    snprintf(path, sizeof path, "/proc/%d/cmdline", (int)pid);
    ssize_t size = mlm_file_read_into(AT_FDCWD, path, text, sizeof text);
    if (size <= 0)
        return false;
    size_t count = 0;
    for (char *word = text; word < text + size && count < WORDS_MOST; word += strlen(word) + 1)
        words[count++] = word;
    snprintf(path, sizeof path, "/proc/%d/cwd", (int)pid);
    mlm_auto_close int folder_fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    mlm_held_name_words(held, words, folder_fd);
    return true;
}

bool mlm_peak_is_large(const struct mlm_held *held, int64_t held_bytes)
{
    return (double)mlm_held_own_bytes(held) >= LARGE_SHARE * (double)held_bytes;
}

void mlm_peak_add(struct mlm_peak *peak, const struct mlm_held *held)
{
    size_t at = peak->count;
    while (at && mlm_held_own_bytes(&peak->processes[at - 1]) < mlm_held_own_bytes(held))
        at--;
    if (at == MLM_PEAK_PROCESSES)
        return;
    if (peak->count < MLM_PEAK_PROCESSES)
        peak->count++;
    for (size_t i = peak->count - 1; i > at; i--)
        peak->processes[i] = peak->processes[i - 1];
    peak->processes[at] = *held;
}

static json_t *bytes_or_null(int64_t bytes)
{
    return bytes == MLM_NULL ? json_null() : json_integer(bytes);
}

json_t *mlm_peak_json(const struct mlm_peak *peak)
{
    json_auto_t *list = json_array();
    if (!peak->count || !list)
        return NULL;
    for (size_t i = 0; i < peak->count; i++) {
        const struct mlm_held *held = &peak->processes[i];
        json_t *item = json_pack("{s:o, s:o, s:o, s:o, s:o}", "name", mlm_json_text(held->name), "anon_bytes",
            bytes_or_null(held->anon_bytes), "file_bytes", bytes_or_null(held->file_bytes), "shmem_bytes",
            bytes_or_null(held->shmem_bytes), "swap_bytes", bytes_or_null(held->swap_bytes));
        if (json_array_append_new(list, item) < 0)
            return NULL;
    }
    return mlm_take_ptr(list);
}
