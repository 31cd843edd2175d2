/* Decides the outcome of a trial from its exit status, the kernel's oom count and the scoreboard, in a fixed
 * order. */
#include "trial/outcome.h"

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

static const char *const phase_names[MLM_PHASE_COUNT] = {"start", "prepare", "run", "verify", "done"};

static double progress_of(const struct mlm_scoreboard *sb, uint32_t phase)
{
    uint64_t done = atomic_load_explicit(&sb->progress_done, memory_order_relaxed);
    uint64_t total = atomic_load_explicit(&sb->progress_total, memory_order_relaxed);
    if (phase == MLM_PHASE_DONE)
        return 1;
    if (phase == MLM_PHASE_START)
        return 0;
    if (!total)
        return NAN;
    return done >= total ? 1 : (double)done / (double)total;
}

/* Signals that people and daemons send. Other signals come from a mistake of the program itself: a crash. */
static bool comes_from_outside(int signal)
{
    switch (signal) {
    case SIGKILL:
    case SIGTERM:
    case SIGINT:
    case SIGHUP:
    case SIGQUIT:
    case SIGUSR1:
    case SIGUSR2:
    case SIGALRM:
    case SIGSTOP:
        return true;
    default:
        return false;
    }
}

/* The end of a process takes some time. */
#define LATE_NS UINT64_C(1000000000)

struct judgement {
    enum mlm_outcome outcome;
    char reason[MLM_MESSAGE_SIZE];
};

static void judge_verdict(const struct mlm_ending *ending, struct judgement *judgement)
{
    const struct mlm_scoreboard *sb = ending->scoreboard;
    uint32_t verdict = atomic_load_explicit(&sb->verdict, memory_order_acquire);
    int code = WEXITSTATUS(ending->status);
    static const enum mlm_outcome outcomes[] = {
        [MLM_VERDICT_NONE] = MLM_OUTCOME_CRASH,
        [MLM_VERDICT_OK] = MLM_OUTCOME_OK,
        [MLM_VERDICT_WRONG] = MLM_OUTCOME_WRONG,
        [MLM_VERDICT_SKIPPED] = MLM_OUTCOME_SKIPPED,
        [MLM_VERDICT_NO_MEMORY] = MLM_OUTCOME_OOM,
        [MLM_VERDICT_FAILED] = MLM_OUTCOME_CRASH,
    };
    /* The value may be garbage, because the worker can write anything into the shared page. */
    if (verdict >= sizeof outcomes / sizeof *outcomes)
        verdict = MLM_VERDICT_NONE;
    judgement->outcome = outcomes[verdict];
    if (judgement->outcome == MLM_OUTCOME_OK && code == 0)
        return;
    if (judgement->outcome == MLM_OUTCOME_OK || verdict == MLM_VERDICT_NONE) {
        judgement->outcome = MLM_OUTCOME_CRASH;
        snprintf(judgement->reason, sizeof judgement->reason, "exit status %d%s%.256s", code,
            ending->last_words[0] ? ": " : "", ending->last_words);
        return;
    }
    snprintf(judgement->reason, sizeof judgement->reason, "%.*s", MLM_MESSAGE_SIZE - 1, sb->message);
}

/* earlyoom and others may kill a child of the command. A shell then ends with 128 + the signal's number, and
 * Python's sys.exit(child.returncode) with 256 - that. Returns the signal; 0: there was none. */
static int killed_child_of(const struct mlm_ending *ending)
{
    static const int sent[] = {SIGTERM, SIGKILL};
    const int code = WIFEXITED(ending->status) ? WEXITSTATUS(ending->status) : 0;
    for (size_t i = 0; ending->tree && i < sizeof sent / sizeof *sent; i++)
        if (code == 128 + sent[i] || code == 256 - sent[i])
            return sent[i];
    return 0;
}

/* Nothing needs saying where the worker itself was killed for its cap: that is the meaning of oom. */
static void judge_oom(const struct mlm_ending *ending, struct judgement *judgement)
{
    char *reason = judgement->reason;
    const char *victim = ending->victim ? ending->victim : "another process in the cage";
    judgement->outcome = MLM_OUTCOME_OOM;
    int length = 0;
    if (ending->waited)
        length = snprintf(
            reason, MLM_MESSAGE_SIZE, "the kernel killed %s, and what was left did nothing any more", victim);
    else if (ending->worker_spared)
        length = snprintf(reason, MLM_MESSAGE_SIZE, "the kernel killed %s", victim);
    if (ending->limit_met && ending->limit_met[0] && length < MLM_MESSAGE_SIZE)
        snprintf(reason + length, MLM_MESSAGE_SIZE - (size_t)length, "%s%s", length ? "; " : "",
            ending->limit_met);
}

/* A job that the kernel slows down or swaps out may not die for minutes. */
static void judge_timeout(const struct mlm_ending *ending, struct judgement *judgement)
{
    char limit[MLM_SIZE_TEXT], elapsed[MLM_SIZE_TEXT];
    judgement->outcome = MLM_OUTCOME_TIMEOUT;
    mlm_duration_show((double)ending->timeout_ns, limit);
    if (ending->elapsed_ns <= ending->timeout_ns + ending->timeout_ns / 10 + LATE_NS)
        snprintf(judgement->reason, MLM_MESSAGE_SIZE, "stopped after %s", limit);
    else
        snprintf(judgement->reason, MLM_MESSAGE_SIZE, "its time limit was %s, but it took %s to stop it",
            limit, mlm_duration_show((double)ending->elapsed_ns, elapsed));
}

static void judge(const struct mlm_ending *ending, struct judgement *judgement)
{
    char *reason = judgement->reason;
    if (ending->oom_kills) {
        judge_oom(ending, judgement);
    } else if (ending->timed_out) {
        judge_timeout(ending, judgement);
    } else if (WIFSIGNALED(ending->status)) {
        int signal = WTERMSIG(ending->status);
        bool outside = comes_from_outside(signal);
        judgement->outcome = outside ? MLM_OUTCOME_KILLED : MLM_OUTCOME_CRASH;
        snprintf(reason, MLM_MESSAGE_SIZE, "SIG%s%s%s%.256s", sigabbrev_np(signal),
            outside ? " from outside" : "", ending->last_words[0] ? ": " : "", ending->last_words);
    } else if (killed_child_of(ending)) {
        judgement->outcome = MLM_OUTCOME_KILLED;
        snprintf(reason, MLM_MESSAGE_SIZE, "exit status %d: SIG%s ended a process of it%s%.256s",
            WEXITSTATUS(ending->status), sigabbrev_np(killed_child_of(ending)),
            ending->last_words[0] ? ": " : "", ending->last_words);
    } else {
        judge_verdict(ending, judgement);
    }
}

int mlm_outcome_judge(const struct mlm_ending *ending, struct mlm_record *record)
{
    struct judgement judgement = {.outcome = MLM_OUTCOME_CRASH};
    judge(ending, &judgement);
    uint32_t phase = atomic_load_explicit(&ending->scoreboard->phase, memory_order_acquire);
    if (phase >= MLM_PHASE_COUNT)
        phase = MLM_PHASE_START;
    record->outcome = judgement.outcome;
    record->progress = progress_of(ending->scoreboard, phase);
    record->phase = strdup(phase_names[phase]);
    record->reason = judgement.reason[0] ? strdup(judgement.reason) : NULL;
    return record->phase && (record->reason || !judgement.reason[0]) ? 0 : -ENOMEM;
}
