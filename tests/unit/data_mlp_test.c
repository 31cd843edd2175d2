/* Tests the program of a perceptron: every tensor is freed, and peaks are those of the formulas. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "data/mlp.h"

#define LAYERS_MAX 16

static const uint32_t even[] = {8};
static const uint32_t hourglass[] = {16, 2, 64, 4, 1};

/* Walks through the program as an allocator sees it. */
struct walk {
    const struct mlm_mlp *mlp;
    uint64_t rows;
    uint32_t held_by[3 * LAYERS_MAX]; /* for each place of activations: the layer, counted from 1; 0: none */
    bool live[MLM_MLP_KINDS][LAYERS_MAX + 1];
    unsigned allocated[MLM_MLP_KINDS][LAYERS_MAX + 1];
    uint64_t live_bytes, peak_bytes;
};

/* An activation has its place to itself as long as it is needed. */
static void place_take(struct walk *walk, const struct mlm_mlp_instruction *in, uint32_t holder)
{
    const struct mlm_mlp_spec *spec = &walk->mlp->spec;
    if (in->kind != MLM_MLP_ACTIVATION || !spec->training)
        return;
    uint64_t place = mlm_mlp_place(spec, in->layer);
    assert_true(place < mlm_mlp_places(spec));
    assert_int_equal(walk->held_by[place], holder ? 0 : in->layer + 1);
    walk->held_by[place] = holder;
}

static void walk_section(struct walk *walk, enum mlm_mlp_section section)
{
    const struct mlm_mlp *mlp = walk->mlp;
    uint32_t last = mlp->spec.shape.layers;
    for (uint32_t i = mlp->begin[section]; i < mlp->begin[section + 1]; i++) {
        const struct mlm_mlp_instruction *in = &mlp->code[i];
        uint32_t l = in->layer;
        bool *live = &walk->live[in->kind][l];
        uint64_t size = mlm_mlp_tensor_bytes(&mlp->spec.shape, (enum mlm_mlp_kind)in->kind, l, walk->rows);
        assert_true(l <= last);
        switch ((enum mlm_mlp_op)in->op) {
        case MLM_MLP_ALLOC:
            assert_false(*live);
            assert_true(size > 0);
            *live = true;
            place_take(walk, in, l + 1);
            walk->allocated[in->kind][l]++;
            walk->live_bytes += size;
            walk->peak_bytes = walk->live_bytes > walk->peak_bytes ? walk->live_bytes : walk->peak_bytes;
            break;
        case MLM_MLP_FREE:
            assert_true(*live);
            *live = false;
            place_take(walk, in, 0);
            walk->live_bytes -= size;
            break;
        case MLM_MLP_LOAD:
            assert_true(walk->live[MLM_MLP_ACTIVATION][0]);
            break;
        case MLM_MLP_FORWARD:
            assert_true(walk->live[MLM_MLP_ACTIVATION][l - 1]);
            assert_true(walk->live[MLM_MLP_WEIGHTS][l]);
            assert_true(walk->live[MLM_MLP_ACTIVATION][l]);
            break;
        case MLM_MLP_LOSS:
            assert_int_equal(l, last);
            assert_true(walk->live[MLM_MLP_ACTIVATION][last]);
            break;
        case MLM_MLP_BACKWARD:
            assert_true(walk->live[l == last ? MLM_MLP_ACTIVATION : MLM_MLP_DELTA][l]);
            assert_true(walk->live[MLM_MLP_ACTIVATION][l - 1]);
            assert_true(l == 1 || walk->live[MLM_MLP_DELTA][l - 1]);
            assert_true(walk->live[MLM_MLP_WEIGHTS][l] && walk->live[MLM_MLP_GRADIENT][l]);
            break;
        case MLM_MLP_UPDATE:
            assert_true(walk->live[MLM_MLP_WEIGHTS][l] && walk->live[MLM_MLP_GRADIENT][l]);
            break;
        }
    }
}

