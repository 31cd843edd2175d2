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

static void judge(const struct mlm_ending *ending, struct judgement *judgement)
{
    char *reason = judgement->reason;
    if (ending->oom_kills) {
        judgement->outcome = MLM_OUTCOME_OOM;
        /* Nothing needs saying where the worker itself was killed: that is the meaning of oom. */
        const char *victim = ending->victim ? ending->victim : "another process in the cage";
        if (ending->waited)
            snprintf(reason, MLM_MESSAGE_SIZE, "the kernel killed %s, and what was left did nothing any more",
                victim);
        else if (ending->worker_spared)
            snprintf(reason, MLM_MESSAGE_SIZE, "the kernel killed %s", victim);
    } else if (ending->timed_out) {
        judgement->outcome = MLM_OUTCOME_TIMEOUT;
        char limit[MLM_SIZE_TEXT];
        snprintf(reason, MLM_MESSAGE_SIZE, "stopped after %s",
            mlm_duration_show((double)ending->timeout_ns, limit));
    } else if (WIFSIGNALED(ending->status)) {
        int signal = WTERMSIG(ending->status);
        bool outside = comes_from_outside(signal);
        judgement->outcome = outside ? MLM_OUTCOME_KILLED : MLM_OUTCOME_CRASH;
        snprintf(reason, MLM_MESSAGE_SIZE, "SIG%s%s%s%.256s", sigabbrev_np(signal),
            outside ? " from outside" : "", ending->last_words[0] ? ": " : "", ending->last_words);
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
