"""Proctor: deep-learning exercises that grade themselves, and graders that can be trusted.

Graders and notebooks import from here. It is imported in students' processes, so it needs neither
nbformat nor TensorFlow.
"""

from proctor import datasets
from proctor.channel.described import described
from proctor.channel.reference import as_left, layer, make_model, make_network
from proctor.channel.student import fetch, raises, share, take
from proctor.course.own_values import values
from proctor.criteria import transformers
from proctor.criteria.around import AroundBase, assert_pools, give_head
from proctor.criteria.arrays import (
    as_array,
    as_arrays,
    as_tuple,
    assert_all_close,
    assert_between,
    assert_close,
    assert_dtype,
    assert_explained,
    assert_probabilities,
    assert_shape,
    assert_truth,
)
from proctor.criteria.batches import first_batch, take_batches
from proctor.criteria.blocks import (
    answer_with,
    assert_new_layers,
    assert_same_layers,
    draw_for_parts,
    draw_weights,
    make_block,
    measure_layers,
    measure_model,
)
from proctor.criteria.calls import (
    assert_apart,
    assert_refuses,
    call_in_place,
    call_unchanged,
    without_warnings,
    write_alike,
)
from proctor.criteria.chance import (
    assert_drawn,
    assert_drawn_anew,
    assert_each_once,
    assert_seeded,
    find_nearest,
    train_in_every_order,
)
from proctor.criteria.convolutions import convolve, convolve_all, enlarge_maps, normalise, pool_maps
from proctor.criteria.criterion import criterion
from proctor.criteria.dense import DENSE_STAND_INS, teach_by_numpy
from proctor.criteria.directions import assert_close_but_signs, cosines_with
from proctor.criteria.equality import assert_equal
from proctor.criteria.files import as_table, assert_untouched, make_folder, make_paths, names_of, read_files, read_lines
from proctor.criteria.freezing import (
    TOWER,
    TOWER_NORMALISATIONS,
    add_head,
    assert_learns_by_adam,
    list_learning,
    make_network_on_tower,
    make_tower,
    take_one_step,
)
from proctor.criteria.gates import gru_both_ways, gru_step
from proctor.criteria.gradients import assert_gradient, numerical_gradient
from proctor.criteria.layers import (
    as_model,
    assert_compiled,
    assert_input_shape,
    assert_layer,
    assert_layer_count,
    assert_layer_order,
    assert_output_shape,
    assert_parameters,
    at_least,
    at_most,
    output_activation,
)
from proctor.criteria.metrics import accuracy, crossentropy, mean_absolute_error, mean_squared_error
from proctor.criteria.networks import (
    ask_network,
    assert_convolutions,
    assert_learns,
    assert_learns_by_crossentropy,
    assert_one_probability,
    assert_scales_pictures,
    input_side,
    scatter_weights,
)
from proctor.criteria.questions import as_numbers, assert_choice, assert_choices, assert_number
from proctor.criteria.readers import (
    assert_averages_words,
    assert_masks_padding,
    assert_table_learns,
    scatter_table,
)
from proctor.criteria.recurrence import as_weights, draw_choices, draw_names, make_generator, make_names
from proctor.criteria.spans import share_of_spans
from proctor.criteria.stopping import assert_ends_by_patience, assert_keeps_best, teach_one_input
from proctor.criteria.tape import bowl_by_adam, call_on_tensors, make_bowl, slope_on_tape, take_steps, teach_network
from proctor.criteria.texts import (
    as_number_row,
    as_number_rows,
    as_text,
    as_texts,
    assert_order_of_no_set,
    assert_word_rows,
    place_words,
)
from proctor.criteria.training import (
    assert_crossentropy_loss,
    assert_ends_at_target,
    assert_lasts,
    assert_nonlinear,
    assert_reports,
    assert_reports_accuracy,
    assert_stops,
    assert_teaches_all,
    make_learner,
    stopped_after,
)
from proctor.criteria.varying import (
    assert_keeps_range,
    assert_leaves_alone,
    assert_mirrors,
    assert_spread,
    assert_varies_each_anew,
    make_noting,
    moves_of,
    notes_of,
    turns_of,
)
from proctor.datasets import pictures
from proctor.errors import CriterionFailed
from proctor.judge.live import check
from proctor.judge.quiet import start_tensorflow
from proctor.judge.unwritten import continue_past_stubs

