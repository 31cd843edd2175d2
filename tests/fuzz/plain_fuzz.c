/* Fuzzes the readers of users' files that are not plain. An input is
 *
 *   byte 0      format, separator, what is done with missing values
 *   then        the file
 *
 * Required: the file is refused with a reason on one line, or a copy of it can be made; the copy is as long
 * as the look has said, comes out the same again, and is plain: the decoder of the trials finds the same
 * shape in it. No control character is said. */
#include <errno.h>
#include <string.h>

#include "data/plain/plain.h"
#include "fuzz.h"

static const char *const endings[] = {"csv", "npy", "svm"};

/* A folder for the file and its copy, whose names must show the format. It is removed when the program ends
 * by itself. */
static char folder[256], path[300], copy_path[300];

static void paths_set(unsigned format)
{
    snprintf(path, sizeof path, "%s/file.%s", folder, endings[format]);
    snprintf(copy_path, sizeof copy_path, "%s/copy.%s", folder, endings[format]);
}

static void files_remove(void)
{
    for (unsigned i = 0; i < 3; i++) {
        paths_set(i);
        (void)unlink(path);
        (void)unlink(copy_path);
    }
    (void)rmdir(folder);
}

static void file_write(unsigned format, const uint8_t *data, size_t size)
{
    if (!folder[0]) {
        const char *place = getenv("TMPDIR");
        snprintf(folder, sizeof folder, "%s/mlm-fuzz-XXXXXX", place ? place : "/tmp");
        fuzz_assert(mkdtemp(folder) && atexit(files_remove) == 0);
    }
    paths_set(format);
    /* Make new files, because some file systems write a truncated one to the disk at once. */
    (void)unlink(path);
    (void)unlink(copy_path);
    FILE *file = fopen(path, "we");
    fuzz_assert(file && fwrite(data, 1, size, file) == size && fclose(file) == 0);
}

static int look(struct mlm_plain_order *order, struct mlm_plain *plain, struct mlm_scoreboard *board)
{
    char *notes = NULL;
    size_t size = 0;
    order->notes = open_memstream(&notes, &size);
    fuzz_assert(order->notes);
    int r = mlm_plain_look(order, plain, board);
    fuzz_assert(fclose(order->notes) == 0);
    order->notes = NULL;
    for (size_t i = 0; i < size; i++)
        fuzz_assert(notes[i] == '\n' || (unsigned char)notes[i] >= ' ');
    fuzz_assert(size == 0 || (r == 0 && plain->bytes && notes[size - 1] == '\n'));
    free(notes);
    return r;
}

static void copy_check(const struct mlm_plain_order *order, const struct mlm_plain *plain)
{
    struct mlm_scoreboard board = {0};
    struct mlm_shape shape;
    FILE *copy = fopen(copy_path, "w+e");
    fuzz_assert(copy);
    int fd = fileno(copy);
    if (mlm_plain_copy(order, fd, false, &board) != 0)
        fprintf(stderr, "%s\n", board.message);
    fuzz_assert(board.message[0] == 0);
    fuzz_assert(lseek(fd, 0, SEEK_END) == (off_t)plain->bytes && lseek(fd, 0, SEEK_SET) == 0);
    fuzz_assert(mlm_plain_copy(order, fd, true, &board) == 0);
    fuzz_assert(fclose(copy) == 0);
    if (mlm_dataset_inspect(copy_path, &shape, &board) != 0)
        fprintf(stderr, "%s\n", board.message);
    fuzz_assert(board.message[0] == 0 && memcmp(&shape, &plain->shape, sizeof shape) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mlm_scoreboard board = {0};
    struct mlm_plain plain = {0};
    if (size < 2)
        return 0;
    file_write(data[0] % 3, data + 1, size - 1);
    struct mlm_plain_order order = {
        .path = path, .reading = {.separator = data[0] / 3 % 5, .missing = data[0] / 15 % 2}};
    if (look(&order, &plain, &board) < 0) {
        fuzz_assert(board.message[0]);
        return 0;
    }
    if (plain.bytes)
        copy_check(&order, &plain);
    return 0;
}
