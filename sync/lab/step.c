/* SPDX-License-Identifier: AGPL-3.0-or-later */

/* The commands on step runs: domain/step-run.md. */

#include "config.h"

#include "sync/lab/rules.h"
#include "sync/lab/runs.h"

static const MnsArgSpec input_args[] = {
  { "artifact", MNS_ARG_TYPE_ID, TRUE, .refers = "artifact" },
  { "replicates", MNS_ARG_TYPE_INT, .min = 1, .max = 96 },
  { NULL },
};

static const MnsArgSpec control_args[] = {
  { "control_type", MNS_ARG_TYPE_ID, TRUE, .refers = "control_type" },
  { "replicates", MNS_ARG_TYPE_INT, .min = 1, .max = 96 },
  { NULL },
};

static const MnsArgSpec begin_args[] = {
  { "step", MNS_ARG_TYPE_ID, TRUE, .refers = "step", .help = "step configuration" },
  { "inputs", MNS_ARG_TYPE_LIST, .items = input_args },
  { "container_type", MNS_ARG_TYPE_ID, .refers = "container_type", .help = "default: the first" },
  { "container", MNS_ARG_TYPE_ID, .refers = "container", .help = "an existing one" },
  { "controls", MNS_ARG_TYPE_LIST, .items = control_args },
  { NULL },
};

static const MnsArgSpec place_args[] = {
  { "artifact", MNS_ARG_TYPE_ID, TRUE, .refers = "artifact" },
  { "container", MNS_ARG_TYPE_ID, .refers = "container", .help = "null takes it out" },
  { "well", MNS_ARG_TYPE_TEXT, .max = 20, .help = "A:1" },
  { NULL },
};

static const MnsArgSpec places_args[] = {
  { "run", MNS_ARG_TYPE_ID, TRUE, .refers = "step_run" },
  { "places", MNS_ARG_TYPE_LIST, TRUE, .items = place_args },
  { NULL },
};

static const MnsArgSpec add_container_args[] = {
  { "run", MNS_ARG_TYPE_ID, TRUE, .refers = "step_run" },
  { "container_type",
    MNS_ARG_TYPE_ID,
    .refers = "container_type",
    .help = "default: that of the run" },
  { "name", MNS_ARG_TYPE_TEXT, .min = 1, .max = 200, .help = "default: its LIMS id" },
  { NULL },
};

static const MnsArgSpec container_args[] = {
  { "run", MNS_ARG_TYPE_ID, TRUE, .refers = "step_run" },
  { "container", MNS_ARG_TYPE_ID, TRUE, .refers = "container" },
  { NULL },
};

static const MnsArgSpec cell_args[] = {
  { "artifact", MNS_ARG_TYPE_ID, TRUE, .refers = "artifact" },
  { "field",
    MNS_ARG_TYPE_TEXT,
    TRUE,
    .help = "custom field, qc_flag or name; SAMPLE:<name> for one of the submitted sample" },
  { "value", MNS_ARG_TYPE_SCALAR, TRUE },
  { NULL },
};

static const MnsArgSpec record_args[] = {
  { "run", MNS_ARG_TYPE_ID, TRUE, .refers = "step_run" },
  { "cells", MNS_ARG_TYPE_LIST, TRUE, .max = 100000, .items = cell_args },
  { NULL },
};

static const MnsArgSpec details_args[] = {
  { "run", MNS_ARG_TYPE_ID, TRUE, .refers = "step_run" },
  { "fields", MNS_ARG_TYPE_MAP, .help = "fields of the step by name" },
  { "instrument", MNS_ARG_TYPE_ID, .refers = "instrument", .help = "null: none" },
  { "preset", MNS_ARG_TYPE_TEXT, .max = 200, .help = "name or id" },
  { NULL },
};

static const MnsArgSpec lots_args[] = {
  { "run", MNS_ARG_TYPE_ID, TRUE, .refers = "step_run" },
  { "lots", MNS_ARG_TYPE_IDS, .refers = "reagent_lot", .help = "all of them" },
  { NULL },
};