__all__ = [
    "DENSE_STAND_INS",
    "TOWER",
    "TOWER_NORMALISATIONS",
    "AroundBase",
    "CriterionFailed",
    "accuracy",
    "add_head",
    "answer_with",
    "as_array",
    "as_arrays",
    "as_left",
    "as_model",
    "as_number_row",
    "as_number_rows",
    "as_numbers",
    "as_table",
    "as_text",
    "as_texts",
    "as_tuple",
    "as_weights",
    "ask_network",
    "assert_all_close",
    "assert_apart",
    "assert_averages_words",
    "assert_between",
    "assert_choice",
    "assert_choices",
    "assert_close",
    "assert_close_but_signs",
    "assert_compiled",
    "assert_convolutions",
    "assert_crossentropy_loss",
    "assert_drawn",
    "assert_drawn_anew",
    "assert_dtype",
    "assert_each_once",
    "assert_ends_at_target",
    "assert_ends_by_patience",
    "assert_equal",
    "assert_explained",
    "assert_gradient",
    "assert_input_shape",
    "assert_keeps_best",
    "assert_keeps_range",
    "assert_lasts",
    "assert_layer",
    "assert_layer_count",
    "assert_layer_order",
    "assert_learns",
    "assert_learns_by_adam",
    "assert_learns_by_crossentropy",
    "assert_leaves_alone",
    "assert_masks_padding",
    "assert_mirrors",
    "assert_new_layers",
    "assert_nonlinear",
    "assert_number",
    "assert_one_probability",
    "assert_order_of_no_set",
    "assert_output_shape",
    "assert_parameters",
    "assert_pools",
    "assert_probabilities",
    "assert_refuses",
    "assert_reports",
    "assert_reports_accuracy",
    "assert_same_layers",
    "assert_scales_pictures",
    "assert_seeded",
    "assert_shape",
    "assert_spread",
    "assert_stops",
    "assert_table_learns",
    "assert_teaches_all",
    "assert_truth",
    "assert_untouched",
    "assert_varies_each_anew",
    "assert_word_rows",
    "at_least",
    "at_most",
    "bowl_by_adam",
    "call_in_place",
    "call_on_tensors",
    "call_unchanged",
    "check",
    "convolve",
    "convolve_all",
    "cosines_with",
    "criterion",
    "crossentropy",
    "datasets",
    "described",
    "draw_choices",
    "draw_for_parts",
    "draw_names",
    "draw_weights",
    "enlarge_maps",
    "fetch",
    "find_nearest",
    "first_batch",
    "give_head",
    "gru_both_ways",
    "gru_step",
    "input_side",
    "layer",
    "list_learning",
    "make_block",
    "make_bowl",
    "make_folder",
    "make_generator",
    "make_learner",
    "make_model",
    "make_names",
    "make_network",
    "make_network_on_tower",
    "make_noting",
    "make_paths",
    "make_tower",
    "mean_absolute_error",
    "mean_squared_error",
    "measure_layers",
    "measure_model",
    "moves_of",
    "names_of",
    "normalise",
    "notes_of",
    "numerical_gradient",
    "output_activation",
    "pictures",
    "place_words",
    "pool_maps",
    "raises",
    "read_files",
    "read_lines",
    "scatter_table",
    "scatter_weights",
    "share",
    "share_of_spans",
    "slope_on_tape",
    "start_tensorflow",
    "stopped_after",
    "take",
    "take_batches",
    "take_one_step",
    "take_steps",
    "teach_by_numpy",
    "teach_network",
    "teach_one_input",
    "train_in_every_order",
    "transformers",
    "turns_of",
    "values",
    "without_warnings",
    "write_alike",
]

continue_past_stubs()