static void check(const struct mlm_mlp_spec *spec, uint64_t rows)
{
    struct mlm_mlp mlp;
    assert_int_equal(mlm_mlp_build(spec, &mlp), 0);
    assert_int_equal(mlp.begin[MLM_MLP_SECTIONS] * sizeof *mlp.code, mlm_mlp_code_bytes(spec));

    struct walk walk = {.mlp = &mlp, .rows = rows};
    walk_section(&walk, MLM_MLP_BEGIN);
    uint64_t lasting = walk.live_bytes;
    assert_int_equal(lasting, mlm_mlp_lasting_bytes(spec));
    for (unsigned pass = 1; pass <= 2; pass++) {
        walk_section(&walk, MLM_MLP_PASS);
        assert_int_equal(walk.live_bytes, lasting);
        walk_section(&walk, MLM_MLP_STEP);
        uint64_t activations = 0;
        for (uint32_t l = 0; l <= spec->shape.layers; l++)
            activations += walk.allocated[MLM_MLP_ACTIVATION][l];
        assert_int_equal(activations, pass * (spec->shape.layers + 1 + mlm_mlp_repeated(spec)));
    }
    if (spec->keep_every == 0)
        assert_int_equal(walk.peak_bytes, lasting + rows * sizeof(float) * mlm_mlp_passing_floats(spec));
    walk_section(&walk, MLM_MLP_END);
    assert_int_equal(walk.live_bytes, 0);
    mlm_mlp_free(&mlp);
}

static void every_tensor_is_freed_and_the_peak_is_the_formula(void **state)
{
    (void)state;
    for (uint32_t layers = 1; layers <= LAYERS_MAX; layers++)
        for (int optimizer = MLM_MLP_SGD; optimizer <= MLM_MLP_ADAM; optimizer++)
            for (int training = 0; training <= 1; training++)
                for (int uneven = 0; uneven <= 1; uneven++) {
                    struct mlm_mlp_spec spec = {
                        .shape = {.layers = layers,
                            .pattern = uneven ? hourglass : even,
                            .pattern_length = uneven ? 5 : 1},
                        .optimizer = (enum mlm_mlp_optimizer)optimizer,
                        .training = training,
                    };
                    check(&spec, 1);
                    check(&spec, 24);
                }
}

static void every_activation_is_there_when_it_is_needed(void **state)
{
    (void)state;
    for (uint32_t layers = 1; layers <= LAYERS_MAX; layers++)
        for (uint32_t every = 0; every <= layers + 1; every++) {
            struct mlm_mlp_spec spec = {
                .shape = {.layers = layers, .pattern = hourglass, .pattern_length = 5},
                .training = true,
                .keep_every = every};
            check(&spec, 8);
        }
}

/* 100 layers with every tenth activation kept: 0, 10, …, 90, nine between them, and the last; the layers
 * between the first 91 are computed twice. */
static void the_root_of_the_layers_is_kept(void **state)
{
    (void)state;
    struct mlm_mlp_spec spec = {
        .shape = {.layers = 100, .pattern = even, .pattern_length = 1}, .training = true, .keep_every = 10};
    assert_int_equal(mlm_mlp_places(&spec), 10 + 9 + 1);
    assert_int_equal(mlm_mlp_repeated(&spec), 9 * 9);
    spec.keep_every = 1;
    assert_int_equal(mlm_mlp_places(&spec), 101);
    assert_int_equal(mlm_mlp_repeated(&spec), 0);
}

/* Computed by hand: 3 layers 16→2→64→4, biases included. */
static void formulas_are_those_of_the_design(void **state)
{
    (void)state;
    struct mlm_mlp_spec spec = {
        .shape = {.layers = 3, .pattern = hourglass, .pattern_length = 5}, .training = true};
    uint64_t parameters = 17 * 2 + 3 * 64 + 65 * 4;
    assert_int_equal(mlm_mlp_parameters(&spec.shape), parameters);
    assert_int_equal(mlm_mlp_sample_floats(&spec.shape), 16 + 2 + 64 + 4);
    assert_int_equal(mlm_mlp_lasting_bytes(&spec), 8 * parameters);
    spec.optimizer = MLM_MLP_MOMENTUM;
    assert_int_equal(mlm_mlp_lasting_bytes(&spec), 12 * parameters);
    spec.optimizer = MLM_MLP_ADAM;
    assert_int_equal(mlm_mlp_lasting_bytes(&spec), 16 * parameters);
    /* All activations, and the delta of the layer with 64 units. */
    assert_int_equal(mlm_mlp_passing_floats(&spec), 16 + 2 + 64 + 4 + 64);
    spec.training = false;
    assert_int_equal(mlm_mlp_lasting_bytes(&spec), 4 * parameters);
    assert_int_equal(mlm_mlp_passing_floats(&spec), 64 + 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_tensor_is_freed_and_the_peak_is_the_formula),
        cmocka_unit_test(every_activation_is_there_when_it_is_needed),
        cmocka_unit_test(the_root_of_the_layers_is_kept),
        cmocka_unit_test(formulas_are_those_of_the_design),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