static const MnsArgSpec advance_args[] = {
  { "run", MNS_ARG_TYPE_ID, TRUE, .refers = "step_run" },
  { "to",
    MNS_ARG_TYPE_TEXT,
    .words = "STEP_SETUP POOLING PLACEMENT ADD_REAGENT RECORD_DETAILS ASSIGN_NEXT_STEPS",
    .help = "the state that follows; nothing happens if the run is there already" },
  { NULL },
};

static const MnsArgSpec action_args[] = {
  { "artifact", MNS_ARG_TYPE_ID, TRUE, .refers = "artifact" },
  { "action",
    MNS_ARG_TYPE_TEXT,
    TRUE,
    .words = "LEAVE REPEAT REMOVE REVIEW COMPLETE STORE NEXTSTEP REWORK COMPLETEREPEAT" },
  { "step", MNS_ARG_TYPE_ID, .refers = "step", .help = "for NEXTSTEP and COMPLETEREPEAT" },
  { "run", MNS_ARG_TYPE_ID, .refers = "step_run", .help = "earlier run, for REWORK" },
  { NULL },
};

static const MnsArgSpec assign_args[] = {
  { "run", MNS_ARG_TYPE_ID, TRUE, .refers = "step_run" },
  { "actions", MNS_ARG_TYPE_LIST, TRUE, .items = action_args },
  { NULL },
};

static const MnsArgSpec run_args[] = {
  { "run", MNS_ARG_TYPE_ID, TRUE, .refers = "step_run" },
  { NULL },
};

static const MnsArgSpec abort_args[] = {
  { "run", MNS_ARG_TYPE_ID, TRUE, .refers = "step_run" },
  { "reason", MNS_ARG_TYPE_TEXT, TRUE },
  { NULL },
};

#define BENCH "ClarityLogin"

const MnsCommandSpec mns_step_commands[] = {
  { "step.begin",
    1,
    BENCH,
    FALSE,
    begin_args,
    mns_step_begin,
    "Begin work",
    "Takes waiting samples into a new run. Answers run, lims_id, state, containers and outputs." },
  { "step.place",
    1,
    BENCH,
    FALSE,
    places_args,
    mns_step_place,
    "Place samples in wells",
    "Any exchange of wells at once. expect: {\"artifact:<id>\": {container, well}}." },
  { "step.add_container",
    1,
    BENCH,
    FALSE,
    add_container_args,
    mns_step_add_container,
    "Add a container to a step",
    "Answers container and lims_id." },
  { "step.use_container",
    1,
    BENCH,
    FALSE,
    container_args,
    mns_step_use_container,
    "Use an existing container in a step",
    NULL },
  { "step.remove_container",
    1,
    BENCH,
    FALSE,
    container_args,
    mns_step_remove_container,
    "Remove a container from a step",
    "Only while it holds no output of the run." },
  { "step.record",
    1,
    BENCH,
    FALSE,
    record_args,
    mns_step_record,
    "Record values",
    "expect: {\"artifact:<id>\": {field: what you saw}}." },
  { "step.details",
    1,
    BENCH,
    FALSE,
    details_args,
    mns_step_details,
    "Record the details of a step",
    "Fields of the step, instrument, preset." },
  { "step.lots",
    1,
    BENCH,
    FALSE,
    lots_args,
    mns_step_lots,
    "Choose the reagent lots of a step",
    "The whole list." },
  { "step.advance",
    1,
    BENCH,
    FALSE,
    advance_args,
    mns_step_advance,
    "Go to the next screen of a step",
    "Checks what the state that is left asks for. Answers state." },
  { "step.assign", 1, BENCH, FALSE, assign_args, mns_step_assign, "Assign next steps", NULL },
  { "step.finish",
    1,
    BENCH,
    FALSE,
    run_args,
    mns_step_finish,
    "Finish a step",
    "Answers queued: how many entries of queues were made." },
  { "step.abort",
    1,
    BENCH,
    FALSE,
    abort_args,
    mns_step_abort,
    "Abort a step",
    "The inputs wait again with the values they had; what the run made is deleted." },
  { "step.take_over",
    1,
    BENCH,
    FALSE,
    run_args,
    mns_step_take_over,
    "Take over a step",
    "The acting person and device go on with it." },
  { NULL },
};
