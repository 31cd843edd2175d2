/* Opens what all trials of a run share, in the order in which each part needs the one before, and closes it
 * in reverse. */
#include "trial/session.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/interrupts.h"
#include "base/utf8.h"
#include "machine/fresh.h"
#include "machine/memory.h"
#include "machine/presence.h"
#include "trial/dataset_folder.h"
#include "trial/worker.h"

/* JSON needs UTF-8: a file name with other bytes must not prevent the recording of a run. */
static json_t *word_keep(const char *argument)
{
    mlm_auto_free char *word = strdup(argument);
    if (!word)
        return NULL;
    mlm_utf8_repair(word);
    return json_string(word);
}

static int command_keep(struct mlm_session *session, int argc, char **argv)
{
    session->command = json_array();
    for (int i = 0; session->command && i < argc; i++)
        if (json_array_append_new(session->command, word_keep(argv[i])) < 0)
            return -ENOMEM;
    return session->command ? 0 : -ENOMEM;
}

static int facts_make(struct mlm_session *session)
{
    session->machine_facts = json_copy(mlm_machine_json(session->machine));
    const struct mlm_cage_site *site = &session->site;
    struct mlm_memory_now memory = {0};
    (void)mlm_memory_now(AT_FDCWD, &memory, NULL);
    session->swap_total_bytes = memory.swap_total_bytes;
    return session->machine_facts &&
                   json_object_set_new(
                       session->machine_facts, "cgroup_version", json_integer(site->version)) == 0 &&
                   json_object_set_new(session->machine_facts, "cgroup_hybrid", json_boolean(site->hybrid)) ==
                       0
               ? 0
               : -ENOMEM;
}

static void run_id_make(struct mlm_session *session)
{
    struct timespec now;
    struct tm utc;
    char text[20];
    (void)clock_gettime(CLOCK_REALTIME, &now);
    (void)strftime(text, sizeof text, "%Y%m%dT%H%M%S", gmtime_r(&now.tv_sec, &utc));
    const char *id = json_string_value(json_object_get(session->machine_facts, "id"));
    /* Milliseconds tell apart the runs of a script that starts several in one second. */
    snprintf(session->run_id, sizeof session->run_id, "%.24s-%s.%03ldZ", id ? id : "machine", text,
        now.tv_nsec / 1000000);
}

static int preload(const struct mlm_session *session, struct mlm_error *error)
{
    static const char *const arguments[] = {"preload", NULL};
    struct mlm_worker_order order = {
        .program = session->catalogue->worker, .arguments = arguments, .pass_fd = -1};
    int r = mlm_worker_do(&order, &session->await, NULL, error);
    return r < 0 && r != -EINTR ? mlm_error_wrap(error, r, "trying the worker") : r;
}

/* Measures fresh memory; failures are ignored, except -EINTR: the user wants to stop. */
static int fresh_look(struct mlm_session *session, uint64_t bytes, struct mlm_error *error)
{
    struct mlm_fresh_memory fresh;
    int r = mlm_fresh_memory_probe(bytes, &session->await, &fresh, NULL);
    if (mlm_interrupted(session->await.interrupt_fd))
        return mlm_error_set(error, -EINTR, "interrupted");
    if (r < 0 || !fresh.slow)
        return 0;
    session->warm_ns_per_byte = fresh.warm_ns_per_byte;
    session->marks |= MLM_MARK_BIT(fresh_memory_slow);
    return 0;
}

json_t *mlm_session_machine(const struct mlm_session *session, const struct mlm_workload *workload)
{
    return workload->script && session->script_facts ? session->script_facts : session->machine_facts;
}

int mlm_session_open(
    const struct mlm_session_options *options, struct mlm_session *ret_session, struct mlm_error *error)
{
    mlm_cleanup(mlm_session_close) struct mlm_session session = {
        .catalogue = options->catalogue,
        .presence_fd = mlm_presence_announce(),
        .await = options->await,
    };
    int r = mlm_machine_open(&session.machine, error);
    if (r == 0)
        r = (options->inherit ? mlm_cage_site_inherit : mlm_cage_site_find)(AT_FDCWD, &session.site, error);
    /* A command without datasets, such as exec, works without a folder for them. */
    if (r == 0 && mlm_dataset_folder(session.dataset_folder, NULL) < 0)
        session.dataset_folder[0] = 0;
    if (r == 0 && (command_keep(&session, options->argc, options->argv) < 0 || facts_make(&session) < 0))
        r = mlm_error_errno(error, -ENOMEM, "session");
    if (r == 0 && session.site.access != MLM_CAGE_NONE)
        r = mlm_cages_open(&session.site, &session.cages, error);
    if (r == 0)
        r = preload(&session, error);
    if (r < 0)
        return r;
    run_id_make(&session);
    if (sched_getaffinity(0, sizeof session.started_affinity, &session.started_affinity) < 0)
        return mlm_error_errno(error, -errno, "cannot learn on which processors we may run");
    cpu_set_t own;
    mlm_machine_harness_affinity(session.machine, &own);
    (void)sched_setaffinity(0, sizeof own, &own);
    /* The probe would fill the memory that an inherited cage has, and raise its peak. */
    r = session.cages && !options->inherit ? fresh_look(&session, options->probe_bytes, error) : 0;
    if (r < 0)
        return r;
    *ret_session = session;
    session = (struct mlm_session){.presence_fd = -1};
    return 0;
}

void mlm_session_close(struct mlm_session *session)
{
    mlm_cages_close(session->cages);
    mlm_machine_close(session->machine);
    json_decref(session->machine_facts);
    json_decref(session->script_facts);
    json_decref(session->command);
    mlm_leftovers_release(&session->leftovers);
    /* 0 is standard input, never ours: so a zeroed struct holds nothing. */
    if (session->presence_fd > 0)
        mlm_presence_end(&session->presence_fd);
    if (session->datasets_fd > 0)
        (void)close(session->datasets_fd);
    *session = (struct mlm_session){0};
}
